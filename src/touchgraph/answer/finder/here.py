"""Where the finder is: a row in the making, and the scalars that it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from touchgraph.answer.plan import Order, SortKey
from touchgraph.answer.records import At, Entity, Fact
from touchgraph.answer.sources import Across, FactType, Local, Of, Property, Scalar

_LAST = {"integer": 2**31 - 1, "string": ""}
"""Where rows without a value stand in an order."""


@dataclass(slots=True)
class Here:
    """A row: an entity or a fact of the organisation, or (`cells`, by scalar) of customers; `locals` of a statement."""

    at: At
    entity: Entity | None = None
    fact: Fact | None = None
    cells: Mapping[Any, Any] | None = None
    locals: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id of the row's entity."""
        return str(self.entity.id if self.entity else self.cells[Of.NODE, "id"] if self.cells else "")

    def scalar(self, column: Scalar) -> Any:
        """The value of a scalar; None where the row has no such thing."""
        match column:
            case Property(name, of):
                return self._property(name, of)
            case Local(name):
                return self.locals.get(name)
            case FactType():
                return self.fact.type if self.fact else self._cell(column)
            case Across():
                return self._cell(column) or []

    def _property(self, name: str, of: Of) -> Any:
        if self.cells is not None:
            return self.cells.get((of, name))
        if of is Of.NODE:
            return self.entity.props.get(name) if self.entity else None
        if of is Of.FACT:
            # What is told of a change set as of a fact, its evidence, stands on its node.
            props = self.fact.props if self.fact else self.entity.props if self.entity else {}
            return props.get(name)
        state = self.fact if of is Of.END else self.state()
        return state.state.get(name) if state is not None and state.state is not None else None

    def _cell(self, column: Scalar) -> Any:
        return self.cells.get(column) if self.cells is not None else None

    def state(self) -> Fact | None:
        """The fact of the state that holds."""
        return self.entity.state(self.at) if self.entity else None

    def place(self, order: Order) -> list[Any]:
        """The place in an order of entities, as it is compared."""
        if order.key is None:
            return [self.id]
        value = self.scalar(order.key)
        return [_LAST[order.key.type] if value is None else value, self.id]

    def sort_key(self, column: SortKey) -> list[Any]:
        """The values that a cursor holds."""
        if self.cells is None or column.order.key is None:
            return self.place(column.order)
        return [self.scalar(column.order.key), self.id]
