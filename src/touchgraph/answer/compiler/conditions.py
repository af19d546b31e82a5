"""What arguments ask of rows, as their sources declare it, into predicates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from touchgraph import model
from touchgraph.answer.compiler.writer import Scope, Writer
from touchgraph.answer.plan import Filter
from touchgraph.answer.sources import Between, Equals, Path, Reaches, Within
from touchgraph.model import quote, with_id

MAX_WALK = 20
"""How many facts a walk follows at most; hierarchies are some five levels deep."""


class Conditions(Writer):
    """Writes predicates over a row's node."""

    def bound(self, one: Filter) -> str:
        """The parameter of a filter's value."""
        assert one.binding is not None, "a filter that is no part of the plan has a parameter"
        return self.parameter(one.binding)

    def find_named(self, filters: Iterable[Filter], scope: Scope) -> dict[str, str]:
        """Finds the entities that arguments name, with those below them, once and before any row is looked at.

        Returns the variables that hold them, by the names of the arguments.
        """
        lists = {
            f.name: self.named_entities(f, f.condition) for f in filters if isinstance(f.condition, Reaches | Within)
        }
        variables = {name: self.fresh(name) for name in lists}
        if lists:
            scope.clauses.append(f"WITH {', '.join(f'{lists[name]} AS {variables[name]}' for name in lists)}")
        return variables

    def named_entities(self, one: Filter, condition: Reaches | Within) -> str:
        """The list of an entity and all below it; of their ids, where a property is compared with them."""
        top = found = self.fresh("n")
        match = f"MATCH {with_id(top, self.bound(one), condition.label)}"
        if condition.below is not None:
            found = self.fresh("n")
            fact = self.fresh("r")
            step = f"({self.fresh('x')})<-[{fact}:{quote(condition.below)} WHERE {self.now(fact)}]-({self.fresh('y')})"
            match += f" MATCH ({top}) ({step}){{0,{MAX_WALK}}} ({found})"
        return f"COLLECT {{ {match} RETURN {found}{'.id' if isinstance(condition, Within) else ''} }}"

    def declared(self, filters: Iterable[Filter], node: str, named: Mapping[str, str]) -> list[str]:
        """The predicates of filters whose sources say what they ask."""
        return [self.predicate(f, node, named) for f in filters if f.condition is not None]

    def predicate(self, one: Filter, node: str, named: Mapping[str, str]) -> str:
        """The predicate of such a filter over a node."""
        match one.condition:
            case Reaches(path):
                crossed, end, _ = self.crossed(node, path)
                return f"EXISTS {{ MATCH {crossed} WHERE {end} IN {named[one.name]} }}"
            case Within(name):
                return f"{node}.{quote(name)} IN {named[one.name]}"
            case Equals(name, ()):
                return f"{node}.{quote(name)} = {self.bound(one)}"
            case Equals(name, path):
                crossed, _, fact = self.crossed(node, path)
                return f"EXISTS {{ MATCH {crossed} WHERE {fact}.{quote(name)} = {self.bound(one)} }}"
            case Between(name, to, days):
                term, pair = f"{node}.{quote(name)}", self.bound(one)
                last = f"{term} {'<' if days else '<='} {pair}[1]"
                return " AND ".join([f"{term} >= {pair}[0]"] * (one.name in one.names) + [last] * (to in one.names))
        raise AssertionError(f"{one.name}: no condition is declared")

    def crossed(self, node: str, path: Path) -> tuple[str, str, str]:
        """The pattern of a path from a node, and the variables of its end and of its last fact."""
        text, end, fact = f"({node})", node, ""
        for type_, direction in path:
            fact, end = self.fresh("r"), self.fresh("n")
            text += f"{self.crossing(fact, type_, direction)}({end})"
        return text, end, fact

    def exists(self, label: str, node: str) -> str:
        """That an entity without state exists: it is known and, being an event, not later than the day."""
        recorded = f"{node}.recordedFrom <= {self.known_at}"
        return f"{recorded} AND {node}.at < {self.until}" if label in model.EVENTS else recorded
