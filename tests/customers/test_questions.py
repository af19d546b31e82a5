"""Questions about customers: what they find, what they refuse, and what they cost."""

from __future__ import annotations

from typing import Any

import pytest
from strawberry.types import ExecutionResult

from bench.cost import profiles, total
from touchgraph.answer.plan import Order
from touchgraph.answer.sources import Of, Property
from touchgraph.answer.values import encode_cursor
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Address, Graph
from touchgraph.graph.statements import Statement

SCHEMA = build_schema()
OWNER = "status rule owners { unit { id } channel { id } }"


async def ask(graph: Graph, query: str, **variables: Any) -> ExecutionResult:
    return await SCHEMA.execute(query, variables, context_value={"graph": graph})


async def data(graph: Graph, query: str, **variables: Any) -> dict[str, Any]:
    answer = await ask(graph, query, **variables)
    assert answer.errors is None, answer.errors
    assert answer.data is not None
    return dict(answer.data)


# --- What they find ---------------------------------------------------------------------------------------------------


async def test_words_of_a_name_find_customers(graph: Graph) -> None:
    """In Chinese and in English, whole or the beginning; all words have to be there, and other conditions hold."""
    query = "query Q($text: String!, $stage: ID) { customers(text: $text, stage: $stage) { totalCount nodes { id } } }"
    for text, stage, found in (
        ("李娜", None, 1),
        ("li na", None, 1),
        ("Zhan", None, 9),
        ("李 zhang", None, 0),
        ("李娜", "stage:retention", 1),
        ("李娜", "stage:deal", 0),
    ):
        customers = (await data(graph, query, text=text, stage=stage))["customers"]
        assert (customers["totalCount"], len(customers["nodes"])) == (found, found), text


async def test_every_step_of_a_journey_has_the_owner_that_ownership_tells_of_its_day(graph: Graph) -> None:
    """Of the touchpoint, or the stage that was entered, at the dealer and through the channel of the step."""
    steps = "kind day stage { id } touchpoint { id } channel { id } dealer { id }"
    found = await data(graph, f"{{ customers {{ nodes {{ journey {{ {steps} owner {{ {OWNER} }} }} }} }} }}")
    told = [step for customer in found["customers"]["nodes"] for step in customer["journey"]]
    assert {step["kind"] for step in told} == {"STAGE", "INTERACTION"}
    for step in told:
        subject = step["stage"] if step["kind"] == "STAGE" else step["touchpoint"]
        expected = await ownership(graph, subject, step["dealer"], step["channel"], step["day"])
        assert step["owner"] == expected


async def ownership(graph: Graph, subject: Any, place: Any, channel: Any = None, day: str | None = None) -> Any:
    """What the field `ownership` tells."""
    query = f"""query Q($subject: ID!, $place: ID, $channel: ID, $day: Date) {{
        at(asOf: $day) {{ ownership(subject: $subject, place: $place, channel: $channel) {{ {OWNER} }} }} }}"""
    if subject is None:
        return None
    ids = {"place": place and place["id"], "channel": channel and channel["id"]}
    return (await data(graph, query, subject=subject["id"], day=day, **ids))["at"]["ownership"]


async def test_the_lines_of_a_customer_are_those_of_its_stage_and_dealer(graph: Graph) -> None:
    """The functional line is who owns the stage at the dealer, the field line the dealer and the units above it."""
    query = f"""{{ customers {{ nodes {{
            stage {{ id }} dealer {{ id parent {{ id parent {{ id }} }} }}
            owner {{ ...O }} leads {{ owner {{ ...O }} }}
            nextTouchpoints {{ touchpoint {{ id }} owner {{ {OWNER} }} }} }} }} }}
        fragment O on CustomerOwner {{
            functional {{ {OWNER} }} field {{ dealer {{ id }} area {{ id }} region {{ id }} }} }}"""
    for customer in (await data(graph, query))["customers"]["nodes"]:
        owner, dealer = customer["owner"], customer["dealer"]
        assert owner["functional"] == await ownership(graph, customer["stage"], dealer)
        area = dealer and dealer["parent"]
        line = dealer and {"dealer": {"id": dealer["id"]}, "area": {"id": area["id"]}, "region": area["parent"]}
        assert owner["field"] == line
        assert all(lead["owner"] == owner for lead in customer["leads"])
        for one in customer["nextTouchpoints"]:
            assert one["owner"] == await ownership(graph, one["touchpoint"], dealer)


# --- What they refuse -------------------------------------------------------------------------------------------------


async def test_who_is_not_there_is_null(graph: Graph) -> None:
    """An id that nobody has, or that is of another kind, is null."""
    found = await data(
        graph,
        '{ customer(id: "customer:nobody") { id } wrong: customer(id: "dept:sales") { id } lead(id: "") { id } }',
    )
    assert found == {"customer": None, "wrong": None, "lead": None}


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("customers(first: 0) { totalCount }", "first: expected a number from 1 to 200, got 0"),
        ("customers(bornFrom: 1990, bornTo: 1980) { totalCount }", "bornFrom: expected nothing after bornTo"),
        ('interactions(from: "2025-06-02", to: "2025-06-01") { totalCount }', "from: expected nothing after to"),
        ('interactions(from: "yesterday") { totalCount }', "yesterday"),
        ('customers(text: "!") { totalCount }', "text: expected at least one"),
        ('customers(after: "x") { totalCount }', "after: expected a cursor"),
        ("leads(grade: BEST) { totalCount }", "BEST"),
    ],
)
async def test_a_wrong_value_is_told(graph: Graph, field: str, told: str) -> None:
    """Numbers, dates, words, cursors and grades that cannot be, and periods that end before they begin."""
    answer = await ask(graph, f"{{ {field} }}")
    assert answer.errors is not None
    (error,) = answer.errors
    assert told in error.message
    assert (error.extensions or {})["code"] == "BAD_USER_INPUT"


# --- What they cost ---------------------------------------------------------------------------------------------------

ORGANISATION = """
MERGE (company:Company:OrgUnit:Entity {id: 'company:top'})
WITH company, {validFrom: date('2020-01-01'), validTo: date('9999-12-31'),
  recordedFrom: datetime('2020-01-01T00:00:00Z'), recordedTo: datetime('9999-12-31T00:00:00Z')} AS fact
UNWIND range(1, 4) AS a
CREATE (area:Area:OrgUnit:Entity {id: 'area:' + a})-[up:PART_OF]->(company) SET up += fact
WITH a, area, fact
UNWIND range(1, 5) AS d
CREATE (dealer:Dealer:OrgUnit:Entity {id: 'dealer:' + a + d})-[up:PART_OF]->(area) SET up += fact
WITH DISTINCT fact
UNWIND range(0, 3) AS s
CREATE (:LifecycleStage:Subject:Entity {id: 'stage:' + s})
CREATE (:Touchpoint:Subject:Entity {id: 'touchpoint:' + s})-[h:HAS_STATE]->(:State {id: 'state:' + s})
SET h += fact
"""
GROW = """
WITH {validFrom: date('2020-01-01'), validTo: date('9999-12-31'), recordedFrom: datetime('2020-01-01T00:00:00Z'),
  recordedTo: datetime('9999-12-31T00:00:00Z')} AS fact, {recordedFrom: datetime('2020-01-01T00:00:00Z')} AS known
UNWIND range($from, $to) AS n
MATCH (dealer:Dealer {id: 'dealer:' + (n % 4 + 1) + (n % 5 + 1)})
MATCH (stage:LifecycleStage {id: 'stage:' + n % 3})
MATCH (touchpoint:Touchpoint {id: 'touchpoint:' + n % 4})
CREATE (c:Customer {id: 'customer:' + (1000000 + n), registeredOn: date('2020-01-01') + duration({days: n})})
SET c += known
CREATE (c)-[r1:SERVED_BY]->(dealer) CREATE (c)-[r2:IN_STAGE]->(stage) SET r1 += fact, r2 += fact
WITH c, dealer, touchpoint, n, known
UNWIND range(1, 3) AS i
CREATE (e:Interaction {id: 'interaction:' + (1000000 + n) + '-' + i, kind: 'CALL', customer: c.id,
  at: datetime('2020-01-01T00:00:00Z') + duration({minutes: n * 3 + i})})
SET e += known
CREATE (e)-[:WITH_CUSTOMER]->(c) CREATE (e)-[:AT_DEALER]->(dealer) CREATE (e)-[:AT_TOUCHPOINT]->(touchpoint)
"""
SIZES = (1100, 5500)
"""A dealer has more than fifty in both: the database keeps the neighbours of such nodes in another way."""
REGISTERED = Order(Property("registeredOn", Of.NODE, "date"))
NEWEST = Order(Property("at", Of.NODE, "datetime"), descending=True)
AFTER = {
    "id": encode_cursor(["customer:1000200"], Order()),
    "day": encode_cursor(["2020-07-19", "customer:1000200"], REGISTERED),
    "time": encode_cursor(["2020-01-01T10:00:00Z", "interaction:1000199-3"], NEWEST),
}
CUSTOMERS = "nodes { id dealer { id } stage { id } interactions(first: 2) { nodes { id touchpoint { id } } } }"
AROUND = "nodes { id } pageInfo { hasNextPage hasPreviousPage }"
QUERIES = {
    "one": f'{{ customer(id: "customer:1000123") {CUSTOMERS.removeprefix("nodes ")} }}',
    "page by id": f"query Q($id: String) {{ customers(first: 5, after: $id) {{ {CUSTOMERS} }} }}",
    "page by day": f"""query Q($day: String) {{
        customers(first: 5, after: $day, orderBy: {{field: REGISTERED_ON}}) {{ {CUSTOMERS} }} }}""",
    "page in a stage": """query Q($id: String) {
        customers(first: 5, after: $id, stage: "stage:1") { nodes { id } } }""",
    "page at a place": """query Q($id: String) {
        customers(first: 5, after: $id, place: "company:top", stage: "stage:1") { nodes { id } } }""",
    "page backward": f"query Q($id: String) {{ customers(last: 5, before: $id) {{ {AROUND} }} }}",
    "page by day backward": f"""query Q($day: String) {{
        customers(last: 5, before: $day, orderBy: {{field: REGISTERED_ON}}) {{ {AROUND} }} }}""",
    "page and what is around": f"query Q($id: String) {{ customers(first: 5, after: $id) {{ {AROUND} }} }}",
    "newest backward": f"query Q($time: String) {{ interactions(last: 5, before: $time) {{ {AROUND} }} }}",
    "newest": "query Q($time: String) { interactions(first: 5, after: $time) { nodes { id touchpoint { id } } } }",
    "newest at a touchpoint": """query Q($time: String) {
        interactions(first: 5, after: $time, touchpoint: "touchpoint:1", kind: CALL) { nodes { id } } }""",
}


def operators(step: dict[str, Any]) -> set[str]:
    return {step["operatorType"].partition("@")[0]}.union(*map(operators, step.get("children", ())))


@pytest.fixture(params=[False, True], ids=["step by step", "as one statement"])
async def profiled(
    empty_graph: Graph, scratch_address: Address, request: pytest.FixtureRequest
) -> list[dict[str, list[list[dict[str, Any]]]]]:
    """For a graph, and one five times as large: of each query, the profiles of its first page and of a later one."""
    await empty_graph.run(Statement(ORGANISATION))
    found, done = [], 0
    for size in SIZES:
        await empty_graph.run(Statement(GROW, {"from": done + 1, "to": size}))
        await empty_graph.run(Statement("CALL db.prepareForReplanning()"))
        done = size
        asked = {n: [(scratch_address, q, at, request.param) for at in ({}, AFTER)] for n, q in QUERIES.items()}
        found.append({n: [await profiles(*one) for one in pages] for n, pages in asked.items()})
    return found


async def test_a_page_costs_the_same_wherever_it_is_and_however_many_customers_there_are(
    profiled: list[dict[str, list[list[dict[str, Any]]]]],
) -> None:
    """Each touches as much of the database as the first page of a small graph, or hardly more: nothing is sorted."""
    small, large = profiled
    for name, pages in small.items():
        costs = [[total(statement) for statement in page] for page in (*pages, *large[name])]
        # The first statement finds the page; others what of the organisation its rows lead to.
        # With the row at its cursor, a later page has seven rows instead of six, and each is compared with a place.
        most = costs[0][0] * 1.2 + 20 if AROUND in QUERIES[name] else costs[0][0] * 1.1 + 10
        assert max(cost[0] for cost in costs) <= most, (name, costs)
        assert all(sum(b) <= sum(a) * 1.1 + 10 for a, b in zip(costs[:2], costs[2:], strict=True)), (name, costs)
        used = set[str]().union(*map(operators, large[name][1]))
        assert not used & {"Sort", "EagerAggregation", "Eager", "NodeByLabelScan"}, (name, used)
