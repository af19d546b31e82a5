"""Plans are made ahead: as soon as a server starts, the database plans all that is ever said to it, request or none."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import Any

from touchgraph.answer.answers import Vocabulary
from touchgraph.errors import GraphError
from touchgraph.graph.driver import Graph, Transaction
from touchgraph.graph.statements import Statement

log = logging.getLogger(__name__)

Run = Callable[[], Awaitable[Any]]
"""Runs a statement."""
AT_ONCE = 2
"""How many statements are planned at a time."""
PATIENCE = 0.5
"""For how many seconds, at most, the planning of a statement gives way to requests."""


async def plan_ahead(
    words: Vocabulary, writes: Iterable[Statement], graph: Graph, stop: asyncio.Event, first: bool = True
) -> None:
    """Plans all words, then statements as they are wanted, until it has to stop; anew when the database was away.

    Of several processes that serve the graph, the `first` does the words: the database keeps plans for all. `writes`
    are said in a what-if, beside words: statements that may write, but do nothing as they are filled. It ends between
    two statements: to cut one off would leave a connection behind.
    """
    writes = tuple(writes)
    while not stop.is_set():
        words.forget_plans()
        interruptions, started = graph.shared.interruptions, time.monotonic()
        runs: Iterator[Run] = chain(
            (partial(graph.read_one, one) for one in words.statements()),
            (partial(graph.rehearse, partial(_after_a_change, one)) for one in (*writes, *words.statements())),
        )
        if first:
            await asyncio.gather(*(_plan(runs, words, graph, stop) for _ in range(AT_ONCE)))
            if not stop.is_set() and graph.shared.interruptions == interruptions:
                log.info("all statements were planned in %.1f s", time.monotonic() - started)
        while graph.shared.interruptions == interruptions and not stop.is_set():
            await _plan_wanted(words, graph, stop)
            await _pause(stop, 0.1)
        await _pause(stop, 1)


async def _after_a_change(statement: Statement, tx: Transaction) -> None:
    """The database has a plan of its own for a transaction that changed something."""
    await tx.run(Statement("CREATE ()"))
    await tx.run(statement)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def _plan(runs: Iterator[Run], words: Vocabulary, graph: Graph, stop: asyncio.Event) -> None:
    interruptions = graph.shared.interruptions
    for run in runs:
        if stop.is_set() or graph.shared.interruptions != interruptions:
            return
        await _planned(run, words)


async def _plan_wanted(words: Vocabulary, graph: Graph, stop: asyncio.Event) -> None:
    while words.wanted and not stop.is_set():
        join, statement = words.wanted.popleft()
        join.planned = await _planned(partial(graph.read_one, statement), words)
        join.asked *= join.planned  # what could not be planned is wanted again when it is asked again


async def _planned(run: Run, words: Vocabulary) -> bool:
    """Runs a statement once nobody waits for an answer; whether that was possible."""
    with suppress(TimeoutError):
        await asyncio.wait_for(words.quiet.wait(), PATIENCE)
    try:
        await run()
    except GraphError as error:  # the driver's own words are in the log
        log.warning("a statement could not be planned ahead: %s", error)
        return False
    return True
