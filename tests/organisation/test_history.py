"""Random change sets: what is known of each day agrees with a model kept day by day, and history never changes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from touchgraph.errors import InputError
from touchgraph.model import FACT_BY_TYPE, OPEN_RECORD
from touchgraph.organisation.changes.apply import apply
from touchgraph.organisation.changes.items import EvidenceItem
from touchgraph.organisation.changes.kinds import parse_change
from touchgraph.organisation.changes.work import Stamp, Work
from touchgraph.organisation.facts import Fact, Snapshot

DAYS = [date(2025, 1, 1) + timedelta(days=number) for number in range(6)]
UNITS = [f"dept:u{number}" for number in range(4)]
SUBJECTS = ["touchpoint:s"]
EVIDENCE = EvidenceItem(source="source:a", confidence="STATED")  # type: ignore[arg-type]

Change = tuple[str, dict[str, Any]]
Duty = tuple[str, str, str]


@dataclass
class Day:
    """What holds on one day: names of what exists, parents, head-counts, who is responsible for what."""

    names: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    heads: dict[tuple[str, str], int] = field(default_factory=dict)
    duties: set[Duty] = field(default_factory=set)

    def close(self, unit: str, successor: str | None) -> None:
        above = self.parents.get(unit)
        del self.names[unit]
        children = [child for child, parent in self.parents.items() if parent == unit]
        for child in children:
            del self.parents[child]
            place = above if child == successor else successor
            if place is not None:
                self.parents[child] = place
        self.parents.pop(unit, None)
        self.heads = {key: count for key, count in self.heads.items() if key[0] != unit}
        self.duties = {(successor or "" if u == unit else u, s, r) for u, s, r in self.duties}


def do(days: dict[date, Day], name: str, change: dict[str, Any]) -> None:
    """Does to every day from the change's on what the change says; a fact ends with the life of what it joins."""
    since = change["validFrom"]
    alive: set[str] | None = None
    for day in (days[d] for d in DAYS if d >= since):
        alive = set(day.names) if alive is None else alive & set(day.names)
        _do(day, name, change, alive)


def _do(day: Day, name: str, change: dict[str, Any], alive: set[str]) -> None:
    if name == "create" or (name == "rename" and change["id"] in day.names):
        day.names[change["id"]] = change["nameEn"]
    elif name == "move":
        day.parents.pop(change["id"], None)
        if {change["id"], change["parent"]} <= alive:
            day.parents[change["id"]] = change["parent"]
    elif name == "close" and change["id"] in day.names:
        day.close(change["id"], change.get("successor"))
    elif name == "staff":
        day.heads.pop((change["unit"], change["position"]), None)
        if change["headcount"] and change["unit"] in alive:
            day.heads[change["unit"], change["position"]] = change["headcount"]
    elif name in {"assign", "end"}:
        duty = (change["unit"], change["subject"], change["role"])
        day.duties.discard(duty)
        if name == "assign" and change["unit"] in alive:
            day.duties.add(duty)
    elif name == "transfer":
        old = (change["from"], change["subject"], change["role"])
        if old in day.duties:
            day.duties.remove(old)
            day.duties.add((change["to"], *old[1:]))


def view(facts: list[Fact], states: dict[str, Any], day: date) -> Day:
    """What facts say of a day. Two facts that contradict each other fail here."""
    result = Day()
    for fact in (f for f in facts if f.valid_from <= day < f.valid_to):
        if fact.type == "HAS_STATE":
            assert fact.start not in result.names
            result.names[fact.start] = states[fact.end]["nameEn"]
        elif fact.type == "PART_OF":
            assert fact.start not in result.parents
            result.parents[fact.start] = fact.end
        elif fact.type == "IN_UNIT":
            assert (fact.end, fact.start) not in result.heads
            result.heads[fact.end, fact.start] = fact.get("headcount")
        else:
            duty = (fact.start, fact.end, fact.get("role"))
            assert duty not in result.duties
            result.duties.add(duty)
    return result


class Database:
    """Facts with both recorded times, as the graph keeps them: nothing is removed."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.records: dict[Fact, datetime] = dict.fromkeys(snapshot, OPEN_RECORD)
        self.states = dict(snapshot.states)

    def write(self, work: Work) -> None:
        operations = work.operations()
        for fact in operations.closed:
            assert self.records[fact] == OPEN_RECORD
            assert fact.recorded_from < operations.recorded
            self.records[fact] = operations.recorded
        for fact in operations.recorded_facts:
            assert fact not in self.records
            self.records[fact] = OPEN_RECORD
        self.states |= operations.states

    def known(self, at: datetime) -> list[Fact]:
        return [fact for fact, until in self.records.items() if fact.recorded_from <= at < until]


def recorded(number: int) -> datetime:
    return datetime(2025, 6, 1, tzinfo=UTC) + timedelta(hours=number)


def changes() -> st.SearchStrategy[Change]:
    unit, subject, day = st.sampled_from(UNITS), st.sampled_from(SUBJECTS), st.sampled_from(DAYS)
    role, head = st.sampled_from(["ACCOUNTABLE", "INFORMED"]), st.integers(0, 2)
    name = st.sampled_from(["A", "B", "C"])

    def one(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Change]:
        return st.tuples(st.just(kind), st.fixed_dictionaries({"validFrom": day, **fields}))

    return st.one_of(
        one("create", id=unit, nameEn=name, nameZh=st.just("名")),
        one("rename", id=unit, nameEn=name),
        one("move", id=unit, parent=unit),
        one("close", id=unit),
        one("close", id=unit, successor=unit),
        one("staff", unit=unit, position=st.just("position:p"), headcount=head),
        one("assign", unit=unit, subject=subject, role=role),
        one("end", unit=unit, subject=subject, role=role),
        one("transfer", **{"from": unit, "to": unit, "subject": subject, "role": role}),
    )


def first() -> tuple[Work, dict[date, Day]]:
    """Three of the four units exist from the first day on, with something to change; the fourth may be created."""
    work = Work(Snapshot(["source:a"]), Stamp("change:c0", recorded(0), DAYS[0], EVIDENCE))
    always = [*UNITS[:3], *SUBJECTS, "position:p"]
    for entity in always:
        apply(work, parse_change("create", {"id": entity, "nameZh": "名", "nameEn": "A"}))
    days = {day: Day(dict.fromkeys(always, "A")) for day in DAYS}
    duties = [{"unit": unit, "subject": SUBJECTS[0], "role": "ACCOUNTABLE"} for unit in UNITS[:2]]
    some: list[Change] = [("move", {"id": UNITS[1], "parent": UNITS[0]}), *(("assign", duty) for duty in duties)]
    apply_all(work, [(name, {**fields, "validFrom": DAYS[0]}) for name, fields in some], days)
    return work, days


def apply_all(work: Work, some: list[Change], days: dict[date, Day]) -> None:
    for name, fields in some:
        try:
            apply(work, parse_change(name, fields))
        except InputError:
            continue
        do(days, name, fields)


LATE_CHILD: list[Change] = [
    ("move", {"id": UNITS[2], "parent": UNITS[1], "validFrom": DAYS[1]}),
    ("close", {"id": UNITS[1], "successor": UNITS[2], "validFrom": DAYS[0]}),
]
"""A unit is succeeded, from a day on, by one that becomes its child only later."""


@settings(max_examples=300)
@example([LATE_CHILD])
@given(st.lists(st.lists(changes(), min_size=1, max_size=4), min_size=1, max_size=6))
def test_history(change_sets: list[list[Change]]) -> None:
    """Whatever changes in whatever order: each day is as the model says, and what was known then stays as it was."""
    work, days = first()
    database = Database(work.now)
    seen: dict[tuple[date, datetime], Day] = {}
    for number, some in enumerate(change_sets, start=1):
        seen |= {(day, recorded(number - 1)): view(list(work.now), database.states, day) for day in DAYS}
        work = Work(work.now, Stamp(f"change:c{number}", recorded(number), DAYS[0], EVIDENCE))
        apply_all(work, some, days)
        database.write(work)
        assert set(database.known(recorded(number))) == set(work.now)
        for day in DAYS:
            assert view(list(work.now), database.states, day) == days[day]
        for (day, at), before in seen.items():
            assert view(database.known(at), database.states, day) == before
    assert_sound(work.now)


def assert_sound(snapshot: Snapshot) -> None:
    """No fact overlaps itself, outlives what it joins, or leads in a circle."""
    spans: defaultdict[tuple[Any, ...], list[tuple[date, date]]] = defaultdict(list)
    for fact in snapshot:
        single = FACT_BY_TYPE[fact.type].single
        spans[(fact.type, fact.start) if single else fact.key].append((fact.valid_from, fact.valid_to))
    for found in spans.values():
        found.sort()
        assert all(start < end for start, end in found)
        assert all(one[1] <= other[0] for one, other in pairwise(found))
    for day in DAYS:
        today = view(list(snapshot), dict(snapshot.states), day)
        assert {*today.parents, *today.parents.values()} <= today.names.keys()
        assert {unit for unit, *_ in (*today.duties, *today.heads)} <= today.names.keys()
        for unit in today.parents:
            path = [unit]
            while path[-1] in today.parents:
                path.append(today.parents[path[-1]])
                assert path[-1] != unit
