"""Sources and filters into the clauses that match their rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from touchgraph import model
from touchgraph.answer.compiler.conditions import MAX_WALK, Conditions
from touchgraph.answer.compiler.writer import Scope
from touchgraph.answer.plan import Binding, Filter, Rows
from touchgraph.answer.sources import Across, Direction, Hop, Lookup, Member, Named, Reference, Scan, Then, Unwind
from touchgraph.model import quote


@dataclass
class Matcher(Conditions):
    """Writes what matches; `statements` are the texts of named statements."""

    statements: Mapping[str, str] = field(default_factory=dict)

    def matched(self, rows: Rows, outer: Scope) -> Scope:
        """A scope whose clauses match the rows that the source yields and the filters let through."""
        scope = Scope()
        filters = {f.name: f for f in rows.filters}
        match rows.source:
            case Hop() as hop:
                self.match_hop(hop, outer, scope, filters)
            case Reference(prop, label):
                self.match_id(label, self.property(prop, outer), scope)
            case Lookup(label):
                self.match_id(label, self.parameter(rows.arguments["id"]), scope)
            case Scan() as scan:
                self.match_scan(scan, scope, filters)
            case Named() as named:
                self.match_named(named, rows.arguments, outer, scope)
            case Unwind() as unwind:
                self.match_items(unwind, self.local(unwind.local, outer), scope)
            case Member(local, yields_fact):
                self.match_member(self.local(local, outer), yields_fact, scope)
            case Then():
                self.match_then(outer, scope)
        conditions = [self.condition(f, scope) for f in rows.filters if f.name in _CONDITIONS]
        if conditions:
            scope.clauses.append(f"WITH {', '.join(scope.variables())} WHERE {' AND '.join(conditions)}")
        if isinstance(rows.source, Hop) and not rows.source.yields_fact and _may_repeat(rows.source):
            scope.fact = ""
            scope.clauses.append(f"WITH DISTINCT {', '.join(scope.variables())}")
        return scope

    def match_hop(self, hop: Hop, outer: Scope, scope: Scope, filters: Mapping[str, Filter]) -> None:
        """Across facts from the outer row."""
        if hop.facts[0] in model.LINKS:
            self.match_link(hop, outer, scope, filters.values())
            return
        fact, other = self.fresh("r"), self.fresh("n")
        facts = [kind for kind in hop.facts if "types" not in filters or kind in filters["types"].names]
        types = "|".join(map(quote, facts or ["NONE"]))
        left, right = {Direction.OUT: ("-", "->"), Direction.IN: ("<-", "-"), Direction.BOTH: ("-", "-")}[hop.direction]
        when = self.known(fact) if hop.ever else self.now(fact)
        crossing = f"{left}[{fact}:{types} WHERE {when}]{right}"
        target = f"({other}{':' + quote(hop.to) if hop.to else ''})"
        if hop.walk:
            steps = f"(({self.fresh('x')}){crossing}({self.fresh('y')})){{1,{MAX_WALK}}}"
            scope.locals["depth"] = self.fresh("depth")
            scope.node = other
            scope.clauses.append(f"MATCH ({outer.node}) {steps} {target}")
            scope.clauses.append(f"WITH {other}, size({fact}) AS {scope.locals['depth']}")
            return
        scope.clauses.append(f"MATCH ({outer.node}){crossing}{target}")
        if not hop.yields_fact:
            scope.node, scope.fact = other, fact
        else:
            scope.fact = fact
            self.name_ends(hop, outer.node, other, scope)

    def match_link(self, hop: Hop, outer: Scope, scope: Scope, filters: Iterable[Filter]) -> None:
        """Across a link: to events that exist at the moment, or from an event to what exists at it."""
        named = self.find_named(filters, scope)
        (type_,) = hop.facts
        crossed, scope.node, _ = self.crossed(outer.node, ((type_, hop.direction),))
        label = hop.to or model.LINKS[type_][1]
        if hop.direction is Direction.OUT:
            scope.clauses.append(f"MATCH {crossed}")
            if model.BY_LABEL[label].state:
                self.state(scope)
            return
        conditions = [f"{scope.node}:{quote(label)}", self.exists(label, scope.node)]
        conditions += self.declared(filters, scope.node, named)
        scope.clauses.append(f"MATCH {crossed} WHERE {' AND '.join(conditions)}")

    def name_ends(self, hop: Hop, near: str, far: str, scope: Scope) -> None:
        """Start and end of the fact, whichever way it was crossed."""
        match hop.direction:
            case Direction.OUT:
                scope.start, scope.end = near, far
            case Direction.IN:
                scope.start, scope.end = far, near
            case Direction.BOTH:
                self.match_fact(scope.fact, scope)

    def match_id(self, label: str, entity_id: str, scope: Scope) -> None:
        """The entity with an id."""
        scope.node = self.fresh("n")
        pattern = f"({scope.node}:{model.labels_of(label)} {{id: {entity_id}}})"
        self.match_existing(label, pattern, scope)

    def match_scan(self, scan: Scan, scope: Scope, filters: Mapping[str, Filter]) -> None:
        """All entities of a label; those below another, or found by words, when filters say so."""
        scope.node = self.fresh("n")
        if "under" in filters and scan.hierarchy:
            self.match_under(scan.hierarchy, self.bound(filters["under"]), scope)
        if "text" in filters:
            state = self.fresh("s")
            scope.clauses.append(
                f"CALL db.index.fulltext.queryNodes('names', {self.bound(filters['text'])}) YIELD node AS {state}"
            )
            scope.states[scope.node] = self.fresh("h"), state
        self.match_existing(scan.label, f"({scope.node}:{quote(scan.label)})", scope, f"{scope.node}.id > ''")

    def match_under(self, hierarchy: str, ancestor: str, scope: Scope) -> None:
        """Everything below an entity, at any depth."""
        fact = self.fresh("r")
        step = f"({self.fresh('x')})<-[{fact}:{quote(hierarchy)} WHERE {self.now(fact)}]-({self.fresh('y')})"
        scope.clauses.append(f"MATCH (:Entity {{id: {ancestor}}}) ({step}){{1,{MAX_WALK}}} ({scope.node})")

    def match_existing(self, label: str, pattern: str, scope: Scope, condition: str = "") -> None:
        """Only entities that exist at the moment: those that have a state, or, having none ever, are recorded."""
        kinds = model.kinds_with(label)
        recorded = self.exists(label, scope.node)
        if not any(kind.state for kind in kinds):
            scope.clauses.append(f"MATCH {pattern} WHERE {' AND '.join(filter(None, (condition, recorded)))}")
            return
        where = f" WHERE {condition}" if condition else ""
        fact, state = scope.states.setdefault(scope.node, (self.fresh("h"), self.fresh("s")))
        if all(kind.state for kind in kinds):
            scope.clauses.append(f"MATCH {pattern}-[{fact}:HAS_STATE WHERE {self.now(fact)}]->({state}){where}")
            return
        scope.timeless = True
        scope.clauses.append(f"MATCH {pattern} OPTIONAL MATCH {self.has_state(scope.node, fact, state)}")
        if label == model.NODE:
            recorded += f" AND ({scope.node}.at IS NULL OR {scope.node}.at < {self.until})"
        scope.clauses.append(f"WITH {', '.join(scope.variables())} WHERE {state} IS NOT NULL OR {recorded}")

    def match_named(self, named: Named, arguments: Mapping[str, Binding], outer: Scope, scope: Scope) -> None:
        """The rows of a named statement, its parameters given other names, or those of variables."""
        given = {name: self.scalar(scalar, outer) for name, scalar in named.given}
        given |= {name: f"head({given[name]})" for name, scalar in named.given if isinstance(scalar, Across)}
        if self.as_of != "$asOf":
            given |= {"asOf": self.as_of, "knownAt": self.known_at}
        variables = {name: self.fresh(name) for name in given}
        if given:
            scope.clauses.append(f"WITH {', '.join(f'{text} AS {variables[name]}' for name, text in given.items())}")

        def bound(match: re.Match[str]) -> str:
            binding = arguments.get(match[1])
            return self.parameter(binding) if binding else variables.get(match[1], match[0])

        scope.node = "" if named.record else self.fresh("n")
        scope.locals = {name: self.fresh(name) for name in named.locals}
        text = re.sub(r"\$(\w+)", bound, self.statements[named.statement])
        columns = scope.locals if named.record else {"node": scope.node, **scope.locals}
        yielded = ", ".join(f"{name} AS {variable}" for name, variable in columns.items())
        scope.clauses.append(f"CALL ({', '.join(variables.values())}) {{ {text} }} WITH {yielded}")
        if named.items:
            items, scope.locals = scope.locals[named.items], {}
            self.match_items(Unwind(named.items), items, scope)

    def match_items(self, unwind: Unwind, items: str, scope: Scope) -> None:
        """The items of a list, with their places in it."""
        index, item = self.fresh("i"), self.fresh("item")
        scope.locals["index"] = index
        scope.clauses.append(f"UNWIND range(0, size({items}) - 1) AS {index} WITH {index}, {items}[{index}] AS {item}")
        if unwind.yields_fact:
            self.match_any_fact(item, scope)
        elif unwind.yields_node:
            scope.node = item
        else:
            scope.record = item

    def match_member(self, member: str, yields_fact: bool, scope: Scope) -> None:
        """The entity or the fact that an expression is, if it is one."""
        item = self.fresh("item")
        scope.clauses.append(f"UNWIND [{member}] AS {item} WITH {item} WHERE {item} IS NOT NULL")
        if yields_fact:
            self.match_any_fact(item, scope)
        else:
            scope.node = item

    def match_then(self, outer: Scope, scope: Scope) -> None:
        """The end of a fact, and all below it, as of a day on which it was there."""
        day, fact, scope.node = self.fresh("day"), outer.fact, self.fresh("n")
        still = f"{fact}.validFrom <= {self.as_of} < {fact}.validTo"
        then = f"CASE WHEN {still} THEN {self.as_of} ELSE {fact}.validFrom END"
        scope.clauses.append(f"WITH {outer.end} AS {scope.node}, {then} AS {day}")
        scope.locals["day"] = day
        self.as_of_day(day)
        self.state(scope)

    def match_any_fact(self, fact: str, scope: Scope) -> None:
        """A fact of whatever type: its end may be a state, which has none itself."""
        scope.timeless = True
        self.match_fact(fact, scope)

    def match_fact(self, fact: str, scope: Scope) -> None:
        """A fact that is at hand: only its ends are yet to be named."""
        scope.fact, scope.start, scope.end = fact, self.fresh("a"), self.fresh("b")
        carried = ", ".join([fact, *scope.locals.values()])
        scope.clauses.append(f"WITH {carried}, startNode({fact}) AS {scope.start}, endNode({fact}) AS {scope.end}")

    # --- conditions --------------------------------------------------------------------------------------------

    def condition(self, one: Filter, scope: Scope) -> str:
        """The predicate of a filter that applies to rows already matched."""
        match one.name:
            case "kinds" if scope.record:
                return f"{self.local('kind', scope)} IN [{', '.join(repr(name) for name in one.names)}]"
            case "kinds":
                labels = "|".join(quote(model.BY_NAME[name].label) for name in one.names)
                return f"{scope.node}:{labels}" if labels else "false"
            case "confidence":
                fact = scope.fact if not scope.node else self.state(scope)[0]
                return f"{fact}.confidence IN {self.bound(one)}"
            case "role":
                return f"{scope.fact}.role = {self.bound(one)}"
            case _:
                return f"{scope.locals['depth']} <= {self.bound(one)}"


def _may_repeat(hop: Hop) -> bool:
    """Whether several facts that hold at one time can lead to the same entity."""
    return any(kind in model.RELATIONSHIPS and model.RELATIONSHIPS[kind].key for kind in hop.facts)


_CONDITIONS = ("kinds", "confidence", "role", "depth")
