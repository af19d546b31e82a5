"""What an answer costs follows its own size, not the size of the graph."""

from __future__ import annotations

import pytest

from bench.cost import hits
from touchgraph.answer.plan import Order
from touchgraph.answer.values import encode_cursor
from touchgraph.graph.driver import Address, Graph
from touchgraph.graph.statements import Statement

GROW = """
MERGE (top:Company:OrgUnit:Entity {id: 'company:top'})
WITH top, {validFrom: date('2020-01-01'), validTo: date('9999-12-31'), recordedFrom: datetime('2020-01-01T00:00:00Z'),
  recordedTo: datetime('9999-12-31T00:00:00Z')} AS fact
UNWIND range($from, $to) AS n
CREATE (unit:Area:OrgUnit:Entity {id: 'area:' + toString(1000000 + n)})
CREATE (unit)-[state:HAS_STATE]->(:State {id: 'state:' + toString(n), nameZh: '区', nameEn: 'Area ' + toString(n)})
CREATE (unit)-[part:PART_OF]->(top)
SET state += fact, part += fact
"""
QUERIES = {
    "by id": '{ orgUnit(id: "area:1000007") { nameEn parent { id } states { nameEn } } }',
    "a page": "{ orgUnits(first: 5) { nodes { id nameEn parent { id } } pageInfo { endCursor } } }",
    "a page backwards": "{ orgUnits(first: 5, orderBy: {direction: DESC}) { nodes { id } } }",
    "a later page": "query Q($after: String) { orgUnits(first: 5, after: $after) { nodes { id nameEn } } }",
}


@pytest.fixture
async def costs(empty_graph: Graph, scratch_address: Address) -> list[dict[str, int]]:
    """The database hits of each query on a graph of 200 units, and on one ten times as large."""
    cursor = encode_cursor(["area:1000100"], Order())
    found = []
    for start, end in ((1, 200), (201, 2000)):
        await empty_graph.run(Statement(GROW, {"from": start, "to": end}))
        await empty_graph.run(Statement("CALL db.prepareForReplanning()"))
        found.append({name: await hits(scratch_address, query, {"after": cursor}) for name, query in QUERIES.items()})
    return found


async def test_an_answer_costs_the_same_in_a_graph_ten_times_as_large(costs: list[dict[str, int]]) -> None:
    """Lookups and pages, the first as a later one, touch as much of the database however much there is."""
    small, large = costs
    assert all(cost > 0 for cost in small.values())
    assert large == small
