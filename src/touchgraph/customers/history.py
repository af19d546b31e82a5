"""What is known of one customer, as values: a write is the step from one history to the next; both can be counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from touchgraph.errors import InvalidRows, RowFault
from touchgraph.model import LINKED_AS, LINKED_BY, NOBODY, OPEN_END


@dataclass(frozen=True)
class Held:
    """A fact as known now: its end, its days, its own properties. Its source and its place in the graph (`ref`) do not
    tell it from others."""

    end: str
    since: date
    until: date = OPEN_END
    own: Mapping[str, Any] = field(default_factory=dict)
    source: str = field(default="", compare=False)
    ref: str = field(default="", compare=False)

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.since <= day < self.until

    @property
    def open(self) -> bool:
        """Whether it holds at present: nothing of a customer is known of days to come."""
        return self.until == OPEN_END


Facts = tuple[Held, ...]
"""Facts of one kind of which one holds at a time: a customer's stages, its consents to one channel."""


@dataclass(frozen=True)
class History:
    """All that is known of a customer, or of feedback: facts by type, and by the node at which they start.

    Consents are by their channel instead: a customer has several at a time.
    """

    facts: Mapping[tuple[str, str], Facts] = field(default_factory=dict)

    def each(self, type_: str) -> Mapping[str, Facts]:
        """The facts of a type, by what they are of."""
        return {of: facts for (kind, of), facts in self.facts.items() if kind == type_}

    def all(self, type_: str) -> Facts:
        """The facts of a type of which one holds at a time."""
        return tuple(fact for facts in self.each(type_).values() for fact in facts)

    def having(self, type_: str, of: str, facts: Facts) -> History:
        """The history with other facts of one type and start."""
        return History({**self.facts, (type_, of): facts})

    def dealer(self, day: date) -> str:
        """The dealer that serves the customer on a day."""
        return next((fact.end for fact in self.all("SERVED_BY") if fact.holds(day)), NOBODY)

    @property
    def link(self) -> str:
        """How the customer is linked at present."""
        consents = self.each("CONSENTS_TO")
        telephone, wecom = (present(consents.get(channel, ())) is not None for channel in LINKED_BY)
        return LINKED_AS[telephone, wecom]


def present(facts: Iterable[Held]) -> Held | None:
    """The fact that holds at present."""
    return next((fact for fact in facts if fact.open), None)


def rewritten(facts: Facts, day: date, new: Held | None, correction: bool, alike: bool = False) -> Facts:
    """The facts with what holds from a day on replaced by a new one, or by nothing.

    What began on that very day is replaced; to replace what is recorded of later days takes a `correction`. Where what
    held until that day has the same end (and, if `alike`, the same properties), it goes on instead.
    Raises InvalidRows.
    """
    later = max((last for fact in facts if (last := fact.since if fact.open else fact.until) > day), default=None)
    if later is not None and not correction:
        why = f"something is recorded of {later}, after {day}; `correction: true` replaces all from the day on"
        raise InvalidRows([RowFault(None, "day", why)])
    kept = [replace(fact, until=min(fact.until, day)) for fact in facts if fact.since < day]
    if new is None:
        return tuple(kept)
    before = next((fact for fact in kept if fact.until == day and fact.end == new.end), None)
    if before is not None and (not alike or before.own == new.own):
        kept.remove(before)
        new = replace(before, until=OPEN_END)
    return (*kept, new)
