"""Random change sets: such as can be applied to what is known, and what a difference tells of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings

from tests.support.organisations import CHANNELS, PARENTS, PLACES, SUBJECTS, TIME_NAMES, TIMES, Fact, organisations
from touchgraph.errors import InputError
from touchgraph.graph.driver import Graph
from touchgraph.model import OPEN_END, OPEN_RECORD, OPEN_START
from touchgraph.organisation.changes.apply import apply
from touchgraph.organisation.changes.items import EvidenceItem
from touchgraph.organisation.changes.kinds import parse_change
from touchgraph.organisation.changes.work import Stamp, Work
from touchgraph.organisation.facts import Snapshot
from touchgraph.organisation.store import read_snapshot

Change = dict[str, dict[str, Any]]
EVIDENCE = {"source": "source:random", "confidence": "SYNTHETIC"}
ROLES = ["ACCOUNTABLE", "ACCOUNTABLE", "RESPONSIBLE", "CONSULTED"]
NAMES = {"nameZh": "新", "nameEn": "New"}


def stamp(name: str, recorded: datetime, effective: date) -> Stamp:
    """What a change set with our evidence puts on all that it writes."""
    return Stamp(name, recorded, effective, EvidenceItem.model_validate(EVIDENCE, strict=False))


def rich(count: int) -> list[list[Fact]]:
    """So many organisations: of many those with most facts, each with a pool and a position."""
    found: list[list[Fact]] = []

    @settings(max_examples=100, suppress_health_check=list(HealthCheck))
    @given(organisations())
    def collect(facts: list[Fact]) -> None:
        there = {fact["start"] for fact in facts}
        found.append([*facts, *(exists(one) for one in ("pool:1", "position:1") if one not in there)])

    collect()
    return sorted(found, key=len, reverse=True)[:count]


def exists(entity: str) -> Fact:
    """That an entity is there for ever."""
    times = dict(zip(TIME_NAMES, (OPEN_START, OPEN_END, TIMES[0], OPEN_RECORD), strict=True))
    return {"id": f"fact:{entity}", "type": "HAS_STATE", "start": entity, "end": f"state:{entity}", **times}


async def known_now(graph: Graph) -> Snapshot:
    """What is known, in an order that is the same in every run, so that what is drawn from it is, too."""
    snapshot = await graph.read(read_snapshot)
    return Snapshot(snapshot.entities, snapshot.states, sorted(snapshot, key=repr))


class Proposer:
    """Draws changes that hold from a day on, as the API takes them; most can be made, not all."""

    def __init__(self, draw: random.Random, known: Snapshot, day: date) -> None:
        self.draw, self.day, self.pick = draw, day, draw.choice
        self.facts = [fact for fact in known if fact.valid_from <= day < fact.valid_to]
        there = {fact.start for fact in self.facts if fact.type == "HAS_STATE"}
        self.units = sorted(one for one in there if one in PARENTS or one in PARENTS["region:1"] or ":new" in one)
        subjects = [one for one in there if one.startswith(("touchpoint:", "stage:", "pool:"))]
        self.subjects = sorted([*subjects, *(one for one in subjects if one.startswith("pool:"))])
        self.positions = sorted(one for one in there if one.startswith("position:"))
        self.places = [one for one in PLACES if one in there]
        self.channels = [one for one in CHANNELS if one in there]

    def changes(self, most: int, kinds: list[str]) -> Iterator[Change]:
        for _ in range(self.draw.randint(1, most)):
            kind = self.pick(kinds)
            if (fields := getattr(self, kind)()) is not None:
                yield {kind: {name: value for name, value in fields.items() if value is not None}}

    def old(self, *types: str) -> Any:
        """A fact that holds."""
        found = [fact for fact in self.facts if fact.type in types]
        return self.pick(found) if found else None

    def rename(self) -> dict[str, Any]:
        return {"id": self.pick([*self.units, *self.subjects]), "nameEn": self.pick(["A", "B", "C"])}

    def rank(self) -> dict[str, Any]:
        return {"id": self.pick(self.units), "level": self.pick([1, 2, 3])}

    def mandate(self) -> dict[str, Any]:
        return {"id": self.pick(self.units), "mandateEn": self.pick(["Much", "More"])}

    def move(self) -> dict[str, Any]:
        unit = self.pick(self.units)
        return {"id": unit, "parent": self.pick(PARENTS.get(unit, self.units))}

    def report(self) -> dict[str, Any] | None:
        return (self.positions and {"id": self.pick(self.units), "position": self.pick(self.positions)}) or None

    def staff(self) -> dict[str, Any] | None:
        if not self.positions:
            return None
        return {"unit": self.pick(self.units), "position": self.pick(self.positions), "headcount": self.pick([0, 1, 2])}

    def assign(self) -> dict[str, Any]:
        """A responsibility of any kind, or one beside another unit's."""
        old = self.old("RESPONSIBLE_FOR")
        if old and self.draw.random() < 0.5:
            return {"unit": self.pick(self.units), "subject": old.end, **dict(old.properties)}
        return {
            "unit": self.pick(self.units),
            "subject": self.pick(self.subjects),
            "role": self.pick(ROLES),
            "scope": self.pick([None, None, *self.places]),
            "channel": self.pick([None, None, *self.channels]),
        }

    def end(self) -> dict[str, Any] | None:
        old = self.old("RESPONSIBLE_FOR")
        return old and {"unit": old.start, "subject": old.end, **dict(old.properties)}

    def transfer(self) -> dict[str, Any] | None:
        old = self.old("RESPONSIBLE_FOR")
        return old and {"from": old.start, "to": self.pick(self.units), "subject": old.end, "role": old.get("role")}

    def delegate(self) -> dict[str, Any]:
        to = self.pick([*self.units, *self.positions])
        return {"unit": self.pick(self.units), "to": to, "scope": self.pick([None, *self.places])}

    def endFact(self) -> dict[str, Any] | None:  # noqa: N802
        old = self.old("DELEGATES_TO", "KIND_OF", "SERVES")
        return old and {"type": old.type, "start": old.start, "end": old.end, **dict(old.properties)}

    def create(self) -> dict[str, Any]:
        unit = self.pick([one for one in self.units if one in PARENTS])
        new = f"{unit.partition(':')[0]}:new{self.draw.randint(1, 99)}"
        subject = {"id": f"touchpoint:new{self.draw.randint(1, 9)}", **NAMES}
        return self.pick([{"id": new, "parent": self.pick(PARENTS[unit]), **NAMES}] * 3 + [subject])

    def close(self) -> dict[str, Any]:
        unit = self.pick(self.units)
        alike = [one for one in self.units if one.partition(":")[0] == unit.partition(":")[0]]
        return {"id": self.pick([unit, unit, *self.subjects]), "successor": self.pick([None, *alike, *alike])}

    def unown(self) -> dict[str, Any]:
        return {"subject": self.pick(self.subjects), "reason": "On purpose"}


ALL = [name for name in vars(Proposer) if not name.startswith("_") and name not in ("changes", "old")]
ALL += ["assign", "transfer", "end", "move", "staff", "staff"]


def possible(work: Work, some: Iterator[Change]) -> list[Change]:
    """Those that can be applied, one on top of the other; they are."""
    done = []
    for change in some:
        ((name, fields),) = change.items()
        try:
            apply(work, parse_change(name, fields))
        except InputError:
            continue
        done.append(change)
    return done


# --- what a difference tells ------------------------------------------------------------------------------------------


def tellable(known: Snapshot, day: date, some: Iterable[Change]) -> Iterator[Change]:
    """Changes that a difference tells one by one: of units, and each of other entities than those before it."""
    facts = [fact for fact in known if fact.valid_from <= day < fact.valid_to]
    used: set[str] = set()
    for change in some:
        ((kind, fields),) = change.items()
        own = {str(value) for name, value in fields.items() if name not in ("parent", "scope", "channel")}
        ids = {value for value in own if ":" in value}
        held = [f for f in facts if f.type == "RESPONSIBLE_FOR" and f.end in ids and f.start in ids]
        told = {
            "rename": fields.get("id") not in (*SUBJECTS, *CHANNELS),
            "create": "parent" in fields,
            "close": len(ids) == 1
            and not ids & {*SUBJECTS, *CHANNELS}
            and not any(ids & {*f.ids} for f in facts if f.type not in ("HAS_STATE", "PART_OF")),
            "assign": not any(f.type == "UNOWNED" and f.start in ids for f in facts),
            "end": len(held) == 1,
            "transfer": len(held) == 1,
            "endFact": fields.get("type") == "DELEGATES_TO",
        }
        if told.get(kind, True) and used.isdisjoint(ids):
            used |= ids
            yield change


def back(told: dict[str, Any]) -> Change:
    """The change that a difference tells of."""
    unit, position, subject = (told[key] and told[key]["id"] for key in ("unit", "position", "subject"))
    came, went = ([one["id"] for one in told[key]] for key in ("from", "to"))
    said = (told["after"] or told["before"])[0]
    own = {key: value["id"] if isinstance(value, dict) else value for key, value in said.items() if value is not None}
    kind, fields = {
        "CREATED": ("create", {"id": unit, "parent": "".join(went)}),
        "CLOSED": ("close", {"id": unit}),
        "RENAMED": ("rename", {"id": unit, "nameEn": own.get("nameEn")}),
        "RERANKED": ("rank", {"id": unit, "level": own.get("level")}),
        "MANDATE_CHANGED": ("mandate", {"id": unit, "mandateEn": own.get("mandateEn")}),
        "MOVED": ("move", {"id": unit, "parent": "".join(went)}),
        "REPORTING_LINE_CHANGED": ("report", {"id": unit, "position": "".join(went)}),
        "POSITION_ADDED": ("staff", {"unit": unit, "position": position, **own}),
        "HEADCOUNT_CHANGED": ("staff", {"unit": unit, "position": position, **own}),
        "POSITION_REMOVED": ("staff", {"unit": unit, "position": position, "headcount": 0}),
        "RESPONSIBILITY_GAINED": ("assign", {"unit": unit, "subject": subject, **own}),
        "RESPONSIBILITY_LOST": ("end", {"unit": unit, "subject": subject, **own}),
        "RESPONSIBILITY_TRANSFERRED": (
            "transfer",
            {"from": "".join(came), "to": "".join(went), "subject": subject, "role": own.get("role")},
        ),
        "DELEGATED": ("delegate", {"unit": unit, "to": "".join(went), **own}),
        "DELEGATION_ENDED": ("endFact", {"type": "DELEGATES_TO", "start": unit, "end": "".join(came), **own}),
        "UNOWNED": ("unown", {"subject": subject, **own}),
    }[told["kind"]]
    return {kind: fields | NAMES if kind == "create" else fields}
