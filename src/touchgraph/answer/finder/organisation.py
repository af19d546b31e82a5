"""From rows of the organisation to those below them: facts of all times are at hand, and those that hold are taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from touchgraph import model
from touchgraph.answer import values, vocabulary
from touchgraph.answer.finder.here import Here
from touchgraph.answer.memory import Call, Reader
from touchgraph.answer.plan import Binding, Filter, Order, Page, Rows
from touchgraph.answer.records import At, Entity, Fact, carries
from touchgraph.answer.sources import Direction, Hop, Property, Scan

MAX_WALK = 20
"""How many facts a walk follows at most; hierarchies are some five levels deep."""
_LAST_ID = "\uffff"
"""What comes after every id."""
Bound = Mapping[Binding, Any]
"""The values of a request."""
_ORDERS = {"ORDINAL": Order(Property("ordinal", type="integer"))}


async def entities(reader: Reader, ids: Iterable[str]) -> Mapping[Any, Entity | None]:
    """The entities with some ids, None where there is none."""
    return await reader.ask(vocabulary.ENTITY, ids)


async def across(reader: Reader, rows: Rows, heres: Sequence[Here], bound: Bound) -> list[list[Here]]:
    """All rows across the facts of a hop, for each row; in the order of lists, which pages do without."""
    source = rows.source
    assert isinstance(source, Hop)
    if source.walk:
        found = await _walked(reader, source, heres, _depth(rows, bound))
    else:
        facts = await _facts(reader, source, rows.filters, heres, bound)
        if source.yields_fact:
            found = [[Here(here.at, fact=one) for one in some] for here, some in zip(heres, facts, strict=True)]
        else:
            found = await _ends(reader, source, heres, facts)
    kept = [[one for one in some if _passes(one, rows.filters, bound)] for some in found]
    return kept if rows.page else [sorted(some, key=_order(source)) for some in kept]


def page(found: Sequence[Here], order: Order, page: Page, bound: Bound) -> list[Here]:
    """The rows of a page, and one more if there is more; before them, the nearest outside if that is looked for."""
    placed = sorted(((one.place(order), one) for one in found), key=lambda pair: pair[0], reverse=page.down(order))
    outside = []
    if page.start:
        before = values.lies_before(order, page.backward)
        outside = [one for place, one in placed if before(place, bound[page.start])]
        placed = placed[len(outside) :]
    if page.end:
        after = values.lies_before(order, not page.backward)
        placed = [(place, one) for place, one in placed if not after(place, bound[page.end])]
    return [*(outside[-1:] if page.around else ()), *(one for _, one in placed[: bound[page.limit]])]


async def page_by_id(reader: Reader, rows: Rows, at: At, bound: Bound) -> list[Here]:
    """The same of all entities of a label in the order of their ids, of which no more are read than are needed."""
    source, page, order = rows.source, rows.page, rows.order
    assert isinstance(source, Scan)
    assert page is not None
    assert order is not None
    down, limit = page.down(order), bound[page.limit]
    start, end = (bound[cursor][0] if cursor else None for cursor in (page.start, page.end))
    found = await _stretch(reader, source.label, down, start, limit, at)
    if end is not None:
        found = [one for one in found if (one.id > end if down else one.id < end)]
    if not page.around or start is None:
        return found
    there = (await entities(reader, [start]))[start] if carries(start, source.label) else None
    outside = [Here(at, there)] if there and there.exists(at) else None
    return [*(outside or await _stretch(reader, source.label, not down, start, 1, at)), *found]


async def _stretch(reader: Reader, label: str, down: bool, start: str | None, limit: int, at: At) -> list[Here]:
    """Entities of a label in the order of their ids, from an id on, which is not among them; so many at most."""
    word = vocabulary.PAGES[label, down]
    after, size = start if start is not None else _LAST_ID if down else "", limit
    found: list[Here] = []
    while True:
        some = (await reader.ask(Call(word, size, {"limit": size}), [after]))[after]
        found += [Here(at, one) for one in some if one.exists(at)]
        if len(some) < size or len(found) >= limit:
            return sorted(found, key=lambda one: one.id, reverse=down)[:limit]
        after, size = (min if down else max)(one.id for one in some), size * 2


# --- Facts --------------------------------------------------------------------------------------------------------


async def _facts(
    reader: Reader, hop: Hop, filters: Sequence[Filter], heres: Sequence[Here], bound: Bound
) -> list[list[Fact]]:
    """The facts of a hop that hold at each row's moment (`ever`: are known at it), and are asked for."""
    if hop.facts == ("HAS_STATE",):
        all_facts: list[Sequence[Fact]] = [here.entity.states if here.entity else () for here in heres]
    else:
        word = vocabulary.FACTS if hop.direction is Direction.BOTH else vocabulary.HOPS[hop.facts[0], hop.direction]
        ids = dict.fromkeys(here.id for here in heres if here.entity and _may_have(hop, here.id))
        told = await reader.ask(word, ids)
        all_facts = [told.get(here.id, ()) for here in heres]
    asked = [_asked(f, bound) for f in filters if f.name in ("role", "types")]
    return [
        [
            fact
            for fact in facts
            if (fact.is_known(here.at) if hop.ever else fact.holds(here.at)) and all(ask(fact) for ask in asked)
        ]
        for here, facts in zip(heres, all_facts, strict=True)
    ]


def _asked(one: Filter, bound: Bound) -> Callable[[Fact], bool]:
    if one.name == "types":
        return lambda fact: fact.type in one.names
    role = bound[one.binding] if one.binding else None
    return lambda fact: fact.props["role"] == role


def _may_have(hop: Hop, entity_id: str) -> bool:
    """Whether the model lets entities of the id's kind have such facts."""
    if hop.direction is Direction.BOTH:
        return True
    kind = model.FACT_BY_TYPE[hop.facts[0]]
    return any(carries(entity_id, label) for label in (kind.start if hop.direction is Direction.OUT else kind.end))


def _order(hop: Hop) -> Callable[[Here], Any]:
    """An order for lists that nobody ordered: the same answer to the same question."""
    if hop.walk:
        return lambda one: [one.locals["depth"], one.id]
    if not hop.yields_fact:
        order = _ORDERS.get(hop.order, Order())
        return lambda one: one.place(order)
    keys = dict.fromkeys(key for type_ in hop.facts for key in model.FACT_BY_TYPE[type_].key)
    single = model.FACT_BY_TYPE[hop.facts[0]].single

    def place(one: Here) -> Any:
        assert one.fact is not None
        fact, ends = one.fact, [one.fact.start, one.fact.end]
        if hop.ever:
            return [fact.props["validFrom"], fact.known_from, *([] if single else ends)]
        return [fact.type, *ends, *((fact.props[key] or "") for key in keys)]

    return place


# --- Entities -----------------------------------------------------------------------------------------------------


async def _ends(reader: Reader, hop: Hop, heres: Sequence[Here], facts: Sequence[Sequence[Fact]]) -> list[list[Here]]:
    """The entities at the other ends of facts, each once."""
    far = [dict.fromkeys(fact.end if hop.direction is Direction.OUT else fact.start for fact in some) for some in facts]
    wanted = [[one for one in ids if hop.to is None or carries(one, hop.to)] for ids in far]
    found = await entities(reader, dict.fromkeys(one for ids in wanted for one in ids))
    return [[Here(here.at, found[one]) for one in ids] for here, ids in zip(heres, wanted, strict=True)]


async def _walked(reader: Reader, hop: Hop, heres: Sequence[Here], most: int) -> list[list[Here]]:
    """All entities that a hop leads to when it is made again and again, with their depth."""
    reached: list[dict[str, Here]] = [{} for _ in heres]
    last = [[here] for here in heres]
    for depth in range(1, most + 1):
        flat = [one for some in last for one in some]
        if not flat:
            break
        below = iter(await _ends(reader, hop, flat, await _facts(reader, hop, (), flat, {})))
        last = [[step for _ in some for step in next(below)] for some in last]
        for so_far, some in zip(reached, last, strict=True):
            some[:] = [one for one in some if one.id not in so_far]
            for one in some:
                one.locals = {"depth": depth}
                so_far[one.id] = one
    return [list(some.values()) for some in reached]


def _depth(rows: Rows, bound: Bound) -> int:
    asked = [int(bound[f.binding]) for f in rows.filters if f.name == "depth" and f.binding]
    return min([*asked, MAX_WALK])


async def scanned(reader: Reader, rows: Rows, at: At, bound: Bound) -> list[Here]:
    """All entities of a label that exist at a moment and are asked for, in no order."""
    source = rows.source
    assert isinstance(source, Scan)
    values = {f.name: bound[f.binding] for f in rows.filters if f.binding}
    if "under" in values and source.hierarchy:
        top = (await entities(reader, [values["under"]]))[values["under"]]
        down = Hop((source.hierarchy,), Direction.IN, walk=True)
        (below,) = await _walked(reader, down, [Here(at, top)], MAX_WALK) if top else ([],)
        found = [Here(at, one.entity) for one in below if carries(one.id, source.label)]
    else:
        every = await reader.ask(vocabulary.EVERY[source.label], [source.label])
        found = [Here(at, entity) for entity in every[source.label]]
    if "text" in values:
        named = set((await reader.ask(vocabulary.NAMES, [values["text"]]))[values["text"]])
        found = [one for one in found if (state := one.state()) and (one.id, state.element) in named]
    there = (one for one in found if one.entity and one.entity.exists(at))
    return [one for one in there if _passes(one, rows.filters, bound)]


def _passes(one: Here, filters: Sequence[Filter], bound: Bound) -> bool:
    """Whether a row is of the kinds, and believed for the reasons, that are asked for."""
    for f in filters:
        if f.name == "kinds" and not any(carries(one.id, model.BY_NAME[name].label) for name in f.names):
            return False
        if f.name == "confidence" and f.binding:
            fact = one.fact or one.state()
            if fact is None or fact.props["confidence"] not in bound[f.binding]:
                return False
    return True
