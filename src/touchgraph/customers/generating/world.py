"""What customers are made up from: the world of the seed files, and the data files."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from touchgraph.errors import InputError, InvalidFiles
from touchgraph.model import OPEN_END, OPEN_START, InteractionKind
from touchgraph.organisation.facts import Snapshot
from touchgraph.organisation.files.loading import default_paths
from touchgraph.organisation.files.planning import by_time, plan_file
from touchgraph.organisation.files.records import read_file

DATA = Path(__file__).with_name("data")
SOURCE = "source:synthetic"
"""The source of all that is made up."""
TELEPHONE, WECOM = "channel:telephone", "channel:wecom"
"""The channels that need a customer's consent."""

_KINDS = {
    "lead-form": InteractionKind.ENQUIRY,
    "livestream": InteractionKind.ENQUIRY,
    "quotation": InteractionKind.ENQUIRY,
    "test-drive": InteractionKind.TEST_DRIVE,
    "contract": InteractionKind.ORDER,
    "delivery": InteractionKind.DELIVERY,
    "maintenance": InteractionKind.SERVICE,
    "repair": InteractionKind.SERVICE,
    "warranty": InteractionKind.SERVICE,
    "service-booking": InteractionKind.SERVICE,
}
"""What is done at touchpoints that are for one thing; at others it depends on the channel."""
_KINDS_BY_CHANNEL = {
    "telephone": InteractionKind.CALL,
    "wecom": InteractionKind.MESSAGE,
    "event": InteractionKind.ACTIVITY,
    "showroom": InteractionKind.VISIT,
    "offline": InteractionKind.ACTIVITY,
}
_CENTRAL = ("channel:online", "channel:new-media", "channel:app")
"""Channels through which a customer meets the brand, not a dealer."""


@dataclass(frozen=True)
class Option:
    """A way in which customers in a stage may be met, from a day on."""

    touchpoint: str
    channel: str | None
    since: date

    @property
    def kind(self) -> str:
        """What is done then."""
        by_channel = _KINDS_BY_CHANNEL.get((self.channel or "").partition(":")[2], InteractionKind.VIEW)
        return _KINDS.get(self.touchpoint.partition(":")[2], by_channel)

    @property
    def local(self) -> bool:
        """Whether it is at the dealer."""
        return self.channel is not None and self.channel not in _CENTRAL

    @property
    def safe(self) -> bool:
        """Whether it has always been there, and needs no consent."""
        return self.channel not in (None, TELEPHONE, WECOM) and self.since == OPEN_START


@dataclass(frozen=True)
class World:
    """What is known at the end of the seed files; `dealers` are ids with those of their regions."""

    known: Snapshot
    recorded: datetime
    dealers: Sequence[tuple[str, str]]

    @cached_property
    def regions(self) -> list[str]:
        """In their order, which is that of the column `region` of the places."""
        return _ids(self.known, "region")

    def names(self, entity: str) -> tuple[str, str]:
        """The names in Chinese and in English, as they are now."""
        state = self.known.states[self.known.out("HAS_STATE", entity)[-1].end]
        return state["nameZh"], state["nameEn"]

    @cached_property
    def stages(self) -> list[str]:
        """In their order."""
        return [stage for _, stage in sorted((self._ordinal(stage), stage) for stage in _ids(self.known, "stage"))]

    def _ordinal(self, entity: str) -> int:
        return int(self.known.states[self.known.out("HAS_STATE", entity)[-1].end]["ordinal"])

    def pool(self, stage: str) -> str | None:
        """The pool that serves a stage, if any."""
        return next((f.start for f in self.known.into("SERVES", stage) if f.start.startswith("pool:")), None)

    def options(self, stage: str) -> list[Option]:
        """The ways in which customers in a stage may be met."""
        served = [fact for fact in self.known.into("SERVES", stage) if fact.start.startswith("touchpoint:")]
        return [
            Option(fact.start, channel, max(fact.valid_from, since))
            for fact in sorted(served, key=lambda fact: fact.start)
            for channel, since in self._channels(fact.start)
        ]

    def _channels(self, touchpoint: str) -> list[tuple[str | None, date]]:
        used = self.known.out("USES", touchpoint)
        return [(fact.end, fact.valid_from) for fact in used] if used else [(None, OPEN_START)]

    def since(self, entity: str) -> date:
        """The first day on which an entity exists."""
        return self.known.life(entity)[0][0]

    def ids(self, prefix: str) -> list[str]:
        """The entities of a kind that are there to stay."""
        return [entity for entity in _ids(self.known, prefix) if self.known.life(entity)[-1][1] == OPEN_END]


def read_world(paths: Iterable[Path] | None = None) -> World:
    """The world of the seed files, as known after the last of them. Raises InvalidFiles."""
    known = Snapshot()
    recorded = None
    for file in by_time([read_file(path) for path in (default_paths() if paths is None else paths)]):
        _, known = plan_file(file, known)
        if file.faults or file.change_set is None:
            raise InvalidFiles(file.faults)
        recorded = file.change_set.value.recorded
    if recorded is None:
        raise InputError("There are no seed files to make up customers from.")
    return World(known, recorded, _dealers(known))


def _ids(known: Snapshot, prefix: str) -> list[str]:
    return sorted(entity for entity in known.entities if entity.startswith(f"{prefix}:"))


def _dealers(known: Snapshot) -> list[tuple[str, str]]:
    return [(dealer, _parent(known, _parent(known, dealer))) for dealer in _ids(known, "dealer")]


def _parent(known: Snapshot, unit: str) -> str:
    return known.out("PART_OF", unit)[-1].end


def chance(seed: int, what: str, number: int, below: int) -> int:
    """A number drawn for something, the same for the same seed."""
    digest = hashlib.md5(f"{seed}{what}{number}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big") % below


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a data file."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
