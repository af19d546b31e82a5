"""What each kind of change does to what is known; one small function for each, in a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from touchgraph.errors import InputError
from touchgraph.model import FACT_BY_TYPE, OPEN_END, EntityKind, has_label, kind_of
from touchgraph.organisation.changes import kinds as c
from touchgraph.organisation.changes.correct import correct
from touchgraph.organisation.changes.handover import close, merge, split
from touchgraph.organisation.changes.items import EntityItem, Evident
from touchgraph.organisation.changes.work import Operations, Stamp, Work
from touchgraph.organisation.facts import Fact, Snapshot

OWNING = ("ACCOUNTABLE", "RESPONSIBLE")
"""The roles that make a subject owned."""


def plan_changes(snapshot: Snapshot, changes: Iterable[c.AnyChange], stamp: Stamp) -> Operations:
    """What has to be written for changes, applied in order to what is known. Raises InputError naming the change."""
    work = Work(snapshot, stamp)
    for number, change in enumerate(changes):
        try:
            apply(work, change)
        except InputError as error:
            raise InputError(f"changes[{number}]: {error}") from error
    return work.operations()


def apply(work: Work, change: c.AnyChange) -> None:
    """Applies one change, wholly or not at all. Raises InputError with one line on why it cannot be."""
    handler = _HANDLERS[EntityItem if isinstance(change, EntityItem) else type(change)]
    with work.attempt():
        handler(work, change)


def add_entity(work: Work, item: EntityItem) -> None:
    """Records an entity and its first state, without its parent."""
    since, until = work.day(item), item.valid_to or OPEN_END
    if not since < until:
        raise InputError(f"validFrom {since} is not before validTo {until} (validTo is the first day after)")
    if any(state.valid_from < until for state in work.now.out("HAS_STATE", item.id, since)):
        raise InputError(f"{item.id} exists already; to change it, use rename, move, mandate, rank or another change")
    work.entity(item.id)
    work.state(item.id, item.properties(), since, until, work.evidence(item))


def add_parent(work: Work, item: EntityItem) -> None:
    """Records the parent that stands beside an entity, if any."""
    if item.parent is not None:
        since, until = work.day(item), item.valid_to or OPEN_END
        work.record(hierarchy(item.id), item.id, item.parent, since, until, work.evidence(item))


def hierarchy(entity: str) -> str:
    """The fact that ties an entity to its parent. Raises InputError for a kind that has none."""
    kind = kind_of(entity)
    for type_ in ("PART_OF", "KIND_OF"):
        if kind is not None and any(has_label(kind, label) for label in FACT_BY_TYPE[type_].start):
            return type_
    raise InputError(f"{entity} cannot have a parent: only organisation units, touchpoints and channels can")


def _create(work: Work, change: EntityItem) -> None:
    add_entity(work, change)
    add_parent(work, change)


def _state(work: Work, change: Evident, entity: str, values: Mapping[str, Any]) -> None:
    """Sets properties of an entity in every state that it has from the day on."""
    day = work.day(change)
    work.until(day, entity)
    _check_properties(entity, values)
    changed = False
    for fact in work.now.out("HAS_STATE", entity, day):
        old = work.now.states[fact.end]
        if (new := {**old, **values}) != old:
            changed = True
            work.end(fact, day)
            work.state(entity, new, max(day, fact.valid_from), fact.valid_to, work.evidence(change))
    if not changed:
        raise InputError(f"nothing changes: {entity} has {_listed(values)} already")


def _check_properties(entity: str, values: Mapping[str, Any]) -> None:
    kind: EntityKind | None = kind_of(entity)
    allowed = [prop.name for prop in kind.state] if kind else []
    if wrong := [name for name in values if name not in allowed]:
        raise InputError(f"{entity} cannot have {', '.join(wrong)}: expected {', '.join(allowed)}")
    if not values:
        raise InputError(f"nothing to change in {entity}: name at least one property")


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _rename(work: Work, change: c.Rename) -> None:
    _state(work, change, change.id, _given(change, "id"))


def _mandate(work: Work, change: c.Mandate) -> None:
    _state(work, change, change.id, _given(change, "id"))


def _rank(work: Work, change: c.Rank) -> None:
    _state(work, change, change.id, {"level": change.level})


def _given(change: Evident, *besides: str) -> dict[str, Any]:
    values = change.model_dump(exclude={*Evident.model_fields, *besides}, exclude_none=True)
    return dict(values)


def _put(
    work: Work,
    change: Evident,
    type_: str,
    start: str,
    end: str,
    properties: Mapping[str, Any] | None = None,
) -> None:
    """Makes a fact hold from the day on, in place of what is in its way. Raises InputError if it holds already."""
    day, given = work.day(change), {name: value for name, value in (properties or {}).items() if value is not None}
    until = work.until(day, start, end, *(given[name] for name in ("scope", "channel") if name in given))
    kind = FACT_BY_TYPE[type_]
    present = [
        fact
        for fact in work.now.out(type_, start, day)
        if kind.single or (fact.end == end and all(fact.get(name) == given.get(name) for name in kind.key))
    ]
    if [(f.end, dict(f.properties), f.valid_to) for f in present if f.valid_from <= day] == [(end, given, until)]:
        raise InputError(f"nothing changes: {present[0]} holds already ({present[0].change_set})")
    for fact in present:
        work.end(fact, day)
    work.record(type_, start, end, day, until, work.evidence(change), given)


def _move(work: Work, change: c.Move) -> None:
    _put(work, change, hierarchy(change.id), change.id, change.parent)


def _report(work: Work, change: c.Report) -> None:
    _put(work, change, "REPORTS_TO", change.id, change.position)


def _staff(work: Work, change: c.Staff) -> None:
    if change.headcount > 0:
        _put(work, change, "IN_UNIT", change.position, change.unit, {"headcount": change.headcount})
        return
    facts = [f for f in work.now.out("IN_UNIT", change.position, work.day(change)) if f.end == change.unit]
    _end_all(work, change, facts, f"{change.position} in {change.unit}", change.position, change.unit)


def _assign(work: Work, change: c.Assign) -> None:
    own = _given(change, "unit", "subject")
    _put(work, change, "RESPONSIBLE_FOR", change.unit, change.subject, own)
    if change.role in OWNING:
        for fact in work.now.out("UNOWNED", change.subject, work.day(change)):
            work.end(fact, work.day(change))


def _held(work: Work, change: c.Transfer | c.End, unit: str) -> list[Fact]:
    """The responsibilities that a transfer or an end is about."""
    named = {name: value for name in ("scope", "channel") if (value := getattr(change, name)) is not None}
    return [
        fact
        for fact in work.now.out("RESPONSIBLE_FOR", unit, work.day(change))
        if fact.end == change.subject
        and fact.get("role") == change.role
        and all(fact.get(name) == value for name, value in named.items())
    ]


def _transfer(work: Work, change: c.Transfer) -> None:
    day, facts = work.day(change), _held(work, change, change.from_)
    what = f"{change.from_} {change.role} for {change.subject}"
    work.until(day, change.to)
    if change.from_ == change.to:
        raise InputError(f"nothing changes: {change.subject} would go from {change.from_} to itself")
    _end_all(work, change, facts, what, change.from_, change.subject)
    for fact in facts:
        work.inherit(fact, {change.from_: change.to}, day, work.evidence(change))


def _end(work: Work, change: c.End) -> None:
    what = f"{change.unit} {change.role} for {change.subject}"
    _end_all(work, change, _held(work, change, change.unit), what, change.unit, change.subject)


def _end_fact(work: Work, change: c.EndFact) -> None:
    if change.type not in FACT_BY_TYPE or change.type == "HAS_STATE":
        expected = ", ".join(type_ for type_ in FACT_BY_TYPE if type_ != "HAS_STATE")
        raise InputError(f"`type` is {change.type}: expected one of {expected}")
    named = _given(change, "type", "start", "end")
    facts = [
        fact
        for fact in work.now.out(change.type, change.start, work.day(change))
        if fact.end == change.end and all(fact.get(name) == value for name, value in named.items())
    ]
    _end_all(work, change, facts, f"{change.type} {change.start} → {change.end}", change.start, change.end)


def _end_all(work: Work, change: Evident, facts: list[Fact], what: str, *entities: str) -> None:
    day = work.day(change)
    for entity in entities:
        work.known(entity)
    if not facts:
        raise InputError(f"nothing to end: {what} does not hold on {day} or later")
    for fact in facts:
        work.end(fact, day)


def _delegate(work: Work, change: c.Delegate) -> None:
    _put(work, change, "DELEGATES_TO", change.unit, change.to, {"scope": change.scope})


def _unown(work: Work, change: c.Unown) -> None:
    day = work.day(change)
    work.until(day, change.subject)
    company = change.company or _company(work, change)
    owners = [f for f in work.now.into("RESPONSIBLE_FOR", change.subject, day) if f.get("role") in OWNING]
    if owners:
        units = ", ".join(dict.fromkeys(fact.start for fact in owners))
        raise InputError(f"{change.subject} is owned by {units}; end that first")
    _put(work, change, "UNOWNED", change.subject, company, {"reason": change.reason})


def _company(work: Work, change: Evident) -> str:
    day = work.day(change)
    found = [e for e in work.now.entities if e.startswith("company:") and work.now.life_end(e, day)]
    if len(found) != 1:
        raise InputError(f"`company` is missing: there are {len(found)} companies on {day}, name the one that decides")
    return found[0]


_HANDLERS: dict[type[Evident], Callable[[Work, Any], None]] = {
    EntityItem: _create,
    c.Rename: _rename,
    c.Move: _move,
    c.Report: _report,
    c.Merge: merge,
    c.Split: split,
    c.Close: close,
    c.Mandate: _mandate,
    c.Rank: _rank,
    c.Staff: _staff,
    c.Assign: _assign,
    c.Transfer: _transfer,
    c.End: _end,
    c.EndFact: _end_fact,
    c.Delegate: _delegate,
    c.Unown: _unown,
    c.Correct: correct,
}
