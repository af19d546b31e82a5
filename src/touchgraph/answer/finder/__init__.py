"""The rows of a plan, found step by step: each source asks the vocabulary for all rows above it at once.

So a level of nesting costs a round trip or two, whatever is selected, and nothing of it is planned for one document.
What holds at the moment is picked here, from facts of all times (`organisation`); customers are matched in the database
(`customers`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from touchgraph import model
from touchgraph.answer.finder import customers, organisation, origin
from touchgraph.answer.finder.here import Here
from touchgraph.answer.memory import Reader
from touchgraph.answer.plan import Binding, Column, Count, Echo, Embedded, Place, Recalled, Root, Row, Rows, SortKey
from touchgraph.answer.records import At, carries, of_customers
from touchgraph.answer.shape import Kept
from touchgraph.answer.sources import Across, Hop, Lookup, Member, Named, Reference, Same, Scan, Then, Unwind
from touchgraph.answer.vocabulary import FACT, Word
from touchgraph.errors import InputError
from touchgraph.graph.driver import FactRef, NodeRef

MAX_ROWS = 200_000
"""How many rows one request may find."""


class Finder:
    """Finds the rows of one request's plan. `bound` are the request's values, `words` those of named statements.

    `lasts`: whether rows are found in the organisation alone.
    """

    def __init__(
        self,
        reader: Reader,
        bound: Mapping[Binding, Any],
        words: Mapping[str, Word],
        lasts: Callable[[Rows], bool],
    ) -> None:
        self._reader, self._bound, self._words, self._lasts = reader, bound, words, lasts
        self._own: dict[Hashable, dict[Hashable, Any]] = {}
        self._rows = 0

    async def root(self, root: Root, at: At) -> list[Any]:
        """The row of a root field. Raises GraphError, and InputError for a request that asks for too much."""
        (row,) = await self._row(root.row, [Here(at)])
        return row

    # --- columns -----------------------------------------------------------------------------------------------

    async def _row(self, row: Row, heres: Sequence[Here]) -> list[list[Any]]:
        """The columns of each row."""
        self._rows += len(heres)
        if self._rows > MAX_ROWS:
            raise InputError(f"more than {MAX_ROWS:,} objects at once; ask for smaller pages, or for less")
        if not heres:
            return []
        found: dict[Rows, Awaitable[list[list[Here]]]] = {}
        columns = await asyncio.gather(*(self._column(column, heres, found) for column in row.columns))
        return [list(cells) for cells in zip(*columns, strict=True)] if columns else [[] for _ in heres]

    async def _column(
        self, column: Column, heres: Sequence[Here], found: dict[Rows, Awaitable[list[list[Here]]]]
    ) -> list[Any]:
        match column:
            case Echo(binding):
                return [self._bound[binding]] * len(heres)
            case SortKey():
                return [here.sort_key(column) for here in heres]
            case Embedded(part, row):
                return list(await self._row(row, await self._parts(part, heres)))
            case Count(rows):
                if origin.in_database(rows):
                    return list(await customers.counts(self._reader, rows, heres, self._bound))
                return [len(some) for some in await self._once(rows, heres, found)]
            case Rows():
                return await self._rows_of(column, heres, found)
            case Recalled():
                keys = [_key([self._key(key, here) for key in column.keys]) for here in heres]
                return await self._recalled_at(column, [here.at for here in heres], keys)
            case _:
                return [here.scalar(column) for here in heres]

    def _key(self, key: Any, here: Here) -> Any:
        if isinstance(key, Hop):
            return next(iter(here.scalar(Across(key.facts[0]))), None)
        return here.scalar(key)

    async def _rows_of(
        self, rows: Rows, heres: Sequence[Here], found: dict[Rows, Awaitable[list[list[Here]]]]
    ) -> list[Any]:
        """The rows below each row, as the row holds them: a list, or (`single`) the first of them or None."""
        below: Sequence[Sequence[Here | None]]
        if origin.by_id(rows):
            below = [await organisation.page_by_id(self._reader, rows, here.at, self._bound) for here in heres]
        else:
            below = await self._once(rows, heres, found)
        if rows.page and rows.order and not origin.in_database(rows):
            below = [organisation.page(some, rows.order, rows.page, self._bound) for some in below]  # type: ignore[arg-type]
        if rows.single:
            below = [some[:1] for some in below]
        made = iter(await self._row(rows.row, [one for some in below for one in some if one is not None]))
        lists = [[next(made) if one is not None else None for one in some] for some in below]
        return [some[0] if some else None for some in lists] if rows.single else lists

    async def _once(
        self, rows: Rows, heres: Sequence[Here], found: dict[Rows, Awaitable[list[list[Here]]]]
    ) -> list[list[Here]]:
        """All rows below each row; found once for a page and the total beside it."""
        if rows not in found:
            found[rows] = asyncio.ensure_future(self._below(rows, heres))
        return await found[rows]

    async def _parts(self, part: Same, heres: Sequence[Here]) -> list[Here]:
        match part:
            case Same.STATE:
                return [Here(here.at, fact=here.state()) for here in heres]
            case Same.START | Same.END:
                ids = [_end(here, part) for here in heres]
                at = [(here.at, one) for here, one in zip(heres, ids, strict=True)]
                nodes = await self._nodes(at, exist=False)
                return [nodes.get(key) or Here(key[0]) for key in at]
            case _:
                return list(heres)

    # --- what is recalled --------------------------------------------------------------------------------------

    async def fill(self, root: Root, at: At, row: list[Any]) -> None:
        """Puts what is recalled into the row that a joined statement returned for a root field, in place of keys."""
        gaps: dict[Recalled, list[tuple[list[Any], int]]] = {}
        _collect(root.places, row, gaps)
        missing = [one for one, places in gaps.items() if not self._filled(one, at, places)]
        if missing:
            await asyncio.gather(*(self._fill(one, at, gaps[one]) for one in missing))

    def _filled(self, one: Recalled, at: At, places: list[tuple[list[Any], int]]) -> bool:
        """Puts what is known of keys into their places, if all of it is known."""
        known, several = self._known(one), len(one.keys) > 1
        found = []
        for row, index in places:
            key = at, tuple(row[index]) if several else row[index]
            if key not in known:
                return False
            found.append(known[key])
        for (row, index), value in zip(places, found, strict=True):
            row[index] = value
        return True

    async def _fill(self, one: Recalled, at: At, places: list[tuple[list[Any], int]]) -> None:
        several = len(one.keys) > 1
        keys = [tuple(row[index]) if several else row[index] for row, index in places]
        found = await self._recalled_at(one, [at] * len(keys), keys)
        for (row, index), value in zip(places, found, strict=True):
            row[index] = value

    def _question(self, one: Recalled) -> Hashable:
        return one, tuple(repr(self._bound[binding]) for binding in one.bindings)

    def _known(self, one: Recalled) -> Mapping[Hashable, Any]:
        """What belongs to keys, by moment and key, so far as it is known."""
        question = self._question(one)
        return self._reader.known.answered(question) if self._lasts(one.rows) else self._own.get(question, {})

    async def _recalled_at(self, one: Recalled, moments: Sequence[At], keys: Sequence[Hashable]) -> list[Any]:
        """What belongs to keys, each at its moment: remembered if it is of the organisation alone."""
        known = self._known(one)
        wanted = list(zip(moments, keys, strict=True))
        missing = [pair for pair in dict.fromkeys(wanted) if pair not in known]
        new: dict[Hashable, Any] = {}
        if missing:
            heres = [Here(at, locals=_locals(one.rows, key)) for at, key in missing]
            rows = await self._rows_of(one.rows, heres, {})
            new = dict(zip(missing, (_kept(one.rows, value) for value in rows), strict=True))
            if self._lasts(one.rows):
                self._reader.known.answer(self._question(one), new)
            else:
                self._own.setdefault(self._question(one), {}).update(new)
        return [new[pair] if pair in new else known[pair] for pair in wanted]

    # --- sources -----------------------------------------------------------------------------------------------

    async def _below(self, rows: Rows, heres: Sequence[Here]) -> list[list[Here]]:
        """All rows of a source for each row; those of customers of one page."""
        source = rows.source
        match source:
            case Hop() if origin.in_database(rows):
                return await customers.across(self._reader, rows, heres, self._bound)
            case Hop():
                return await organisation.across(self._reader, rows, heres, self._bound)
            case Scan():
                scanned = customers.scanned if origin.in_database(rows) else organisation.scanned
                return [await scanned(self._reader, rows, here.at, self._bound) for here in heres]
            case Lookup(label):
                return await self._looked_up(label, [(here.at, self._ids(rows, here)) for here in heres])
            case Reference(key, label):
                return await self._looked_up(label, [(here.at, [here.scalar(key)]) for here in heres])
            case Then():
                return await self._looked_up(model.NODE, [_then(here) for here in heres])
            case Named():
                return await self._named(source, rows, heres)
            case Unwind():
                items = [(_moment(source, here), here.locals.get(source.local) or []) for here in heres]
                found = await self._items(source, items)
                kinds = next((f.names for f in rows.filters if f.name == "kinds"), None)
                return [[one for one in some if kinds is None or one.locals.get("kind") in kinds] for some in found]
            case Member(local, yields_fact, _):
                members = [(_moment(source, here), here.locals.get(local)) for here in heres]
                as_items = [(at, [] if member is None else [member]) for at, member in members]
                return await self._items(Unwind(local, yields_fact, yields_node=not yields_fact), as_items)

    def _ids(self, rows: Rows, here: Here) -> list[Any]:
        if "ids" in rows.arguments:
            return list(self._bound[rows.arguments["ids"]])
        return [self._bound[rows.arguments["id"]] if "id" in rows.arguments else here.locals.get("key")]

    async def _looked_up(self, label: str, asked: Sequence[tuple[At, list[Any]]]) -> list[list[Here]]:
        """The entity, or None, for each of some ids."""
        pairs = [[(at, one) for one in ids] for at, ids in asked]
        good = (pair for some in pairs for pair in some if pair[1] is not None and carries(pair[1], label))
        found = await self._nodes(good)
        return [[found.get(pair) for pair in some] for some in pairs]  # type: ignore[misc]

    async def _nodes(self, asked: Iterable[tuple[At, str]], exist: bool = True) -> dict[tuple[At, str], Here]:
        """The entities with some ids at their moments; `exist`: only those that exist then."""
        pairs = dict.fromkeys(asked)
        of_graph = dict.fromkeys(one for _, one in pairs if not of_customers(one))
        known = await organisation.entities(self._reader, of_graph)
        found = {
            (at, one): Here(at, entity)
            for at, one in pairs
            if (entity := known.get(one)) and (not exist or entity.exists(at))
        }
        for at in dict.fromkeys(at for at, _ in pairs):
            ids = [one for when, one in pairs if when == at and of_customers(one)]
            found |= {(at, one): here for one, here in (await customers.found(self._reader, at, ids)).items()}
        return found

    async def _named(self, source: Named, rows: Rows, heres: Sequence[Here]) -> list[list[Here]]:
        """The rows of a named statement, asked for each row."""
        word = self._words[source.statement]
        arguments = {name: self._bound[binding] for name, binding in rows.arguments.items()}
        asked: dict[Hashable, Any] = {}
        keys = []
        for here in heres:
            at = _moment(source, here)
            given = {name: _first(here.scalar(scalar)) for name, scalar in source.given}
            key = (repr(arguments), *given.values(), at)
            when = {"asOf": at.day, "knownAt": at.known_at.isoformat(), "supposed": at.supposed}
            asked[key] = {**when, **arguments, **given}
            keys.append((at, key))
        told = await self._reader.ask(word, asked, asked)
        if source.items:
            lists = [(at, told[key][0][source.items] if told[key] else []) for at, key in keys]
            return await self._items(Unwind(source.items), lists)
        if source.record:
            return [[Here(at, locals=record) for record in told[key]] for at, key in keys]
        nodes = await self._nodes((at, record["node"].id) for at, key in keys for record in told[key])
        return [
            [replace(node, locals=record) for record in told[key] if (node := nodes.get((at, record["node"].id)))]
            for at, key in keys
        ]

    async def _items(self, unwind: Unwind, lists: Sequence[tuple[At, list[Any]]]) -> list[list[Here]]:
        """The items of lists: facts, entities, or records."""
        if unwind.yields_fact:
            elements = dict.fromkeys(item.element for _, items in lists for item in items if isinstance(item, FactRef))
            facts = await self._reader.ask(FACT, elements)
            return [[Here(at, fact=facts[item.element]) for item in items] for at, items in lists]
        if unwind.yields_node:
            pairs = [[(at, item.id) for item in items if isinstance(item, NodeRef)] for at, items in lists]
            nodes = await self._nodes(pair for some in pairs for pair in some)
            return [[nodes[pair] for pair in some if pair in nodes] for some in pairs]
        return [[Here(at, locals=item) for item in items] for at, items in lists]


def _end(here: Here, part: Same) -> str:
    if here.cells is not None:
        return str(here.cells[part])
    assert here.fact is not None
    return str(here.fact.start if part is Same.START else here.fact.end)


def _first(value: Any) -> Any:
    """A list of keys fills a parameter with its first."""
    if isinstance(value, list):
        return value[0] if value else None
    return value


def _key(parts: Sequence[Any]) -> Any:
    return parts[0] if len(parts) == 1 else tuple(parts)


def _locals(rows: Rows, key: Any) -> dict[str, Any]:
    """What a key of something recalled is called below it."""
    if isinstance(rows.source, Named):
        names = [name for name, _ in rows.source.given]
        return dict(zip(names, (key,) if len(names) == 1 else key, strict=True))
    return {"key": key}


def _moment(source: Named | Unwind | Member, here: Here) -> At:
    """The moment of what a source yields: that which it names, or the row's."""
    moment = here.locals.get(source.moment) if source.moment else None
    return At(moment["asOf"], moment["knownAt"], here.at.supposed) if moment else here.at


def _then(here: Here) -> tuple[At, list[Any]]:
    """The end of a fact, and the day on which it was there: that asked for, or the fact's first."""
    entity_id, first, after = here.locals["key"]
    day = here.at.day if first <= here.at.day < after else first
    return replace(here.at, as_of=date.fromisoformat(day)), [entity_id]


def _kept(rows: Rows, value: Any) -> Any:
    """Rows such as are remembered."""
    if value is None:
        return None
    return Kept(value) if rows.single else [each if each is None else Kept(each) for each in value]


def to_keep(row: Row, cells: list[Any]) -> list[Any]:
    """The row of a root field, the rows below it such as are remembered."""
    return [
        _kept(column, value) if isinstance(column, Rows) else value
        for column, value in zip(row.columns, cells, strict=True)
    ]


def _collect(places: tuple[Place, ...], row: list[Any], gaps: dict[Recalled, list[tuple[list[Any], int]]]) -> None:
    """Notes which keys a row holds, and rows below it."""
    for place in places:
        value = row[place.index]
        if place.recalled is not None:
            gaps.setdefault(place.recalled, []).append((row, place.index))
        elif value is not None:
            for each in value if place.many else (value,):
                if each is not None:
                    _collect(place.below, each, gaps)


__all__ = ["Finder", "to_keep"]
