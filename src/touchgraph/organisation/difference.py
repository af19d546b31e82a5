"""What a change set does, in words that can be read: for every stretch of days, what held before and what holds after.

Both sides are compared day by day, not record by record: what is closed only to be recorded anew makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Literal

from touchgraph.model import ENTITIES, FACT_BY_TYPE, kind_of
from touchgraph.organisation.changes.work import Operations
from touchgraph.organisation.facts import Evidence, Fact, Snapshot

Sign = Literal["+", "~", "-"]


@dataclass(frozen=True)
class Difference:
    """What is created (+), changed (~, from `before` to `after`) or ended (-) of an entity, on which days."""

    sign: Sign
    entity: str
    what: str
    since: date
    until: date
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class _Held:
    """What holds on a day: the properties, the other end (for facts of which there is one at a time), the evidence."""

    values: tuple[tuple[str, Any], ...]
    evidence: Evidence


def differences(before: Snapshot, operations: Operations) -> list[Difference]:
    """All that operations change in what was known before; ordered by kind of entity, id, day, and fact."""
    states = {**before.states, **operations.states}
    found = [_document(entity, own) for entity, own in operations.entities.items() if entity.startswith("source:")]
    for group in dict.fromkeys(map(_group, (*operations.closed, *operations.recorded_facts))):
        type_, start = group[:2]
        old = [fact for fact in before.out(type_, start) if _group(fact) == group]
        new = [fact for fact in old if fact not in operations.closed]
        new += [fact for fact in operations.recorded_facts if _group(fact) == group]
        for since, until, was, is_ in _compared(_spans(old, states), _spans(new, states)):
            found += _told(group, since, until, was, is_)
    return sorted(found, key=_place)


def _group(fact: Fact) -> tuple[Any, ...]:
    """What belongs together: there is at most one fact of a group on a day."""
    return (fact.type, fact.start) if FACT_BY_TYPE[fact.type].single else fact.key


def _spans(facts: Iterable[Fact], states: Mapping[str, Mapping[str, Any]]) -> list[tuple[date, date, _Held]]:
    result = []
    for fact in facts:
        kind = FACT_BY_TYPE[fact.type]
        if fact.type == "HAS_STATE":
            values = dict(states[fact.end])
        else:
            values = {name: value for name, value in fact.properties if name not in kind.key}
            values |= {"": fact.end} if kind.single else {}
        result.append((fact.valid_from, fact.valid_to, _Held(tuple(sorted(values.items())), fact.evidence)))
    return result


def _compared(
    old: list[tuple[date, date, _Held]], new: list[tuple[date, date, _Held]]
) -> Iterator[tuple[date, date, _Held | None, _Held | None]]:
    """Stretches of days on which one side differs from the other, as long as possible."""
    bounds = sorted({day for since, until, _ in (*old, *new) for day in (since, until)})
    last: tuple[date, date, _Held | None, _Held | None] | None = None
    for since, until in pairwise(bounds):
        was, is_ = _on(old, since), _on(new, since)
        if last is not None and last[1:] == (since, was, is_):
            last = (last[0], until, was, is_)
            continue
        if last is not None and last[2] != last[3]:
            yield last
        last = (since, until, was, is_)
    if last is not None and last[2] != last[3]:
        yield last


def _on(spans: list[tuple[date, date, _Held]], day: date) -> _Held | None:
    return next((held for since, until, held in spans if since <= day < until), None)


def _told(
    group: tuple[Any, ...], since: date, until: date, was: _Held | None, is_: _Held | None
) -> Iterator[Difference]:
    entity, what = group[1], _what(group)
    if was is None or is_ is None:
        held = was or is_
        assert held is not None, "something differs"
        sign: Sign = "+" if was is None else "-"
        yield Difference(sign, entity, " ".join(filter(None, (what, _shown(held)))), since, until)
        return
    old, new = dict(was.values), dict(is_.values)
    for name in [name for name in {**old, **new} if old.get(name) != new.get(name)]:
        label = " ".join(filter(None, (what, name)))
        yield Difference("~", entity, label, since, until, _value(old.get(name)), _value(new.get(name)))
    if old == new:
        told = (_source(was.evidence), _source(is_.evidence))
        yield Difference("~", entity, f"{what} evidence".strip(), since, until, *told)


def _what(group: tuple[Any, ...]) -> str:
    type_, _, *rest = group
    if type_ == "HAS_STATE":
        return ""
    if not rest:
        return str(type_)
    end, *key = rest
    names = FACT_BY_TYPE[type_].key
    told = [f"{name}={value}" for name, value in zip(names, key, strict=True) if value is not None]
    return " ".join((type_, end, *told))


def _shown(held: _Held) -> str:
    return " ".join(f"{name}={value}" if name else str(value) for name, value in held.values)


def _value(value: Any) -> str:
    return "(none)" if value is None else str(value)


def _source(evidence: Evidence) -> str:
    told = (evidence.source, evidence.locator, evidence.confidence, evidence.note and f"({evidence.note})")
    return " ".join(filter(None, told))


def _document(entity: str, own: Mapping[str, Any]) -> Difference:
    return Difference("+", entity, f"nameEn={own['nameEn']} nameZh={own['nameZh']}", date.min, date.max)


def _place(one: Difference) -> tuple[Any, ...]:
    kind = kind_of(one.entity)
    assert kind is not None, "ids have kinds"
    return (
        ENTITIES.index(kind),
        one.entity,
        one.what != "" and one.what.split(" ")[0] in FACT_BY_TYPE,
        one.since,
        one.what,
    )
