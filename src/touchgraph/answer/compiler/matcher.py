"""Sources of customers, and filters, into the clauses that match their rows."""

from __future__ import annotations

from collections.abc import Iterable

from touchgraph import model
from touchgraph.answer.compiler.conditions import Conditions
from touchgraph.answer.compiler.writer import Scope
from touchgraph.answer.plan import Filter, Rows
from touchgraph.answer.sources import Direction, Hop, Lookup
from touchgraph.model import quote, with_id


class Matcher(Conditions):
    """Writes what matches."""

    def matched(self, rows: Rows, outer: Scope) -> Scope:
        """A scope whose clauses match the rows that the source yields and the filters let through."""
        scope = Scope()
        match rows.source:
            case Hop(facts=(type_,)) as hop if type_ in model.LINKS:
                self.match_link(hop, outer, scope, rows.filters)
            case Hop() as hop:
                self.match_hop(hop, outer, scope)
            case Lookup(label):
                self.match_id(label, self.parameter(rows.arguments["id"]), scope)
            case _:
                raise AssertionError(f"{rows.source} is no source of customers")
        return scope

    def match_hop(self, hop: Hop, outer: Scope, scope: Scope) -> None:
        """Across facts from the outer row."""
        (type_,) = hop.facts
        fact, other = self.fresh("r"), self.fresh("n")
        left, right = ("-", "->") if hop.direction is Direction.OUT else ("<-", "-")
        when = self.known(fact) if hop.ever else self.now(fact)
        target = f"({other}{':' + quote(hop.to) if hop.to else ''})"
        scope.clauses.append(f"MATCH ({outer.node}){left}[{fact}:{quote(type_)} WHERE {when}]{right}{target}")
        if hop.yields_fact:
            ends = (outer.node, other) if hop.direction is Direction.OUT else (other, outer.node)
            scope.fact, (scope.start, scope.end) = fact, ends
        else:
            scope.node, scope.fact = other, fact

    def match_link(self, hop: Hop, outer: Scope, scope: Scope, filters: Iterable[Filter]) -> None:
        """Across a link: to events that exist at the moment, or from an event to its customer."""
        named = self.find_named(filters, scope)
        (type_,) = hop.facts
        crossed, scope.node, _ = self.crossed(outer.node, ((type_, hop.direction),))
        if hop.direction is Direction.OUT:
            scope.clauses.append(f"MATCH {crossed}")
            return
        label = hop.to or model.LINKS[type_][0][0]
        conditions = [f"{scope.node}:{quote(label)}", self.exists(label, scope.node)]
        conditions += self.declared(filters, scope.node, named)
        scope.clauses.append(f"MATCH {crossed} WHERE {' AND '.join(conditions)}")

    def match_id(self, label: str, entity_id: str, scope: Scope) -> None:
        """The entity with an id, if it exists at the moment."""
        scope.node = self.fresh("n")
        pattern = with_id(scope.node, entity_id, label)
        scope.clauses.append(f"MATCH {pattern} WHERE {self.exists(label, scope.node)}")
