"""Plans that are made ahead: customers are read by one statement once it is planned, and what is found is the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from tests.conftest import PATIENCE
from touchgraph.answer.ahead import plan_ahead
from touchgraph.answer.answers import Vocabulary
from touchgraph.api.schema import Schema, build_schema
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement

CUSTOMERS = "{ customers { nodes { id dealer { nameEn } vehicles { vin } interactions(first: 2) { nodes { at } } } } }"


@pytest.fixture
def schema(monkeypatch: pytest.MonkeyPatch) -> Schema:
    """A schema for which nothing was planned, and which takes its words for planned: that takes long."""
    monkeypatch.setattr(Vocabulary, "statements", lambda _: ())
    return build_schema()


@asynccontextmanager
async def planning(schema: Schema, graph: Graph, first: bool = True) -> AsyncIterator[None]:
    """Plans are made until the end of the block."""
    stop = asyncio.Event()
    task = asyncio.create_task(plan_ahead(schema.vocabulary, (), graph, stop, first))
    try:
        yield
    finally:
        stop.set()
        await task


async def ask(schema: Schema, graph: Graph) -> object:
    answer = await schema.execute(CUSTOMERS, {}, context_value={"graph": graph})
    assert answer.errors is None, answer.errors
    return answer.data


async def until(reached: Callable[[], bool]) -> None:
    """Waits for what another task does."""

    async def wait() -> None:
        while not reached():  # noqa: ASYNC110  (nobody tells of it)
            await asyncio.sleep(0.05)

    await asyncio.wait_for(wait(), PATIENCE.total_seconds())


def planned(schema: Schema) -> bool:
    """Whether a joined statement is planned."""
    return any(join and join.planned for join in schema.vocabulary._joins.values())


async def test_what_is_asked_again_is_asked_as_one_statement_once_that_is_planned(
    schema: Schema, graph: Graph, statements: list[Statement]
) -> None:
    """Until then words answer, and what is asked once only is never planned; the answers are the same."""
    async with planning(schema, graph):
        first = await ask(schema, graph)
        assert not schema.vocabulary.wanted
        assert await ask(schema, graph) == first
        await until(lambda: planned(schema))
        statements.clear()
        assert await ask(schema, graph) == first
    assert len([one for one in statements if "SERVED_BY" in one.text]) == 1


async def test_a_database_that_was_away_has_forgotten_its_plans(schema: Schema, graph: Graph) -> None:
    """What was planned before is taken for new: words answer, and it is planned again when it is asked again."""
    async with planning(schema, graph):
        for _ in range(2):
            await ask(schema, graph)
        await until(lambda: planned(schema))
        graph.shared.interrupted()
        await until(lambda: not planned(schema))
        for _ in range(2):
            await ask(schema, graph)
        await until(lambda: planned(schema))


async def test_the_words_are_planned_by_the_first_process_alone(
    graph: Graph, statements: list[Statement], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others plan what they are asked again, and nothing else."""
    words = [Statement("RETURN 1"), Statement("RETURN 2")]
    monkeypatch.setattr(Vocabulary, "statements", lambda _: words)
    schema = build_schema()
    async with planning(schema, graph, first=False):
        for _ in range(2):
            await ask(schema, graph)
        await until(lambda: planned(schema))
    assert not [one for one in statements if one in words]
    async with planning(schema, graph):
        await until(lambda: statements.count(words[-1]) == 2)
