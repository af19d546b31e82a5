"""What is asked of customers into Cypher: rows as positional lists, values as parameters.

Customers come in millions, so their rows are matched, tried and cut in the database. A field is written in two ways.
As an `edge` it is a word of the vocabulary: from keys to the whole row that the model knows, whatever is selected of
it. As `joined`, all rows of customers below a root field are one statement: rows below rows are nested `COLLECT { }`,
and hold what is selected only. Neo4j plans the former in hundredths of a second, the latter in seconds; it is quicker.

Variables of an outer scope are visible in an inner one, so every variable has a name of its own. Within a subquery
come, in this order: what matches, conditions, order and limit, and only then what the columns need of the rows left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from touchgraph import model
from touchgraph.answer.compiler.pages import Pages, in_millions
from touchgraph.answer.compiler.writer import Scope, is_time
from touchgraph.answer.plan import (
    Binding,
    Column,
    Count,
    Echo,
    Embedded,
    Recalled,
    Root,
    Row,
    Rows,
    SortKey,
)
from touchgraph.answer.sources import Across, Direction, FactType, Hop, Local, Lookup, Of, Property, Same, Scalar, Scan


@dataclass(frozen=True, eq=False)
class Template:
    """Cypher, and the values that it takes beside `asOf`, `knownAt` and `until`, by name."""

    text: str
    bindings: Mapping[str, Binding]


def joined(root: Root) -> Template | None:
    """One statement for a root field that finds customers by id or in pages; it returns one row. None for any other."""
    if not any(isinstance(column, Rows) for column in root.row.columns):
        return None
    for column in root.row.columns:
        if not isinstance(column, Rows | Count | Echo) or (isinstance(column, Rows) and not _found(column)):
            return None
    compiler = _Compiler()
    columns = ", ".join(compiler.column(column, Scope()) for column in root.row.columns)
    return _template("WITH", f"RETURN {columns}", compiler)


def _found(rows: Rows) -> bool:
    source = rows.source
    return in_millions(source) or (isinstance(source, Lookup) and is_of_customers(source.label))


def is_of_customers(label: str) -> bool:
    """Whether a label is that of customers, or of what belongs to them."""
    return label in model.BY_LABEL and model.BY_LABEL[label].base is None


def edge(rows: Rows) -> Template:
    """The statement from `$keys`, ids, to the list of the rows of a source, such as `whole_row` tells."""
    compiler = _Compiler()
    whole = replace(rows, row=whole_row(rows), single=False)
    match whole.source:
        case Lookup():
            one = replace(whole, source=Lookup(whole.source.label), arguments={})
            return _template(_EACH, f"RETURN i, {compiler.keyed(one)}", compiler)
        case Scan():
            return _template(_EACH, f"RETURN i, {compiler.collected(whole, Scope())}", compiler)
        case _:
            start, scope = compiler.start(whole.source)
            return _template(_EACH, f"{start} RETURN i, {compiler.collected(whole, scope)}", compiler)


def counted(rows: Rows) -> Template:
    """The statement from `$keys` to how many rows of a source there are on all pages."""
    compiler = _Compiler()
    start, scope = ("", Scope()) if isinstance(rows.source, Scan) else compiler.start(rows.source)
    return _template(_EACH, f"{start} RETURN i, {compiler.column(Count(rows), scope)}", compiler)


def whole_row(rows: Rows) -> Row:
    """All that can be asked of what a source yields: its properties, and the ids of what it leads to."""
    source = rows.source
    if isinstance(source, Hop) and source.yields_fact:
        kind = model.CUSTOMER_FACT_BY_TYPE[source.facts[0]]
        own = (Property(p.name, Of.FACT, p.type) for p in (*model.CUSTOMER_FACT_PROPERTIES, *kind.properties))
        end = model.BY_LABEL[kind.end[0]]
        of_end = (Property(p.name, Of.END, p.type) for p in end.properties if end.base is None)
        ids = Row((Property("id", Of.NODE),))
        return Row(
            (FactType(), *own, Property("id", Of.END), *of_end, Embedded(Same.START, ids), Embedded(Same.END, ids))
        )
    label = target(source)
    told = (p for p in model.BY_LABEL[label].properties if p.name != model.OF_CUSTOMER.get(label))
    properties = (Property(p.name, Of.NODE, p.type) for p in told)
    return Row((Property("id", Of.NODE), *properties, *map(Across, model.leads_from(label))))


def target(source: object) -> str:
    """The label of the customers, or what belongs to them, that a source yields."""
    match source:
        case Lookup(label) | Scan(label):
            return label
        case Hop(facts=(type_,), direction=direction, to=to):
            starts, end = model.ends_of(type_)
            return to or (end if direction is Direction.OUT else starts[0])
        case _:
            raise AssertionError(f"{source} is no source of customers")


_EACH = "UNWIND range(0, size($keys) - 1) AS i WITH i, $keys[i] AS key,"
_TIMES = re.compile(r"\b(knownAt|until)\b")


def _template(head: str, text: str, compiler: _Compiler) -> Template:
    """The statement. It makes times of their text once for all rows, as the driver would take longer."""
    times = dict.fromkeys(_TIMES.findall(text))
    made = ", ".join(f"datetime(${name}) AS {name}" for name in times)
    begun = f"{head} {made}" if made else head.removesuffix(",").removesuffix("WITH")
    return Template(f"{begun} {text}".strip(), compiler.parameters)


class _Compiler(Pages):
    """Writes columns, and the rows below them."""

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
                one, found = self.fresh("key"), self.fresh("found")
                inner = self.looked_up(column, one)
                each = f"UNWIND {self.parameter(ids)} AS {one} WITH COLLECT {{ {inner} }} AS {found}"
                return f"COLLECT {{ {each} RETURN head({found}) }}"
            case Rows(single=True):
                return f"head({self.collected(column, scope)})"
            case Rows():
                return self.collected(column, scope)
            case Recalled(keys):
                terms = [self.key(key, scope) for key in keys]
                return terms[0] if len(terms) == 1 else f"[{', '.join(terms)}]"
            case Count(rows):
                source = rows.source
                every = self.match_all(source, rows) if in_millions(source) else self.matched(rows, scope)
                return f"COUNT {{ {' '.join(every.clauses)} RETURN 1 AS one }}"

    def collected(self, rows: Rows, scope: Scope) -> str:
        """The list of the rows of a source."""
        return f"COLLECT {{ {self.rows(rows, scope)} }}"

    def keyed(self, rows: Rows) -> str:
        """The list of the one row with the id `key`, or of none."""
        return f"COLLECT {{ {self.looked_up(rows, 'key')} }}"

    def looked_up(self, rows: Rows, key: str) -> str:
        scope = Scope()
        self.match_id(target(rows.source), key, scope)
        return self.returned(rows.row, scope)

    def start(self, source: object) -> tuple[str, Scope]:
        """The clause that finds the entity with the id `key`, from which a source leads, and its scope."""
        assert isinstance(source, Hop)
        starts, end = model.ends_of(source.facts[0])
        labels = starts if source.direction is Direction.OUT else (end,)
        scope = Scope(node=self.fresh("n"))
        return f"MATCH {model.with_id(scope.node, 'key', *labels)}", scope

    def list_of(self, row: Row, scope: Scope) -> str:
        return f"[{', '.join(self.column(column, scope) for column in row.columns)}]"

    def part(self, part: Same, scope: Scope) -> Scope:
        """The scope of a part of the row. It shares clauses with the row's own."""
        match part:
            case Same.START:
                return replace(scope, node=scope.start, fact="")
            case Same.END:
                return replace(scope, node=scope.end, fact="")
            case _:
                return scope

    # --- rows --------------------------------------------------------------------------------------------------

    def key(self, key: Scalar | Hop, scope: Scope) -> str:
        """The expression of a key of what is recalled; a hop leads to one entity at most, so rows stay as many."""
        if not isinstance(key, Hop):
            return self.scalar(key, scope)
        (type_,) = key.facts
        crossed = (scope.node, type_)
        if crossed not in scope.crossed:
            pattern, scope.crossed[crossed], _ = self.crossed(scope.node, ((type_, key.direction),))
            scope.clauses.append(f"OPTIONAL MATCH {pattern}")
        return f"{scope.crossed[crossed]}.id"

    def rows(self, rows: Rows, outer: Scope) -> str:
        """The body of the subquery that yields rows as lists."""
        if rows.page is not None and in_millions(rows.source):
            return self.returned(rows.row, self.match_page(rows.source, rows, rows.page))
        if rows.page is not None:
            return self.returned(rows.row, self.match_page_below(outer, rows, rows.page))
        scope = self.matched(rows, outer)
        if not rows.single:
            by = ", ".join(self.list_order(rows, scope))
            scope.clauses.append(f"WITH {', '.join(scope.variables())} ORDER BY {by}")
        return self.returned(rows.row, scope)

    def returned(self, row: Row, scope: Scope) -> str:
        columns = self.list_of(row, scope)
        return f"{' '.join(scope.clauses)} RETURN {columns} AS {self.fresh('row')}"

    def list_order(self, rows: Rows, scope: Scope) -> list[str]:
        """An order for lists that nobody ordered: the same answer to the same question."""
        match rows.source:
            case Hop(facts=(kind,), yields_fact=True, ever=ever):
                ends = [f"{scope.start}.id", f"{scope.end}.id"]
                if not ever:
                    return ends
                single = model.RELATIONSHIPS[kind].single
                return [f"{scope.fact}.validFrom", f"{scope.fact}.recordedFrom", *([] if single else ends)]
            case Hop(order="AT"):
                return [f"{scope.node}.at DESC", f"{scope.node}.id"]
            case _:
                return [f"{scope.node}.id"]


__all__ = ["Template", "counted", "edge", "is_of_customers", "joined", "target", "whole_row"]
