"""What is remembered of the organisation, so that the database is asked for customers only.

The organisation changes seldom, and a few thousand units and subjects stand behind millions of customers. So what a
statement found that reads nothing else is kept, by its text and values, until somebody writes: rows of root fields,
and rows that customers' rows lead to by their keys (`Recalled`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from touchgraph.answer.plan import Column, Place, Recalled, Root, Row, Rows
from touchgraph.answer.shape import Kept
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement

SECONDS = 0.5
"""How long what is remembered may lag behind what somebody else wrote."""
VALUES = 500_000
"""How many values are remembered at most; some 100 MB, with the objects that were made of them."""
BYTES = 100
"""What a value takes, about; so much of a statement's text counts as one, too."""

Read = Callable[[Sequence[Statement]], Awaitable[list[list[list[Any]]]]]
"""The rows of each of several statements."""


class Known:
    """What was found so far, by statement and then by key. Once it is too much, all is forgotten."""

    def __init__(self) -> None:
        self._found: dict[Hashable, dict[Hashable, Any]] = {}
        self._values = 0

    def of(self, statement: Statement) -> dict[Hashable, Any]:
        """What was found by a statement; more of it is added by `keep` only."""
        values: Hashable = tuple(statement.params.values())
        try:
            hash(values)
        except TypeError:  # lists and objects have none
            values = repr(values)
        if (statement.text, values) not in self._found:
            self._found[statement.text, values] = {}
            self._values += len(statement.text) // BYTES
        return self._found[statement.text, values]

    def keep(self, found: dict[Hashable, Any], more: Mapping[Hashable, Any]) -> None:
        """Adds to what was found by a statement."""
        found.update(more)
        self._values += sum(map(_size, more.values()))
        if self._values > VALUES:
            self._found, self._values = {}, 0


def _size(value: Any) -> int:
    return 1 + sum(map(_size, value)) if isinstance(value, list) else 1


class Memory:
    """What is known of one graph, for as long as it holds."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known, self._changes = Known(), -1
        self._checked, self._number = float("-inf"), -1
        self._checking = asyncio.Lock()

    async def known(self) -> Known:
        """What holds: never older than a write of this process, nor than `SECONDS` beside those of others.

        Raises GraphError if the database cannot be asked.
        """
        if time.monotonic() - self._checked >= SECONDS:
            async with self._checking:
                if time.monotonic() - self._checked >= SECONDS:
                    await self._check()
        if self._changes != self._graph.changes:
            self._known, self._changes = Known(), self._graph.changes
        return self._known

    def holds(self, known: Known) -> bool:
        """Whether this process has not written since."""
        return known is self._known and self._changes == self._graph.changes

    async def _check(self) -> None:
        started = time.monotonic()
        last = await self._graph.last_transaction()
        if not self._graph.only_customers(self._number, last):
            self._known = Known()
        self._checked, self._number = started, last


@dataclass(frozen=True)
class Question:
    """A root field, its statement, and those that find what is recalled of its row.

    `lasting`: it asks for nothing but the organisation.
    """

    root: Root
    statement: Statement
    recalled: Mapping[Recalled, Statement]
    lasting: bool


async def answers(questions: Mapping[int, Question], known: Known, read: Read) -> dict[int, list[Any]]:
    """The whole row of each question: those that are known, and the others, which are read."""
    found = {n: row for n, q in questions.items() if q.lasting and (row := known.of(q.statement).get(None))}
    unknown = {n: q for n, q in questions.items() if n not in found}
    rows = await read([q.statement for q in unknown.values()]) if unknown else []
    gaps: dict[Recalled, _Gaps] = {}
    for (n, question), (row, *_) in zip(unknown.items(), rows, strict=True):
        found[n] = row
        if question.lasting:
            found[n] = _to_keep(question.root.row, row)
            known.keep(known.of(question.statement), {None: found[n]})
        _collect(question.root.places, row, question, gaps)
    await _fill(list(gaps.values()), known, read)
    return found


def _to_keep(plan: Row, row: list[Any]) -> list[Any]:
    """The row of a root, the rows below it such as are remembered."""
    return [_rows_to_keep(column, value) for column, value in zip(plan.columns, row, strict=True)]


def _rows_to_keep(column: Column, value: Any) -> Any:
    if not isinstance(column, Rows) or value is None:
        return value
    return Kept(value) if column.single else [each if each is None else Kept(each) for each in value]


@dataclass
class _Gaps:
    """Rows that hold keys, and at which index, in place of what a statement finds by them."""

    statement: Statement
    index: int
    rows: list[list[Any]] = field(default_factory=list)

    def keys(self) -> list[Hashable]:
        """The keys, one for each row."""
        found = [row[self.index] for row in self.rows]
        return [tuple(key) for key in found] if isinstance(found[0], list) else found


def _collect(places: tuple[Place, ...], row: list[Any], question: Question, gaps: dict[Recalled, _Gaps]) -> None:
    """Notes which keys a row holds, and rows below it."""
    for place in places:
        value = row[place.index]
        if value is None:
            continue
        if place.recalled is None:
            for each in value if place.many else (value,):
                if each is not None:
                    _collect(place.below, each, question, gaps)
            continue
        if place.recalled not in gaps:
            gaps[place.recalled] = _Gaps(question.recalled[place.recalled], place.index)
        gaps[place.recalled].rows.append(row)


async def _fill(gaps: list[_Gaps], known: Known, read: Read) -> None:
    """Puts what belongs to the keys in their places, and what it is read for into memory."""
    there = [known.of(each.statement) for each in gaps]
    keys = [each.keys() for each in gaps]
    missing = [dict.fromkeys(key for key in ks if key not in have) for ks, have in zip(keys, there, strict=True)]
    asked = [n for n, some in enumerate(missing) if some]
    statements = [_of(gaps[n].statement, list(missing[n])) for n in asked]
    for n, ((rows,), *_) in zip(asked, await read(statements) if asked else [], strict=True):
        new = (row if row is None else Kept(row) for row in rows)
        known.keep(there[n], dict(zip(missing[n], new, strict=True)))
    for each, ks, have in zip(gaps, keys, there, strict=True):
        for row, key in zip(each.rows, ks, strict=True):
            row[each.index] = have[key]


def _of(statement: Statement, keys: list[Hashable]) -> Statement:
    return Statement(statement.text, {**statement.params, "keys": keys})


__all__ = ["Known", "Memory", "Question", "answers"]
