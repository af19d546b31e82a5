"""A plan into Cypher: one statement for each root field, rows as positional lists, values as parameters.

Rows below rows are nested `COLLECT { }`. Variables of an outer scope are visible in an inner one, so every variable has
a name of its own. Within a subquery come, in this order: what matches, conditions, order and limit, and only then what
the columns need of the rows that are left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from touchgraph import model
from touchgraph.answer import values
from touchgraph.answer.compiler.pages import Pages, in_millions
from touchgraph.answer.compiler.writer import Scope, is_time
from touchgraph.answer.plan import (
    Binding,
    Column,
    Count,
    Echo,
    Embedded,
    Literal,
    Moment,
    Order,
    Page,
    Recalled,
    Root,
    Row,
    Rows,
    SortKey,
    Template,
)
from touchgraph.answer.sources import Across, FactType, Hop, Local, Lookup, Named, Property, Same, Scalar, Unwind
from touchgraph.model import quote


def compile_root(root: Root, statements: Mapping[str, str]) -> Template:
    """The statement of a root field; it returns one row. `statements` are the texts of named statements."""
    compiler = _Compiler(statements=statements)
    text = compiler.root(root.row)
    recalled = {one: _recalled(one, root.moment, statements) for one in compiler.recalled}
    return _template(text, compiler, root.moment, recalled)


def _recalled(one: Recalled, moment: Moment, statements: Mapping[str, str]) -> Template:
    """The statement that finds what is recalled; it returns one list with the row, or null, of each of `$keys`."""
    compiler = _Compiler(statements=statements)
    return _template(f"RETURN {compiler.each(one.rows, '$keys')}", compiler, moment, {})


_TIMES = re.compile(r"\$(knownAt|until)\b")


def _template(text: str, compiler: _Compiler, asked: Moment, recalled: Mapping[Recalled, Template]) -> Template:
    supposed, until = Binding(Literal(asked.supposed), values.same), replace(asked.as_of, convert=values.until)
    moment = {"asOf": asked.as_of, "knownAt": asked.known_at, "until": until, "supposed": supposed}
    used = {name: binding for name, binding in moment.items() if f"${name}" in text}
    times = dict.fromkeys(_TIMES.findall(text))
    if times and "CALL" not in text:  # what is called does not see the variables around it
        # A time takes the driver longer than all other parameters; of its text, the database makes one for all rows.
        body, made = _TIMES.sub(r"\1", text), ", ".join(f"datetime(${name}) AS {name}" for name in times)
        text = f"WITH {made} {body}"
        used |= {name: replace(used[name], convert=values.as_text(used[name].convert)) for name in times}
    return Template(text, compiler.parameters | used, recalled)


class _Compiler(Pages):
    """Writes columns, and the rows below them."""

    def root(self, row: Row) -> str:
        """The statement of a root."""
        scope = Scope()
        match row.columns:
            case (Rows(source=Named(), single=True) as only,):
                # Within head() the database would plan a whole statement blindly, without indexes and conditions first.
                return f"WITH {self.collected(only, scope)} AS found RETURN head(found)"
            case columns:
                return f"RETURN {', '.join(self.column(column, scope) for column in columns) or 'null'}"

    def column(self, column: Column, scope: Scope) -> str:
        """The expression of one column of a row."""
        match column:
            case Property() | FactType() | Local() | Across():
                return self.scalar(column, scope)
            case SortKey(order):
                *key, entity_id = self.sort_terms(order, scope)
                told = [f"toString({term})" for term in key] if is_time(order) else key
                return f"[{', '.join([*told, entity_id])}]"
            case Echo(binding):
                return self.parameter(binding)
            case Embedded(part, row):
                return self.list_of(row, self.part(part, scope))
            case Rows(source=Lookup(), arguments={"ids": ids}):
                return self.each(column, self.parameter(ids))
            case Rows(single=True):
                return f"head({self.collected(column, scope)})"
            case Rows():
                return self.collected(column, scope)
            case Recalled(keys):
                self.recalled.append(column)
                terms = [self.key(key, scope) for key in keys]
                return terms[0] if len(terms) == 1 else f"[{', '.join(terms)}]"
            case Count(rows):
                source = rows.source
                every = self.match_all(source, rows) if in_millions(source) else self.matched(rows, scope)
                return f"COUNT {{ {' '.join(every.clauses)} RETURN 1 AS one }}"

    def collected(self, rows: Rows, scope: Scope) -> str:
        """The list of the rows of a source."""
        return f"COLLECT {{ {self.rows(rows, scope)} }}"

    def list_of(self, row: Row, scope: Scope) -> str:
        return f"[{', '.join(self.column(column, scope) for column in row.columns)}]"

    def part(self, part: Same, scope: Scope) -> Scope:
        """The scope of a part of the row. It shares clauses and states with the row's own."""
        match part:
            case Same.NODE:
                return scope
            case Same.STATE:
                fact, state = self.state(scope)
                return replace(scope, node="", fact=fact, start=scope.node, end=state)
            case Same.FACT:
                return replace(scope, node="") if scope.fact else replace(scope, fact=scope.node, node="")
            case Same.START:
                return replace(scope, node=scope.start, fact="")
            case Same.END:
                return replace(scope, node=scope.end, fact="")

    # --- rows --------------------------------------------------------------------------------------------------

    def each(self, rows: Rows, keys: str) -> str:
        """One row, or null, for each item of a list: an id to look up, or what is given to a named statement."""
        one, found = self.fresh("key"), self.fresh("found")
        if isinstance(rows.source, Named):
            given = [name for name, _ in rows.source.given]
            terms = [one] if len(given) == 1 else [f"{one}[{i}]" for i in range(len(given))]
            inner = self.rows(rows, Scope(locals=dict(zip(given, terms, strict=True))))
        else:
            scope = Scope()
            self.match_id(rows.source.label, one, scope)  # type: ignore[union-attr]
            inner = self.returned(rows.row, scope)
        return f"COLLECT {{ UNWIND {keys} AS {one} WITH COLLECT {{ {inner} }} AS {found} RETURN head({found}) }}"

    def key(self, key: Scalar | Hop, scope: Scope) -> str:
        """The expression of a key of what is recalled; a hop leads to one entity at most, so rows stay as many."""
        if not isinstance(key, Hop):
            return self.scalar(key, scope)
        assert self.as_of == "$asOf", "what is recalled is answered as of the statement's moment"
        (type_,) = key.facts
        crossed = (scope.node, type_)
        if crossed not in scope.crossed:
            pattern, scope.crossed[crossed], _ = self.crossed(scope.node, ((type_, key.direction),))
            scope.clauses.append(f"OPTIONAL MATCH {pattern}")
        return f"{scope.crossed[crossed]}.id"

    def rows(self, rows: Rows, outer: Scope) -> str:
        """The body of the subquery that yields rows as lists."""
        with self.at_moment_of(rows.source, outer):
            return self.rows_now(rows, outer)

    def rows_now(self, rows: Rows, outer: Scope) -> str:
        if rows.page is not None and in_millions(rows.source):
            return self.returned(rows.row, self.match_page(rows.source, rows, rows.page))
        scope = self.matched(rows, outer)
        terms = self.list_order(rows, scope) if rows.order is None else self.sort_terms(rows.order, scope)
        descending = " DESC" if rows.order and rows.order.descending else ""
        if rows.page is not None and rows.page.after is not None and rows.order is not None:
            condition = self.after(terms, rows.order, self.parameter(rows.page.after))
            scope.clauses.append(f"WITH {', '.join(scope.variables())} WHERE {condition}")
        if not rows.single:
            by = ", ".join(term + descending for term in terms)
            scope.clauses.append(f"WITH {', '.join(scope.variables())} ORDER BY {by}{self.limit(rows.page)}")
        return self.returned(rows.row, scope)

    def returned(self, row: Row, scope: Scope) -> str:
        columns = self.list_of(row, scope)
        return f"{' '.join(scope.clauses)} RETURN {columns} AS {self.fresh('row')}"

    def limit(self, page: Page | None) -> str:
        return f" LIMIT {self.parameter(page.limit)}" if page else ""

    def list_order(self, rows: Rows, scope: Scope) -> list[str]:
        """An order for lists that nobody ordered: the same answer to the same question."""
        match rows.source:
            case Hop(facts=(kind,), yields_fact=True, ever=True):
                ends = [] if model.RELATIONSHIPS[kind].single else [f"{scope.start}.id", f"{scope.end}.id"]
                return [f"{scope.fact}.validFrom", f"{scope.fact}.recordedFrom", *ends]
            case Hop(yields_fact=True):
                keys = dict.fromkeys(key for kind in rows.source.facts for key in model.RELATIONSHIPS[kind].key)
                terms = [f"coalesce({scope.fact}.{quote(key)}, '')" for key in keys]
                types = [f"type({scope.fact})"] if len(rows.source.facts) > 1 else []
                return [*types, f"{scope.start}.id", f"{scope.end}.id", *terms]
            case Hop(walk=True):
                return [scope.locals["depth"], f"{scope.node}.id"]
            case Hop(order="AT"):
                return [f"{scope.node}.at DESC", f"{scope.node}.id"]
            case Hop(order="ORDINAL"):
                return self.sort_terms(Order(Property("ordinal", type="integer")), scope)
            case Unwind():
                return [scope.locals["index"]]
            case Named(items=items) if items:
                return [scope.locals["index"]]
            case Named(locals=(first, *_), record=True):
                return [scope.locals[first]]
            case Named(locals=(first, *_)):
                return [f"{scope.locals[first]} DESC", f"{scope.node}.id"]
            case _:
                return [f"{scope.node}.id"]
