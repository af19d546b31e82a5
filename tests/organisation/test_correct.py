"""Corrections: what they close and record, what they refuse, and what is known before and after them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.api.test_mutation import EVIDENCE, execute, fixture_small, refused, request  # noqa: F401
from tests.organisation.test_changes import DAY, LATER, START, applied, fixture_known, only, state  # noqa: F401
from tests.support.dump import dump
from touchgraph.errors import InputError
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement
from touchgraph.model import OPEN_END
from touchgraph.organisation.facts import Snapshot

PART = {"type": "PART_OF", "start": "dept:a1", "end": "dept:a"}
OWNS = {"type": "RESPONSIBLE_FOR", "start": "dept:a", "end": "touchpoint:t"}


def test_a_fact_that_never_was_is_closed_and_nothing_recorded(known: Snapshot) -> None:
    """Without `instead` the record is closed as a whole: the fact holds on no day any more."""
    operations = applied(known, 2, {"correct": OWNS}).operations()
    assert [(f.type, f.valid_from, f.valid_to) for f in operations.closed] == [("RESPONSIBLE_FOR", START, OPEN_END)]
    assert operations.recorded_facts == []


def test_a_fact_is_replaced_by_what_is_right(known: Snapshot) -> None:
    """Another end, other days, another property: what is not named stays, null takes away; evidence is the change's."""
    instead = {"end": "dept:b", "validFrom": DAY, "validTo": LATER}
    operations = applied(known, 2, {"correct": {**PART, "instead": instead, "note": "why"}}).operations()
    assert only(operations.closed).end == "dept:a"
    new = only(operations.recorded_facts)
    assert (new.start, new.end, new.valid_from, new.valid_to) == ("dept:a1", "dept:b", DAY, LATER)
    assert (new.evidence.note, new.evidence.locator) == ("why", "¶1")
    again = applied(known, 2, {"correct": {**PART, "instead": {"validTo": LATER}}}).now
    opened = applied(again, 3, {"correct": {**PART, "instead": {"validTo": None}}}).now
    assert only(opened.out("PART_OF", "dept:a1")).valid_to == OPEN_END


def test_a_correction_outside_a_life_is_refused(known: Snapshot) -> None:
    """A fact cannot be said to hold before its ends exist, and a life cannot be cut from under its facts."""
    with pytest.raises(InputError, match="dept:a1 does not exist"):
        applied(known, 2, {"correct": {**PART, "instead": {"validFrom": date(2020, 1, 1)}}})
    with pytest.raises(InputError, match=r"when dept:a does not exist.*Correct or end that first"):
        applied(known, 2, {"correct": {"type": "HAS_STATE", "start": "dept:a", "instead": {"validTo": DAY}}})
    with pytest.raises(InputError, match="Correct or end that first"):
        applied(known, 2, {"correct": {"type": "HAS_STATE", "start": "dept:a"}})


def test_properties_are_replaced_and_taken_away(known: Snapshot) -> None:
    """A state's and a fact's own properties: one is set, one taken away, the others stay."""
    changes = [
        {"correct": {"type": "HAS_STATE", "start": "dept:a", "instead": {"nameEn": "Other", "level": None}}},
        {"correct": {**OWNS, "role": "ACCOUNTABLE", "instead": {"role": "CONSULTED", "mandate": None}}},
        {"correct": {"type": "IN_UNIT", "start": "position:p", "end": "dept:a", "instead": {"headcount": 5}}},
    ]
    now = applied(known, 2, *changes).now
    assert state(now, "dept:a", START) == {"nameZh": "名", "nameEn": "Other"}
    assert dict(only(now.out("RESPONSIBLE_FOR", "dept:a")[:1]).properties) == {"role": "CONSULTED"}
    assert dict(only(now.out("IN_UNIT", "position:p")).properties) == {"headcount": 5}


def test_which_fact_is_told_by_day_and_properties(known: Snapshot) -> None:
    """Where several facts fit, they are shown; a day, or a property, even one that is missing, tells them apart."""
    moved = applied(known, 2, {"move": {"id": "dept:a1", "parent": "dept:b"}}).now
    both = {"type": "PART_OF", "start": "dept:a1"}
    with pytest.raises(InputError, match=r"2 facts could be meant: .*dept:a .*dept:b"):
        applied(moved, 3, {"correct": both})
    now = applied(moved, 3, {"correct": {**both, "day": LATER, "instead": {"end": "centre:c"}}}).now
    assert [f.end for f in now.out("PART_OF", "dept:a1")] == ["dept:a", "centre:c"]
    scoped = applied(known, 2, {"assign": {"unit": "dept:a", "subject": "touchpoint:t", "role": "ACCOUNTABLE",
                                           "scope": "region:r"}}).now  # fmt: skip
    left = applied(scoped, 3, {"correct": {**OWNS, "scope": None}}).now
    assert [f.get("scope") for f in left.out("RESPONSIBLE_FOR", "dept:a") if f.end == "touchpoint:t"] == ["region:r"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"type": "PART", "start": "dept:a"}, "expected one of"),
        ({**PART, "start": "dept:nobody"}, "unknown id dept:nobody"),
        ({**PART, "end": "dept:b"}, "nothing to correct"),
        ({**PART, "day": date(2020, 1, 1)}, "is known on 2020-01-01"),
        ({**PART, "validFrom": DAY}, "no place in a correction"),
        ({**PART, "instead": {"level": 3}}, "cannot have level"),
        ({**PART, "instead": {"end": "dept:a1"}}, "come back"),
        ({**PART, "instead": {}}, "nothing changes"),
        ({**OWNS, "role": "ACCOUNTABLE", "instead": {"role": None}}, "needs role"),
        ({"type": "HAS_STATE", "start": "dept:a", "instead": {"nameEn": None}}, "needs nameEn"),
        ({"type": "HAS_STATE", "start": "dept:a", "instead": {"headcount": 3}}, "cannot have headcount"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(known: Snapshot, change: dict[str, Any], told: str) -> None:
    """Unknown types, ids, facts and properties, what would break a rule, and what changes nothing."""
    with pytest.raises(InputError, match=told):
        applied(known, 2, {"correct": change})


CORRECT = """mutation C($input: CorrectFactInput!) { correctFact(input: $input) {
    clientMutationId changeSet { id nameEn effective } query { orgUnit(id: "dept:b") { nameEn parent { id } } } } }"""
SEEN = """query S($t: DateTime) { at(knownAt: $t, asOf: "2024-06-01") { orgUnit(id: "dept:b") { nameEn
    states { nameEn recordedTo } facts(types: [PART_OF]) { recordedFrom evidence { locator } } parent { id } } } }"""


async def test_both_what_was_and_what_is_known_can_be_asked_for(small: Graph) -> None:
    """A corrected fact: before the correction the old one is known, since then the new; `knownAt` shows either."""
    ((first,),) = await small.run(Statement("MATCH (c:ChangeSet) RETURN c.recordedFrom"))
    moment = {"t": (first.to_native() + timedelta(microseconds=1)).isoformat()}
    before = await execute(small, SEEN, moment)
    correction = {"type": "HAS_STATE", "start": "dept:b", "instead": {"nameEn": "Bee"}, "day": "2024-03-01"}
    data = await execute(small, CORRECT, {"input": {**correction, "evidence": EVIDENCE, "clientMutationId": "c"}})
    assert data["correctFact"] == {
        "clientMutationId": "c",
        "changeSet": {"id": "change:2024-03-01-correction", "nameEn": "Correction", "effective": "2024-03-01"},
        "query": {"orgUnit": {"nameEn": "Bee", "parent": {"id": "centre:c"}}},
    }
    where = {"type": "PART_OF", "start": "dept:b", "instead": {"end": "dept:a"}, "note": "a slip"}
    wanted = {"input": {**where, "evidence": {**EVIDENCE, "locator": "¶2"}, "clientMutationId": "d", "nameEn": "Slip"}}
    first_answer = await execute(small, CORRECT, wanted)
    state_before = await dump(small)
    assert await execute(small, CORRECT, wanted) == first_answer
    assert await dump(small) == state_before
    now = (await execute(small, SEEN, {"t": None}))["at"]["orgUnit"]
    assert (now["nameEn"], now["parent"]["id"]) == ("Bee", "dept:a")
    assert [state["nameEn"] for state in now["states"]] == ["Bee"]
    assert now["facts"][0]["evidence"]["locator"] == "¶2"
    then = (await execute(small, SEEN, moment))["at"]["orgUnit"]
    was = before["at"]["orgUnit"]
    assert (then["nameEn"], then["parent"], then["facts"]) == ("B", {"id": "centre:c"}, was["facts"])
    assert was["states"][0]["recordedTo"] is None
    assert then["states"][0]["recordedTo"] is not None


async def test_what_if_takes_corrections_too(small: Graph) -> None:
    """A correction is a change as any other: below whatIf it is supposed, and its nulls mean what they say."""
    query = """{ whatIf(changes: [{correct: {type: "HAS_STATE", start: "dept:a", instead: {level: null}}}]) {
        orgUnit(id: "dept:a") { level } } orgUnit(id: "dept:a") { level } }"""
    assert await execute(small, query) == {"whatIf": {"orgUnit": {"level": None}}, "orgUnit": {"level": 2}}
    error = await refused(small, CORRECT, {"input": {"type": "X", "start": "dept:a", "evidence": EVIDENCE}})
    assert "changes[0]: `type` is X" in error.message
