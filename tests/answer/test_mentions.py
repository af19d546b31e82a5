"""What arguments name has to be there: a typing error, or an id of another kind, is told and not answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLField, GraphQLObjectType, build_schema, is_non_null_type

from touchgraph.answer.planner.arguments import MENTIONED
from touchgraph.api.schema import build_schema as build_ours
from touchgraph.api.schema import sdl
from touchgraph.graph.driver import Graph

OURS = build_ours()
QUERY = build_schema(sdl()).query_type
OTHERWISE = {
    "subject": '"stage:deal"',
    "unit": '"dept:sales"',
    "id": '"dept:sales"',
    "model": '"product:id-era-9x"',
    "from": '"2025-06-01"',
    "to": '"2025-06-30"',
}
"""What stands at arguments that must be given."""


def fields() -> Iterator[tuple[str, str, GraphQLField]]:
    """Every argument of a field of the root that names an entity; a lookup by id is null where there is none."""
    assert isinstance(QUERY, GraphQLObjectType)
    for name, field in QUERY.fields.items():
        for argument, one in field.args.items():
            lookup = argument in ("id", "ids") and name != "timeline"
            if str(one.type).strip("[]!") == "ID" and not lookup:
                yield name, argument, field


FIELDS = [pytest.param(*each, id=f"{each[0]}-{each[1]}") for each in fields()]


def asking(name: str, argument: str, field: GraphQLField, entity_id: str) -> str:
    """A query of one field with one id."""
    needed = {n: OTHERWISE[n] for n, one in field.args.items() if is_non_null_type(one.type) and n in OTHERWISE}
    given = ", ".join(f"{n}: {value}" for n, value in {**needed, argument: f'"{entity_id}"'}.items())
    return f"{{ {name}({given}) {{ __typename }} }}"


async def ask(graph: Graph, query: str, **variables: Any) -> Any:
    return await OURS.execute(query, variables, context_value={"graph": graph})


async def refused(graph: Graph, query: str, **variables: Any) -> tuple[str, str, list[str | int] | None]:
    """The code, the message and the path of the one error."""
    (error,) = (await ask(graph, query, **variables)).errors
    return error.extensions["code"], error.message, error.path


@pytest.mark.parametrize(("name", "argument", "field"), FIELDS)
async def test_every_id_has_to_be_there(graph: Graph, name: str, argument: str, field: GraphQLField) -> None:
    """A typing error is NOT_FOUND, an id of another kind BAD_USER_INPUT; both name the argument and the place."""
    for entity_id, code in (("nothing:x", "NOT_FOUND"), ("", "NOT_FOUND"), ("customer:c1", "BAD_USER_INPUT")):
        told, message, path = await refused(graph, asking(name, argument, field, entity_id))
        assert (told, path) == (code, [name])
        assert message.startswith(f"{argument}: {entity_id!r} is ")


def test_every_id_of_the_schema_is_looked_after() -> None:
    """No argument of a field takes an id of which nobody knows what it should name."""
    assert FIELDS
    for type_ in build_schema(sdl()).type_map.values():
        for name, field in getattr(type_, "fields", {}).items():
            for argument, one in getattr(field, "args", {}).items():
                if str(one.type).strip("[]!") == "ID" and argument not in ("id", "ids"):
                    assert argument == "under" or argument in MENTIONED, (type_.name, name, argument)


async def test_the_nearest_ids_are_told(graph: Graph) -> None:
    """Who mistypes an id is told those that are most alike and of the right kind, there at the moment."""
    told = await refused(graph, '{ at(asOf: "2025-06-01") { ownership(subject: "stage:dael") { status } } }')
    assert told[1].startswith("subject: 'stage:dael' is not there on 2025-06-01; nearest: stage:deal")
    assert told[2] == ["at", "ownership"]


async def test_what_is_there_at_another_time_says_when(graph: Graph) -> None:
    """A unit that the reform made is not there before it, and the answer beside it is not lost."""
    query = """{ before: at(asOf: "2025-03-31") { portfolio(unit: $u) { total } }
        after: at(asOf: "2025-06-01") { portfolio(unit: $u) { total } } }"""
    answer = await ask(graph, "query($u: ID!) " + query, u="dept:product-operations")
    (error,) = answer.errors
    assert error.path == ["before", "portfolio"]
    assert error.message.startswith("unit: 'dept:product-operations' is not there on 2025-03-31; it is from 2025-")
    assert answer.data["before"] == {"portfolio": None}
    assert answer.data["after"]["portfolio"]["total"] > 0


async def test_a_history_is_told_of_what_was_ever_there(graph: Graph) -> None:
    """The timeline of a unit can be asked for on a day on which it is not there."""
    answer = await ask(graph, '{ at(asOf: "2025-03-31") { timeline(id: "dept:product-operations") { day } } }')
    assert answer.errors is None
    assert answer.data["at"]["timeline"]


async def test_what_is_only_supposed_is_there_below_it(graph: Graph) -> None:
    """A unit that a what-if makes can be named below it, and only there."""
    query = """{ whatIf(effective: "2025-07-01", changes: [{ create: { id: "dept:new", nameZh: "新", nameEn: "New",
        parent: "centre:front-line" } }]) { at(asOf: "2025-07-01") { portfolio(unit: "dept:new") { total } } }
        portfolio(unit: "dept:new") { total } }"""
    answer = await ask(graph, query)
    assert [error.path for error in answer.errors] == [["portfolio"]]
    assert answer.data == {"whatIf": {"at": {"portfolio": {"total": 0}}}, "portfolio": None}


async def test_an_id_below_a_customer_is_looked_after_too(graph: Graph) -> None:
    """Where the argument stands below, the field of the root is refused, whatever customers there are."""
    query = '{ customers(first: 1) { nodes { interactions(channel: "channel:no") { totalCount } } } }'
    code, message, _ = await refused(graph, query)
    assert code == "NOT_FOUND"
    assert message.startswith("channel: 'channel:no' is not there")
