"""What changes would do, in numbers: those that asking everywhere, before and after, gives."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from tests.support.chance import chance
from tests.support.changes import ALL, Change, Proposer, known_now, possible, rich, stamp
from tests.support.dump import dump
from tests.support.impact_reference import Comparison, Customer, World
from tests.support.organisations import DAYS, load
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Graph, Rows, Transaction
from touchgraph.graph.statements import Statement
from touchgraph.model import LATEST, OPEN_END, OPEN_RECORD, OPEN_START
from touchgraph.organisation.changes.work import Work
from touchgraph.organisation.facts import Snapshot
from touchgraph.organisation.proposed import statements as planned_ahead

SCHEMA = build_schema()
ORGANISATIONS, CHANGE_SETS_EACH = 2, 16
IMPACT = """query Impact($day: Date, $effective: Date, $changes: [ReorgChange!]!) {
  at(asOf: $day) { impact(changes: $changes, effective: $effective) { ...Numbers } } }
fragment Numbers on Impact { units positions touchpoints dealers customers leads
  newGaps { subject { id nameEn } place { id nameEn } otherThan { id nameEn } } totalNewGaps
  newConflicts { subject { id } place { id } otherThan { id } } totalNewConflicts }"""
TIMES = {
    "validFrom": OPEN_START,
    "validTo": OPEN_END,
    "recordedFrom": datetime(2025, 1, 1, tzinfo=UTC),
    "recordedTo": OPEN_RECORD,
}
CUSTOMERS = """
UNWIND range(0, size($rows) - 1) AS n WITH n, $rows[n] AS row
CREATE (customer:Customer {id: 'customer:c' + n})
WITH * CALL (*) { MATCH (d:Dealer {id: row.dealer}) CREATE (customer)-[f:SERVED_BY]->(d) SET f = $times }
CALL (*) { MATCH (s:LifecycleStage {id: row.stage}) CREATE (customer)-[f:IN_STAGE]->(s) SET f = $times }
CALL (*) {
  MATCH (p:Pool {id: row.lead}) CREATE (customer)<-[o:OF]-(:Lead {id: 'lead:l' + n})-[g:GRADED]->(p)
  SET o = $times, g = $times
}
"""


NUMBERS = ("units", "positions", "touchpoints", "dealers", "customers", "leads")
NOTHING: dict[str, Any] = {**dict.fromkeys(NUMBERS, 0), "newGaps": [], "newConflicts": []}
DEAL = ["stage:deal", *(f"touchpoint:{name}" for name in ("contract", "delivery", "quotation", "showroom-visit"))]
NO_CHANNEL: list[str] = []
SALES: Change = {"end": {"unit": "dept:sales", "subject": "stage:deal", "role": "ACCOUNTABLE"}}


def sells(unit: str, scope: str) -> Change:
    """That a unit answers for the deal within a place."""
    return {"assign": {"unit": unit, "subject": "stage:deal", "role": "ACCOUNTABLE", "scope": scope}}


async def execute(graph: Graph, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    answer = await SCHEMA.execute(query, variables, context_value={"graph": graph})
    assert answer.errors is None, answer.errors
    assert answer.data is not None
    return answer.data


def short(impact: dict[str, Any]) -> dict[str, Any]:
    """An impact in the form of the reference, totals checked."""
    lists = {key: impact[key] for key in ("newGaps", "newConflicts")}
    assert [impact["totalNewGaps"], impact["totalNewConflicts"]] == list(map(len, lists.values()))
    numbers = {key: value for key, value in impact.items() if key not in lists and not key.startswith("total")}
    places = {
        key: [(one["place"] and one["place"]["id"], one["subject"]["id"]) for one in found]
        for key, found in lists.items()
    }
    channels = [[channel["id"] for channel in one["otherThan"]] for one in impact["newGaps"]]
    assert not any(one["otherThan"] for one in impact["newConflicts"])
    gaps = [(*where, but) for where, but in zip(places["newGaps"], channels, strict=True)]
    return numbers | places | {"newGaps": gaps}


async def impact(graph: Graph, *changes: Change, day: str | None = "2025-06-01", effective: str | None = None) -> Any:
    variables = {"day": day, "effective": effective, "changes": list(changes)}
    return short((await execute(graph, IMPACT, variables))["at"]["impact"])


async def test_impact_is_what_asking_everywhere_gives(empty_graph: Graph) -> None:
    """Random changes to random organisations with customers: all numbers, gaps and conflicts are the reference's."""
    draw, seen = chance(4), set[str]()
    for facts in rich(ORGANISATIONS):
        await empty_graph.run(Statement("MATCH (n) DETACH DELETE n"))
        await load(empty_graph, facts)
        known = await known_now(empty_graph)
        customers = await with_customers(empty_graph, draw, known)
        for _ in range(CHANGE_SETS_EACH):
            asked, effective = draw.choice(DAYS), draw.choice(DAYS)
            work = Work(known, stamp("change:supposed", LATEST, effective))
            changes = possible(work, Proposer(draw, known, effective).changes(8, ALL))
            day = max(asked, effective)
            due = Comparison(World(known, day), World(work.now, day)).impact(customers)
            found = await impact(empty_graph, *changes, day=str(asked), effective=str(effective))
            assert found == due, changes
            seen |= {key for key, value in found.items() if value}
    assert seen == {*NOTHING}


async def with_customers(graph: Graph, draw: Random, known: Snapshot) -> list[Customer]:
    """Customers at any dealer or none, at any stage or none, some with a lead."""

    def some(prefix: str) -> str | None:
        return draw.choice([None, *(one for one in known.entities if one.startswith(prefix))])

    customers = [Customer(some("dealer:"), some("stage:"), some("pool:")) for _ in range(24)]
    await graph.run(Statement(CUSTOMERS, {"rows": [vars(one) for one in customers], "times": TIMES}))
    return customers


# --- the reform -----------------------------------------------------------------------------------------------------


async def test_regions_that_merge_take_their_dealers_along(graph: Graph) -> None:
    """One region closes, its three areas move, and its six dealers get another region; owners stay."""
    merge: Change = {"merge": {"ids": ["region:r8"], "into": "region:r7"}}
    assert await impact(graph, merge) == NOTHING | {"units": 4, "dealers": 6}


async def test_what_a_unit_says_of_itself_changes_it_alone(graph: Graph) -> None:
    """A name, a rank and a position: each unit counts once, a renamed touchpoint is no unit, and no owner changes."""
    changes: list[Change] = [
        {"rename": {"id": "dept:sales", "nameEn": "Sales"}},
        {"rank": {"id": "dept:sales", "level": 2}},
        {"rename": {"id": "touchpoint:contract", "nameEn": "Paper"}},
        {"staff": {"unit": "area:r1-01", "position": "position:area-member", "headcount": 3}},
        {"staff": {"unit": "area:r1-01", "position": "position:area-manager", "headcount": 0}},
    ]
    assert await impact(graph, *changes) == NOTHING | {"units": 2, "positions": 2}


async def test_a_gap_is_told_where_it_arises(graph: Graph) -> None:
    """Without sales nobody answers for the deal, nor for what falls to it; told once, not for each dealer."""
    everywhere = [(None, subject, NO_CHANNEL) for subject in DEAL]
    assert await impact(graph, SALES) == NOTHING | {"touchpoints": 4, "dealers": 48, "newGaps": everywhere}


async def test_a_gap_for_some_channels_says_so(graph: Graph) -> None:
    """Who sells online only leaves every other channel open when sales goes; told with the channel that is not."""
    deal = {"subject": "stage:deal", "role": "ACCOUNTABLE"}
    online: Change = {"assign": {**deal, "unit": "dept:marketing", "channel": "channel:online"}}
    found = await impact(graph, online, SALES)
    assert found == NOTHING | {
        "touchpoints": 4,
        "dealers": 48,
        "newGaps": [(None, subject, ["channel:online"]) for subject in DEAL],
    }
    # A channel more is no gap more; one less is.
    query = """query Nested($around: [ReorgChange!]!, $more: [ReorgChange!]!, $less: [ReorgChange!]!) {
        at(asOf: "2025-06-01") { whatIf(changes: $around) {
            more: impact(changes: $more) { ...Numbers } less: impact(changes: $less) { ...Numbers } } } }"""
    offline: Change = {"assign": {**deal, "unit": "dept:channel", "channel": "channel:offline"}}
    end: Change = {"end": {**deal, "unit": "dept:marketing"}}
    variables = {"around": [online, SALES], "more": [offline], "less": [offline, end]}
    nested = (await execute(graph, query + IMPACT[IMPACT.index("fragment") :], variables))["at"]["whatIf"]
    assert short(nested["more"]) == NOTHING | {"touchpoints": 4, "dealers": 48}
    gone = [(None, subject, ["channel:offline"]) for subject in DEAL]
    assert short(nested["less"]) == NOTHING | {"touchpoints": 4, "dealers": 48, "newGaps": gone}


async def test_what_is_known_of_a_place_counts_there(graph: Graph) -> None:
    """Under what is supposed around it: a gap but not where a region answers, one in that region, a conflict in it."""
    query = """query Nested($around: [ReorgChange!]!, $sales: [ReorgChange!]!, $end: [ReorgChange!]!,
        $beside: [ReorgChange!]!) { at(asOf: "2025-06-01") { whatIf(changes: $around) {
            sales: impact(changes: $sales) { ...Numbers }
            end: whatIf(changes: $sales) { impact(changes: $end) { ...Numbers } }
            beside: impact(changes: $beside) { ...Numbers } } } }""" + IMPACT[IMPACT.index("fragment") :]
    end: Change = {"end": {"unit": "region:r1", "subject": "stage:deal", "role": "ACCOUNTABLE"}}
    variables = {
        "around": [sells("region:r1", "region:r1")],
        "sales": [SALES],
        "end": [end],
        "beside": [sells("area:r1-01", "region:r1")],
    }
    found = (await execute(graph, query, variables))["at"]["whatIf"]
    everywhere, there = [[(place, subject, NO_CHANNEL) for subject in DEAL] for place in (None, "region:r1")]
    others, its_own = NOTHING | {"touchpoints": 4, "dealers": 42}, NOTHING | {"touchpoints": 4, "dealers": 6}
    assert short(found["sales"]) == others | {"newGaps": everywhere}
    assert short(found["end"]["impact"]) == its_own | {"newGaps": there}
    assert short(found["beside"]) == its_own | {"newConflicts": [where[:2] for where in there]}


async def test_the_day_is_that_asked_for_or_the_effective_one_if_later(graph: Graph) -> None:
    """Changes that hold from a later day on are counted on it; those that hold before are counted on the day asked for.

    As known before they were supposed, there is nothing.
    """
    new: Change = {"create": {"id": "touchpoint:new", "nameZh": "新", "nameEn": "New"}}
    due = NOTHING | {"newGaps": [(None, "touchpoint:new", [])]}
    for day, effective in (("2025-06-01", None), ("2025-06-01", "2026-01-01"), ("2026-01-01", "2025-06-01")):
        assert await impact(graph, new, day=day, effective=effective) == due
    query = """{ at(knownAt: "2025-06-03T00:00:00Z") {
        impact(changes: [{rename: {id: "dept:sales", nameEn: "Sales"}}]) { units } } }"""
    assert await execute(graph, query, {}) == {"at": {"impact": {"units": 0}}}


async def test_it_takes_as_many_statements_for_one_place_as_for_many(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Responsibilities within one area, and within all of 24."""
    run, counts, texts = Transaction.run, [], list[str]()

    async def counted(tx: Transaction, statement: Statement) -> Rows:
        texts.append(statement.text)
        return await run(tx, statement)

    monkeypatch.setattr(Transaction, "run", counted)
    areas = [f"area:r{region}-0{area}" for region in range(1, 9) for area in (1, 2, 3)]
    for some in (areas[:1], areas):
        found = await impact(graph, *(sells(area, area) for area in some))
        assert found == NOTHING | {"touchpoints": 4, "dealers": 2 * len(some)}
        counts.append(len(texts))
        texts.clear()
    assert counts[0] == counts[1] < 20


async def test_what_it_says_is_planned_ahead(graph: Graph, statements: list[Statement]) -> None:
    """Words about the graph as changed, and all else but a lock and a list; each does nothing as it is planned."""
    ahead = [one.text for one in (*SCHEMA.vocabulary.statements(), *planned_ahead())]
    await impact(graph, SALES, sells("area:r1-01", "area:r1-02"))
    asked = [one.text for one in statements]
    assert len(asked) > 10
    assert len([text for text in asked if text not in ahead]) == 2
    before = await dump(graph)
    for one in planned_ahead():
        await graph.run(one)
    assert await dump(graph) == before


async def test_changes_that_cannot_be_are_told_and_none_leaves_a_trace(graph: Graph) -> None:
    """Every fault with its place, as for whatIf; and an impact leaves the graph as it was."""
    before = await dump(graph)
    changes: list[Change] = [{"close": {"id": "dept:sales"}}, {"move": {"id": "dept:sales", "parent": "dept:gone"}}]
    query = "query I($changes: [ReorgChange!]!) { i: impact(changes: $changes) { units } }"
    answer = await SCHEMA.execute(query, {"changes": changes}, context_value={"graph": graph})
    assert answer.data is None
    assert answer.errors is not None
    (error,) = answer.errors
    assert (error.path, [fault["change"] for fault in (error.extensions or {})["faults"]]) == (["i"], [0, 1])
    await impact(graph, sells("region:r1", "region:r1"))
    assert await dump(graph) == before
