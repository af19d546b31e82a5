"""Customers follow when what they are at is closed: the dealer, the stage, the channel, the pool, the phase."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.customers.test_rollups import TODAY, random_writes
from tests.customers.test_write import LEAD, LI, SAID, day, do
from tests.support.customers.small import SOURCE, load_small
from tests.support.dump import dump
from touchgraph.api.schema import build_schema
from touchgraph.customers.following import follow
from touchgraph.customers.tallies.rebuild import check_rollups
from touchgraph.errors import InvalidFiles
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement
from touchgraph.model import CUSTOMER_FACTS, OPEN_RECORD
from touchgraph.organisation.files.loading import load
from touchgraph.organisation.store import native

SCHEMA = build_schema()
APPLY = "mutation A($input: ApplyReorgInput!) { applyReorg(input: $input) { changeSet { id } } }"
EVIDENCE = {"source": SOURCE, "confidence": "STATED"}
FACT = tuple[str, str, str, date, date, tuple[Any, ...]]
TYPES = "|".join(kind.type for kind in CUSTOMER_FACTS)
MERGED = [
    ("dealer:d1", "dealer:d2"),
    ("stage:deal", "stage:retention"),
    ("channel:telephone", "channel:showroom"),
    ("pool:lead", "pool:incubation"),
    ("dealer:d2", "dealer:d3"),
]
"""The last goes on with whom the first brought."""


@pytest.fixture(name="small")
async def fixture_small(empty_graph: Graph, tmp_path: Path) -> Graph:
    """The small organisation, and a customer of a dealer, with a lead, a consent and feedback."""
    await load_small(empty_graph, tmp_path)
    await do(empty_graph, "upsertCustomers", customers=[LI])
    await do(empty_graph, "assignDealer", customer="customer:li", dealer="dealer:d1", day=day(20))
    await do(empty_graph, "moveStage", customer="customer:li", stage="stage:nurture", day=day(20))
    await do(empty_graph, "gradeLead", **LEAD, day=day(20))
    await do(empty_graph, "setConsent", customer="customer:li", channel="channel:wecom", consents=True, day=day(20))
    await do(empty_graph, "submitFeedback", **SAID)
    await do(empty_graph, "routeFeedback", feedback="feedback:1", phase="phase:facelift", day=day(20))
    return empty_graph


async def execute(graph: Graph, query: str, **variables: Any) -> Any:
    return await SCHEMA.execute(query, variables, context_value={"graph": graph})


async def reorganise(graph: Graph, *changes: dict[str, Any], effective: str = day(10)) -> Any:
    given = {"nameZh": "改", "nameEn": "Change", "effective": effective, "evidence": EVIDENCE, "changes": list(changes)}
    return await execute(graph, APPLY, input=given)


async def facts(graph: Graph, known: datetime | None = None) -> set[FACT]:
    """The facts of customers as known now, or at a time."""
    text = f"""MATCH (a)-[f:{TYPES}]->(b) WHERE f.recordedFrom <= $known < f.recordedTo
        RETURN type(f), a.id, b.id, f.validFrom, f.validTo, [f.channel, f.grade, f.score]"""
    time = known or OPEN_RECORD - timedelta(seconds=1)
    rows = await graph.run(Statement(text, {"known": time}))
    assert len(rows) == len({repr(row) for row in rows})
    return {(type_, a, b, native(since), native(until), tuple(own)) for type_, a, b, since, until, own in rows}


def followed(before: set[FACT], entity: str, successor: str | None, since: date) -> set[FACT]:
    """What has to hold after an entity is closed: written without regard to how the database does it, day by day."""
    after = {one for one in before if one[2] != entity or one[4] <= since}
    for type_, a, b, first, last, own in before - after:
        if first < since:
            after.add((type_, a, b, first, since, own))
        taken = sorted(one[3:5] for one in before if one[:3] == (type_, a, successor))
        start = max(first, since)
        for begin, end in [*taken, (last, last)]:
            if successor and start < min(begin, last):
                after.add((type_, a, successor, start, min(begin, last), own))
            start = max(start, end)
    return after


async def test_whoever_is_there_follows_and_is_counted(empty_graph: Graph, tmp_path: Path) -> None:
    """After random writes, with each kind closed in turn: every fact is where it has to be, and the roll-ups agree."""
    graph = await load_small(empty_graph, tmp_path)
    await random_writes([graph], 150, seed=15)
    before = await facts(graph)
    known = datetime.now(UTC)
    for number, (entity, successor) in enumerate(MERGED):
        since = TODAY - timedelta(days=15 - number)
        way = (
            {"merge": {"ids": [entity], "into": successor}}
            if number % 2
            else {"close": {"id": entity, "successor": successor}}
        )
        expected = followed(await facts(graph), entity, successor, since)
        moved = await facts(graph) ^ expected
        answer = await reorganise(graph, way, effective=since.isoformat())
        assert answer.errors is None, answer.errors
        assert await facts(graph) == expected
        assert moved, entity
        assert await check_rollups(graph) == []
    assert await facts(graph, known) == before


async def test_what_has_customers_is_not_closed_without_successor(small: Graph) -> None:
    """It is refused, with how many there are of what, unless it is said that what they have of it ends."""
    before = await dump(small)
    for entity, told in (
        ("dealer:d1", "1 customer (SERVED_BY)"),
        ("stage:nurture", "1 customer (IN_STAGE)"),
        ("pool:lead", "1 lead (GRADED)"),
        ("channel:wecom", "1 customer (CONSENTS_TO)"),
        ("phase:facelift", "1 feedback (ROUTED_TO)"),
    ):
        ends = [{"end": {"unit": "region:r2", "subject": entity, "role": "RESPONSIBLE"}}] if "phase" in entity else []
        ended = [{"endFact": {"type": t, "start": a, "end": b}} for t, a, b in await touching(small, entity)]
        answer = await reorganise(small, *ends, *ended, {"close": {"id": entity}})
        (error,) = answer.errors
        assert error.extensions["code"] == "BAD_USER_INPUT"
        assert f"{entity} still has {told} on {day(10)}: name who succeeds it" in error.message
        assert await dump(small) == before
    expected = followed(await facts(small), "dealer:d1", None, date.fromisoformat(day(10)))
    answer = await reorganise(small, {"close": {"id": "dealer:d1", "endCustomers": True}})
    assert answer.errors is None, answer.errors
    assert await facts(small) == expected
    assert await check_rollups(small) == []


async def touching(graph: Graph, entity: str) -> list[list[str]]:
    """Facts between subjects, which have to be ended before one of them is closed."""
    text = """MATCH (a)-[f:FOLLOWED_BY|SERVES]->(b) WHERE f.recordedTo = $open AND $id IN [a.id, b.id]
        RETURN type(f), a.id, b.id"""
    return [list(row) for row in await graph.run(Statement(text, {"open": OPEN_RECORD, "id": entity}))]


async def test_history_names_what_it_was(small: Graph) -> None:
    """The customer is the successor's from the day on; before it, and in the history, the closed dealer is named."""
    await reorganise(small, {"close": {"id": "dealer:d1", "successor": "dealer:d2"}})
    query = """query Q($before: Date!) { customer(id: "customer:li") { dealer { id nameEn }
        dealerHistory { dealer { id nameEn } validFrom validTo } }
        customers(place: "dealer:d2") { totalCount }
        at(asOf: $before) { customer(id: "customer:li") { dealer { id nameEn } }
          customers(place: "dealer:d1") { totalCount } } }"""
    data = (await execute(small, query, before=day(11))).data
    d1, d2 = {"id": "dealer:d1", "nameEn": "D1"}, {"id": "dealer:d2", "nameEn": "D2"}
    assert data == {
        "customer": {
            "dealer": d2,
            "dealerHistory": [
                {"dealer": d1, "validFrom": day(20), "validTo": day(10)},
                {"dealer": d2, "validFrom": day(10), "validTo": None},
            ],
        },
        "customers": {"totalCount": 1},
        "at": {"customer": {"dealer": d1}, "customers": {"totalCount": 1}},
    }


async def test_a_day_that_is_yet_to_come_can_only_be_supposed(small: Graph) -> None:
    """Customers do not follow ahead of time; a what-if shows how they will, and the impact how many."""
    tomorrow = day(-1)
    change = {"close": {"id": "dealer:d1", "successor": "dealer:d2"}}
    before = await dump(small)
    (error,) = (await reorganise(small, change, effective=tomorrow)).errors
    assert "which is yet to come" in error.message
    query = """query Q($changes: [ReorgChange!]!, $day: Date!) { at(asOf: $day) {
        whatIf(changes: $changes) { customer(id: "customer:li") { dealer { id } } poolSizes(place: "dealer:d2") {
          pools { pool { id } leads } } }
        impact(changes: $changes) { customersLeft leadsLeft } } }"""
    data = (await execute(small, query, changes=[change], day=tomorrow)).data["at"]
    assert data["whatIf"]["customer"] == {"dealer": {"id": "dealer:d2"}}
    assert {"pool": {"id": "pool:lead"}, "leads": 1} in data["whatIf"]["poolSizes"]["pools"]
    assert data["impact"] == {"customersLeft": 1, "leadsLeft": 0}
    assert await dump(small) == before


async def test_they_go_only_where_they_can(small: Graph) -> None:
    """Of the parts of a split, to the one that is named; not to what cannot serve them."""
    split = {"id": "dealer:d1", "into": ["dealer:d2", "dealer:d3"]}
    (error,) = (await reorganise(small, {"split": split})).errors
    assert "dealer:d1 still has 1 customer" in error.message
    (error,) = (await reorganise(small, {"split": split | {"customers": "dealer:d4"}})).errors
    assert "`customers` is dealer:d4: expected one of dealer:d2, dealer:d3" in error.message
    assert (await reorganise(small, {"split": split | {"customers": "dealer:d3"}})).errors is None
    assert ("SERVED_BY", "customer:li", "dealer:d3") in {one[:3] for one in await facts(small)}
    assert await check_rollups(small) == []


async def test_a_correction_that_takes_days_away_is_refused(small: Graph) -> None:
    """To say that a dealer was there for a shorter time is to close it, too."""
    instead = {"start": "dealer:d1", "instead": {"validTo": day(5)}}
    parent, state = {"type": "PART_OF", "end": "area:a1", **instead}, {"type": "HAS_STATE", **instead}
    answer = await reorganise(small, {"correct": parent}, {"correct": state})
    assert answer.errors
    assert f"dealer:d1 still has 1 customer (SERVED_BY) on {day(5)}" in answer.errors[0].message


async def test_files_let_them_follow_too(small: Graph, tmp_path: Path) -> None:
    """A seed file that closes a dealer moves its customers, if it is loaded by who lets them follow; else it fails."""
    path = tmp_path / "close.yaml"
    path.write_text(
        f"""
changeSet: {{id: change:close, nameZh: 关, nameEn: Close, effective: {day(10)}, recorded: {day(1)}T00:00:00Z,
  evidence: {{source: {SOURCE}, confidence: STATED}}}}
changes:
- close: {{id: dealer:d1, successor: dealer:d2}}
""",
        encoding="utf-8",
    )
    before = await dump(small)
    with pytest.raises(InvalidFiles, match="do not follow"):
        await load(small, [path])
    assert await dump(small) == before
    await load(small, [path], follow=follow)
    assert ("SERVED_BY", "customer:li", "dealer:d2") in {one[:3] for one in await facts(small)}
    assert await check_rollups(small) == []


async def test_whoever_got_them_may_not_leave_them(small: Graph) -> None:
    """A successor that is closed in the same change set needs one, too; then they go on to that."""
    first = {"close": {"id": "dealer:d1", "successor": "dealer:d2"}}
    (error,) = (await reorganise(small, first, {"close": {"id": "dealer:d2"}})).errors
    assert "dealer:d2 still has 1 customer" in error.message
    assert (await reorganise(small, first, {"close": {"id": "dealer:d2", "successor": "dealer:d3"}})).errors is None
    assert {one[2] for one in await facts(small) if one[0] == "SERVED_BY"} == {"dealer:d1", "dealer:d3"}
    assert await check_rollups(small) == []


async def test_who_succeeds_has_to_stay(small: Graph) -> None:
    """They are not left with one that is known to end itself."""
    end = {"correct": {"type": "PART_OF", "start": "dealer:d2", "end": "area:a2", "instead": {"validTo": day(-30)}}}
    ends = {"correct": {"type": "HAS_STATE", "start": "dealer:d2", "instead": {"validTo": day(-30)}}}
    assert (await reorganise(small, end, ends)).errors is None
    (error,) = (await reorganise(small, {"close": {"id": "dealer:d1", "successor": "dealer:d2"}})).errors
    assert "dealer:d2 cannot take them, as it is not there all the time" in error.message
