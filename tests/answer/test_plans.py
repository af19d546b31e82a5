"""What is said to the database admits one plan, whatever its statistics are: no answer is slow by bad luck."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from graphql import parse

from bench.plain import open_driver
from tests.answer.test_golden import FILES, blocks
from tests.customers.test_questions import GROW, ORGANISATION
from touchgraph.answer import vocabulary
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Address, Graph
from touchgraph.graph.statements import Statement, read_statements
from touchgraph.organisation import proposed
from touchgraph.resources import folder

SCHEMA = build_schema()
ALL_ANYWAY = {"pools", "dual-link", "funnel"}
"""They look at all stages or pools, or count all leads: from which end is of little matter."""
WHEN_EMPTY = {"fact", "product-lifecycle", "change-facts", "follow", "impact-places"}
"""Planned for an empty graph, these look at all facts; the database plans them again once there are any."""


def statements() -> Iterator[tuple[str, Statement]]:
    """All writes, all words, and the joined statements of the golden questions, with names to tell them by."""
    names = {word.text: word.name for word in (*vocabulary.WORDS, *SCHEMA.vocabulary.words.values())}
    names |= {query.text: query.name for query in read_statements(folder("cypher") / "queries").values()}
    for write in read_statements(folder("cypher") / "writes").values():
        yield write.name, Statement(write.text, dict.fromkeys(write.params))
    for number, one in enumerate(proposed.statements()):
        yield names.get(one.text, f"change {number}"), one
    for number, one in enumerate(SCHEMA.vocabulary.statements()):
        yield names.get(one.text, f"customers {number}"), one
    for path, text in FILES.items():
        (query, *_) = blocks(text, "graphql")
        variables = next((v for v in blocks(text, "json variables")), "{}")
        for question in SCHEMA._engine.questions(parse(query), None, json.loads(variables)):
            if join := SCHEMA.vocabulary.join_of(question.root):
                yield path.stem, join.of(question)


def steps(plan: Mapping[str, Any]) -> Iterator[str]:
    """The steps of a plan from the top down, with what they look for, without estimates."""
    details = re.sub(r"cache\[(.*?)\]", r"\1", str(plan["args"].get("Details", "")))
    words = sorted(re.findall(r"[\w.$`]+", re.sub(r"anon_\d+", "_", details)))
    # Whether it reads a property early or late, sorts in one go or two, or waits, is of no matter.
    if not re.search("CacheProperties|Sort|Eager|Optional|Argument", plan["operatorType"]):
        yield f"{plan['operatorType'].partition('@')[0]} {' '.join(words)}"
    for child in plan.get("children", ()):
        yield from steps(child)


async def plans(address: Address) -> dict[str, list[str]]:
    """The plan of each statement, made anew."""
    found = {}
    async with open_driver(address) as driver:
        await driver.execute_query("CALL db.clearQueryCaches()")
        for name, one in statements():
            text, given = one.sent
            _, summary, _ = await driver.execute_query(f"EXPLAIN {text}", given)
            found[name] = sorted(steps(summary.plan or {}))
    return found


@pytest.mark.usefixtures("graph")
async def test_a_statement_has_one_plan(neo4j_address: Address, empty_graph: Graph, scratch_address: Address) -> None:
    """On an empty graph, on the reform, and on one of many customers, sampled or not, the same steps are planned."""
    expected = await plans(neo4j_address)
    empty = await plans(scratch_address)
    await empty_graph.run(Statement(ORGANISATION))
    await empty_graph.run(Statement(GROW, {"from": 1, "to": 3000}))
    stale = await plans(scratch_address)
    await empty_graph.run(Statement("CALL db.prepareForReplanning()"))
    sampled = await plans(scratch_address)
    different = [
        (how, name, [step for step in a if step not in b], [step for step in b if step not in a])
        for how, other, allowed in (
            ("empty", empty, ALL_ANYWAY | WHEN_EMPTY),
            ("stale", stale, ALL_ANYWAY),
            ("sampled", sampled, ALL_ANYWAY),
        )
        for (name, a), b in zip(expected.items(), other.values(), strict=True)
        if a != b and name not in allowed
    ]
    assert different == [], different
