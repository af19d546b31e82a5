"""The engine: what it says to the database, plans that are kept, bounds, errors that tell nothing of the database."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from graphql import parse

from touchgraph.api.engine import Engine
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import NamedStatement, Statement, read_statements
from touchgraph.resources import folder

SCHEMA = build_schema()._schema
NAMED = read_statements(folder("cypher") / "queries")
TREE = '{ node(id: "company:vw-brand") { ...on OrgUnit { ' + "children { nodes { " * 12 + "id" + " } }" * 12 + " } } }"
WIDE = '{ orgUnit(id: "dept:sales") { ' + " ".join(f"a{n}: parent {{ nameEn }}" for n in range(300)) + " } }"


NOWHERE = {"graph": type("Nowhere", (), {})()}
"""A context without a graph, for what is refused before one is asked."""


def engine(named: Mapping[str, NamedStatement] = NAMED) -> Engine:
    return Engine(SCHEMA, named, 100)


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ("{ __typename }", 0),
        ("{ __schema { queryType { name } } }", 0),
        ('{ orgUnit(id: "dept:sales") { id } }', 1),
        ('{ orgUnit(id: "dept:sales") { parent { children { nodes { positions { unit { parent { id } } } } } } } }', 8),
        ('{ a: node(id: "x") { id } b: node(id: "y") { id } at(asOf: "2025-03-31") { stages { totalCount } } }', 1),
        ("{ orgUnits(first: 200) { nodes { responsibilities { subject { claims { about { id } } } } } } }", 7),
        ('{ a: ownership(subject: "stage:deal") { status } b: ownership(subject: "pool:lead") { status } }', 2),
        (TREE, 26),
        (WIDE, 3),
    ],
)
async def test_statements_come_from_the_vocabulary_whatever_is_asked(
    graph: Graph, statements: list[Statement], query: str, most: int
) -> None:
    """No text is made for a document, and a level costs two statements at most, however much it selects."""
    tried = engine()
    answer = await tried.answer(graph, parse(query), None, {})
    assert answer.errors is None
    assert len(statements) <= most
    assert {one.text for one in statements} <= {one.text for one in tried.vocabulary.statements()}


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
    query = """query Q($id: ID!, $t: String!) { node(id: $id) { id } search(text: $t) { score }
        customers(text: $t) { totalCount nodes { id } } ownership(subject: $id) { status } }"""
    answer = await build_schema().execute(query, {"id": evil, "t": evil}, context_value={"graph": graph})
    nobody = {"totalCount": 0, "nodes": []}
    assert answer.data == {"node": None, "search": [], "customers": nobody, "ownership": None}
    assert len(statements) >= 3
    assert not any("DELETE" in one.text for one in statements)


async def test_every_word_is_planned_ahead_as_it_stands(graph: Graph) -> None:
    """Each statement of the vocabulary is valid, and asked for no keys tells nothing."""
    for one in engine().vocabulary.statements():
        assert await graph.read_one(one) == []


async def test_a_statement_that_fails_tells_nothing_of_itself(graph: Graph) -> None:
    """An error of the database is ours: the answer has a code, and no word of the statement."""
    broken = NamedStatement("search", (), "", "WITH $text AS secret RETURN 1 / 0 AS node, secret AS score")
    answer = await engine({**NAMED, "search": broken}).answer(graph, parse('{ search(text: "a") { score } }'), None, {})
    assert answer.data is None
    assert answer.errors is not None
    (error,) = answer.errors
    assert error.extensions == {"code": "INTERNAL_SERVER_ERROR"}
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("{ stages { nodes { " + "next { " * 20 + "id" + " }" * 23, "more than 20 levels"),
        (
            '{ orgUnit(id: "x") { ' + " ".join(f"a{n}: parent {{ id }}" for n in range(500)) + " } }",
            "more than 500 lists",
        ),
    ],
)
async def test_what_costs_too_many_statements_is_refused(
    graph: Graph, statements: list[Statement], query: str, told: str
) -> None:
    """A field that nests too deeply or selects too much is bad input, told before anything is asked."""
    answer = await engine().answer(graph, parse(query), None, {})
    assert answer.errors is not None
    (error,) = answer.errors
    assert error.extensions == {"code": "BAD_USER_INPUT"}
    assert told in error.message
    assert statements == []


async def test_what_finds_too_many_objects_is_refused(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that would find more objects than one may is bad input, told when it has found as many."""
    monkeypatch.setattr("touchgraph.answer.finder.MAX_ROWS", 100)
    query = "{ orgUnits(first: 50) { nodes { children { nodes { id } } } } }"
    answer = await engine().answer(graph, parse(query), None, {})
    assert answer.errors is not None
    assert [(one.extensions or {}).get("code") for one in answer.errors] == ["BAD_USER_INPUT"]
    assert "more than 100 objects" in answer.errors[0].message


@pytest.mark.parametrize(
    ("query", "argument"),
    [
        ('query($v: Role) { ownership(subject: "stage:deal", role: $v) { status } }', "role"),
        ("query($v: Role) { coverage(role: $v) { owned } }", "role"),
        ('query($v: Boolean = true) { ownership(subject: "stage:deal") { status @include(if: $v) } }', "if"),
        ("query($v: OrderDirection) { orgUnits(orderBy: {direction: $v}) { totalCount } }", "orderBy"),
        ('query($v: Boolean) { portfolio(unit: "dept:sales", transitive: $v) { __typename } }', "transitive"),
    ],
)
async def test_null_where_there_has_to_be_a_value_is_refused(query: str, argument: str) -> None:
    """A variable that may be null, at an argument that may not, is an error when it is; the graph is not asked."""
    answer = await build_schema().execute(query, {"v": None}, context_value=NOWHERE)
    (error,) = answer.errors or []
    assert (answer.data, (error.extensions or {})["code"]) == (None, "BAD_USER_INPUT")
    assert f"Argument '{argument}' has invalid value" in error.message
    assert error.locations


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ('gaps(from: "2025-07-30", to: "2025-07-30") { validFrom }', "a day after 2025-07-30, which is `from`; got"),
        ('funnel(from: "2025-07-30", to: "2025-07-29") { to }', "no day before 2025-07-30, which is `from`; got"),
        ('poolSizes(from: "2025-07-30") { to }', "no day before 2025-07-30, which is `from`; the default is the day"),
    ],
)
async def test_a_period_that_ends_before_it_begins_is_refused(query: str, told: str) -> None:
    """Half-open ones are at least a day long, others include both days; what is left out counts with its default."""
    answer = await build_schema().execute(f'{{ at(asOf: "2025-06-01") {{ {query} }} }}', context_value=NOWHERE)
    assert answer.data is None
    assert [error.message.startswith(f"to: expected {told}") for error in answer.errors or []] == [True]


@pytest.mark.parametrize("query", ['poolSizes(to: "2025-07-30")', 'funnel(from: "2025-07-30", to: "2025-07-30")'])
async def test_a_period_may_be_one_day_long_or_begin_by_default(graph: Graph, query: str) -> None:
    """Where its last day is part of it, that may be the first, and a first day need not be told."""
    answer = await build_schema().execute(f"{{ {query} {{ from to }} }}", context_value={"graph": graph})
    assert answer.errors is None
