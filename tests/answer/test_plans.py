"""What is said to the database admits one plan, whatever its statistics are: no answer is slow by bad luck."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import parse

from bench.plain import open_driver
from tests.answer.test_golden import FILES, blocks
from tests.customers.test_questions import GROW, ORGANISATION
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Address, Graph
from touchgraph.graph.statements import Statement

SCHEMA = build_schema()
SCANS = {"AllNodesScan", "NodeByLabelScan", "DirectedRelationshipTypeScan", "UndirectedRelationshipTypeScan"}
SCANS |= {"UnionNodeByLabelsScan", "DirectedUnionRelationshipTypesScan", "UndirectedUnionRelationshipTypesScan"}
SCANS |= {"CartesianProduct", "NodeHashJoin", "ValueHashJoin", "DirectedAllRelationshipsScan"}
"""Steps that look at more than what a key leads to."""


def statements() -> Iterator[tuple[str, Statement]]:
    """All words, and the joined statements of the golden questions, with names to tell them by."""
    for number, one in enumerate(SCHEMA.vocabulary.statements()):
        yield f"word {number}", one
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
    if "CacheProperties" not in plan["operatorType"]:  # whether it reads a property early or late is of no matter
        yield f"{plan['operatorType'].partition('@')[0]} {' '.join(words)}"
    for child in plan.get("children", ()):
        yield from steps(child)


async def plans(address: Address) -> dict[str, list[str]]:
    """The plan of each statement, made anew."""
    found = {}
    async with open_driver(address) as driver:
        await driver.execute_query("CALL db.clearQueryCaches()")
        for name, one in statements():
            _, summary, _ = await driver.execute_query(f"EXPLAIN {one.text}", dict(one.params))
            found[name + one.text] = list(steps(summary.plan or {}))
    return found


async def test_a_statement_has_one_plan(
    graph: Graph, neo4j_address: Address, empty_graph: Graph, scratch_address: Address
) -> None:
    """On an empty graph, on the reform, and on one of many customers, sampled or not, the same steps are planned."""
    expected = await plans(neo4j_address)
    empty = await plans(scratch_address)
    await empty_graph.run(Statement(ORGANISATION))
    await empty_graph.run(Statement(GROW, {"from": 1, "to": 3000}))
    stale = await plans(scratch_address)
    await empty_graph.run(Statement("CALL db.prepareForReplanning()"))
    sampled = await plans(scratch_address)
    different = [
        (how, name, a, b)
        for how, other in (("empty", empty), ("stale", stale), ("sampled", sampled))
        for (name, a), b in zip(expected.items(), other.values(), strict=True)
        if a != b
    ]
    for how, name, a, b in different:
        print(how, name[:60], "\n   ", [x for x in a if x not in b], "\n   ", [x for x in b if x not in a])
    assert not different
