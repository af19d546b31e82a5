"""Answers operations: from the document to a plan (kept for the next request), its statements, and the answer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from typing import Any
from weakref import WeakKeyDictionary

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationType,
    ValuesOfCorrectTypeRule,
    parse,
    validate,
)
from strawberry.types.execution import ExecutionResult, PreExecutionError

from touchgraph.answer.answers import Question, Vocabulary, answers, answers_within
from touchgraph.answer.memory import Memory
from touchgraph.answer.plan import Binding, ListOf, Literal, ObjectOf, QueryPlan, Step, Value, Variable, Write, Wrote
from touchgraph.answer.planner import plan
from touchgraph.answer.rows import shape_rows
from touchgraph.answer.selection import DEFINITION, SOURCE, Request, read_request, select
from touchgraph.answer.sources import Source
from touchgraph.errors import (
    Conflict,
    DatabaseTimeout,
    GraphError,
    InputError,
    InvalidChanges,
    InvalidRows,
    TouchgraphError,
)
from touchgraph.graph.driver import Graph, Transaction
from touchgraph.graph.statements import NamedStatement

log = logging.getLogger(__name__)

UNFORESEEN = "Something went wrong here; the log tells what, under the id of this request (X-Request-ID)."
Writer = Callable[[Transaction, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""Writes by the arguments of a field, and returns what its answer is made from."""


class Engine:
    """Answers valid documents of one schema. Plans are kept by document, operation and what shapes the plan."""

    def __init__(
        self,
        schema: GraphQLSchema,
        statements: Mapping[str, NamedStatement],
        cache_size: int,
        writers: Mapping[str, Writer] | None = None,
    ) -> None:
        self._schema = schema
        self._writers = writers or {}
        texts = {name: statement.text for name, statement in statements.items()}
        self.vocabulary = Vocabulary(sources_of(schema), texts)
        self._plan = lru_cache(cache_size)(self._make_plan)
        self._memories = WeakKeyDictionary[Graph, Memory]()

    async def answer(
        self, graph: Graph, document: DocumentNode, operation_name: str | None, variables: Mapping[str, Any] | None
    ) -> ExecutionResult:
        """The answer. What is wrong with the request is told before anything is asked of the database."""
        try:
            request = read_request(self._schema, document, operation_name, variables)
            if isinstance(request, list):
                return PreExecutionError(None, [_coded(error, InputError.code) for error in request])
            planned = (self._make_plan if request.shape is None else self._plan)(_Key(request))
            if graph not in self._memories:
                self._memories[graph] = Memory(graph)
            run = _Run(planned, self.vocabulary, request, self._writers)
            rows = await run.rows(graph, self._memories[graph])
        except GraphQLError as error:
            return PreExecutionError(None, [error if error.extensions else _coded(error, InputError.code)])
        except TouchgraphError as error:
            return PreExecutionError(None, [_coded(GraphQLError(str(error)), error.code)])
        except Exception:
            log.exception("a request failed")
            return PreExecutionError(None, [_coded(GraphQLError(UNFORESEEN), GraphError.code)])
        data, faults = shape_rows(planned.shape, rows)
        errors = [_coded(GraphQLError(f.message, f.origin, path=f.path), f.code) for f in faults]
        return ExecutionResult(data, errors or None)

    def questions(
        self, document: DocumentNode, operation_name: str | None, variables: Mapping[str, Any] | None
    ) -> list[Question]:
        """What a document asks of the graph as it is, one for each root field, for those who look into it."""
        request = read_request(self._schema, document, operation_name, variables)
        assert isinstance(request, Request), request
        run = _Run(self._plan(_Key(request)), self.vocabulary, request, {})
        return list(run.questions(run.after(None)).values())

    def _make_plan(self, key: _Key) -> QueryPlan:
        return plan(select(key.request), key.request.type_name)


def sources_of(schema: GraphQLSchema) -> tuple[Source, ...]:
    """The sources of all fields of a schema, each once."""
    return tuple(dict.fromkeys(_sources(schema)))


def _sources(schema: GraphQLSchema) -> Iterator[Source]:
    for type_ in schema.type_map.values():
        for field in getattr(type_, "fields", {}).values():
            if DEFINITION in field.extensions and (source := field.extensions[DEFINITION].metadata.get(SOURCE)):
                wrote = source.answer if isinstance(source, Write) else source
                inner = wrote.source if isinstance(wrote, Wrote) else wrote
                if inner is not None:
                    yield inner


class _Key:
    """A request as a key of the plan cache: equal to others that share its plan.

    Nodes of a document are told apart by identity: to compare them by value takes longer than all else here.
    """

    def __init__(self, request: Request) -> None:
        self.request = request  # keeps the document, so that no other can get its identity
        self._parts = (id(request.document), id(request.operation), request.shape)

    def __hash__(self) -> int:
        return hash(self._parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._parts == other._parts


def _bound(binding: Binding, variables: Mapping[str, Any]) -> Any:
    try:
        return binding.convert(_value(binding.value, variables))
    except InputError as error:
        raise _coded(GraphQLError(str(error), binding.origin), error.code) from error


def _value(value: Value, variables: Mapping[str, Any]) -> Any:
    match value:
        case Literal(literal):
            return literal
        case Variable(name):
            return variables.get(name)
        case ListOf(items):
            return [_value(item, variables) for item in items]
        case ObjectOf(fields):
            return {name: _value(field, variables) for name, field in fields}


class _Run:
    """One request on its way to the rows of its root fields, by their number."""

    def __init__(
        self, planned: QueryPlan, vocabulary: Vocabulary, request: Request, writers: Mapping[str, Writer]
    ) -> None:
        self._planned, self._vocabulary, self._request, self._writers = planned, vocabulary, request, writers
        self._values = dict(request.values)

    async def rows(self, graph: Graph, memory: Memory) -> list[Any]:
        """The rows. A mutation is one transaction; else what is asked after each write is one of its own, not kept."""
        steps, found = self._planned.steps, dict[int, Any]()
        if self._request.operation.operation is OperationType.MUTATION:
            of_customers = all(step.write.of_customers for step in steps)
            found |= await graph.write(lambda tx: self._in_order(tx, steps), of_customers, self._single(steps))
        else:
            # Values are made before anything is asked of the database, which may refuse them.
            plain = self.questions(self.after(None))
            if plain:
                found |= await answers(plain, self._vocabulary, graph, memory)
            for step in steps:
                found |= await self._rehearsed(graph, step)
        return [found[number] for number in range(len(self._planned.roots))]

    def questions(self, numbers: Iterable[int]) -> dict[int, Question]:
        roots = {number: self._planned.roots[number] for number in numbers}
        return {n: Question(root, {b: _bound(b, self._values) for b in root.bindings}) for n, root in roots.items()}

    def after(self, step: Step | None) -> list[int]:
        """The roots that are answered after a step and no other."""
        return [number for number, root in enumerate(self._planned.roots) if root.moment.step is step]

    def _single(self, steps: tuple[Step, ...]) -> bool:
        """Whether one statement does all: what is shown then is what it returns."""
        only_shown = all(root.echoes is not None for root in self._planned.roots)
        return only_shown and len(steps) == 1 and steps[0].write.single

    async def _in_order(self, tx: Transaction, steps: tuple[Step, ...]) -> dict[int, Any]:
        found: dict[int, Any] = {}
        for step in steps:
            found |= await self._step(tx, step)
        return found

    async def _rehearsed(self, graph: Graph, step: Step) -> dict[int, Any]:
        try:
            return await graph.rehearse(partial(self._supposed, step))
        except DatabaseTimeout as error:
            limit = f"{graph.what_if_seconds:g} seconds (TOUCHGRAPH_WHAT_IF_TIMEOUT)"
            told = DatabaseTimeout(f"A what-if may take {limit}; suppose less at once, or ask for less of it.")
            raise _refusal(told, step) from error

    async def _supposed(self, step: Step, tx: Transaction) -> dict[int, Any]:
        await self._around(tx, step)
        return await self._step(tx, step)

    async def _around(self, tx: Transaction, step: Step) -> None:
        """Writes what is supposed around a step, the outermost first."""
        if step.outer is not None:
            await self._around(tx, step.outer)
            await self._write(tx, step.outer)

    async def _step(self, tx: Transaction, step: Step) -> dict[int, Any]:
        await self._write(tx, step)
        after = self.after(step)
        echoed = {n: row for n in after if (row := self._echoed(n)) is not None}
        questions = self.questions(n for n in after if n not in echoed)
        return echoed | await answers_within(questions, self._vocabulary, tx.run)

    def _echoed(self, number: int) -> list[Any] | None:
        """The row of a root that shows only what a write returned, for which the database need not be asked."""
        echoes = self._planned.roots[number].echoes
        return None if echoes is None else [_bound(echo.binding, self._values) for echo in echoes]

    async def _write(self, tx: Transaction, step: Step) -> None:
        given = {name: _bound(binding, self._values) for name, binding in step.arguments.items()}
        try:
            result = await self._writers[step.write.name](tx, given)
        except (InputError, Conflict) as error:
            raise _refusal(error, step) from error
        self._values.update({step.result(name): value for name, value in result.items()})


def _refusal(error: TouchgraphError, step: Step) -> GraphQLError:
    refused = _coded(GraphQLError(str(error), step.origin, path=[step.key]), error.code)
    if isinstance(error, InvalidChanges | InvalidRows):
        refused.extensions = {**(refused.extensions or {}), "faults": error.told}
    return refused


def code_errors(schema: GraphQLSchema, query: str, errors: list[GraphQLError]) -> None:
    """Give errors of parsing and validation their codes; a wrong value is bad input, the rest the query's form."""
    uncoded = [error for error in errors if not (error.extensions or {}).get("code")]
    for error in uncoded:
        if isinstance(error, GraphQLSyntaxError):
            _coded(error, "GRAPHQL_PARSE_FAILED")
        else:
            wrong_values = {e.message for e in validate(schema, parse(query), [ValuesOfCorrectTypeRule])}
            _coded(error, InputError.code if error.message in wrong_values else "GRAPHQL_VALIDATION_FAILED")


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    error.extensions = {**(error.extensions or {}), "code": code}
    return error
