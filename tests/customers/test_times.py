"""Times that are missing in the graph are found, whatever lacks them, and set as it was said that they would be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.customers.small import load_small
from touchgraph.customers import times
from touchgraph.customers.times import check_times, missing_times, repair
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement
from touchgraph.model import (
    CUSTOMER_ENTITIES,
    CUSTOMER_FACTS,
    FACTS,
    OPEN_END,
    OPEN_RECORD,
    OPEN_START,
    TIMES,
    FactKind,
    quote,
)
from touchgraph.organisation.check import check
from touchgraph.organisation.store import native

KNOWN = datetime(2026, 3, 1, tzinfo=UTC)
ENDS = {"validFrom": OPEN_START, "validTo": OPEN_END, "recordedTo": OPEN_RECORD}
FACT = {
    "validFrom": OPEN_START,
    "validTo": OPEN_END,
    "recordedFrom": KNOWN,
    "recordedTo": OPEN_RECORD,
    "source": "source:crm",
}


@pytest.fixture
async def world(empty_graph: Graph, tmp_path: Path) -> Graph:
    """The small organisation, one customer and one of each thing that belongs to it, and every kind of fact of them."""
    await load_small(empty_graph, tmp_path)
    for number, kind in enumerate(CUSTOMER_ENTITIES):
        own = {"id": f"{kind.prefix}:a", "recordedFrom": KNOWN + timedelta(days=number)}
        await empty_graph.run(Statement(f"CREATE (n:{quote(kind.label)}) SET n = $own", {"own": own}))
    for fact in CUSTOMER_FACTS:
        await empty_graph.run(Statement(f"{ends(fact)} CREATE (a)-[f:{fact.type}]->(b) SET f = $own", {"own": FACT}))
    return empty_graph


def ends(fact: FactKind) -> str:
    """The first nodes that a fact may join."""
    return (
        f"MATCH (a:{fact.start[0]}) WITH a ORDER BY a.id LIMIT 1 "
        f"MATCH (b:{fact.end[0]}) WITH a, b ORDER BY b.id LIMIT 1"
    )


async def of_customers(graph: Graph) -> list[str]:
    return [finding.message for finding in await check_times(graph)]


async def test_where_nothing_is_missing_nothing_is_found(world: Graph) -> None:
    """All times are there: nothing is told, and nothing would be set."""
    assert await of_customers(world) == []
    assert await missing_times(world) == []


@pytest.mark.parametrize("name", TIMES)
async def test_a_fact_without_one_of_its_times_is_found(
    world: Graph, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every kind of fact, of customers and of the organisation; set then, all of them are as was said."""
    monkeypatch.setattr(times, "AT_ONCE", 1)
    told = set()
    for fact in CUSTOMER_FACTS:
        text = f"MATCH (a)-[f:{fact.type}]->(b) REMOVE f.{name} RETURN a.id, b.id, a.recordedFrom, b.recordedFrom"
        ((start, end, *known),) = await world.run(Statement(text))
        since = max(native(one) for one in known if one)
        day = "" if name == "validFrom" else f" from {OPEN_START}"
        told.add((f"{fact.type} {start} → {end}", day, since))
    assert await of_customers(world) == sorted(f"{what}{day} has no {name}" for what, day, _ in told)
    kinds = {fact.type for fact in FACTS}
    present = {row[0] for row in await world.run(Statement("MATCH ()-[f]->() RETURN DISTINCT type(f)"))} & kinds
    for type_ in present:
        await world.run(Statement(f"MATCH ()-[f:{type_}]->() WITH f LIMIT 1 REMOVE f.{name}"))
    assert "required-property" in {finding.rule for finding in await check(world)}
    missing = await missing_times(world)
    recorded = {one.what: one.values[name] for one in missing}
    assert len(missing) == len(CUSTOMER_FACTS) + len(present)
    for what, day, since in told:
        assert recorded[what + day] == (since if name == "recordedFrom" else ENDS[name])
    organisation = {what: value for what, value in recorded.items() if what.partition(" ")[0] in kinds}
    due = datetime(2024, 1, 1, tzinfo=UTC) if name == "recordedFrom" else ENDS[name]  # that of the change set
    assert set(organisation.values()) == {due}
    await repair(world, missing)
    assert (await of_customers(world), await missing_times(world)) == ([], [])
    text = f"MATCH ()-[f]->() WHERE f.source IS NOT NULL RETURN collect(DISTINCT f.{name})"
    ((values,),) = await world.run(Statement(text))
    assert {native(value) for value in values} >= set(recorded.values())


async def test_a_node_that_does_not_say_when_it_became_known_is_found(world: Graph) -> None:
    """It is set to the first time known of its facts, else to now; a change set and a source to that of their facts."""
    labels = [kind.label for kind in CUSTOMER_ENTITIES]
    before = datetime.now(UTC)
    for label in (*labels, "ChangeSet", "Source"):
        await world.run(Statement(f"MATCH (n:{label}) REMOVE n.recordedFrom"))
    ids = {f"{kind.prefix}:a" for kind in CUSTOMER_ENTITIES}
    assert await of_customers(world) == sorted(f"{one} has no recordedFrom" for one in ids)
    missing = await missing_times(world)
    told: dict[str, Any] = {one.what: one.values["recordedFrom"] for one in missing}
    assert told.keys() == {*ids, "change:small", "source:crm"}
    assert {told[one] for one in ids - {"interaction:a"}} == {KNOWN}
    assert before <= told["interaction:a"] <= datetime.now(UTC)  # of what happened, there are no facts
    assert (told["change:small"], told["source:crm"]) == (datetime(2024, 1, 1, tzinfo=UTC),) * 2
    await repair(world, missing)
    assert await missing_times(world) == []


async def test_a_fact_that_was_corrected_became_known_before_that(world: Graph) -> None:
    """What is set keeps the rule that a record begins before it ends."""
    closed = KNOWN + timedelta(seconds=1)
    text = "MATCH ()-[f:OWNS]->() SET f.recordedTo = $closed REMOVE f.recordedFrom"
    await world.run(Statement(text, {"closed": closed}))
    (one,) = await missing_times(world)
    assert one.values == {"recordedFrom": closed - timedelta(microseconds=1)}


async def test_what_somebody_else_has_set_meanwhile_stays(world: Graph) -> None:
    """Only what is missing still is set."""
    await world.run(Statement("MATCH (n:Customer) REMOVE n.recordedFrom"))
    missing = await missing_times(world)
    other = KNOWN - timedelta(days=9)
    await world.run(Statement("MATCH (n:Customer) SET n.recordedFrom = $other", {"other": other}))
    await repair(world, missing)
    ((time,),) = await world.run(Statement("MATCH (n:Customer) RETURN n.recordedFrom"))
    assert native(time) == other
