"""The beginnings of a statement: fresh names, parameters, and the variables that hold a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from touchgraph.answer.plan import Binding, Order
from touchgraph.answer.sources import Across, Direction, FactType, Local, Of, Property, Scalar
from touchgraph.model import LINKS, known, now, quote


@dataclass
class Scope:
    """The variables that hold a row. `clauses` are added to while columns are compiled; they come before RETURN.

    `crossed`: the variables of what is across a fact or a link from a node, for the keys of what is recalled.
    """

    node: str = ""
    fact: str = ""
    start: str = ""
    end: str = ""
    crossed: dict[tuple[str, str], str] = field(default_factory=dict)
    clauses: list[str] = field(default_factory=list)

    def variables(self) -> Iterable[str]:
        """Every variable of the row, each once."""
        return dict.fromkeys(filter(None, (self.node, self.fact, self.start, self.end)))


@dataclass
class Writer:
    """Writes parts of one statement; no name is given twice."""

    parameters: dict[str, Binding] = field(default_factory=dict)
    count: int = 0
    as_of: str = "$asOf"
    known_at: str = "knownAt"
    until: str = "until"
    """The end of the day `as_of`. The statement begins with making the two times of their texts."""

    def now(self, fact: str) -> str:
        """The predicate that a fact holds at the moment."""
        return now(fact, self.as_of, self.known_at)

    def known(self, fact: str) -> str:
        """The predicate that a fact of whatever day is known at the moment."""
        return known(fact, self.known_at)

    def fresh(self, prefix: str) -> str:
        """A name that was not given before."""
        self.count += 1
        return f"{prefix}{self.count}"

    def parameter(self, binding: Binding) -> str:
        """The parameter that a binding fills; the same binding, the same parameter."""
        for name, known_binding in self.parameters.items():
            if known_binding is binding:
                return f"${name}"
        name = f"p{len(self.parameters)}"
        self.parameters[name] = binding
        return f"${name}"

    def scalar(self, column: Scalar, scope: Scope) -> str:
        """The expression of a scalar of a row."""
        match column:
            case Property():
                return self.property(column, scope)
            case FactType():
                return f"type({scope.fact})"
            case Across(kind):
                other = self.fresh("n")
                crossing = self.crossing(self.fresh("r"), kind, Direction.OUT)
                return f"COLLECT {{ MATCH ({scope.node}){crossing}({other}) RETURN {other}.id }}"
            case Local():
                raise AssertionError("rows of customers have no locals")

    def property(self, column: Property, scope: Scope) -> str:
        """The expression of a property."""
        variable = {Of.NODE: scope.node, Of.FACT: scope.fact, Of.END: scope.end}[column.of]
        text = f"{variable}.{quote(column.name)}"
        return f"toString({text})" if column.type in ("date", "datetime") else text

    def crossing(self, fact: str, type_: str, direction: Direction) -> str:
        """One step across a fact that holds at the moment, or across a link."""
        inner = f"[{fact}:{quote(type_)}{'' if type_ in LINKS else f' WHERE {self.now(fact)}'}]"
        return f"-{inner}->" if direction is Direction.OUT else f"<-{inner}-"

    def sort_terms(self, order: Order, scope: Scope) -> list[str]:
        """The expressions of an order, the entity's id last."""
        entity_id = f"{scope.node}.id"
        if order.key is None:
            return [entity_id]
        return [f"{scope.node}.{quote(order.key.name)}", entity_id]  # as it stands in the index of such pages

    def beyond(self, terms: list[str], order: Order, cursor: str, down: bool, at_it: bool = False) -> str:
        """That a row lies beyond the place that a cursor names (`at_it`: or at it), as an index can be asked for it.

        `down`: on the side of what is less. The index is asked once: of two alternatives, joined by OR, it might be
        asked for each, and what it found be sorted.
        """
        side = "<" if down else ">"
        sign = f"{side}=" if at_it else side
        *keys, entity_id = terms
        if not keys:
            return f"{entity_id} {sign} {cursor}[0]"
        place = f"{order.key.type}({cursor}[0])" if order.key and is_time(order) else f"{cursor}[0]"
        beside = f"CASE {keys[0]} WHEN {place} THEN {entity_id} {sign} {cursor}[1] ELSE true END"
        return f"{keys[0]} {side}= {place} AND {beside}"


def is_time(order: Order) -> bool:
    """Whether the key of an order is a date or a time, which a cursor holds as text."""
    return order.key is not None and order.key.type in ("date", "datetime")
