"""What is remembered of the organisation, so that the database is asked for customers only.

The organisation changes seldom, and a few thousand units and subjects stand behind millions of customers. So what words
of the vocabulary told of it is kept, by their keys, and what was answered from that alone, until somebody writes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from touchgraph.answer.vocabulary import Word
from touchgraph.graph.driver import Graph, Rows
from touchgraph.graph.statements import Statement

SECONDS = 0.5
"""How long what is remembered may lag behind what somebody else wrote."""
VALUES = 1_000_000
"""How many values of the graph, and how many of answers, are remembered at most; some 100 MB of each."""
KEYS = 5_000
"""How many keys a statement is asked for at most."""

Run = Callable[[Statement], Awaitable[Rows]]
"""Runs a statement."""


@dataclass
class _Kept:
    """Things by what they belong to and by key; once they are too many, all are forgotten."""

    tables: dict[Hashable, dict[Hashable, Any]] = field(default_factory=dict)
    size: int = 0

    def add(self, table: Hashable, found: Mapping[Hashable, Any], size: int) -> None:
        self.tables.setdefault(table, {}).update(found)
        self.size += size
        if self.size > VALUES:
            self.tables, self.size = {}, 0


@dataclass(frozen=True)
class Call:
    """A word, and what it is given beside keys; `token` is equal where that is the same."""

    word: Word
    token: Hashable = None
    given: Mapping[str, Any] = field(default_factory=dict, compare=False)


class Known:
    """What is known of one state of the graph: what words told, and rows of answers that were made of it."""

    def __init__(self) -> None:
        self._words, self._answers = _Kept(), _Kept()

    def told(self, call: Call) -> Mapping[Hashable, Any]:
        """What a word told, by key."""
        return self._words.tables.get(call, {})

    def tell(self, call: Call, found: Mapping[Hashable, Any]) -> None:
        """Remembers what a word told."""
        self._words.add(call, found, sum(map(call.word.size, found.values())) + len(found))

    def answered(self, question: Hashable) -> Mapping[Hashable, Any]:
        """The rows that answered a question, by key."""
        return self._answers.tables.get(question, {})

    def answer(self, question: Hashable, rows: Mapping[Hashable, Any]) -> None:
        """Remembers rows that answered a question."""
        self._answers.add(question, rows, sum(map(_size, rows.values())))


def _size(value: Any) -> int:
    return 1 + sum(map(_size, value)) if isinstance(value, list) else 1


class Reader:
    """Asks words for keys, for one request: what is known is not read again, what is asked at one time is read at once.

    `reads` counts the statements about the organisation that were run.
    """

    def __init__(self, known: Known, run: Run) -> None:
        self.known = known
        self.reads = 0
        self._run = run
        self._own: dict[Call, dict[Hashable, Any]] = {}
        self._waiting: dict[Call, dict[Hashable, Any]] = {}
        self._tasks: dict[Call, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()

    async def ask(
        self, asked: Word | Call, keys: Iterable[Hashable], values: Mapping[Hashable, Any] | None = None
    ) -> dict[Hashable, Any]:
        """What a word tells of each key. `values`: what the statement takes for each, if that is not the key itself.

        Raises GraphError.
        """
        call = asked if isinstance(asked, Call) else Call(asked)
        own = self._own.setdefault(call, {})
        told = self.known.told(call) if call.word.lasting else own
        all_keys = dict.fromkeys(keys)
        missing = {k: values[k] if values else k for k in all_keys if k not in told and k not in own}
        if missing:
            waiting = self._waiting.setdefault(call, {})
            if not waiting:
                self._tasks[call] = asyncio.create_task(self._flush(call))
            waiting.update(missing)
            await self._tasks[call]
        return {key: own[key] if key in own else told[key] for key in all_keys}

    async def _flush(self, call: Call) -> None:
        """Reads what is waited for, by all who came meanwhile."""
        await asyncio.sleep(0)
        waiting = iter(self._waiting.pop(call).items())
        while some := dict(islice(waiting, KEYS)):
            await self._tell(call, some)

    async def run(self, statement: Statement) -> Rows:
        """The rows of a statement; they come one after the other, so that a request takes one connection."""
        async with self._turn:
            return await self._run(statement)

    async def _tell(self, call: Call, some: Mapping[Hashable, Any]) -> None:
        word = call.word
        rows = await self.run(Statement(word.text, {**call.given, "keys": list(some.values())}))
        self.reads += word.lasting
        of_key: list[list[Any]] = [[] for _ in some]
        for place, *row in rows:
            of_key[place].append(row)
        found = {key: word.read(of) for key, of in zip(some, of_key, strict=True)}
        self._own[call].update(found)
        if word.lasting:
            self.known.tell(call, found)


class Memory:
    """What is known of one graph, for as long as it holds."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known, self._changes = Known(), -1
        self._checked, self._number = float("-inf"), -1
        self._checking = asyncio.Lock()

    async def known(self) -> Known:
        """What holds: never older than a write of these processes, nor than `SECONDS` beside those of others.

        Raises GraphError if the database cannot be asked.
        """
        if time.monotonic() - self._checked >= SECONDS:
            async with self._checking:
                if time.monotonic() - self._checked >= SECONDS:
                    await self._check()
        if self._changes != self._graph.shared.changes:
            self._known, self._changes = Known(), self._graph.shared.changes
        return self._known

    async def holds(self, known: Known, reads: int) -> bool:
        """Whether nobody has written since; others are looked for only if several statements were read meanwhile."""
        if reads > 1:
            async with self._checking:
                await self._check()
        return known is self._known and self._changes == self._graph.shared.changes

    async def _check(self) -> None:
        started = time.monotonic()
        last = await self._graph.last_transaction()
        if not self._graph.shared.only_customers(self._number, last):
            self._known = Known()
        self._checked, self._number = started, last


__all__ = ["Call", "Known", "Memory", "Reader", "Run"]
