"""The pipeline and plain graphql-core agree."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from graphql import GraphQLError, build_schema, parse, validate
from hypothesis import HealthCheck, assume, example, given, settings
from strawberry.types import ExecutionResult

from tests.support.queries import Query, queries
from tests.support.reference import World, execute
from touchgraph.api.schema import build_schema as build_ours
from touchgraph.api.schema import sdl
from touchgraph.graph.driver import Address, Graph, open_graph
from touchgraph.graph.statements import Statement
from touchgraph.organisation.files.loading import load

Ask = Callable[..., ExecutionResult]
"""Asks a query; `as_one`: customers by one statement for each root field."""
OURS = build_ours()
THEIRS = build_schema(sdl())
REFUSED = {"NOT_FOUND", "BAD_USER_INPUT"}
CHECKS = settings(suppress_health_check=list(HealthCheck))


@pytest.fixture
async def world(graph: Graph) -> World:
    """The seeded graph as dictionaries."""
    return await World.read(graph)


@pytest.fixture
async def broken_world(empty_graph: Graph) -> World:
    """The seeded graph in which things are missing that must not be: names, roles, sources."""
    await load(empty_graph)
    for text in (
        "MATCH (s:State) WHERE s.nameEn CONTAINS 'a' REMOVE s.nameEn",
        "MATCH ()-[r:RESPONSIBLE_FOR {confidence: 'STATED'}]->() REMOVE r.role",
        "MATCH ()-[r:PART_OF {confidence: 'INFERRED'}]->() REMOVE r.source",
        "MATCH (s:Source) REMOVE s.nameZh",
    ):
        await empty_graph.run(Statement(text))
    return await World.read(empty_graph)


@contextmanager
def asking(address: Address) -> Iterator[Ask]:
    """Asks the pipeline from a function that is not asynchronous, as Hypothesis needs to."""
    with asyncio.Runner() as runner:
        opened = open_graph(address)
        graph = runner.run(opened.__aenter__())

        def ask(query: Query, as_one: bool = False) -> ExecutionResult:
            OURS.vocabulary.at_once = as_one
            return runner.run(OURS.execute(query.text, query.variables, context_value={"graph": graph}))

        yield ask
        runner.run(opened.__aexit__(None, None, None))


def told(errors: list[GraphQLError] | None) -> list[tuple[str, list[str | int] | None]]:
    """What errors say and of which place in the answer; of arguments that were refused, which and why."""
    return sorted(((_said(error), error.path) for error in errors or ()), key=str)


def _said(error: GraphQLError) -> str:
    code = (error.extensions or {}).get("code")
    return f"{error.message.partition(':')[0]} {code}" if code in REFUSED else error.message


def compare(ask: Ask, world: World, examples: int) -> int:
    """Ask random queries of both, and return how many errors there were but for arguments that were refused."""
    errors = 0

    @settings(CHECKS, max_examples=examples)
    @given(queries(THEIRS, sorted(world.entities)))
    @example(Query('{ a: orgUnit(id: "area:r1-02") { kind nameEn } b: claims { nodes { nameEn } } }', {}))
    def agrees(query: Query) -> None:
        nonlocal errors
        assume(not validate(THEIRS, parse(query.text)))
        theirs = execute(THEIRS, world, query.text, query.variables)
        for ours in (ask(query), ask(query, as_one=True)):
            assert told(ours.errors) == told(theirs.errors)
            assert json.dumps(ours.data, indent=1) == json.dumps(theirs.data, indent=1)
            errors += sum((error.extensions or {}).get("code") not in REFUSED for error in ours.errors or ())

    agrees()
    return errors


def test_any_valid_query_is_answered_as_graphql_core_would(world: World, neo4j_address: Address) -> None:
    """A random valid query gets the answer, key order included, that graphql-core gives over a reference."""
    with asking(neo4j_address) as ask:
        assert compare(ask, world, 150) == 0


def test_nulls_travel_up_as_in_graphql_core(broken_world: World, scratch_address: Address) -> None:
    """Where the graph lacks what must not be null, the same fields are null and the same errors are told."""
    with asking(scratch_address) as ask:
        assert compare(ask, broken_world, 60) > 0
