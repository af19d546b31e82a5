"""What a question costs in the database, by PROFILE: a number that no noise disturbs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import parse

from bench.plain import open_driver
from touchgraph.answer.answers import answers_within
from touchgraph.api.engine import Engine
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Address, Rows
from touchgraph.graph.statements import Statement, read_statements
from touchgraph.resources import folder

SCHEMA = build_schema()._schema
ENGINE = Engine(SCHEMA, read_statements(folder("cypher") / "queries"), 1)


async def hits(address: Address, query: str, variables: Mapping[str, Any], as_one: bool = False) -> int:
    """Database hits of a query of which nothing is remembered; `as_one`: customers by one statement."""
    return sum(total(profile) for profile in await profiles(address, query, variables, as_one))


async def profiles(
    address: Address, query: str, variables: Mapping[str, Any], as_one: bool = False
) -> list[dict[str, Any]]:
    """The profiles of the statements of a query, each a tree of steps."""
    found: list[dict[str, Any]] = []
    async with open_driver(address) as driver:

        async def run(statement: Statement) -> Rows:
            text, given = statement.sent
            rows, summary, _ = await driver.execute_query(f"PROFILE {text}", given)
            found.append(dict(summary.profile or {}))
            return [list(row) for row in rows]

        questions = dict(enumerate(ENGINE.questions(parse(query), None, variables)))
        ENGINE.vocabulary.at_once = as_one
        await answers_within(questions, ENGINE.vocabulary, run)
    return found


def total(step: Mapping[str, Any]) -> int:
    """The database hits of a step and of those below it."""
    return int(step["dbHits"]) + sum(map(total, step.get("children", ())))
