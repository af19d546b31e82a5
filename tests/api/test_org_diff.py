"""What differs between two moments: all that changed, and nothing else."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.cost import hits
from tests.support.diff_reference import Change, Differ
from tests.support.later import later
from tests.support.reference import At, Fact, World, written
from touchgraph.api.schema import build_schema
from touchgraph.api.types.diff import OrgChangeKind
from touchgraph.graph.driver import Address, Graph
from touchgraph.graph.statements import Statement
from touchgraph.model import COMPARED, LATEST
from touchgraph.organisation.files.loading import default_paths, load
from touchgraph.resources import folder

SCHEMA = build_schema()
DIFF = """
query Diff($from: Moment!, $to: Moment!) {
  orgDiff(from: $from, to: $to) {
    from { asOf knownAt }
    to { asOf knownAt }
    total
    counts { kind count }
    changes {
      kind
      unit { id nameEn } position { id nameEn } subject { id nameEn }
      from { id nameEn } to { id nameEn }
      before { ...Shown } after { ...Shown }
      changeSets { id nameEn }
      evidence { source { id } locator confidence }
    }
  }
}
fragment Shown on Fact {
  type validFrom validTo recordedFrom
  evidence { source { id } locator }
  changeSet { id }
  ... on State { nameEn level mandateEn }
  ... on Responsibility { unit { id } subject { id } role channel { id } mandate }
  ... on PositionAssignment { position { id } unit { id } headcount }
  ... on Support { unit { id } supported { id } how mandate }
  ... on Delegation { unit { id } to { id } }
  ... on Unowned { subject { id } reason }
  ... on Relation { from { id nameEn } to { id nameEn } }
}
"""
ENDS = {
    "RESPONSIBLE_FOR": ("unit", "subject"),
    "IN_UNIT": ("position", "unit"),
    "SUPPORTS": ("unit", "supported"),
    "DELEGATES_TO": ("unit", "to"),
    "PART_OF": ("from", "to"),
    "REPORTS_TO": ("from", "to"),
    "UNOWNED": ("subject", None),
    "HAS_STATE": (None, None),
}
NOW = datetime(9999, 12, 30, tzinfo=UTC)
EARLY = datetime(2025, 6, 1, 18, tzinfo=UTC)
BEFORE, AFTER = At(date(2025, 3, 31), NOW), At(date(2025, 6, 1), NOW)
MOMENTS = [
    BEFORE,
    AFTER,
    At(date(2025, 6, 1), EARLY),
    At(date(2026, 2, 1), NOW),
    At(date(2025, 6, 1), datetime(2025, 5, 1, tzinfo=UTC)),
]


def moment(at: At) -> dict[str, str]:
    return {"asOf": at.day.isoformat(), "knownAt": at.known.isoformat()}


async def ask(graph: Graph, before: At, after: At) -> dict[str, Any]:
    variables = {"from": moment(before), "to": moment(after)}
    answer = await SCHEMA.execute(DIFF, variables, context_value={"graph": graph})
    assert answer.errors is None, answer.errors
    assert answer.data is not None
    diff: dict[str, Any] = answer.data["orgDiff"]
    assert diff["total"] == len(diff["changes"]) == sum(count["count"] for count in diff["counts"])
    return diff


def name(entity: dict[str, Any] | None) -> str | None:
    return entity["id"] if entity else None


def told(fact: dict[str, Any]) -> str:
    """A fact of an answer, as a text to compare."""
    ends = [name(fact.get(end or "")) for end in ENDS[fact["type"]]]
    own = [fact.get(key) for key in ("nameEn", "level", "mandateEn", "role", "headcount", "mandate", "how", "reason")]
    times = [fact["validFrom"], fact["validTo"], fact["recordedFrom"]]
    evidence = [fact["evidence"]["source"]["id"], fact["evidence"]["locator"], fact["changeSet"]["id"]]
    return repr((fact["type"], *ends, name(fact.get("channel")), *own, *times, *evidence))


def expected(world: World, fact: Fact) -> str:
    """The same of a fact of the reference."""
    props = fact.props | (world.states[fact.end] if fact.type == "HAS_STATE" else {})
    keys = {name: end for name, end in zip(ENDS[fact.type], (fact.start, fact.end), strict=True) if name}
    ends = [keys.get(name) if name else None for name in ENDS[fact.type]]
    own = [props.get(key) for key in ("nameEn", "level", "mandateEn", "role", "headcount", "mandate", "how", "reason")]
    times = [written(props[key]) for key in ("validFrom", "validTo", "recordedFrom")]
    evidence = [props["source"], props.get("locator"), props["changeSet"]]
    return repr((fact.type, *ends, props.get("channel"), *own, *times, *evidence))


def of_answer(diff: dict[str, Any]) -> list[Any]:
    return [
        (
            one["kind"],
            *(name(one[key]) or "" for key in ("unit", "position", "subject")),
            *([entity["id"] for entity in one[key]] for key in ("from", "to")),
            *(sorted(map(told, one[key])) for key in ("before", "after")),
        )
        for one in diff["changes"]
    ]


def of_reference(world: World, changes: list[Change]) -> list[Any]:
    return sorted(
        (
            one.kind,
            *(entity or "" for entity in (one.unit, one.position, one.subject)),
            one.gone_from,
            one.gone_to,
            *(sorted(expected(world, fact) for fact in facts) for facts in (one.before, one.after)),
        )
        for one in changes
    )


def agree(world: World, diff: dict[str, Any], before: At, after: At) -> None:
    assert sorted(of_answer(diff)) == of_reference(world, Differ(world, before, after).changes())


@pytest.fixture(scope="module")
async def world(graph: Graph) -> World:
    return await World.read(graph)


# --- the reform -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), list(product(MOMENTS, MOMENTS)))
async def test_a_diff_is_what_comparing_all_facts_gives(graph: Graph, world: World, before: At, after: At) -> None:
    """Between any two moments, forwards and backwards, of valid or of recorded time, as a plain comparison finds it."""
    diff = await ask(graph, before, after)
    agree(world, diff, before, after)
    assert (diff["changes"] == []) == (before == after)


def reform() -> Counter[str]:
    """How many changes of each kind the reform's file lists, but for lines of units that it makes."""
    kinds = {
        "rename": "RENAMED",
        "create": "CREATED",
        "mandate": "MANDATE_CHANGED",
        "close": "CLOSED",
        "rank": "RERANKED",
        "delegate": "DELEGATED",
        "staff": "POSITION_ADDED",
        "assign": "RESPONSIBILITY_RECORDED",
        "transfer": "RESPONSIBILITY_TRANSFERRED",
    }
    *before, content = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in default_paths())
    changes = [key for change in content["changes"] for key in change]
    found = Counter(kinds[key] for key in changes if key in kinds)
    # What nobody said of the time before may have been the same then.
    mandated = {e["id"] for one in before for e in one["entities"] if any(key.startswith("mandate") for key in e)}
    new = sum(change["mandate"]["id"] not in mandated for change in content["changes"] if "mandate" in change)
    found += {"MANDATE_RECORDED": new, "MANDATE_CHANGED": -new}
    found["SUPPORT_STARTED"] = sum(fact["type"] == "SUPPORTS" for fact in content["facts"])
    found["POSITION_ADDED"] += sum(fact["type"] == "IN_UNIT" for fact in content["facts"])
    assert (
        changes.count("end") == 3
    )  # of one subject that somebody else is assigned: one transfer, and one less that got known
    found["RESPONSIBILITY_TRANSFERRED"] += 1
    found["RESPONSIBILITY_RECORDED"] -= 1
    return found


async def test_the_diff_over_the_reform_tells_the_whole_reform_and_nothing_else(graph: Graph) -> None:
    """Every change of the reform's file is told, by that change set; parents that it only states anew are no change."""
    diff = await ask(graph, BEFORE, AFTER)
    counts = {count["kind"]: count["count"] for count in diff["counts"]}
    assert counts == reform()
    assert {one["id"] for change in diff["changes"] for one in change["changeSets"]} == {"change:reform-2025"}
    assert all(change["changeSets"] and change["evidence"] for change in diff["changes"])


async def test_scattered_responsibility_goes_into_one_hand(graph: Graph) -> None:
    """Three that were responsible before and one that is accountable after are one transfer (B3 to C1)."""
    (one,) = [
        c
        for c in (await ask(graph, BEFORE, AFTER))["changes"]
        if name(c["subject"]) == "capability:customer-experience"
    ]
    assert one["kind"] == "RESPONSIBILITY_TRANSFERRED"
    assert [unit["id"] for unit in one["from"]] == ["dept:after-sales", "dept:marketing", "dept:sales"]
    assert [unit["id"] for unit in one["to"]] == ["dept:customer-operations"]
    assert one["evidence"] == [{"source": {"id": "source:article"}, "locator": "¶18, ¶19", "confidence": "STATED"}]


async def test_what_is_gone_is_shown_as_it_was(graph: Graph) -> None:
    """The product department that the reform closed has its name and the parent that it left (B2 to P1)."""
    changes = (await ask(graph, BEFORE, AFTER))["changes"]
    (closed,) = [c for c in changes if c["kind"] == "CLOSED"]
    assert closed["unit"] == {"id": "dept:product-management", "nameEn": "Product Management Department"}
    assert [unit["id"] for unit in closed["from"]] == ["dept:sales"]
    assert "REPORTING_LINE_CHANGED" not in {c["kind"] for c in changes}


async def test_product_leaves_sales_for_the_evp_and_rises(graph: Graph) -> None:
    """The department below sales is closed, at level 2; the new one is at level 1, no part of sales (B2 to P1)."""
    changes = (await ask(graph, BEFORE, AFTER))["changes"]
    ranks = {
        (change["kind"], name(change["unit"])): [fact["level"] for fact in shown if fact["type"] == "HAS_STATE"]
        for change in changes
        for shown in [change["after"] or change["before"]]
        if change["kind"] in ("CREATED", "CLOSED")
    }
    assert ranks["CLOSED", "dept:product-management"] == [2]
    assert ranks["CREATED", "dept:product-operations"] == [1]
    (new,) = [c for c in changes if c["kind"] == "CREATED" and name(c["unit"]) == "dept:product-operations"]
    assert [one["id"] for one in new["to"]] == ["centre:back-office", "position:evp"]


async def test_a_diff_backwards_swaps_before_and_after(graph: Graph) -> None:
    """Asked the other way round, what was created is closed, and facts before and after change places."""
    there, back = await ask(graph, BEFORE, AFTER), await ask(graph, AFTER, BEFORE)
    sides = [[sorted(map(told, c["before"])), sorted(map(told, c["after"]))] for c in there["changes"]]
    assert sorted(sides) == sorted(
        [sorted(map(told, c["after"])), sorted(map(told, c["before"]))] for c in back["changes"]
    )


async def test_changes_come_in_the_order_of_their_kinds_and_can_be_chosen_by_kind(graph: Graph) -> None:
    """All kinds in the order of the enum; with `kinds` only those, with counts of all; `at` around it does nothing."""
    order = [kind.value for kind in OrgChangeKind]
    diff = await ask(graph, BEFORE, AFTER)
    kinds = [change["kind"] for change in diff["changes"]]
    assert kinds == sorted(kinds, key=order.index)
    query = """query Q($kinds: [OrgChangeKind!], $day: Date, $known: DateTime) {
      at(asOf: "1999-01-01", knownAt: "2025-06-01T06:00:00Z") {
        orgDiff(from: {asOf: $day, knownAt: $known}, to: {asOf: "2025-06-01"}) {
          total
          from { asOf knownAt }
          to { knownAt }
          changes(kinds: $kinds) { kind unit { nameEn } }
          none: changes(kinds: []) { kind }
        }
      }
    }"""
    for day, known in (("2025-03-31", None), ("2025-06-01", "2025-06-01T18:00:00Z")):
        variables = {"kinds": ["CLOSED", "RENAMED"], "day": day, "known": known}
        answer = await SCHEMA.execute(query, variables, context_value={"graph": graph})
        assert answer.errors is None, answer.errors
        assert answer.data is not None
        found = answer.data["at"]["orgDiff"]
        assert (found["from"], found["to"]) == ({"asOf": day, "knownAt": known}, {"knownAt": None})
        assert [c["kind"] for c in found["changes"]] == ["CLOSED", "RENAMED", "RENAMED"]
        assert found["none"] == []
        assert found["total"] > 100


def test_every_compared_fact_is_looked_for() -> None:
    """The statement asks for the facts that the model compares, each by its indexes."""
    text = (folder("cypher") / "queries" / "org-diff.cypher").read_text(encoding="utf-8")
    assert all(f"[f:{type_}]->() USING INDEX SEEK f:{type_}(validFrom)" in text for type_ in COMPARED)
    assert text.count("[f:") == len(COMPARED)
    assert LATEST.year == NOW.year


# --- later change sets ----------------------------------------------------------------------------------------------


async def test_a_diff_over_further_change_sets_is_what_comparing_all_facts_gives(
    empty_graph: Graph, tmp_path: Path
) -> None:
    """Merged, moved and moved back, corrected for the past, taken over in part: every pair of eight moments agrees."""
    await load(empty_graph)
    await load(empty_graph, later(tmp_path))
    world = await World.read(empty_graph)
    days = [date(2025, 6, 15), date(2025, 9, 15), date(2025, 10, 15), date(2026, 2, 1)]
    moments = [At(day, known) for day in days for known in (datetime(2025, 8, 15, tzinfo=UTC), NOW)]
    kinds: set[str] = set()
    for before, after in product(moments, moments):
        diff = await ask(empty_graph, before, after)
        agree(world, diff, before, after)
        kinds |= {change["kind"] for change in diff["changes"]}
    # The reform, which comes before all of these, is complete.
    assert kinds == {kind.value for kind in OrgChangeKind} - {"RESPONSIBILITY_RECORDED"}


async def test_a_closed_record_is_told_with_the_change_set_that_closed_it(empty_graph: Graph, tmp_path: Path) -> None:
    """A responsibility that turns out never to have been is lost by the correction, not by who recorded it."""
    await load(empty_graph)
    await load(empty_graph, later(tmp_path))
    day = date(2025, 6, 15)
    diff = await ask(empty_graph, At(day, datetime(2025, 11, 1, tzinfo=UTC)), At(day, NOW))
    told = [(c["kind"], name(c["unit"]), [one["id"] for one in c["changeSets"]]) for c in diff["changes"]]
    assert told == [
        ("MANDATE_CHANGED", "dept:lead-operations", ["change:correction"]),
        ("RESPONSIBILITY_LOST", "dept:lead-operations", ["change:correction"]),
    ]


# --- cost -----------------------------------------------------------------------------------------------------------

GROW = """
WITH {validFrom: date('2020-01-01'), validTo: date('9999-12-31'), recordedFrom: datetime('2020-01-01T00:00:00Z'),
  recordedTo: datetime('9999-12-31T00:00:00Z')} AS fact
MERGE (area:Area:OrgUnit:Entity {id: 'area:top'})
MERGE (position:Position:Entity {id: 'position:seller'})
MERGE (subject:Touchpoint:Subject:Entity {id: 'touchpoint:visit'})
WITH fact, area, position, subject
UNWIND range($from, $to) AS n
CREATE (unit:Dealer:OrgUnit:Entity {id: 'dealer:d' + toString(100000 + n)})
CREATE (unit)-[state:HAS_STATE]->(:State {id: 'state:' + toString(n), nameZh: '店', nameEn: 'Dealer ' + toString(n)})
CREATE (unit)-[part:PART_OF]->(area), (position)-[staff:IN_UNIT {headcount: 2}]->(unit)
CREATE (unit)-[duty:RESPONSIBLE_FOR {role: 'RESPONSIBLE', scope: unit.id}]->(subject)
SET state += fact, part += fact, staff += fact, duty += fact
"""
CHANGE = """
UNWIND range(1, 20) AS n
MATCH (unit:Dealer {id: 'dealer:d' + toString(100000 + n)})-[old:HAS_STATE]->()
SET old.validTo = date('2025-01-01')
CREATE (unit)-[new:HAS_STATE]->(:State {id: 'state:new' + toString(n), nameZh: '新', nameEn: 'New ' + toString(n)})
SET new += properties(old), new.validFrom = date('2025-01-01'), new.validTo = date('9999-12-31')
"""
COUNTED = """{ orgDiff(from: {asOf: "2024-12-01"}, to: {asOf: "2025-02-01"}) {
  total changes { kind unit { nameEn } before { ... on State { nameEn } } after { ... on State { nameEn } } } } }"""


async def test_a_diff_costs_what_changed_not_what_exists(empty_graph: Graph, scratch_address: Address) -> None:
    """Twenty renamed dealers cost the same among 300 dealers and among 3,000; unchanged dealers are not visited."""
    costs = []
    for start, end in ((1, 300), (301, 3000)):
        await empty_graph.run(Statement(GROW, {"from": start, "to": end}))
        if start == 1:
            await empty_graph.run(Statement(CHANGE))
        await empty_graph.run(Statement("CALL db.prepareForReplanning()"))
        answer = await SCHEMA.execute(COUNTED, context_value={"graph": empty_graph})
        assert answer.data is not None
        assert answer.data["orgDiff"]["total"] == 20
        costs.append(await hits(scratch_address, COUNTED, {}))
    assert costs[0] == costs[1]
    assert costs[0] < 5000  # to look at each dealer and its state would take twice as many
