"""The history of one entity: each day on which something changed, as it was known, and until when it was believed."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.later import later
from tests.support.reference import At, Fact, World, written
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Graph
from touchgraph.model import FACT_BY_TYPE
from touchgraph.organisation.files.loading import load

SCHEMA = build_schema()
NOW = datetime(9999, 12, 30, tzinfo=UTC)
TIMELINE = """
query Timeline($id: ID!, $known: DateTime, $types: [FactType!], $order: OrderDirection! = ASC) {
  at(knownAt: $known, asOf: "1999-01-01") {
    timeline(id: $id, types: $types, order: $order) {
      day kind type knownSince correctedAt
      changeSet { id } correctedBy { id }
      before { ...Shown } after { ...Shown }
    }
  }
}
fragment Shown on Fact {
  validFrom validTo recordedFrom changeSet { id } evidence { source { nameEn } locator }
  ... on State { nameEn mandateEn }
  ... on Relation { from { id } to { nameEn } }
}
"""
SINGLE = ("HAS_STATE", "PART_OF", "REPORTS_TO", "KIND_OF", "UNOWNED")
WHY = ("source", "locator", "confidence", "note")
TIMES = ("validFrom", "validTo", "recordedFrom", "recordedTo", "changeSet")


async def ask(graph: Graph, entity: str, **variables: Any) -> list[dict[str, Any]]:
    answer = await SCHEMA.execute(TIMELINE, {"id": entity, **variables}, context_value={"graph": graph})
    assert answer.errors is None, answer.errors
    assert answer.data is not None
    entries: list[dict[str, Any]] = answer.data["at"]["timeline"]
    return entries


def shown(fact: dict[str, Any] | None) -> Any:
    return fact and (fact["validFrom"], fact["validTo"], fact["recordedFrom"], fact["changeSet"]["id"])


def reference(world: World, entity: str, known: datetime = NOW) -> list[Any]:
    """The same from the whole graph: for each day and each recorded time, who stood on either side of the day."""
    things: defaultdict[tuple[Any, ...], list[Fact]] = defaultdict(list)
    for fact in world.touching(entity):
        if fact.type in FACT_BY_TYPE and fact.props["recordedFrom"] <= known:
            own = [fact.props.get(key) for key in ("role", "scope", "channel", "how")]
            things[fact.type, fact.start, None if fact.type in SINGLE else fact.end, *own].append(fact)
    entries = []
    for (type_, *_), facts in things.items():
        times = sorted({t for f in facts for t in (f.props["recordedFrom"], f.props["recordedTo"]) if t <= known})
        for day in {d for f in facts for d in (f.props["validFrom"], f.props["validTo"]) if d < date(9999, 12, 31)}:
            entries += [(type_, written(day), *rest) for rest in history(world, facts, day, times)]
    return entries


def history(world: World, facts: list[Fact], day: date, times: list[datetime]) -> list[Any]:
    """What was believed of one day: kind, since when, until when, the facts before and after."""

    def says(fact: Fact | None) -> Any:
        end = world.states[fact.end] if fact and fact.type == "HAS_STATE" else fact and fact.end
        own = {k: v for k, v in fact.props.items() if k not in (*WHY, *TIMES)} if fact else {}
        return repr((end if not isinstance(end, dict) else {k: v for k, v in sorted(end.items()) if k != "id"}, own))

    def why(fact: Fact | None) -> Any:
        return [fact.props.get(key) for key in WHY] if fact else None

    def at(moment: At) -> Fact | None:
        return next((fact for fact in facts if fact.holds(moment)), None)

    found: list[Any] = []
    last: Any = None
    for time in times:
        before = at(At(day - timedelta(days=1), time)) if day > date.min else None
        after = at(At(day, time))
        view = None if before is after else (says(before), why(before), says(after), why(after))
        if view != last and last is not None:
            found[-1][2] = written(time)
        if view not in (None, last):
            kind = "BEGAN" if not before else "ENDED" if not after else "CHANGED"
            kind = "RESTATED" if before and after and says(before) == says(after) else kind
            found.append([kind, written(time), None, *map(of_fact, (before, after))])
        last = view
    return found


def of_fact(fact: Fact | None) -> Any:
    keys = ("validFrom", "validTo", "recordedFrom", "changeSet")
    return fact and tuple(written(fact.props[key]) for key in keys)


def entry(one: dict[str, Any]) -> Any:
    sides = shown(one["before"]), shown(one["after"])
    return (one["type"], one["day"], one["kind"], one["knownSince"], one["correctedAt"], *sides)


def agree(world: World, entries: list[dict[str, Any]], entity: str, known: datetime = NOW) -> None:
    assert sorted(map(repr, map(entry, entries))) == sorted(map(repr, reference(world, entity, known)))


async def test_a_timeline_is_what_looking_at_every_day_and_time_gives(graph: Graph) -> None:
    """For every department, stage and some others of the seeded graph, now and as known before the reform was."""
    world = await World.read(graph)
    early = datetime(2025, 6, 1, 18, tzinfo=UTC)
    for entity in world.entities:
        if entity.startswith(("dept:", "stage:", "region:r1", "area:r1", "position:", "capability:", "company:")):
            agree(world, await ask(graph, entity), entity)
            agree(world, await ask(graph, entity, known=early.isoformat()), entity, early)


async def test_a_timeline_over_further_change_sets_agrees_too(empty_graph: Graph, tmp_path: Path) -> None:
    """Plans that were changed, and a past that was corrected."""
    await load(empty_graph)
    await load(empty_graph, later(tmp_path))
    world = await World.read(empty_graph)
    for entity in ("area:r1-01", "dept:lead-operations", "dept:growth", "stage:deal", "stage:repurchase", "region:r3"):
        agree(world, await ask(empty_graph, entity), entity)
    moves = await ask(empty_graph, "area:r1-01", types=["PART_OF"])
    told = [
        (m["day"], m["after"]["to"]["nameEn"], m["changeSet"]["id"], (m["correctedBy"] or {}).get("id"))
        for m in moves
        if m["after"]["from"]["id"] == "area:r1-01"  # the others are dealers, which are part of it
    ]
    assert told == [
        (None, "Pine Regional Division", "change:field-synthetic", None),
        ("2025-09-01", "Birch Regional Division", "change:autumn", None),
        ("2025-10-01", "Ginkgo Regional Division", "change:correction", None),
        ("2025-11-01", "Pine Regional Division", "change:winter", "change:correction"),
    ]


async def test_a_department_has_its_mandates_in_order(graph: Graph) -> None:
    """Customer operations: what its states said before and after, known since when, by which change set."""
    entries = await ask(graph, "dept:customer-operations", types=["HAS_STATE"])
    assert [(e["day"], e["kind"], e["knownSince"], e["correctedAt"]) for e in entries] == [
        (None, "BEGAN", "2025-06-01T00:00:00Z", None),
        ("2025-05-31", "CHANGED", "2025-06-02T00:00:00Z", None),
    ]
    before, after = entries[1]["before"], entries[1]["after"]
    assert (before["mandateEn"], after["mandateEn"][:28]) == (None, "All touchpoints with end cus")
    assert entries[1]["changeSet"] == {"id": "change:reform-2025"}
    assert await ask(graph, "dept:customer-operations", types=["HAS_STATE"], order="DESC") == entries[::-1]


async def test_what_has_no_facts_has_no_history(graph: Graph) -> None:
    """Of a change set, an empty list is told."""
    assert await ask(graph, "change:reform-2025") == []
