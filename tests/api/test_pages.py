"""Pages from both ends: the same rows whichever way they are walked, and what is said of the rows around them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    build_schema,
    get_named_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
)

from tests.support.chance import chance
from touchgraph.answer.plan import Order
from touchgraph.answer.values import encode_cursor
from touchgraph.api.schema import build_schema as build_ours
from touchgraph.api.schema import sdl
from touchgraph.graph.driver import Graph

OURS = build_ours()
THEIRS = build_schema(sdl())
OUTER = {
    "Query": "{}",
    "OrgUnit": 'outer: orgUnit(id: "company:vw-brand") {{ {} }}',
    "Touchpoint": 'outer: touchpoint(id: "touchpoint:dual-link") {{ {} }}',
    "LifecycleStage": 'outer: stage(id: "stage:nurture") {{ {} }}',
    "Channel": 'outer: channel(id: "channel:online") {{ {} }}',
    "Position": 'outer: position(id: "position:area-manager") {{ {} }}',
    "Customer": 'outer: customer(id: "customer:sample-1") {{ {} }}',
}
"""One thing of each type that has connections."""
FILTERED = {
    "customers": ['text: "zhang"', 'place: "company:vw-brand"', 'stage: "stage:deal"'],
    "interactions": ['place: "company:vw-brand"', "kind: CALL"],
    "orgUnits": ['text: "营销"', 'under: "region:r1"'],
}
"""Conditions by which rows are found in other ways."""


def is_connection(field: GraphQLField) -> bool:
    return get_named_type(field.type).name.endswith("Connection")


def fields_of(type_: str) -> dict[str, GraphQLField]:
    """The fields of a type; nothing of one that has none to ask for."""
    found = THEIRS.type_map[type_]
    return found.fields if is_object_type(found) or is_interface_type(found) else {}


CONNECTIONS = [
    (type_, name, condition)
    for type_ in OUTER
    for name, field in fields_of(type_).items()
    if is_connection(field)
    for condition in ("", *(FILTERED.get(name, []) if type_ == "Query" else ()))
]


def orders(type_: str, name: str) -> list[str]:
    """All that a connection can be asked to be ordered by, and nothing."""
    argument = fields_of(type_)[name].args.get("orderBy")
    if argument is None:
        return [""]
    named = get_named_type(argument.type)
    assert is_input_object_type(named)
    field = get_named_type(named.fields["field"].type)
    assert isinstance(field, GraphQLEnumType)
    return ["", *(f"orderBy: {{field: {by}, direction: {way}}}" for by in field.values for way in ("ASC", "DESC"))]


@dataclass
class Asking:
    """A connection in an order, and how it is asked for."""

    graph: Graph
    type_: str
    name: str
    besides: str

    async def page(self, **given: Any) -> tuple[list[str], list[str], Any]:
        """The ids and cursors of a page, and what it says of itself."""
        shown = "edges { cursor node { id } } nodes { id } totalCount"
        shown += " pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
        arguments = f"first: $first, after: $after, last: $last, before: $before {self.besides}"
        field = OUTER[self.type_].format(f"page: {self.name}({arguments}) {{ {shown} }}")
        head = "query Q($first: Int, $after: String, $last: Int, $before: String)"
        # On the last day, and all that is known: more than a page of some of it.
        document = f'{head} {{ at(asOf: "2026-06-30") {{ {field} }} }}'
        answer = await OURS.execute(document, given, context_value={"graph": self.graph})
        assert answer.errors is None, (answer.errors, document)
        assert answer.data is not None
        found = answer.data["at"]
        page = found["page"] if "page" in found else found["outer"]["page"]
        ids, cursors = ([one["node"]["id"] for one in page["edges"]], [one["cursor"] for one in page["edges"]])
        assert ids == [one["id"] for one in page["nodes"]]
        ends = (page["pageInfo"]["startCursor"], page["pageInfo"]["endCursor"])
        assert ends == ((cursors[0], cursors[-1]) if cursors else (None, None))
        return ids, cursors, page["pageInfo"] | {"total": page["totalCount"]}

    async def everything(self) -> tuple[list[str], list[str]]:
        """All ids and cursors, from the start."""
        ids, cursors, info = await self.page(first=200)
        while info["hasNextPage"]:
            more, of_more, info = await self.page(first=200, after=cursors[-1])
            ids, cursors = ids + more, cursors + of_more
        assert info["total"] == len(ids)
        return ids, cursors


@pytest.fixture(params=[False, True], ids=["step by step", "as one statement"], autouse=True)
def as_one(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Customers are found in both ways."""
    monkeypatch.setattr(OURS.vocabulary, "at_once", request.param)


def test_every_connection_is_here() -> None:
    """A type with a connection of its own is among those above."""
    fields = {
        name: {field for field, one in fields_of(name).items() if is_connection(one)}
        for name in THEIRS.type_map
        if not name.startswith("__")
    }
    of_units = fields["OrgUnit"]
    assert {name for name, own in fields.items() if own and own != of_units} == OUTER.keys() - {"OrgUnit"}


@pytest.mark.parametrize(("type_", "name", "condition"), CONNECTIONS)
async def test_pages_are_the_same_from_both_ends(graph: Graph, type_: str, name: str, condition: str) -> None:
    """In each order, walked with `last` and `before` the pages are those of the whole list, cut from its end."""
    random = chance(len(name) + len(condition))
    for order in orders(type_, name):
        ask = Asking(graph, type_, name, f"{condition} {order}")
        ids, cursors = await ask.everything()
        assert len(set(ids)) == len(ids)
        await walk(ask, ids, random.choice([1, 2, 3, 7]) if len(ids) < 30 else random.choice([29, 111, 200]))
        for _ in range(4):
            await window(ask, ids, cursors, random)


async def walk(ask: Asking, ids: list[str], size: int) -> None:
    """Walks the whole list from both ends."""
    place, cursor = 0, None
    while True:
        page, cursors, info = await ask.page(first=size, after=cursor)
        assert page == ids[place : place + size]
        assert (info["hasPreviousPage"], info["hasNextPage"]) == (place > 0, place + size < len(ids))
        if not info["hasNextPage"]:
            break
        place, cursor = place + size, cursors[-1]
    place, cursor = len(ids), None
    while True:
        page, cursors, info = await ask.page(last=size, before=cursor)
        assert page == ids[max(place - size, 0) : place]
        assert (info["hasPreviousPage"], info["hasNextPage"]) == (place > size, place < len(ids))
        if not info["hasPreviousPage"]:
            break
        place, cursor = place - size, cursors[0]


async def window(ask: Asking, ids: list[str], cursors: list[str], random: Random) -> None:
    """Asks for some of what lies between two rows."""
    if not ids:
        return
    start, end = (random.choice([None, random.randrange(len(ids))]) for _ in range(2))
    within = ids[0 if start is None else start + 1 : end]
    size = random.randint(1, 9)
    given = {"after": None if start is None else cursors[start], "before": None if end is None else cursors[end]}
    page, _, info = await ask.page(first=size, **given)
    assert page == within[:size]
    assert info["hasNextPage"] == (len(within) > size)
    crossed = start is not None and end is not None and start >= end
    assert crossed or info["hasPreviousPage"] == (start is not None)
    page, _, info = await ask.page(last=size, **given)
    assert page == within[-size:]
    assert info["hasPreviousPage"] == (len(within) > size)
    assert crossed or info["hasNextPage"] == (end is not None)
    assert info["total"] == len(ids)


@pytest.mark.parametrize(("type_", "name", "condition"), CONNECTIONS)
async def test_a_cursor_outside_of_all_rows_claims_none_beyond_it(
    graph: Graph, type_: str, name: str, condition: str
) -> None:
    """Before the first row there is no page, nor after the last one; the page is that of the whole list."""
    if not (by_id := [order for order in orders(type_, name) if "field: ID, direction: ASC" in order]):
        return
    ask = Asking(graph, type_, name, f"{condition} {by_id[0]}")
    ids, _ = await ask.everything()
    page, _, info = await ask.page(first=3, after=encode_cursor(["!"], Order()))
    assert (page, info["hasPreviousPage"]) == (ids[:3], False)
    page, _, info = await ask.page(last=3, before=encode_cursor(["~"], Order()))
    assert (page, info["hasNextPage"]) == (ids[-3:], False)


async def test_without_a_number_a_page_has_twenty_from_the_start(graph: Graph) -> None:
    """Whatever cursors there are; null is as if it were not there."""
    ask = Asking(graph, "Query", "dealers", "")
    ids, cursors = await ask.everything()
    assert (await ask.page())[0] == ids[:20]
    assert (await ask.page(first=None, last=None, before=cursors[30]))[0] == ids[:20]
    assert (await ask.page(last=2, first=None))[0] == ids[-2:]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("first: 1, last: 1", "last: expected no `first` beside it"),
        ("last: 0", "last: expected a number from 1 to 200, got 0"),
        ("last: -1", "last: expected a number from 1 to 200, got -1"),
        ("last: 201", "last: expected a number from 1 to 200, got 201"),
        ('last: 1, before: "x"', "before: expected a cursor"),
        ('before: ""', "before: expected a cursor"),
    ],
)
async def test_what_cannot_be_is_refused(graph: Graph, arguments: str, told: str) -> None:
    """Both ends at once, numbers out of bounds, and what is no cursor: told by the argument."""
    for name in ("orgUnits", "customers"):
        document = f"{{ {name}({arguments}) {{ nodes {{ id }} }} }}"
        answer = await OURS.execute(document, {}, context_value={"graph": graph})
        assert answer.errors is not None
        (error,) = answer.errors
        assert error.message.startswith(told)
        assert (error.extensions or {})["code"] == "BAD_USER_INPUT"
