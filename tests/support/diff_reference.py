"""What `orgDiff` means, written down a second time: all that holds at either moment, compared in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.support.reference import PREFIXES, UNITS, At, Fact, World

LINES = {"ACCOUNTABLE": "owner", "RESPONSIBLE": "owner"}
STATE = (
    ("RENAMED", "RENAMED", ("nameZh", "nameEn")),
    ("RERANKED", "LEVEL_RECORDED", ("level",)),
    ("MANDATE_CHANGED", "MANDATE_RECORDED", ("mandateZh", "mandateEn", "mandateStrength")),
)


@dataclass
class Change:
    kind: str
    unit: str | None = None
    position: str | None = None
    subject: str | None = None
    gone_from: list[str] = field(default_factory=list)
    gone_to: list[str] = field(default_factory=list)
    before: list[Fact] = field(default_factory=list)
    after: list[Fact] = field(default_factory=list)


def kind(entity_id: str) -> str:
    return PREFIXES[entity_id.partition(":")[0]]


def place(entity_id: str) -> tuple[str | None, str | None]:
    """An entity as the unit or as the position of a change."""
    return (entity_id, None) if kind(entity_id) in UNITS else (None, entity_id)


class Differ:
    def __init__(self, world: World, before: At, after: At) -> None:
        self.world, self.before, self.after = world, before, after
        self.old = [fact for fact in world.facts if fact.holds(before)]
        self.new = [fact for fact in world.facts if fact.holds(after)]

    def changes(self) -> list[Change]:
        return [*self.entities(), *self.lines(), *self.positions(), *self.responsibilities(), *self.others()]

    def both(self, type_: str, *keys: str) -> Iterable[tuple[tuple[Any, ...], Fact | None, Fact | None]]:
        """For each key, the fact that held before and the one that holds after."""

        def by_key(facts: list[Fact]) -> dict[tuple[Any, ...], Fact]:
            values = [(tuple(getattr(f, k, None) or f.props.get(k) for k in keys), f) for f in facts if f.type == type_]
            return dict(values)

        old, new = by_key(self.old), by_key(self.new)
        return [(key, old.get(key), new.get(key)) for key in {**old, **new}]

    def state(self, fact: Fact | None, names: tuple[str, ...]) -> list[Any]:
        return [self.world.states[fact.end].get(name) for name in names] if fact else []

    def parents(self, facts: list[Fact], unit: str) -> list[Fact]:
        at = self.before if facts is self.old else self.after
        above = ("PART_OF", "REPORTS_TO")
        found = [f for f in self.world.touching(unit) if f.type in above and f.start == unit and f.holds(at)]
        return sorted(found, key=lambda fact: fact.type)

    @property
    def forward(self) -> bool:
        return (self.before.day, self.before.known) <= (self.after.day, self.after.known)

    def complete(self, scopes: set[str | None]) -> bool:
        """Whether all responsibilities in some scopes were recorded at the earlier moment."""
        at = self.before if self.forward else self.after
        sets = [own for own in self.world.entities.values() if "RESPONSIBLE_FOR" in (own.get("complete") or ())]
        told = [s.get("completeFor") for s in sets if s["effective"] <= at.day and s["recordedFrom"] <= at.known]
        return any(units is None or all(scope in units for scope in scopes) for units in told)

    def only_recorded(self, old: list[Any], new: list[Any]) -> bool:
        """Whether all that differs was not known at the earlier moment."""
        first = old if self.forward else new
        return all(first[n] is None for n in range(len(old)) if old[n] != new[n])

    def entities(self) -> Iterable[Change]:
        for (entity,), old, new in self.both("HAS_STATE", "start"):
            if kind(entity) not in (*UNITS, "Position"):
                continue
            if old is None and new is not None:
                parents = self.parents(self.new, entity)
                yield Change("CREATED", *place(entity), gone_to=[p.end for p in parents], after=[new, *parents])
            elif new is None and old is not None:
                parents = self.parents(self.old, entity)
                yield Change("CLOSED", *place(entity), gone_from=[p.end for p in parents], before=[old, *parents])
            elif old and new:
                for changed, recorded, properties in STATE:
                    was, is_ = self.state(old, properties), self.state(new, properties)
                    if was != is_:
                        name = recorded if self.only_recorded(was, is_) else changed
                        yield Change(name, *place(entity), before=[old], after=[new])

    def lines(self) -> Iterable[Change]:
        alive = {f.start for f in self.old if f.type == "HAS_STATE"} & {
            f.start for f in self.new if f.type == "HAS_STATE"
        }
        for type_, name in (("PART_OF", "MOVED"), ("REPORTS_TO", "REPORTING_LINE_CHANGED")):
            for (unit,), old, new in self.both(type_, "start"):
                was, is_ = old and old.end, new and new.end
                if was != is_ and unit in alive:
                    only = type_ == "REPORTS_TO" and self.only_recorded([was], [is_])
                    yield self.told("REPORTING_LINE_RECORDED" if only else name, unit, old, new)

    def told(self, name: str, unit: str | None, old: Fact | None, new: Fact | None, **more: str) -> Change:
        """A change with the ends of its facts."""
        ends = [old.end] if old else [], [new.end] if new else []
        return Change(name, unit, None, more.get("subject"), *ends, [old] if old else [], [new] if new else [])

    def positions(self) -> Iterable[Change]:
        for (position, unit), old, new in self.both("IN_UNIT", "start", "end"):
            name = "POSITION_ADDED" if old is None else "POSITION_REMOVED" if new is None else "HEADCOUNT_CHANGED"
            counts = [[fact and fact.props.get("headcount")] for fact in (old, new)]
            if old and new and self.only_recorded(*counts):
                name = "HEADCOUNT_RECORDED"
            if not (old and new) or counts[0] != counts[1]:
                yield Change(name, unit, position, before=[old] if old else [], after=[new] if new else [])

    def others(self) -> Iterable[Change]:
        for (unit, _, _), old, new in self.both("DELEGATES_TO", "start", "end", "scope"):
            if not (old and new):
                yield self.told("DELEGATED" if new else "DELEGATION_ENDED", unit, old, new)
        for (unit, _, _), old, new in self.both("SUPPORTS", "start", "end", "how"):
            if not (old and new):
                yield self.told("SUPPORT_STARTED" if new else "SUPPORT_ENDED", unit, old, new)
            elif old.props.get("mandate") != new.props.get("mandate"):
                yield self.told("SUPPORT_CHANGED", unit, old, new)
        for (subject,), old, new in self.both("UNOWNED", "start"):
            said = [(f.end, f.props["reason"]) for f in (old, new) if f]
            if len(said) < 2 or said[0] != said[1]:
                yield self.told("UNOWNED" if new else "UNOWNED_ENDED", None, old, new, subject=subject)

    # --- responsibilities --------------------------------------------------------------------------------------

    def responsibilities(self) -> Iterable[Change]:
        groups: defaultdict[tuple[Any, ...], tuple[list[Fact], list[Fact]]] = defaultdict(lambda: ([], []))
        for (_, subject, role, scope, channel), old, new in self.both(
            "RESPONSIBLE_FOR", "start", "end", "role", "scope", "channel"
        ):
            if old and new:
                if old.props.get("mandate") != new.props.get("mandate"):
                    yield self.held([old], [new])
            else:
                lost, gained = groups[subject, LINES.get(role, role), scope, channel]
                (gained if new else lost).append(new or old)  # type: ignore[arg-type]
        left: defaultdict[tuple[Any, ...], tuple[list[Fact], list[Fact]]] = defaultdict(lambda: ([], []))
        for (subject, line, _, _), (lost, gained) in groups.items():
            if lost and gained:
                yield from self.handed(lost, gained)
            else:
                left[subject, line][0].extend(lost)
                left[subject, line][1].extend(gained)
        for lost, gained in left.values():
            yield from self.handed(lost, gained)

    def handed(self, lost: list[Fact], gained: list[Fact]) -> Iterable[Change]:
        """What became of responsibilities for one subject in one line."""
        losers, winners = {f.start for f in lost}, {f.start for f in gained}
        if not lost or not gained:
            yield from (self.held([f] if f in lost else [], [f] if f in gained else []) for f in (*lost, *gained))
        elif losers == winners:
            for unit in losers:
                yield self.held([f for f in lost if f.start == unit], [f for f in gained if f.start == unit])
        else:
            yield self.held(lost, gained)

    def held(self, lost: list[Fact], gained: list[Fact]) -> Change:
        units = sorted({f.start for f in lost}), sorted({f.start for f in gained})
        (subject,) = {f.end for f in (*lost, *gained)}
        if not lost or not gained:
            name = "RESPONSIBILITY_GAINED" if gained else "RESPONSIBILITY_LOST"
            if bool(gained) == self.forward and not self.complete({f.props.get("scope") for f in (*lost, *gained)}):
                name = "RESPONSIBILITY_RECORDED"
        else:
            name = "RESPONSIBILITY_CHANGED" if units[0] == units[1] else "RESPONSIBILITY_TRANSFERRED"
        unit = None if name == "RESPONSIBILITY_TRANSFERRED" else (*units[0], *units[1])[0]
        return Change(name, unit, None, subject, *units, lost, gained)
