"""Plans are made ahead: as soon as a server starts, the database plans all that is ever said to it, request or none."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import suppress

from touchgraph.answer.answers import Vocabulary
from touchgraph.errors import GraphError
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement

log = logging.getLogger(__name__)

AT_ONCE = 2
"""How many statements are planned at a time."""
PATIENCE = 0.5
"""For how many seconds, at most, the planning of a statement gives way to requests."""


async def plan_ahead(words: Vocabulary, graph: Graph, stop: asyncio.Event) -> None:
    """Plans all words, then statements as they are wanted, until it has to stop; anew when the database was away.

    It ends between two statements: to cut one off would leave a connection behind.
    """
    while not stop.is_set():
        words.forget_plans()
        interruptions, started = graph.interruptions, time.monotonic()
        statements = iter(words.statements())
        await asyncio.gather(*(_plan(statements, words, graph, stop) for _ in range(AT_ONCE)))
        if not stop.is_set() and graph.interruptions == interruptions:
            log.info("all words were planned in %.1f s", time.monotonic() - started)
        while graph.interruptions == interruptions and not stop.is_set():
            await _plan_wanted(words, graph, stop)
            await _pause(stop, 0.1)
        await _pause(stop, 1)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def _plan(statements: Iterator[Statement], words: Vocabulary, graph: Graph, stop: asyncio.Event) -> None:
    interruptions = graph.interruptions
    for statement in statements:
        if stop.is_set() or graph.interruptions != interruptions:
            return
        await _planned(statement, words, graph)


async def _plan_wanted(words: Vocabulary, graph: Graph, stop: asyncio.Event) -> None:
    while words.wanted and not stop.is_set():
        join, statement = words.wanted.popleft()
        join.planned = await _planned(statement, words, graph)
        join.asked *= join.planned  # what could not be planned is wanted again when it is asked again


async def _planned(statement: Statement, words: Vocabulary, graph: Graph) -> bool:
    """Runs a statement once nobody waits for an answer; whether that was possible."""
    with suppress(TimeoutError):
        await asyncio.wait_for(words.quiet.wait(), PATIENCE)
    try:
        await graph.read_one(statement)
    except GraphError as error:  # the driver's own words are in the log
        log.warning("a statement could not be planned ahead: %s", error)
        return False
    return True
