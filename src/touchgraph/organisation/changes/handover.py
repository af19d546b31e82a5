"""Changes that end an entity and hand over what it had: close, merge, split."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from touchgraph.errors import InputError
from touchgraph.model import BELOW, has_label, kind_of
from touchgraph.organisation.changes import kinds as c
from touchgraph.organisation.changes.items import Evident
from touchgraph.organisation.changes.work import Work
from touchgraph.organisation.facts import REFERRING, Fact
from touchgraph.organisation.rules import label_of, with_kind

_CHILD_TYPES = ("PART_OF", "KIND_OF", "REPORTS_TO")

HeirsOf = Callable[[Fact], tuple[str, ...]]


def close(work: Work, change: c.Close) -> None:
    """Ends an entity and all its facts; its successor takes children and responsibilities, else there must be none."""
    if change.successor is None:
        _close(work, change, change.id, lambda _: (), ())
        work.leave(change.id, None, bool(change.end_customers))
    else:
        _succeed(work, change, change.id, change.successor)


def merge(work: Work, change: c.Merge) -> None:
    """Ends several entities, one of which may be the one that takes what the others had."""
    closing = [entity for entity in dict.fromkeys(change.ids) if entity != change.into]
    if not closing:
        raise InputError(f"nothing to merge: `ids` names only {change.into} itself")
    for entity in closing:
        _succeed(work, change, entity, change.into)


def split(work: Work, change: c.Split) -> None:
    """Deals out children and responsibilities as `assign` says; what refers to the whole then refers to every part."""
    day, parts = work.day(change), tuple(dict.fromkeys(change.into))
    work.until(day, change.id, *parts)
    for part in parts:
        _check_kind(work, change.id, part, day)
    _check_shares(work, change, parts)

    def heirs(fact: Fact) -> tuple[str, ...]:
        if not _is_child(fact, change.id) and change.id not in (fact.start, fact.end):
            return parts
        return tuple(dict.fromkeys(share.unit for share in change.assign if _matches(share, fact, change.id)))

    if change.id in parts:
        for fact in _inheritance(work, change.id, day):
            if units := heirs(fact):
                _hand_over(work, change, fact, change.id, units)
    else:
        _close(work, change, change.id, heirs, parts)
        if change.customers is not None and change.customers not in parts:
            raise InputError(f"`customers` is {change.customers}: expected one of {', '.join(parts)}")
        work.leave(change.id, change.customers)


def _check_shares(work: Work, change: c.Split, parts: tuple[str, ...]) -> None:
    present = _inheritance(work, change.id, work.day(change))
    for share in change.assign:
        if share.unit not in parts:
            raise InputError(f"{share.unit} gets a share but is none of {', '.join(parts)}")
        if (share.child is None) == (share.subject is None):
            raise InputError(f"the share of {share.unit} needs either `child` or `subject`")
        if not any(_matches(share, fact, change.id) for fact in present):
            raise InputError(f"{change.id} has no {share.child or share.subject} that {share.unit} could get")


def _matches(share: c.Share, fact: Fact, whole: str) -> bool:
    if _is_child(fact, whole):
        return share.child == fact.start
    named = {name: value for name in ("role", *REFERRING) if (value := getattr(share, name)) is not None}
    other = fact.end if fact.start == whole else fact.start
    return share.subject == other and all(fact.get(name) == value for name, value in named.items())


def _succeed(work: Work, change: Evident, entity: str, successor: str) -> None:
    if entity == successor:
        raise InputError(f"{entity} cannot be its own successor")
    work.until(work.day(change), entity, successor)
    _check_kind(work, entity, successor, work.day(change))
    _close(work, change, entity, lambda _: (successor,), (successor,))
    work.leave(entity, successor)


def _check_kind(work: Work, entity: str, successor: str, day: date) -> None:
    """Raises InputError if one is not of the other's kind, and none that may stand where it stands from a day on.

    Whether it may hold what stands below it is told when that is handed over.
    """
    if label_of(entity) == label_of(successor):
        return
    what = f"{with_kind(successor)} cannot take the place of {with_kind(entity)}"
    if not _both_units(entity, successor):
        raise InputError(f"{what}: they are of different kinds")
    places = {label_of(fact.end) for fact in work.now.out("PART_OF", entity, day)} or set(BELOW[label_of(entity)])
    if not places or not places <= set(BELOW[label_of(successor)]):
        raise InputError(f"{what}: it cannot stand below {' or '.join(sorted(places)) or 'nothing'}")


def _both_units(*entities: str) -> bool:
    return all((kind := kind_of(entity)) is not None and has_label(kind, "OrgUnit") for entity in entities)


def _close(work: Work, change: Evident, entity: str, heirs: HeirsOf, allowed: tuple[str, ...]) -> None:
    day = work.day(change)
    work.until(day, entity)
    inheritance = _inheritance(work, entity, day)
    if left := [fact for fact in inheritance if not heirs(fact)]:
        shown = "; ".join(map(str, left[:3])) + (f"; and {len(left) - 3} more" if len(left) > 3 else "")
        remedy = "`assign` has to name who gets them" if allowed else "name a `successor`, or move and end them first"
        raise InputError(f"{entity} still has children or responsibilities: {shown}. {remedy}")
    for fact in inheritance:
        _hand_over(work, change, fact, entity, heirs(fact))
    for fact in work.now.touching(entity, day):
        work.end(fact, day)


def _inheritance(work: Work, entity: str, day: date) -> list[Fact]:
    """Children, responsibilities, and facts that are limited to the entity as their scope or channel."""
    return [
        fact
        for fact in work.now.touching(entity, day)
        if _is_child(fact, entity) or fact.type == "RESPONSIBLE_FOR" or entity not in (fact.start, fact.end)
    ]


def _is_child(fact: Fact, entity: str) -> bool:
    return fact.type in _CHILD_TYPES and fact.end == entity


def _hand_over(work: Work, change: Evident, fact: Fact, entity: str, heirs: tuple[str, ...]) -> None:
    day = work.day(change)
    work.end(fact, day)
    for heir in heirs:
        if heir == fact.start and fact.type in _CHILD_TYPES:
            _raise_child(work, change, fact, entity)
        else:
            work.inherit(fact, {entity: heir}, day, work.evidence(change))


def _raise_child(work: Work, change: Evident, fact: Fact, entity: str) -> None:
    """A child that succeeds its own parent takes the parent's place below the grandparent, for as long as it is one."""
    day = work.day(change)
    for above in work.now.out(fact.type, entity, day):
        since, until = max(above.valid_from, fact.valid_from), min(above.valid_to, fact.valid_to)
        if since < until:
            place = replace(above, valid_from=since, valid_to=until)
            work.inherit(place, {entity: fact.start}, day, work.evidence(change))
