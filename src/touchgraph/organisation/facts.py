"""Facts as values, and all that is known of the graph at one recorded time."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from touchgraph.model import FACT_BY_TYPE, OPEN_END, OPEN_START, kind_of

REFERRING = ("scope", "channel")
"""Properties of facts that hold the id of an entity which has to exist as long as the fact holds."""

Span = tuple[date, date]


@dataclass(frozen=True)
class Evidence:
    """Where a fact comes from, and how sure it is."""

    source: str
    confidence: str
    locator: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Fact:
    """A relationship that holds from `valid_from` until before `valid_to`; `properties` are its own, sorted."""

    type: str
    start: str
    end: str
    valid_from: date
    valid_to: date
    evidence: Evidence
    change_set: str
    recorded_from: datetime
    properties: tuple[tuple[str, Any], ...] = ()

    def get(self, name: str) -> Any:
        """The value of a property of its own, or None."""
        return next((value for key, value in self.properties if key == name), None)

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells facts apart: two facts with the same key never hold at the same time."""
        return (self.type, self.start, self.end, *map(self.get, FACT_BY_TYPE[self.type].key))

    @property
    def ids(self) -> tuple[str, ...]:
        """The entities that have to exist as long as the fact holds: its ends, its scope, its channel."""
        ends = (self.start,) if self.type == "HAS_STATE" else (self.start, self.end)
        return (*ends, *(self.get(name) for name in REFERRING if self.get(name)))

    def overlaps(self, other: Fact) -> bool:
        """Whether both hold on some day."""
        return self.valid_from < other.valid_to and other.valid_from < self.valid_to

    def __str__(self) -> str:
        own = "".join(f" {name}={value}" for name, value in self.properties)
        return f"{self.type} {self.start} → {self.end}{own} from {self.valid_from} to {self.valid_to}"


def own(values: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Properties as a fact holds them: sorted by name, without nulls."""
    return tuple(sorted((name, value) for name, value in values.items() if value is not None))


def state_id(entity: str, values: Mapping[str, Any]) -> str:
    """The id of a state: the same values of the same entity always give the same."""
    text = json.dumps([entity, dict(own(values))], ensure_ascii=False, default=str)
    return "state:" + hashlib.sha256(text.encode()).hexdigest()[:24]


class Snapshot:
    """Everything that is known at one recorded time: entities, states, and facts of all valid times."""

    def __init__(
        self,
        entities: Iterable[str] = (),
        states: Mapping[str, Mapping[str, Any]] | None = None,
        facts: Iterable[Fact] = (),
    ) -> None:
        self.entities = dict.fromkeys(entities)
        self.states: dict[str, Mapping[str, Any]] = dict(states or {})
        self._facts: dict[Fact, None] = {}
        self._touching: defaultdict[str, dict[Fact, None]] = defaultdict(dict)
        self._out: defaultdict[tuple[str, str], dict[Fact, None]] = defaultdict(dict)
        for fact in facts:
            self.add(fact)

    def copy(self) -> Snapshot:
        """A snapshot of its own with the same content."""
        return Snapshot(self.entities, self.states, self._facts)

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._facts)

    def __contains__(self, fact: Fact) -> bool:
        return fact in self._facts

    def add(self, fact: Fact) -> None:
        """Makes a fact known."""
        self._facts[fact] = None
        self._out[fact.type, fact.start][fact] = None
        for entity in fact.ids:
            self._touching[entity][fact] = None

    def remove(self, fact: Fact) -> None:
        """Makes a fact unknown."""
        del self._facts[fact]
        del self._out[fact.type, fact.start][fact]
        for entity in fact.ids:
            self._touching[entity].pop(fact, None)

    def touching(self, entity: str, since: date = OPEN_START) -> list[Fact]:
        """Facts that start or end at an entity or refer to it, and hold on `since` or later."""
        return [fact for fact in self._touching.get(entity, ()) if fact.valid_to > since]

    def out(self, type_: str, start: str, since: date = OPEN_START) -> list[Fact]:
        """Facts of a type that start at an entity, and hold on `since` or later; in order of valid time."""
        found = (fact for fact in self._out.get((type_, start), ()) if fact.valid_to > since)
        return sorted(found, key=lambda fact: (fact.valid_from, fact.end))

    def into(self, type_: str, end: str, since: date = OPEN_START) -> list[Fact]:
        """Facts of a type that end at an entity, and hold on `since` or later."""
        return [f for f in self.touching(end, since) if f.type == type_ and f.end == end]

    def life(self, entity: str) -> list[Span]:
        """When an entity exists: spans of days that do not touch, in order. An entity without state exists always."""
        kind = kind_of(entity)
        if kind is not None and not kind.state:
            return [(OPEN_START, OPEN_END)] if entity in self.entities else []
        return merged((fact.valid_from, fact.valid_to) for fact in self.out("HAS_STATE", entity))

    def life_end(self, entity: str, day: date) -> date | None:
        """When the life that an entity leads on a day ends; None if it does not exist then."""
        return next((end for start, end in self.life(entity) if start <= day < end), None)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans that overlap or touch made one; sorted."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def without(span: Span, taken: Iterable[Span]) -> list[Span]:
    """The parts of a span that none of the others covers."""
    result, cursor = [], span[0]
    for start, end in merged(taken):
        if cursor < min(start, span[1]):
            result.append((cursor, min(start, span[1])))
        cursor = max(cursor, end)
    if cursor < span[1]:
        result.append((cursor, span[1]))
    return result
