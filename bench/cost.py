"""What a question costs in the database, by PROFILE: a number that no noise disturbs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import parse

from bench.plain import open_driver
from touchgraph.answer.selection import Request, read_request
from touchgraph.api.engine import Engine, bind
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Address
from touchgraph.graph.statements import read_statements
from touchgraph.resources import folder

SCHEMA = build_schema()._schema
ENGINE = Engine(SCHEMA, read_statements(folder("cypher") / "queries"), 1)


async def hits(address: Address, query: str, variables: Mapping[str, Any]) -> int:
    """Database hits of the one statement of a query."""
    return total(await profile(address, query, variables))


async def profile(address: Address, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The profile of the one statement of a query: a tree of steps."""
    request = read_request(SCHEMA, parse(query), None, variables)
    assert isinstance(request, Request)
    (template,) = ENGINE.templates(request)
    statement = bind(template, request.values)
    async with open_driver(address) as driver:
        _, summary, _ = await driver.execute_query("PROFILE " + statement.text, dict(statement.params))
    return dict(summary.profile or {})


def total(step: Mapping[str, Any]) -> int:
    """The database hits of a step and of those below it."""
    return int(step["dbHits"]) + sum(map(total, step.get("children", ())))
