"""A change set in the making: what was known before, what is known so far, and what has to be written for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from touchgraph.errors import InputError
from touchgraph.model import OPEN_END, kind_of
from touchgraph.organisation.changes.items import EvidenceItem, Evident
from touchgraph.organisation.facts import REFERRING, Evidence, Fact, Snapshot, own, state_id, without
from touchgraph.organisation.rules import life, problems, unknown


@dataclass(frozen=True)
class Stamp:
    """What a change set puts on all that it writes: its id, when it became known, from which day, by what evidence."""

    change_set: str
    recorded: datetime
    effective: date
    evidence: EvidenceItem


@dataclass(frozen=True)
class Leaving:
    """An entity that is not there any more on some days, until before the last.

    What customers have of it goes to its `successor`; without one it ends where that was said (`ends`). `stays`: the
    successor is there all these days, or leaves in the same change set.
    """

    entity: str
    since: date
    until: date
    successor: str | None = None
    ends: bool = False
    stays: bool = True


@dataclass(frozen=True)
class Operations:
    """What has to be written, all of it at `recorded`; `entities` are new nodes with their own properties.

    `leaving` are in the order in which they left: who succeeds one may leave after it. `source`: of the change set.
    """

    recorded: datetime
    entities: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    states: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    closed: list[Fact] = field(default_factory=list)
    recorded_facts: list[Fact] = field(default_factory=list)
    leaving: list[Leaving] = field(default_factory=list)
    source: str = ""


class Work:
    """`now` is what is known with all changes so far. A change that fails leaves it as it was (`attempt`)."""

    def __init__(self, before: Snapshot, stamp: Stamp) -> None:
        self.before = before
        self.now = before.copy()
        self.stamp = stamp
        self._new: dict[str, Mapping[str, Any]] = {}
        self._left: dict[str, tuple[str | None, bool]] = {}
        self._undo: list[Callable[[], object]] = []

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """All of what is done inside, or nothing if an error leaves it."""
        self._undo.clear()
        try:
            yield
        except BaseException:
            while self._undo:
                self._undo.pop()()
            raise

    def day(self, item: Evident) -> date:
        """The day from which an item holds."""
        return item.valid_from or self.stamp.effective

    def evidence(self, item: Evident) -> Evidence:
        """The evidence of an item: its own, or that of the change set."""
        return (item.evidence or self.stamp.evidence).with_note(item.note)

    def entity(self, entity: str, properties: Mapping[str, Any] | None = None) -> None:
        """Adds a new node; an entity that is there already stays as it is."""
        if entity not in self.now.entities:
            self.now.entities[entity] = None
            self._new[entity] = properties or {}
            self._undo.append(lambda: (self.now.entities.pop(entity), self._new.pop(entity)))

    def state(self, entity: str, values: Mapping[str, Any], since: date, until: date, evidence: Evidence) -> None:
        """Records what an entity says of itself from one day until before another."""
        values = dict(own(values))
        identity = state_id(entity, values)
        self.now.states[identity] = values
        self.record("HAS_STATE", entity, identity, since, until, evidence)

    def record(
        self,
        type_: str,
        start: str,
        end: str,
        since: date,
        until: date,
        evidence: Evidence,
        properties: Mapping[str, Any] | None = None,
    ) -> None:
        """Records a fact. Raises InputError with every rule that it breaks."""
        stamp = self.stamp
        fact = Fact(type_, start, end, since, until, evidence, stamp.change_set, stamp.recorded, own(properties or {}))
        if found := list(problems(self.now, fact)):
            raise InputError("; ".join(found))
        self._add(fact)

    def end(self, fact: Fact, day: date) -> None:
        """Lets a fact hold until before a day only: closes it and records what is left of it, with its own evidence."""
        self.now.remove(fact)
        self._undo.append(lambda: self.now.add(fact))
        if fact.valid_from < day:
            stamp = self.stamp
            self._add(replace(fact, valid_to=day, change_set=stamp.change_set, recorded_from=stamp.recorded))

    def inherit(self, fact: Fact, heirs: Mapping[str, str], day: date, evidence: Evidence) -> None:
        """Records a fact anew from a day on, with ids replaced; days on which the same holds already are left out."""
        start, end = heirs.get(fact.start, fact.start), heirs.get(fact.end, fact.end)
        properties = {name: heirs.get(value, value) if name in REFERRING else value for name, value in fact.properties}
        key = replace(fact, start=start, end=end, properties=own(properties)).key
        taken = [(f.valid_from, f.valid_to) for f in self.now.out(fact.type, start, day) if f.key == key]
        for since, until in without((max(day, fact.valid_from), fact.valid_to), taken):
            self.record(fact.type, start, end, since, until, evidence, properties)

    def leave(self, entity: str, successor: str | None, ends: bool = False) -> None:
        """Notes to whom customers of an entity go that is closed; see `Leaving`."""
        before = self._left.pop(entity, None)
        self._left[entity] = (successor, ends)
        self._undo.append(lambda: (self._left.pop(entity), before and self._left.update({entity: before})))

    def known(self, entity: str) -> None:
        """Raises InputError if there is no such entity."""
        if entity not in self.now.entities or kind_of(entity) is None:
            raise InputError(unknown(self.now, entity))

    def until(self, day: date, *entities: str) -> date:
        """The first day without one of the entities. Raises InputError if one does not exist on `day`."""
        return min((self._life_end(day, entity) for entity in entities), default=OPEN_END)

    def operations(self) -> Operations:
        """What tells `now` from `before`; a fact that was recorded and closed in between leaves no trace."""
        recorded = [fact for fact in self.now if fact not in self.before]
        states = {f.end: self.now.states[f.end] for f in recorded if f.type == "HAS_STATE"}
        closed = [fact for fact in self.before if fact not in self.now]
        # An entity that came and went within the change set would be a node that no question finds.
        lives = {fact.start for fact in recorded if fact.type == "HAS_STATE"}
        new = {e: own for e, own in self._new.items() if e in lives or not (kind := kind_of(e)) or not kind.state}
        source = self.stamp.evidence.source
        return Operations(self.stamp.recorded, new, states, closed, recorded, list(self._leaving(closed)), source)

    def _leaving(self, closed: list[Fact]) -> Iterator[Leaving]:
        others = (fact.start for fact in closed if fact.type == "HAS_STATE")
        for entity in dict.fromkeys((*self._left, *others)):
            now = self.now.life(entity)
            for span in self.before.life(entity):
                for since, until in without(span, now):
                    successor, ends = self._left.get(entity, (None, False))
                    last = self.now.life_end(successor, since) if successor else None
                    stays = successor in self._left or (last is not None and last >= until)
                    yield Leaving(entity, since, until, successor, ends, stays)

    def _add(self, fact: Fact) -> None:
        self.now.add(fact)
        self._undo.append(lambda: self.now.remove(fact))

    def _life_end(self, day: date, entity: str) -> date:
        self.known(entity)
        end = self.now.life_end(entity, day)
        if end is None:
            raise InputError(f"{entity} does not exist on {day} ({life(self.now, entity)})")
        return end
