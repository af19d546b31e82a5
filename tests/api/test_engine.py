"""The engine: statements per request, plans that are kept, errors that tell nothing of the database."""

from __future__ import annotations

import pytest
from graphql import parse

from touchgraph.api.engine import Engine
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import NamedStatement, Statement

SCHEMA = build_schema()._schema


def engine() -> Engine:
    return Engine(SCHEMA, {}, 100)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ __typename }", 0),
        ("{ __schema { queryType { name } } }", 0),
        ('{ orgUnit(id: "dept:sales") { id } }', 1),
        ('{ orgUnit(id: "dept:sales") { parent { children { nodes { positions { unit { parent { id } } } } } } } }', 1),
        ('{ a: node(id: "x") { id } b: node(id: "y") { id } at(asOf: "2025-03-31") { stages { totalCount } } }', 3),
        ("{ orgUnits(first: 200) { nodes { responsibilities { subject { claims { about { id } } } } } } }", 1),
    ],
)
async def test_one_statement_for_each_root_field(
    graph: Graph, statements: list[Statement], query: str, expected: int
) -> None:
    """However much a root field selects, one statement answers it."""
    answer = await engine().answer(graph, parse(query), None, {})
    assert answer.errors is None
    assert len(statements) == expected


async def test_a_plan_serves_every_value_of_its_variables(graph: Graph) -> None:
    """Values are parameters: another id or day needs no new plan; another kind, or null, does."""
    document = parse(
        """query Q($id: ID!, $day: Date, $kinds: [OrgUnitKind!], $with: Boolean!) {
        at(asOf: $day) { orgUnit(id: $id) { children(kinds: $kinds) { nodes { id @include(if: $with) kind } } } } }"""
    )
    tried = engine()
    first = {"id": "region:r1", "day": "2025-06-01", "kinds": ["AREA"], "with": True}
    for change, plans in (
        ({}, 1),
        ({"id": "region:r2", "day": "2025-03-31"}, 1),
        ({"kinds": ["DEALER"]}, 2),
        ({"day": None}, 3),
        ({"with": False}, 4),
        ({}, 4),
    ):
        assert (await tried.answer(graph, document, None, {**first, **change})).errors is None
        assert tried._plan.cache_info().currsize == plans


async def test_no_value_stands_in_a_statement(graph: Graph, statements: list[Statement]) -> None:
    """Ids, days and texts never become part of the Cypher, whatever they hold."""
    evil = "x'}) DETACH DELETE n //"
    query = """query Q($id: ID!, $t: String!) {
        node(id: $id) { id } search(text: $t) { score } orgUnits(under: $id) { totalCount } }"""
    answer = await build_schema().execute(query, {"id": evil, "t": evil}, context_value={"graph": graph})
    assert answer.data == {"node": None, "search": [], "orgUnits": {"totalCount": 0}}
    assert len(statements) == 3
    assert not any("DELETE" in one.text for one in statements)


async def test_a_statement_that_fails_tells_nothing_of_itself(graph: Graph) -> None:
    """An error of the database is ours: the answer has a code, and no word of the statement."""
    broken = NamedStatement("search", (), "", "RETURN 1 / 0 AS node, secret")
    answer = await Engine(SCHEMA, {"search": broken}, 1).answer(
        graph, parse('{ search(text: "a") { score } }'), None, {}
    )
    assert answer.data is None
    assert answer.errors is not None
    (error,) = answer.errors
    assert error.extensions == {"code": "INTERNAL_SERVER_ERROR"}
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("{ stages { nodes { " + "next { " * 10 + "id" + " }" * 13, "more than 10 levels"),
        (
            '{ orgUnit(id: "x") { ' + " ".join(f"a{n}: parent {{ id }}" for n in range(100)) + " } }",
            "more than 100 lists",
        ),
    ],
)
async def test_what_the_database_could_not_plan_is_refused(
    graph: Graph, statements: list[Statement], query: str, told: str
) -> None:
    """A field that nests too deeply or selects too much is bad input, told before anything is asked."""
    answer = await engine().answer(graph, parse(query), None, {})
    assert answer.errors is not None
    (error,) = answer.errors
    assert error.extensions == {"code": "BAD_USER_INPUT"}
    assert told in error.message
    assert statements == []


async def test_a_selection_at_the_bounds_is_answered(graph: Graph, statements: list[Statement]) -> None:
    """Ten levels below one another, over an interface of many types, are planned once and answered."""
    query = (
        '{ node(id: "company:vw-brand") { ...on OrgUnit { '
        + "children(first: 2) { nodes { " * 9
        + "id"
        + " } }" * 9
        + " } } }"
    )
    answer = await engine().answer(graph, parse(query), None, {})
    assert answer.errors is None
    assert len(statements) == 1
