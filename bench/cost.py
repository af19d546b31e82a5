"""What a question costs in the database, by PROFILE: a number that no noise disturbs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import parse

from bench.plain import open_driver
from bench.report import Asked, Cost, Results
from touchgraph.answer.answers import answers_within
from touchgraph.api.engine import Engine
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Address, Rows
from touchgraph.graph.statements import Statement, read_statements
from touchgraph.resources import folder

SCHEMA = build_schema()._schema
ENGINE = Engine(SCHEMA, read_statements(folder("cypher") / "queries"), 1)
SHARE = 0.03
"""What part of an answer's hits a step has to have to be told of."""
_DETAILS = 90


async def explain(results: Results) -> None:
    """Notes what the answers cost whose goals were missed, if it is not noted; while nothing is measured."""
    noted = {what for cost in results.costs for what in cost.missed}
    missed: dict[Asked, list[str]] = {}
    for one in results.comparisons:
        if one.met is False and one.asked and one.what not in noted:
            missed.setdefault(one.asked, []).append(one.what)
    for asked, names in missed.items():
        sent = json.loads(asked.body)
        steps = []
        # Of what is within a projection of one statement, the database tells the sum only.
        for as_one in (True, False)[not asked.as_one :]:
            found = await profiles(asked.address, sent["query"], sent["variables"], as_one)
            steps += [f"{'customers at once' if as_one else 'step by step'}: {_hits(*found)}", *told(found)]
        results.costs.append(Cost(names, steps))


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


def told(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What is worth telling of the profiles of an answer's statements: steps in the order in which they are run."""
    least = SHARE * sum(map(total, found))
    for number, profile in enumerate(found, 1):
        if steps := [step for step in _steps(profile) if step["dbHits"] > least]:
            yield f"statement {number} of {len(found)}: {_hits(profile)}"
            for step in steps:
                details = " ".join(str(step["args"].get("Details", "")).split())
                operator = step["operatorType"].partition("@")[0]
                yield f"{step['dbHits']:9,} hits {step['rows']:9,} rows  {operator}  {details[:_DETAILS]}".rstrip()


def _hits(*profiles: Mapping[str, Any]) -> str:
    return f"{sum(map(total, profiles)):,} database hits"


def _steps(step: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for child in step.get("children", ()):
        yield from _steps(child)
    yield step
