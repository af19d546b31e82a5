"""What has to be true of a fact among the others; each rule tells what is wrong in one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import date

from touchgraph.model import BELOW, FACT_BY_TYPE, REFERENCES, FactKind, has_label, kind_of
from touchgraph.organisation.facts import Fact, Snapshot, without

_COMPARED = 300
"""Among more ids than these, looking for the nearest would take longer than it helps."""


def unknown(snapshot: Snapshot, entity: str) -> str:
    """The sentence on an id that nothing has, with the nearest one that there is."""
    alike = [other for other in snapshot.entities if other.partition(":")[0] == entity.partition(":")[0]]
    near = difflib.get_close_matches(entity, alike if len(alike) <= _COMPARED else (), 1)
    return f"unknown id {entity}: neither the files nor the graph have it" + (
        f"; did you mean {near[0]}?" if near else ""
    )


def problems(snapshot: Snapshot, fact: Fact) -> Iterator[str]:
    """Everything that keeps a fact from being recorded into a snapshot (it may stand in there already)."""
    if not fact.valid_from < fact.valid_to:
        yield f"validFrom {fact.valid_from} is not before validTo {fact.valid_to} (validTo is the first day after)"
        return
    if missing := [unknown(snapshot, i) for i in (*fact.ids, fact.evidence.source) if i not in snapshot.entities]:
        yield from dict.fromkeys(missing)
        return
    if wrong := [*_ends(fact), *_references(fact)]:
        yield from wrong
        return
    yield from _outside_life(snapshot, fact)
    yield from _rivals(snapshot, fact)
    if FACT_BY_TYPE[fact.type].acyclic:
        yield from _cycles(snapshot, fact)


def _ends(fact: Fact) -> Iterator[str]:
    kind = FACT_BY_TYPE[fact.type]
    if fact.type == "HAS_STATE":
        return
    for which, entity, allowed in (("start", fact.start, kind.start), ("end", fact.end, kind.end)):
        label = kind_of(entity)
        if label is None or not any(has_label(label, name) for name in allowed):
            yield f"{fact.type} cannot {which} at {entity}: expected {' or '.join(allowed)}"
    if same_family(kind) and fact.start.partition(":")[0] != fact.end.partition(":")[0]:
        yield f"{fact.type} joins entities of one kind, not {fact.start} and {fact.end}"
    if fact.type == "PART_OF" and (why := _misplaced(fact.start, fact.end)):
        yield why


def _misplaced(unit: str, parent: str) -> str | None:
    """Why a unit cannot stand below another, by their kinds; None if it can."""
    allowed, above = BELOW.get(label_of(unit)), label_of(parent)
    if allowed is None or above not in BELOW or above in allowed:
        return None
    expected = " or ".join(allowed) or "nothing"
    return f"{with_kind(unit)} cannot stand below {with_kind(parent)}: it stands below {expected}"


def label_of(entity: str) -> str:
    """The label that an id's prefix names, or an empty text."""
    kind = kind_of(entity)
    return kind.label if kind else ""


def with_kind(entity: str) -> str:
    """An id and its kind, for whoever reads it."""
    return f"{entity} ({label_of(entity)})"


def same_family(kind: FactKind) -> bool:
    """Whether a fact that several labels may have joins only entities of the same label (KIND_OF, FOLLOWED_BY)."""
    return len(kind.start) > 1 and kind.start == kind.end


def _references(fact: Fact) -> Iterator[str]:
    for name, entity in (*fact.properties, ("source", fact.evidence.source)):
        if name in REFERENCES and not ((kind := kind_of(entity)) and has_label(kind, REFERENCES[name])):
            yield f"`{name}` cannot be {entity}: expected the id of a {REFERENCES[name]}"


def _outside_life(snapshot: Snapshot, fact: Fact) -> Iterator[str]:
    if fact.type == "HAS_STATE":
        return
    for entity in dict.fromkeys(fact.ids):
        if gaps := without((fact.valid_from, fact.valid_to), snapshot.life(entity)):
            when = _span(*gaps[0])
            yield f"{fact.type} holds {when}, when {entity} does not exist ({life(snapshot, entity)})"


def life(snapshot: Snapshot, entity: str) -> str:
    """When an entity exists, in words."""
    spans = [_span(start, end) for start, end in snapshot.life(entity)]
    return f"it exists {' and '.join(spans)}" if spans else "it never exists"


def _span(start: date, end: date) -> str:
    return f"from {start}" + ("" if end == date.max else f" to {end}")


def _rivals(snapshot: Snapshot, fact: Fact) -> Iterator[str]:
    kind = FACT_BY_TYPE[fact.type]
    for other in snapshot.out(fact.type, fact.start):
        if other == fact or not other.overlaps(fact):
            continue
        if other.key == fact.key:
            yield f"this holds already: {other} ({other.change_set})"
        elif kind.single:
            yield f"{fact.start} can have one {fact.type} at a time and has: {other} ({other.change_set})"


def _cycles(snapshot: Snapshot, fact: Fact) -> Iterator[str]:
    """Walks on from the fact's end as long as some day is left on which all of the way holds."""
    stack: list[tuple[str, date, date, tuple[str, ...]]]
    stack = [(fact.end, fact.valid_from, fact.valid_to, (fact.start, fact.end))]
    while stack:
        entity, since, until, path = stack.pop()
        if entity == fact.start:
            yield f"{fact.type} would come back to where it starts: {' → '.join(path)}"
            return
        for step in snapshot.out(fact.type, entity):
            start, end = max(since, step.valid_from), min(until, step.valid_to)
            if start < end and step.end not in path[1:]:
                stack.append((step.end, start, end, (*path, step.end)))
