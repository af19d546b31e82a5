"""What changes do to what is known: the pure code, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from touchgraph.errors import InputError
from touchgraph.model import OPEN_END
from touchgraph.organisation.changes.apply import apply, plan_changes
from touchgraph.organisation.changes.items import EvidenceItem
from touchgraph.organisation.changes.kinds import parse_change
from touchgraph.organisation.changes.work import Operations, Stamp, Work
from touchgraph.organisation.facts import Fact, Snapshot

START, DAY, LATER = date(2024, 1, 1), date(2025, 5, 31), date(2025, 9, 1)
EVIDENCE = EvidenceItem(source="source:a", confidence="STATED", locator="¶1")  # type: ignore[arg-type]

FIRST: list[dict[str, dict[str, Any]]] = [
    {"create": {"id": "company:c"}},
    {"create": {"id": "centre:c", "parent": "company:c"}},
    {"create": {"id": "dept:a", "parent": "centre:c", "level": 1}},
    {"create": {"id": "dept:b", "parent": "centre:c"}},
    {"create": {"id": "dept:a1", "parent": "dept:a"}},
    {"create": {"id": "region:r", "parent": "centre:c"}},
    {"create": {"id": "position:p"}},
    {"create": {"id": "touchpoint:t"}},
    {"create": {"id": "touchpoint:u", "parent": "touchpoint:t"}},
    {"create": {"id": "channel:x"}},
    {"assign": {"unit": "dept:a", "subject": "touchpoint:t", "role": "ACCOUNTABLE", "mandate": "all of it"}},
    {"assign": {"unit": "dept:a", "subject": "touchpoint:u", "role": "RESPONSIBLE", "scope": "region:r"}},
    {"staff": {"unit": "dept:a", "position": "position:p", "headcount": 3}},
]


def stamp(number: int, effective: date = DAY) -> Stamp:
    return Stamp(f"change:c{number}", datetime(2025, 6, number, tzinfo=UTC), effective, EVIDENCE)


def parsed(change: dict[str, dict[str, Any]]) -> Any:
    ((name, fields),) = change.items()
    names = {"nameZh": "名", "nameEn": "Name"} if name == "create" else {}
    return parse_change(name, names | fields)


def applied(before: Snapshot, number: int, *changes: dict[str, dict[str, Any]], effective: date = DAY) -> Work:
    work = Work(before, stamp(number, effective))
    for change in changes:
        apply(work, parsed(change))
    return work


@pytest.fixture(name="known")
def fixture_known() -> Snapshot:
    return applied(Snapshot(["source:a"]), 1, *FIRST, effective=START).now


def facts(snapshot: Snapshot, type_: str, day: date = DAY) -> set[tuple[str, str]]:
    return {(f.start, f.end) for f in snapshot if f.type == type_ and f.valid_from <= day < f.valid_to}


def state(snapshot: Snapshot, entity: str, day: date = DAY) -> dict[str, Any] | None:
    found = [f for f in snapshot.out("HAS_STATE", entity) if f.valid_from <= day < f.valid_to]
    return dict(snapshot.states[found[0].end]) if found else None


def only(found: list[Fact]) -> Fact:
    (fact,) = found
    return fact


def test_a_move_ends_the_old_fact_and_records_the_new_one(known: Snapshot) -> None:
    """A move closes the fact, records what is left of it with its own evidence, and the new one with the change's."""
    own = {"source": "source:a", "confidence": "INFERRED", "locator": "¶9"}
    work = applied(known, 2, {"move": {"id": "dept:a1", "parent": "dept:b", "evidence": own, "note": "why"}})
    operations = work.operations()
    old = only(operations.closed)
    assert (old.type, old.start, old.end, old.valid_to) == ("PART_OF", "dept:a1", "dept:a", OPEN_END)
    left, new = sorted(operations.recorded_facts, key=lambda f: f.valid_from)
    assert (left.end, left.valid_from, left.valid_to) == ("dept:a", START, DAY)
    assert (left.evidence, left.change_set, left.recorded_from) == (old.evidence, "change:c2", stamp(2).recorded)
    assert (new.end, new.valid_from, new.valid_to) == ("dept:b", DAY, OPEN_END)
    assert (new.evidence.confidence, new.evidence.locator, new.evidence.note) == ("INFERRED", "¶9", "why")
    assert operations.recorded == stamp(2).recorded


def test_a_fact_that_would_be_truncated_to_nothing_is_only_closed(known: Snapshot) -> None:
    """A change from a fact's first day on leaves nothing of it but its record."""
    end = {"unit": "dept:a", "subject": "touchpoint:t", "role": "ACCOUNTABLE", "validFrom": START}
    operations = applied(known, 2, {"end": end}).operations()
    assert only(operations.closed).end == "touchpoint:t"
    assert operations.recorded_facts == []


def test_what_comes_and_goes_within_a_change_set_leaves_no_trace(known: Snapshot) -> None:
    """A fact recorded and superseded by the same change set is not written."""
    work = applied(
        known, 2, {"move": {"id": "dept:a1", "parent": "dept:b"}}, {"move": {"id": "dept:a1", "parent": "centre:c"}}
    )
    assert {f.end for f in work.operations().recorded_facts} == {"dept:a", "centre:c"}
    assert len(work.operations().closed) == 1


def test_the_snapshot_that_is_given_stays_as_it_is(known: Snapshot) -> None:
    """Planning is pure: the same snapshot gives the same operations again."""
    before = list(known)
    changes = [parsed({"close": {"id": "dept:a", "successor": "dept:b"}})]
    first = plan_changes(known, changes, stamp(2))
    assert list(known) == before
    assert plan_changes(known, changes, stamp(2)) == first
    assert isinstance(first, Operations)


def test_properties_change_in_every_state_from_the_day_on(known: Snapshot) -> None:
    """A rename keeps what other changes set, earlier and later; each state has one id, whatever came in between."""
    planned = applied(known, 2, {"rank": {"id": "dept:a", "level": 2, "validFrom": LATER}}).now
    work = applied(planned, 3, {"rename": {"id": "dept:a", "nameEn": "New"}})
    assert state(work.now, "dept:a", START) == {"nameZh": "名", "nameEn": "Name", "level": 1}
    assert state(work.now, "dept:a", DAY) == {"nameZh": "名", "nameEn": "New", "level": 1}
    assert state(work.now, "dept:a", LATER) == {"nameZh": "名", "nameEn": "New", "level": 2}
    back = applied(work.now, 4, {"rename": {"id": "dept:a", "nameEn": "Name", "validFrom": date(2025, 7, 1)}}).now
    ends = [f.end for f in back.out("HAS_STATE", "dept:a")]
    assert ends[0] == ends[2]
    assert len(set(ends)) == 3


def test_a_mandate_is_part_of_the_state(known: Snapshot) -> None:
    """A mandate's text and strength stand beside the names."""
    work = applied(known, 2, {"mandate": {"id": "dept:b", "mandateEn": "More", "mandateStrength": "STRONG"}})
    found = state(work.now, "dept:b")
    assert found is not None
    assert (found["mandateEn"], found["mandateStrength"]) == ("More", "STRONG")


def test_a_later_plan_is_superseded(known: Snapshot) -> None:
    """What was recorded of later days for the same thing gives way to a change that holds from an earlier day on."""
    planned = applied(known, 2, {"move": {"id": "dept:a1", "parent": "dept:b", "validFrom": LATER}}).now
    work = applied(planned, 3, {"move": {"id": "dept:a1", "parent": "centre:c"}})
    assert ("dept:a1", "centre:c") in facts(work.now, "PART_OF", LATER)
    assert ("dept:a1", "dept:b") not in facts(work.now, "PART_OF", LATER)


def test_a_successor_takes_children_responsibilities_and_scopes(known: Snapshot) -> None:
    """Closing with a successor hands over; everything else of the unit ends with it."""
    work = applied(known, 2, {"close": {"id": "dept:a", "successor": "dept:b"}})
    assert state(work.now, "dept:a") is None
    assert state(work.now, "dept:a", START) is not None
    assert ("dept:a1", "dept:b") in facts(work.now, "PART_OF")
    assert facts(work.now, "RESPONSIBLE_FOR") == {("dept:b", "touchpoint:t"), ("dept:b", "touchpoint:u")}
    assert facts(work.now, "IN_UNIT") == set()
    taken = only(work.now.out("RESPONSIBLE_FOR", "dept:b")[:1])
    assert (taken.get("mandate"), taken.valid_from) == ("all of it", DAY)
    other = applied(
        known, 2, {"create": {"id": "region:s"}}, {"close": {"id": "region:r", "successor": "region:s"}}
    ).now
    assert [f.get("scope") for f in other.into("RESPONSIBLE_FOR", "touchpoint:u", DAY)] == ["region:s"]


def test_a_child_may_succeed_its_parent(known: Snapshot) -> None:
    """The child takes the parent's place below the grandparent."""
    work = applied(known, 2, {"close": {"id": "dept:a", "successor": "dept:a1"}})
    assert ("dept:a1", "centre:c") in facts(work.now, "PART_OF")


def test_what_a_successor_has_already_is_not_told_twice(known: Snapshot) -> None:
    """A responsibility that the successor has for some of the time is taken over for the rest of it."""
    same = {"unit": "dept:b", "subject": "touchpoint:t", "role": "ACCOUNTABLE", "validFrom": LATER}
    both = applied(known, 2, {"assign": same}).now
    work = applied(both, 3, {"close": {"id": "dept:a", "successor": "dept:b"}})
    spans = [(f.valid_from, f.valid_to) for f in work.now.out("RESPONSIBLE_FOR", "dept:b") if f.end == "touchpoint:t"]
    assert spans == [(DAY, LATER), (LATER, OPEN_END)]


def test_a_merge_closes_all_but_the_one_that_takes(known: Snapshot) -> None:
    """The unit that takes over may stand among those that are merged."""
    work = applied(known, 2, {"merge": {"ids": ["dept:a", "dept:b"], "into": "dept:b"}})
    assert state(work.now, "dept:a") is None
    assert state(work.now, "dept:b") is not None
    assert ("dept:b", "touchpoint:t") in facts(work.now, "RESPONSIBLE_FOR")


SPLIT = [
    {"create": {"id": "dept:n", "parent": "centre:c"}},
    {
        "split": {
            "id": "dept:a",
            "into": ["dept:b", "dept:n"],
            "assign": [
                {"unit": "dept:b", "child": "dept:a1"},
                {"unit": "dept:n", "subject": "touchpoint:t", "role": "ACCOUNTABLE"},
                {"unit": "dept:b", "subject": "touchpoint:u"},
            ],
        }
    },
]


def test_a_split_deals_out_as_it_says(known: Snapshot) -> None:
    """Each part gets its share, and the whole is closed."""
    now = applied(known, 2, *SPLIT).now  # type: ignore[arg-type]
    assert state(now, "dept:a") is None
    assert ("dept:a1", "dept:b") in facts(now, "PART_OF")
    assert facts(now, "RESPONSIBLE_FOR") == {("dept:n", "touchpoint:t"), ("dept:b", "touchpoint:u")}


def test_a_split_may_leave_the_whole_in_place(known: Snapshot) -> None:
    """A unit that stands among its own parts keeps what is not dealt out."""
    share = {"unit": "dept:b", "subject": "touchpoint:t"}
    now = applied(known, 2, {"split": {"id": "dept:a", "into": ["dept:a", "dept:b"], "assign": [share]}}).now
    assert facts(now, "RESPONSIBLE_FOR") == {("dept:b", "touchpoint:t"), ("dept:a", "touchpoint:u")}
    assert ("dept:a1", "dept:a") in facts(now, "PART_OF")


def test_what_refers_to_a_split_place_refers_to_every_part(known: Snapshot) -> None:
    """A responsibility within a region that is split is one within each of the parts."""
    new = [{"create": {"id": f"region:{name}", "parent": "centre:c"}} for name in ("s1", "s2")]
    now = applied(known, 2, *new, {"split": {"id": "region:r", "into": ["region:s1", "region:s2"]}}).now
    scopes = {f.get("scope") for f in now.into("RESPONSIBLE_FOR", "touchpoint:u", DAY)}
    assert scopes == {"region:s1", "region:s2"}


def test_a_transfer_keeps_scope_and_mandate(known: Snapshot) -> None:
    """The new unit has the responsibility as the old one had it."""
    transfer = {"subject": "touchpoint:t", "role": "ACCOUNTABLE", "from": "dept:a", "to": "dept:b"}
    now = applied(known, 2, {"transfer": transfer}).now
    new = only(now.out("RESPONSIBLE_FOR", "dept:b"))
    assert (new.get("mandate"), new.valid_from, new.valid_to) == ("all of it", DAY, OPEN_END)
    assert ("dept:a", "touchpoint:t") not in facts(now, "RESPONSIBLE_FOR")


def test_staff_sets_and_ends_headcount(known: Snapshot) -> None:
    """A head-count replaces the one before; 0 ends the assignment."""
    now = applied(known, 2, {"staff": {"unit": "dept:a", "position": "position:p", "headcount": 5}}).now
    assert [f.get("headcount") for f in now.out("IN_UNIT", "position:p")] == [3, 5]
    gone = applied(now, 3, {"staff": {"unit": "dept:a", "position": "position:p", "headcount": 0}}).now
    assert facts(gone, "IN_UNIT") == set()


def test_an_owner_ends_the_mark_of_being_unowned(known: Snapshot) -> None:
    """A subject is marked as unowned by the only company, until a unit is assigned to it."""
    work = applied(known, 2, {"create": {"id": "pool:l"}}, {"unown": {"subject": "pool:l", "reason": "too early"}})
    assert facts(work.now, "UNOWNED") == {("pool:l", "company:c")}
    assign = {"unit": "dept:a", "subject": "pool:l", "role": "RESPONSIBLE", "validFrom": LATER}
    now = applied(work.now, 3, {"assign": assign}).now
    assert facts(now, "UNOWNED", LATER) == set()
    assert facts(now, "UNOWNED", DAY) == {("pool:l", "company:c")}


def test_reporting_delegating_and_ending_any_fact(known: Snapshot) -> None:
    """A unit reports to a position and delegates within a scope; either can be ended by naming the fact."""
    now = applied(
        known,
        2,
        {"report": {"id": "dept:a", "position": "position:p"}},
        {"delegate": {"unit": "dept:a", "to": "dept:a1", "scope": "region:r"}},
        {"delegate": {"unit": "dept:a", "to": "dept:a1"}},
    ).now
    assert facts(now, "REPORTS_TO") == {("dept:a", "position:p")}
    end = {"type": "DELEGATES_TO", "start": "dept:a", "end": "dept:a1", "scope": "region:r", "validFrom": LATER}
    now = applied(now, 3, {"endFact": end}).now
    assert [f.get("scope") for f in now.out("DELEGATES_TO", "dept:a", LATER)] == [None]


def test_a_closed_unit_may_be_created_again(known: Snapshot) -> None:
    """A closing that was wrong is corrected by creating the unit from that day on."""
    closed = applied(known, 2, {"close": {"id": "dept:b"}}).now
    work = applied(closed, 3, {"create": {"id": "dept:b", "parent": "centre:c"}})
    assert work.operations().entities == {}
    assert work.now.life("dept:b") == [(START, OPEN_END)]


def test_an_entity_may_be_found_to_have_begun_earlier(known: Snapshot) -> None:
    """Created for the time before, an entity has one life, whose first part became known later."""
    before = {"id": "dept:b", "validFrom": date(2023, 1, 1), "validTo": START}
    now = applied(known, 2, {"create": before}).now
    assert now.life("dept:b") == [(date(2023, 1, 1), OPEN_END)]


def test_nothing_outlives_what_it_joins(known: Snapshot) -> None:
    """A new fact ends on the day on which one of its ends is known to end."""
    closing = applied(known, 2, {"close": {"id": "dept:b", "validFrom": LATER}}).now
    now = applied(closing, 3, {"move": {"id": "dept:a1", "parent": "dept:b"}}).now
    assert [(f.end, f.valid_to) for f in now.out("PART_OF", "dept:a1", DAY)] == [("dept:b", LATER)]


IMPOSSIBLE: list[tuple[dict[str, dict[str, Any]], str]] = [
    ({"move": {"id": "dept:z", "parent": "dept:a"}}, "unknown id dept:z"),
    ({"move": {"id": "dept:a1", "parent": "dept:a2"}}, "did you mean dept:a"),
    ({"move": {"id": "dept:a", "parent": "dept:a1"}}, "dept:a → dept:a1 → dept:a"),
    ({"move": {"id": "dept:a", "parent": "dept:a"}}, "come back"),
    ({"move": {"id": "dept:a1", "parent": "dept:a"}}, "nothing changes"),
    ({"move": {"id": "dept:a1", "parent": "touchpoint:t"}}, "expected OrgUnit"),
    ({"move": {"id": "region:r", "parent": "dept:b"}}, "region:r (Region) cannot stand below dept:b (Department)"),
    ({"create": {"id": "dealer:d", "parent": "region:r"}}, "it stands below Area"),
    ({"move": {"id": "company:c", "parent": "centre:c"}}, "it stands below nothing"),
    ({"merge": {"ids": ["dept:b"], "into": "company:c"}}, "company:c (Company) cannot take the place of dept:b"),
    ({"move": {"id": "touchpoint:t", "parent": "channel:x"}}, "one kind"),
    ({"move": {"id": "position:p", "parent": "dept:a"}}, "cannot have a parent"),
    ({"move": {"id": "dept:a1", "parent": "dept:b", "validFrom": date(2023, 1, 1)}}, "does not exist on 2023-01-01"),
    ({"close": {"id": "dept:a"}}, "children or responsibilities"),
    ({"close": {"id": "dept:a", "successor": "dept:a"}}, "own successor"),
    ({"close": {"id": "dept:a", "successor": "position:p"}}, "different kinds"),
    ({"close": {"id": "region:r"}}, "name a `successor`"),
    ({"merge": {"ids": ["dept:a"], "into": "dept:a"}}, "nothing to merge"),
    ({"split": {"id": "dept:a", "into": ["dept:b", "dept:a1"]}}, "`assign` has to name"),
    (
        {"split": {"id": "dept:a", "into": ["dept:b", "dept:a1"], "assign": [{"unit": "dept:b"}]}},
        "`child` or `subject`",
    ),
    (
        {
            "split": {
                "id": "dept:a",
                "into": ["dept:b", "dept:a1"],
                "assign": [{"unit": "centre:c", "child": "dept:a1"}],
            }
        },
        "none of dept:b, dept:a1",
    ),
    (
        {"split": {"id": "dept:a", "into": ["dept:b", "dept:a1"], "assign": [{"unit": "dept:b", "child": "dept:b"}]}},
        "has no dept:b",
    ),
    ({"create": {"id": "dept:a"}}, "exists already"),
    ({"create": {"id": "dept:n", "validTo": DAY}}, "is not before"),
    ({"rename": {"id": "dept:a", "nameEn": "Name"}}, "nothing changes"),
    ({"rename": {"id": "dept:a"}}, "at least one property"),
    ({"rank": {"id": "position:p", "level": 1}}, "cannot have level"),
    ({"staff": {"unit": "dept:b", "position": "position:p", "headcount": 0}}, "nothing to end"),
    ({"staff": {"unit": "dept:a", "position": "position:p", "headcount": 3}}, "nothing changes"),
    (
        {"assign": {"unit": "dept:a", "subject": "touchpoint:t", "role": "ACCOUNTABLE", "mandate": "all of it"}},
        "holds already",
    ),
    ({"assign": {"unit": "dept:a", "subject": "dept:b", "role": "ACCOUNTABLE"}}, "expected Subject"),
    (
        {"assign": {"unit": "dept:b", "subject": "touchpoint:t", "role": "INFORMED", "scope": "touchpoint:u"}},
        "expected the id of a OrgUnit",
    ),
    ({"end": {"unit": "dept:b", "subject": "touchpoint:t", "role": "ACCOUNTABLE"}}, "nothing to end"),
    (
        {"transfer": {"subject": "touchpoint:t", "role": "ACCOUNTABLE", "from": "dept:b", "to": "dept:a"}},
        "nothing to end",
    ),
    ({"unown": {"subject": "touchpoint:t", "reason": "none"}}, "owned by dept:a"),
    ({"endFact": {"type": "HAS_STATE", "start": "dept:a", "end": "dept:b"}}, "expected one of"),
    (
        {"rename": {"id": "dept:a", "nameEn": "N", "evidence": {"source": "source:z", "confidence": "STATED"}}},
        "unknown id source:z",
    ),
]


@pytest.mark.parametrize(("change", "message"), IMPOSSIBLE, ids=lambda value: next(iter(value)) if value else "")
def test_impossible_changes_are_refused_whole(known: Snapshot, change: dict[str, dict[str, Any]], message: str) -> None:
    """A change that cannot be says why, and leaves everything as it was."""
    work = Work(known, stamp(2))
    with pytest.raises(InputError, match=None) as caught:
        apply(work, parsed(change))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert set(work.now) == set(known)
    assert work.now.entities == known.entities


def test_a_list_of_changes_names_the_one_that_cannot_be(known: Snapshot) -> None:
    """The number of the change stands in the message."""
    changes = [parsed({"rank": {"id": "dept:a", "level": 3}}), parsed({"close": {"id": "dept:a"}})]
    with pytest.raises(InputError, match=r"^changes\[1\]: dept:a still has"):
        plan_changes(known, changes, stamp(2))


@pytest.mark.parametrize(
    ("name", "fields", "message"),
    [
        ("destroy", {}, "expected one of create, rename"),
        ("create", {"nameEn": "x"}, "`id` is missing"),
        ("create", {"id": "source:x"}, "expected one that begins with company:"),
        ("create", {"id": 3}, "`id` is missing"),
    ],
)
def test_changes_of_no_kind_are_refused(name: str, fields: dict[str, Any], message: str) -> None:
    """A change that there is not, or an entity of no kind, is told of with what there is."""
    with pytest.raises(InputError, match=message):
        parse_change(name, fields)
