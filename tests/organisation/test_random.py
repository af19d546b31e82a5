"""Random organisations keep the rules of the graph, and are in it as they were drawn."""

from __future__ import annotations

from itertools import product

from hypothesis import HealthCheck, given, settings

from tests.support.organisations import Fact, load, named, organisations
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement
from touchgraph.organisation.check import check


def some(count: int) -> list[list[Fact]]:
    """So many organisations, each with ids of its own."""
    found: list[list[Fact]] = []

    @settings(max_examples=count, suppress_health_check=list(HealthCheck))
    @given(organisations())
    def collect(facts: list[Fact]) -> None:
        found.append(named(facts, len(found)))

    collect()
    return found


async def test_what_is_in_the_graph_is_what_was_drawn(empty_graph: Graph) -> None:
    """All facts of all organisations, with ends, properties and times, are in the graph, and no other."""
    drawn = [fact for facts in some(40) for fact in facts]
    await load(empty_graph, drawn)
    rows = await empty_graph.run(Statement("MATCH (a)-[f]->(b) RETURN type(f), a.id, b.id, properties(f)"))
    common = {"changeSet": "change:random", "source": "source:random"}
    due = {fact["id"]: {name: value for name, value in (fact | common).items() if value is not None} for fact in drawn}
    found = {
        properties["locator"]: {
            "id": properties.pop("locator"),
            "type": type_,
            "start": start,
            "end": end,
            **properties,
        }
        for type_, start, end, properties in rows
    }
    assert len(rows) == len(drawn) == len(due)
    assert found == due


async def test_organisations_keep_the_rules(bare_graph: Graph) -> None:
    """`check` finds nothing wrong in what was drawn."""
    # Without indexes on the times of facts: with them, Neo4j 2026.08 may fail to plan the rule `overlap`.
    await bare_graph.run(Statement("CREATE CONSTRAINT entities FOR (n:Entity) REQUIRE n.id IS UNIQUE"))
    await load(bare_graph, [fact for facts in some(40) for fact in facts])
    assert await check(bare_graph) == []


def test_organisations_have_all_that_the_rules_speak_of() -> None:
    """A hundred have corrections, scopes, channels, marks, delegations to units and positions, and short lives."""
    facts = [fact for facts in some(100) for fact in facts]
    types = {fact["type"] for fact in facts}
    assert types == {"HAS_STATE", "PART_OF", "KIND_OF", "SERVES", "RESPONSIBLE_FOR", "DELEGATES_TO", "UNOWNED"}
    assert {fact["recordedTo"].year for fact in facts} == {2025, 9999}
    held = [fact for fact in facts if fact["type"] == "RESPONSIBLE_FOR"]
    assert {(bool(fact["scope"]), bool(fact["channel"])) for fact in held} == {*product([True, False], repeat=2)}
    assert {fact["confidence"] for fact in facts} == {"STATED", "INFERRED", "SYNTHETIC"}
    assert {f["end"].partition(":")[0] for f in facts if f["type"] == "DELEGATES_TO"} >= {"position", "dept"}
    assert any(fact["validTo"].year == 2025 for fact in facts if fact["type"] == "HAS_STATE")
