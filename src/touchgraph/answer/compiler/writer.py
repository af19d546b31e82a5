"""The beginnings of a statement: fresh names, parameters, and the variables that hold a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from touchgraph.answer.plan import Binding, Order, Recalled
from touchgraph.answer.sources import Across, FactType, Local, Member, Named, Of, Property, Scalar, Source, Unwind
from touchgraph.model import known, now, quote

_LAST = {"integer": "2147483647", "string": "''"}
"""Where rows without a value stand in an order."""


@dataclass
class Scope:
    """The variables that hold a row. `clauses` are added to while columns are compiled; they come before RETURN.

    `crossed`: the variables of what is across a fact or a link from a node, for the keys of what is recalled.
    """

    node: str = ""
    fact: str = ""
    start: str = ""
    end: str = ""
    states: dict[str, tuple[str, str]] = field(default_factory=dict)
    timeless: bool = False
    locals: dict[str, str] = field(default_factory=dict)
    record: str = ""
    crossed: dict[tuple[str, str], str] = field(default_factory=dict)
    clauses: list[str] = field(default_factory=list)

    def variables(self) -> Iterable[str]:
        """Every variable of the row, each once."""
        pairs = (name for pair in self.states.values() for name in pair)
        own = (self.node, self.fact, self.start, self.end, self.record)
        return dict.fromkeys(filter(None, (*own, *pairs, *self.locals.values())))


@dataclass
class Writer:
    """Writes parts of one statement; no name is given twice."""

    parameters: dict[str, Binding] = field(default_factory=dict)
    recalled: list[Recalled] = field(default_factory=list)
    count: int = 0
    as_of: str = "$asOf"
    known_at: str = "$knownAt"
    until: str = "$until"
    """The end of the day `as_of`."""

    @contextmanager
    def at_moment_of(self, source: Source, outer: Scope) -> Iterator[None]:
        """Inside, all is answered as of the moment that the source names, if it names one."""
        before = self.as_of, self.known_at, self.until
        if isinstance(source, Unwind | Member | Named) and source.moment:
            moment = self.local(source.moment, outer)
            self.as_of_day(f"{moment}.asOf")
            self.known_at = f"{moment}.knownAt"
        yield
        self.as_of, self.known_at, self.until = before

    def as_of_day(self, day: str) -> None:
        """From here on, all is answered as of another day, until the moment is over that was set around it."""
        self.as_of, self.until = day, f"datetime({{date: {day}, timezone: 'Z'}}) + duration('P1D')"

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

    def local(self, name: str, scope: Scope) -> str:
        """The expression of a local: a key of the record, or a variable."""
        return f"{scope.record}.{quote(name)}" if scope.record else scope.locals[name]

    def scalar(self, column: Scalar, scope: Scope) -> str:
        """The expression of a scalar of a row."""
        match column:
            case Property():
                return self.property(column, scope)
            case FactType():
                return f"type({scope.fact})"
            case Local(name):
                return self.local(name, scope)
            case Across(kind):
                fact, other = self.fresh("r"), self.fresh("n")
                crossed = f"({scope.node})-[{fact}:{quote(kind)} WHERE {self.now(fact)}]->({other})"
                return f"COLLECT {{ MATCH {crossed} RETURN {other}.id }}"

    def property(self, column: Property, scope: Scope) -> str:
        """The expression of a property; matches the state where the property stands on it."""
        match column.of:
            case Of.NODE:
                variable = scope.node
            case Of.STATE:
                variable = self.state(scope)[1]
            case Of.FACT:
                variable = scope.fact
            case Of.END:
                variable = scope.end
        text = f"{variable}.{quote(column.name)}"
        return f"toString({text})" if column.type in ("date", "datetime") else text

    def state(self, scope: Scope) -> tuple[str, str]:
        """The variables of the fact HAS_STATE of the row's node, and of its state; matched when first needed."""
        if scope.node not in scope.states:
            fact, state = self.fresh("h"), self.fresh("s")
            match = "OPTIONAL MATCH" if scope.timeless else "MATCH"
            scope.clauses.append(f"{match} {self.has_state(scope.node, fact, state)}")
            scope.states[scope.node] = fact, state
        return scope.states[scope.node]

    def has_state(self, node: str, fact: str, state: str) -> str:
        """The pattern from an entity to the state that holds at the moment."""
        return f"({node})-[{fact}:HAS_STATE WHERE {self.now(fact)}]->({state})"

    def sort_terms(self, order: Order, scope: Scope) -> list[str]:
        """The expressions of an order, the entity's id last."""
        entity_id = f"{scope.node}.id"
        if order.key is None:
            return [entity_id]
        if order.key.of is Of.NODE:  # as it stands in the index by which such pages are found
            return [f"{scope.node}.{quote(order.key.name)}", entity_id]
        return [f"coalesce({self.property(order.key, scope)}, {_LAST[order.key.type]})", entity_id]

    def after(self, terms: list[str], order: Order, cursor: str) -> str:
        """That a row comes after the place that a cursor names, in a form that an index can be asked for."""
        sign = "<" if order.descending else ">"
        *keys, entity_id = terms
        if not keys:
            return f"{entity_id} {sign} {cursor}[0]"
        place = f"{order.key.type}({cursor}[0])" if order.key and is_time(order) else f"{cursor}[0]"
        return f"{keys[0]} {sign}= {place} AND ({keys[0]} {sign} {place} OR {entity_id} {sign} {cursor}[1])"


def is_time(order: Order) -> bool:
    """Whether the key of an order is a date or a time, which a cursor holds as text."""
    return order.key is not None and order.key.type in ("date", "datetime")
