"""Pages of entities that come in millions.

A page is looked for in the order of an index, from the cursor on, and the search ends when the page is full. Or it
starts at the few entities (the dealers of an area) that one of its conditions names, when fewer rows lead to them than
such a search would look through: with n of N rows leading there, a page of k takes about k * N / n, so n * n <= k * N.
The events of a customer are looked for in an index that begins with the customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

from touchgraph import model
from touchgraph.answer.compiler.matcher import Matcher
from touchgraph.answer.compiler.writer import Scope
from touchgraph.answer.plan import Filter, Order, Page, Rows
from touchgraph.answer.sources import Direction, Hop, Path, Reaches, Scan
from touchgraph.model import quote


def in_millions(source: object) -> TypeGuard[Scan]:
    """Whether a source yields entities of which there are many: customers, and what belongs to them."""
    return isinstance(source, Scan) and any(kind.base is None for kind in model.kinds_with(source.label))


_REVERSE = {Direction.OUT: Direction.IN, Direction.IN: Direction.OUT}


class Pages(Matcher):
    """Writes what finds the rows of a page, and their number."""

    def match_page(self, source: Scan, rows: Rows, page: Page) -> Scope:
        """A scope with the rows of a page, in their order."""
        scope = Scope()
        named = self.find_named(rows.filters, scope)
        chosen = self.listed(source, rows, page, named, None)
        starts = (
            {} if _text(rows) else {f: c for f in rows.filters if isinstance(c := f.condition, Reaches) and c.start}
        )
        counts = {f: self.fresh("many") for f in starts}
        if starts:
            many = [f"{_leading(named[f.name], c.path)} AS {counts[f]}" for f, c in starts.items()]
            scope.clauses.append(f"WITH *, {', '.join(many)}")
        for f, c in reversed(starts.items()):
            few = f"{counts[f]} * {counts[f]} <= {self.parameter(page.limit)} * COUNT {{ (:{quote(_crowd(c.path))}) }}"
            chosen = f"CASE WHEN {few} THEN {self.listed(source, rows, page, named, f)} ELSE {chosen} END"
        scope.node = self.fresh("n")
        scope.clauses.append(f"UNWIND {chosen} AS {scope.node}")
        return scope

    def listed(self, source: Scan, rows: Rows, page: Page, named: Mapping[str, str], start: Filter | None) -> str:
        """The list of the page's nodes, found from a start or by index."""
        scope = Scope(node=self.fresh("n"))
        text = self.found(source, rows, scope.node, named, start, self.between(scope, rows, page))
        return f"COLLECT {{ {text} {self.cut(scope, rows, page)} RETURN {scope.node} }}"

    def match_page_below(self, customer: Scope, rows: Rows, page: Page) -> Scope:
        """A scope with a page of the events of a customer, in their order."""
        scope = Scope(node=self.fresh("n"))
        named = self.find_named(rows.filters, scope)
        label = event_of(rows.source)
        of = model.OF_CUSTOMER[label]
        index = ", ".join(map(quote, [of, model.ORDERED_BY[label], "id"]))
        conditions = [
            f"{scope.node}.{quote(of)} = {customer.node}.id",
            f"{scope.node}.id IS NOT NULL",
            self.exists(label, scope.node),
            *self.between(scope, rows, page),
            *self.declared(rows.filters, scope.node, named),
        ]
        match = f"MATCH ({scope.node}:{quote(label)}) USING INDEX SEEK {scope.node}:{quote(label)}({index})"
        scope.clauses += [f"{match} WHERE {' AND '.join(conditions)}", self.cut(scope, rows, page, of)]
        return scope

    def between(self, scope: Scope, rows: Rows, page: Page) -> list[str]:
        """The conditions that rows lie between the page's cursors, so far as it has them.

        The row at the one where it starts is taken if it is asked for what lies around the page: this much of it costs
        nothing, also where conditions are not those of an index.
        """
        order = rows.order or Order()
        terms, down = self.sort_terms(order, scope), page.down(order)
        start = [self.beyond(terms, order, self.parameter(page.start), down, page.around)] if page.start else []
        end = [self.beyond(terms, order, self.parameter(page.end), not down)] if page.end else []
        return start + end

    def cut(self, scope: Scope, rows: Rows, page: Page, *leading: str) -> str:
        """The clause that leaves the rows of the page, in their order; it names what leads the index, too.

        Rows are the same in that, but the database would sort them else.
        """
        order = rows.order or Order()
        terms = [*(f"{scope.node}.{quote(name)}" for name in leading), *self.sort_terms(order, scope)]
        by = ", ".join(f"{term} DESC" if page.down(order) else term for term in terms)
        return f"WITH {scope.node} ORDER BY {by} LIMIT {self.parameter(page.limit)}{' + 1' if page.around else ''}"

    def match_all(self, source: Scan, rows: Rows) -> Scope:
        """A scope with the rows of all pages, in no order."""
        scope = Scope(node=self.fresh("n"))
        named = self.find_named(rows.filters, scope)
        start = next((f for f in rows.filters if isinstance(f.condition, Reaches) and f.condition.start), None)
        scope.clauses.append(self.found(source, rows, scope.node, named, start, []))
        return scope

    def found(
        self, source: Scan, rows: Rows, node: str, named: Mapping[str, str], start: Filter | None, more: list[str]
    ) -> str:
        """The clauses that match the rows: by words, from where a condition starts, or in the order of an index."""
        filters = [f for f in rows.filters if f is not start]
        conditions = [self.exists(source.label, node), *more, *self.declared(filters, node, named)]
        if text := _text(rows):
            index = f"db.index.fulltext.queryNodes('{model.CUSTOMER_NAMES}', {self.bound(text)})"
            match = f"CALL {index} YIELD node AS {node} WITH {node}"
        elif start is not None and isinstance(start.condition, Reaches):
            first = self.fresh("x")
            back = tuple((type_, _REVERSE[direction]) for type_, direction in reversed(start.condition.path))
            crossed, end, _ = self.crossed(first, back)
            match = f"UNWIND {named[start.name]} AS {first} MATCH {crossed.replace(f'({end})', f'({node})')}"
        else:
            keys = [rows.order.key.name] if rows.order and rows.order.key else []
            index = f"{node}:{quote(source.label)}({', '.join(map(quote, [*keys, 'id']))})"
            # Nothing happened later than the moment that is looked for: the index is entered there, not at its end.
            enter = "SEEK " if source.label in model.EVENTS else ""
            match = f"MATCH ({node}:{quote(source.label)}) USING INDEX {enter}{index}"
            conditions = [f"{node}.{quote(key)} IS NOT NULL" for key in [*keys, "id"]] + conditions
        return f"{match} WHERE {' AND '.join(conditions)}"


def event_of(source: object) -> str:
    """The label of the events that come in pages below their customer."""
    match source:
        case Hop(facts=("WITH_CUSTOMER",), direction=Direction.IN, to=str() as label):
            return label
        case _:
            raise AssertionError(f"{source} yields no events of a customer")


def _text(rows: Rows) -> Filter | None:
    return next((f for f in rows.filters if f.name == "text"), None)


def _leading(named: str, path: Path) -> str:
    """How many relationships lead to the entities of a list: the database knows that without looking at them."""
    return f"reduce(all = 0, one IN {named} | all + COUNT {{ (one)<-[:{quote(path[-1][0])}]-() }})"


def _crowd(path: Path) -> str:
    """The label of those from whom the last step of a path leads."""
    type_ = path[-1][0]
    return (model.LINKS[type_][0] if type_ in model.LINKS else model.RELATIONSHIPS[type_].start)[0]
