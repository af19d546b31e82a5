"""Which kinds of units may stand below which: whatever is changed, none comes to stand elsewhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chance import chance
from touchgraph.errors import InputError
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement
from touchgraph.model import BELOW, GROUPS
from touchgraph.organisation.changes.apply import apply
from touchgraph.organisation.changes.items import EvidenceItem
from touchgraph.organisation.changes.kinds import parse_change
from touchgraph.organisation.changes.work import Stamp, Work
from touchgraph.organisation.check import check
from touchgraph.organisation.facts import Snapshot
from touchgraph.organisation.store import write

ABOVE = {
    "company": "",
    "centre": "company",
    "dept": "centre dept",
    "region": "centre",
    "area": "region",
    "dealer": "area",
    "committee": "company centre dept",
}
"""The rule a second time: by the prefix of a unit, those of the units below which it may stand."""
UNITS = [f"{prefix}:u{number}" for prefix in ABOVE for number in (1, 2, 3)]
DAYS = [date(2025, 1, 1) + timedelta(days=number) for number in range(3)]
EVIDENCE = EvidenceItem(source="source:a", confidence="STATED")  # type: ignore[arg-type]
NAMES = {"nameZh": "名", "nameEn": "Name"}
Change = tuple[str, dict[str, Any]]


def prefix(entity: str) -> str:
    return entity.partition(":")[0]


def fits(unit: str, parent: str) -> bool:
    return prefix(parent) in ABOVE[prefix(unit)].split()


def stamp(number: int) -> Stamp:
    return Stamp(f"change:c{number}", datetime(2025, 6, 1, tzinfo=UTC) + timedelta(hours=number), DAYS[0], EVIDENCE)


def begun() -> Work:
    """Two units of each kind, each below one of the first kind below which it may stand; a third may be created."""
    work = Work(Snapshot(["source:a"]), stamp(0))
    for one in UNITS:
        if not one.endswith("3"):
            above = ABOVE[prefix(one)].split()
            parent = {"parent": f"{above[0]}:u{one[-1]}"} if above else {}
            apply(work, parse_change("create", {"id": one, **NAMES, **parent}))
    return work


def changed(work: Work, name: str, fields: dict[str, Any]) -> str:
    """Applies a change if it can be; returns why it cannot."""
    try:
        apply(work, parse_change(name, fields))
    except InputError as error:
        return str(error)
    return ""


def a_change(pick: Any) -> Change:
    """A change that sets parents, of any units; `pick` chooses one of a list."""
    one, other, third = pick(UNITS), pick(UNITS), pick(UNITS)
    day = {"validFrom": pick(DAYS)}
    kind = pick(["create", "move", "merge", "split", "close", "correct"])
    fields: dict[str, dict[str, Any]] = {
        "create": {"id": one, "parent": other, **NAMES},
        "move": {"id": one, "parent": other},
        "merge": {"ids": [one], "into": other},
        "split": {"id": one, "into": [other, third], "assign": pick([[], [{"unit": other, "child": pick(UNITS)}]])},
        "close": {"id": one, "successor": other},
    }
    if kind == "correct":
        return kind, {"type": "PART_OF", "start": one, "day": pick(DAYS), "instead": {"end": other}}
    return kind, fields[kind] | day


def wrong(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [(f.start, f.end) for f in snapshot if f.type == "PART_OF" and not fits(f.start, f.end)]


def test_the_rule_is_the_model_s() -> None:
    """The model says of every kind of unit below which kinds it may stand, as it is written down here."""
    assert BELOW.keys() == {kind.label for kind in GROUPS["OrgUnit"]}
    by_prefix = {kind.label: kind.prefix for kind in GROUPS["OrgUnit"]}
    told = {by_prefix[label]: {by_prefix[one] for one in above} for label, above in BELOW.items()}
    assert told == {one: set(above.split()) for one, above in ABOVE.items()}


@pytest.mark.parametrize(("kind", "above"), list(product(ABOVE, ABOVE)))
def test_a_unit_moves_below_those_only_that_may_hold_it(kind: str, above: str) -> None:
    """Of every two kinds: allowed, or refused with both units and their kinds, also where one is created there."""
    for name, unit in (("move", f"{kind}:u1"), ("create", f"{kind}:u3")):
        names = NAMES if name == "create" else {}
        why = changed(begun(), name, {"id": unit, "parent": f"{above}:u2", **names})
        if fits(unit, f"{above}:u2"):
            assert "cannot stand" not in why
        else:
            assert f"{unit} (" in why
            assert f"cannot stand below {above}:u2 (" in why


@pytest.mark.parametrize(("kind", "other"), list(product(ABOVE, ABOVE)))
def test_a_unit_is_merged_into_one_only_that_may_take_its_place(kind: str, other: str) -> None:
    """One of its kind, or one that may stand where it stands; a dealer never becomes a department."""
    work = begun()
    place = [fact.end for fact in work.now.out("PART_OF", f"{kind}:u1")]
    why = changed(work, "merge", {"ids": [f"{kind}:u1"], "into": f"{other}:u2"})
    if kind != other and not (place and fits(f"{other}:u2", place[0])):
        assert f"{other}:u2 (" in why
        assert f"cannot take the place of {kind}:u1 (" in why
    else:
        assert "cannot take the place" not in why
    assert wrong(work.now) == []


@settings(max_examples=300)
@given(st.data())
def test_no_change_puts_a_unit_where_it_may_not_stand(data: st.DataObject) -> None:
    """After any changes, whichever could be applied, every unit is below one that may hold it."""
    work = begun()
    for _ in range(data.draw(st.integers(1, 8))):
        changed(work, *a_change(lambda some: data.draw(st.sampled_from(some))))
    assert wrong(work.now) == []


async def test_the_check_finds_nothing_after_random_change_sets(empty_graph: Graph) -> None:
    """A hundred change sets, written one after the other: no rule is broken, and most kinds of change were made."""
    draw, done = chance(7), set()
    work = begun()
    source = "CREATE (:Source:Entity {id: 'source:a', nameZh: '文', nameEn: 'Text', recordedFrom: $at})"
    sets = """UNWIND range(0, 100) AS n CREATE (:ChangeSet:Entity {id: 'change:c' + toString(n), nameZh: '变',
        nameEn: 'Set', effective: $day, recordedFrom: $at + duration({hours: n}), contentHash: toString(n),
        source: 'source:a', confidence: 'STATED'})"""
    for text in (source, sets):
        await empty_graph.run(Statement(text, {"at": stamp(0).recorded, "day": DAYS[0]}))
    for number in range(1, 101):
        operations = work.operations()
        await empty_graph.write(partial(write, operations=operations))
        work = Work(work.now, stamp(number))
        for _ in range(20):
            name, fields = a_change(draw.choice)
            if not changed(work, name, fields):
                done.add(name)
    assert done >= {"create", "move", "merge", "close", "correct"}
    # What is written by hand here has no terms by which names are found.
    assert [one for one in await check(empty_graph) if one.rule != "names"] == []


async def test_the_check_tells_of_a_unit_where_it_may_not_stand(empty_graph: Graph) -> None:
    """Somebody who writes to the graph by other means: of every two kinds, exactly the wrong ones are told."""
    label = {kind.prefix: kind.label for kind in GROUPS["OrgUnit"]}
    rows = [
        {"id": f"{one}:{one}-{above}", "labels": label[one], "above": f"{above}:top", "top": label[above]}
        for one, above in product(ABOVE, ABOVE)
    ]
    await empty_graph.run(
        Statement(
            """UNWIND $rows AS row MERGE (b:Entity {id: row.above}) SET b:OrgUnit:$(row.top)
            CREATE (a:Entity {id: row.id}) SET a:OrgUnit:$(row.labels) CREATE (a)-[:PART_OF]->(b)""",
            {"rows": rows},
        )
    )
    told = {finding.message for finding in await check(empty_graph) if finding.rule == "place"}
    assert told == {
        f"PART_OF {row['id']} → {row['above']}: a {row['labels']} cannot stand below a {row['top']}"
        for row in rows
        if not fits(row["id"], row["above"])
    }
