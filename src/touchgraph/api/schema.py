"""The GraphQL schema: Strawberry types that declare where their fields come from, and the engine that answers them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

import strawberry
from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, parse, specified_rules
from strawberry.exceptions import MissingQueryError
from strawberry.extensions.query_depth_limiter import create_validator
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.schema.schema import validate_document
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType
from strawberry.utils.operation import get_operation_type

from touchgraph.answer.answers import Vocabulary
from touchgraph.api.descriptions import describe
from touchgraph.api.engine import Engine, code_errors
from touchgraph.api.types.mutation import WRITERS, Mutation
from touchgraph.api.types.organisation import Relation
from touchgraph.api.types.query import TYPES, Query
from touchgraph.api.types.scalars import SCALARS
from touchgraph.graph.statements import read_statements
from touchgraph.resources import folder

MAX_TOKENS = 10_000
MAX_DEPTH = 30
"""Limits on a document: far above what people write, far below what would hurt."""


Prepared = tuple[DocumentNode | None, list[GraphQLError]]
"""A document, and what is wrong with it; None if it is no GraphQL."""
_RULES = (*specified_rules, create_validator(MAX_DEPTH, None))


class Schema(strawberry.Schema):
    """Strawberry's schema; operations are prepared and answered here, and not by its way of execution.

    Its limits and caches are not used either: with its limit of depth, its cache of validations is never hit.
    """

    def __init__(self, cache_size: int) -> None:
        super().__init__(Query, Mutation, types=[*TYPES, Relation], config=StrawberryConfig(scalar_map=SCALARS))
        describe(self._schema)
        self._engine = Engine(self._schema, read_statements(folder("cypher") / "queries"), cache_size, WRITERS)
        self._prepare = lru_cache(cache_size)(self._prepared)

    @property
    def vocabulary(self) -> Vocabulary:
        """All that is said to the database."""
        return self._engine.vocabulary

    def _prepared(self, query: str) -> Prepared:
        try:
            document = parse(query, max_tokens=MAX_TOKENS)
        except GraphQLSyntaxError as error:
            return None, [error]
        _cut(document)
        return document, validate_document(self._schema, document, _RULES)

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        root_value: Any = None,  # noqa: ARG002
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> ExecutionResult:
        """The answer, from the graph of the context. Raises Strawberry's errors of requests without an operation.

        Every error of parsing and validation has its code.
        """
        if not query:
            raise MissingQueryError
        document, errors = self._prepare(query)
        if document is not None:
            _check_type(document, operation_name, allowed_operation_types)
        if document is None or errors:
            result: ExecutionResult = PreExecutionError(None, list(errors))
        else:
            result = await self._engine.answer(context_value["graph"], document, operation_name, variable_values)
        if result.errors:
            code_errors(self._schema, query, result.errors)
        return result


def _cut(document: DocumentNode) -> None:
    """Cuts the chain of a document's tokens: with it, one that is kept no longer would wait for the garbage collector.

    Nothing asks for it after parsing, and only the tokens at which something begins or ends are kept.
    """
    token = document.loc.start_token if document.loc else None
    while token is not None:
        following = token.next
        token.prev = token.next = None
        token = following


def _check_type(document: DocumentNode, name: str | None, allowed: Iterable[OperationType] | None) -> None:
    try:
        type_ = get_operation_type(document, name)
    except RuntimeError as error:
        raise CannotGetOperationTypeError(name) from error
    if allowed is not None and type_ not in allowed:
        raise InvalidOperationTypeError(type_)


def build_schema(cache_size: int = 512) -> Schema:
    """The schema; `cache_size` documents are kept parsed and validated, and as many plans."""
    return Schema(cache_size)


@cache
def sdl() -> str:
    """The schema in GraphQL's schema definition language."""
    return build_schema().as_str()
