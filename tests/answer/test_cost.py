"""What an answer costs follows its own size, not the size of the graph."""

from __future__ import annotations

import pytest

from bench.cost import hits, profiles, total
from tests.customers.test_questions import NEWEST, ORGANISATION, operators
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
    "a page downwards": "{ orgUnits(first: 5, orderBy: {direction: DESC}) { nodes { id } } }",
    "the last page": "{ orgUnits(last: 5) { nodes { id } } }",
    "a page backward": """query Q($after: String) {
        orgUnits(last: 5, before: $after) { nodes { id } pageInfo { hasNextPage hasPreviousPage } } }""",
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


GROW_ONE = """
MERGE (c:Customer {id: 'customer:regular'})
ON CREATE SET c.registeredOn = date('2020-01-01'), c.recordedFrom = datetime('2020-01-01T00:00:00Z')
WITH c
MATCH (t:Touchpoint {id: 'touchpoint:0'})
UNWIND range($from, $to) AS n
CREATE (e:Interaction {id: 'interaction:' + (1000000 - n), customer: c.id, kind: 'CALL', channel: 'channel:one',
  at: datetime('2025-01-01T00:00:00Z') - duration({minutes: n / 2}), recordedFrom: c.recordedFrom})
CREATE (e)-[:WITH_CUSTOMER]->(c) CREATE (e)-[:AT_TOUCHPOINT]->(t)
"""
PAGES_OF_ONE = {
    "the first": "first: 20",
    "a later one": "first: 5, after: $after",
    "the last": "last: 5",
    "one backward": "last: 5, before: $after",
    "of a kind": "first: 20, kind: CALL",
    "of days": 'first: 20, from: "2020-01-01", to: "2025-01-01"',
    "through a channel": 'first: 5, after: $after, channel: "channel:one"',
}


@pytest.mark.parametrize("as_one", [False, True], ids=["step by step", "as one statement"])
async def test_a_page_of_interactions_costs_the_same_of_a_customer_with_a_hundred_times_as_many(
    empty_graph: Graph, scratch_address: Address, as_one: bool
) -> None:
    """With twenty or with 2,000, as much is touched, and nothing is sorted; be the statistics stale or not."""
    after = encode_cursor(["2025-01-01T00:00:00Z", "interaction:1000000"], NEWEST)

    async def costs() -> dict[str, int]:
        found = {}
        for name, page in PAGES_OF_ONE.items():
            query = f"""query Q($after: String) {{ customer(id: "customer:regular") {{
                interactions({page}) {{ nodes {{ id at touchpoint {{ id }} }} }} }} }}"""
            told = await profiles(scratch_address, query, {"after": after}, as_one)
            used = set[str]().union(*map(operators, told))
            assert not used & {"Sort", "Top", "PartialTop"}, (name, used)
            found[name] = sum(map(total, told))
        return found

    await empty_graph.run(Statement(ORGANISATION))
    await empty_graph.run(Statement("CREATE (:Channel:Subject:Entity {id: 'channel:one'})"))
    await empty_graph.run(Statement(GROW_ONE, {"from": 0, "to": 21}))
    few = await costs()
    await empty_graph.run(Statement(GROW_ONE, {"from": 22, "to": 1999}))
    stale = await costs()
    await empty_graph.run(Statement("CALL db.prepareForReplanning()"))
    sampled = await costs()
    # It is less: of a node with fifty relationships, the database finds those of a type without looking at others.
    assert all(max(stale[name], sampled[name]) <= few[name] for name in few), (few, stale, sampled)
