"""What is found in the graph, as values: entities with all their states, facts, and what of them holds at a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from touchgraph import model

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class At:
    """A moment; `supposed`: below a what-if, where the graph is not as it is."""

    as_of: date
    known_at: datetime
    supposed: bool = False

    @cached_property
    def day(self) -> str:
        """The day as text, whose order is that of days."""
        return self.as_of.isoformat()

    @cached_property
    def known(self) -> int:
        """The time in microseconds since 1970."""
        return (self.known_at - _EPOCH) // timedelta(microseconds=1)


class Fact:
    """A relationship with all that it says; a fact `HAS_STATE` with what the state says. `element`: see `FactRef`."""

    __slots__ = ("element", "end", "known_from", "known_to", "props", "start", "state", "type")

    def __init__(
        self,
        row: Sequence[Any],
        names: Sequence[str],
        state: Mapping[str, Any] | None = None,
    ) -> None:
        self.element, self.type, self.start, self.end, self.known_from, self.known_to, *values = row
        self.props = dict(zip(names, values, strict=True))
        self.state = state

    def holds(self, at: At) -> bool:
        """Whether it is valid on the day and known at the time."""
        return self.props["validFrom"] <= at.day < self.props["validTo"] and self.is_known(at)

    def is_known(self, at: At) -> bool:
        """Whether it is known at the time, whatever day it is valid on."""
        return bool(self.known_from <= at.known < self.known_to)

    @property
    def size(self) -> int:
        """How many values it holds."""
        return len(self.props) + len(self.state or ()) + 6


class Entity:
    """A node of the organisation, with its states of all times; `recorded` is when it became known, if it has none."""

    __slots__ = ("id", "props", "recorded", "states")

    def __init__(self, entity_id: str, props: dict[str, Any], recorded: int | None, states: tuple[Fact, ...]) -> None:
        self.id, self.props, self.recorded, self.states = entity_id, props, recorded, states

    def state(self, at: At) -> Fact | None:
        """The fact of the state that holds at a moment."""
        return next((one for one in self.states if one.holds(at)), None)

    def exists(self, at: At) -> bool:
        """Whether it has a state at the moment or, being of a kind that has none, is recorded."""
        if kind_with_states(self.id):
            return self.state(at) is not None
        return self.recorded is not None and self.recorded <= at.known

    @property
    def size(self) -> int:
        """How many values it holds."""
        return len(self.props) + 2 + sum(state.size for state in self.states)


def kind_with_states(entity_id: str) -> bool:
    """Whether entities of the kind that an id names have states."""
    kind = model.kind_of(entity_id)
    return kind is not None and bool(kind.state)


def carries(entity_id: str, label: str) -> bool:
    """Whether an entity with this id carries a label, as its kind tells."""
    kind = model.kind_of(entity_id)
    return kind is not None and (label == model.NODE or model.has_label(kind, label))


def of_customers(entity_id: str) -> bool:
    """Whether an id is that of a customer, or of what belongs to one."""
    kind = model.kind_of(entity_id)
    return kind is not None and kind.base is None
