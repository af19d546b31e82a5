"""From rows to those of customers below them: matched, tried and cut in the database, a word for each source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from touchgraph import model
from touchgraph.answer import values
from touchgraph.answer.compiler import Template, counted, edge, is_of_customers, whole_row
from touchgraph.answer.finder.here import Here
from touchgraph.answer.memory import Call, Reader
from touchgraph.answer.plan import Binding, Embedded, Literal, Page, Row, Rows
from touchgraph.answer.planner.arguments import own_order
from touchgraph.answer.records import At
from touchgraph.answer.sources import Direction, Hop, Lookup, Property, Scan, Source
from touchgraph.answer.vocabulary import Word
from touchgraph.graph.statements import Statement
from touchgraph.model import LATEST

Bound = Mapping[Binding, Any]
_EVERYWHERE = ""
"""The key of a word that needs none."""


class _Edge:
    """The words of a source of customers, and how their rows are told."""

    def __init__(self, rows: Rows) -> None:
        self.columns = whole_row(rows).columns
        self._template = edge(rows)
        self.word = _word(rows, self._template)
        self._rows = rows
        self._count: tuple[Word, Template] | None = None

    def call(self, at: At, bound: Bound) -> Call:
        """The call for rows."""
        return _call(self.word, self._template, at, bound)

    def count(self, at: At, bound: Bound) -> Call:
        """The call for their number."""
        if self._count is None:
            template = counted(self._rows)
            self._count = _word(self._rows, template), template
        return _call(*self._count, at, bound)

    def here(self, at: At, row: Sequence[Any]) -> Here:
        """A row as it is found."""
        cells: dict[Any, Any] = {}
        for column, value in zip(self.columns, row, strict=True):
            match column:
                case Property(name, of):
                    cells[of, name] = value
                case Embedded(part):
                    cells[part] = value[0]
                case _:
                    cells[column] = value
        return Here(at, cells=cells)


def _word(rows: Rows, template: Template) -> Word:
    source = rows.source
    name = f"{source.label} by id" if isinstance(source, Lookup) else str(source)
    return Word(name, template.text, lambda found: found[0][0] if found else None, lambda _: 0)


def _call(word: Word, template: Template, at: At, bound: Bound) -> Call:
    filled = {name: bound[binding] for name, binding in template.bindings.items()}
    return Call(word, (at, repr(filled)), given(at) | filled)


def given(at: At) -> dict[str, Any]:
    """What statements about customers are given of a moment."""
    until = values.until(at.as_of).isoformat()
    return {"asOf": at.as_of, "knownAt": at.known_at.isoformat(), "until": until}


_EDGES = WeakKeyDictionary[Rows, _Edge]()


def _edge(rows: Rows) -> _Edge:
    if rows not in _EDGES:
        _EDGES[rows] = _Edge(rows)
    return _EDGES[rows]


@cache
def _by_id(label: str) -> Rows:
    return Rows(Lookup(label), Row(()))


async def found(reader: Reader, at: At, ids: Iterable[str]) -> dict[str, Here]:
    """Customers, and what belongs to them, by id; those that exist at a moment."""
    of_label: dict[str, list[str]] = {}
    for one in ids:
        kind = model.kind_of(one)
        assert kind is not None
        of_label.setdefault(kind.label, []).append(one)
    rows: dict[str, Here] = {}
    for label, some in of_label.items():
        by_id = _edge(_by_id(label))
        told = await reader.ask(by_id.call(at, {}), some)
        rows |= {one: by_id.here(at, row) for one in some for row in told[one] or ()}
    return rows


async def scanned(reader: Reader, rows: Rows, at: At, bound: Bound) -> list[Here]:
    """A page of customers, and one more if there is more."""
    of = _edge(rows)
    told = await reader.ask(of.call(at, bound), [_EVERYWHERE])
    return [of.here(at, row) for row in told[_EVERYWHERE]]


async def across(reader: Reader, rows: Rows, heres: Sequence[Here], bound: Bound) -> list[list[Here]]:
    """The rows across a fact or a link of customers, for each row; of a page, and one more if there is more."""
    of = _edge(rows)
    told = await _of_each(reader, heres, lambda at: of.call(at, bound))
    return [[of.here(here.at, row) for row in some or ()] for here, some in zip(heres, told, strict=True)]


async def counts(reader: Reader, rows: Rows, heres: Sequence[Here], bound: Bound) -> list[int]:
    """How many rows there are on all pages, for each row."""
    of = _edge(rows)
    if not isinstance(rows.source, Hop):
        told = await reader.ask(of.count(heres[0].at, bound), [_EVERYWHERE])
        return [told[_EVERYWHERE] for _ in heres]
    return [some or 0 for some in await _of_each(reader, heres, lambda at: of.count(at, bound))]


async def _of_each(reader: Reader, heres: Sequence[Here], call: Callable[[At], Call]) -> list[Any]:
    """What a word tells of each row that is one of customers."""
    told: dict[At, dict[Any, Any]] = {}
    for at in dict.fromkeys(here.at for here in heres):
        ids = dict.fromkeys(here.id for here in heres if here.at == at and here.cells is not None)
        told[at] = await reader.ask(call(at), ids)
    return [told[here.at].get(here.id) if here.cells is not None else None for here in heres]


def words_of(sources: Iterable[Source]) -> Iterable[Statement]:
    """The word of each source of customers, without conditions, as a statement that asks for nothing."""
    for source in sources:
        template = _plain(source)
        if template is not None:
            nothing = {"keys": [], **dict.fromkeys(template.bindings, 1)}
            yield Statement(template.text, given(At(date.max, LATEST)) | nothing)


def _plain(source: Source) -> Template | None:
    """What finds the rows of a source of customers, the first page of those that come in pages."""
    page = Page(Binding(Literal(1), values.same))
    match source:
        case Hop(facts=(type_, *_), paged=paged) if type_ not in model.FACT_BY_TYPE:
            if not source.yields_fact and source.direction is Direction.OUT and model.led_to(type_):
                return None
            return edge(Rows(source, Row(()), order=own_order(source), page=page) if paged else Rows(source, Row(())))
        case Scan(label) if is_of_customers(label):
            return edge(Rows(source, Row(()), order=own_order(source), page=page))
        case Lookup(label) if is_of_customers(label):
            return edge(Rows(source, Row(())))
        case _:
            return None


__all__ = ["across", "counts", "found", "given", "scanned", "words_of"]
