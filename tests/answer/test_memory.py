"""What is remembered of the organisation: it saves statements, and is never staler than it may be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import strawberry

from tests.support.customers.small import load_small
from touchgraph.answer import memory
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Address, Graph, Rows, open_graph
from touchgraph.graph.statements import Statement

UNIT = '{ orgUnit(id: "dealer:d1") { nameEn parent { id } } }'
CUSTOMERS = """{ customers { nodes {
    id dealer { nameEn parent { nameEn } } stage { id nameEn } owner { functional { status } field { area { id } } }
    interactions { nodes { touchpoint { id nameEn } channel { nameEn } source { id } } } } } }"""
RENAME = """mutation { applyReorg(input: { nameZh: "改", nameEn: "Renamed", effective: "2025-06-01"
    evidence: { source: "source:crm", confidence: STATED }
    changes: [{ rename: { id: "dealer:d1", nameEn: "New" } }] }) { changeSet { id } } }"""
RECORD = """mutation { recordInteractions(input: { source: "source:crm" interactions: [{ id: "interaction:2", kind: VIEW
    outcome: NONE, at: "2026-03-01T23:30:00Z", customer: "customer:li", touchpoint: "touchpoint:livestream" }] }) {
    recorded } }"""
LI = {"id": "customer:li", "nameZh": "李娜", "nameEn": "Li Na", "registeredOn": "2026-01-02"}


@pytest.fixture
def schema() -> strawberry.Schema:
    """A schema that remembers nothing yet."""
    return build_schema()


@pytest.fixture(name="served")
async def fixture_served(empty_graph: Graph, tmp_path: Path) -> Graph:
    """A small organisation with a customer in a stage, a dealer who serves it, and an interaction."""
    await load_small(empty_graph, tmp_path)
    schema = build_schema()
    await ask(
        schema,
        empty_graph,
        """mutation M($customers: [CustomerInput!]!) {
        upsertCustomers(input: { source: "source:crm", customers: $customers }) { created }
        assignDealer(input: { source: "source:crm", customer: "customer:li", dealer: "dealer:d1", day: "2026-02-01" })
            { changed }
        moveStage(input: { source: "source:crm", customer: "customer:li", stage: "stage:seeding", day: "2026-02-01" })
            { changed }
        recordInteractions(input: { source: "source:crm", interactions: [{ id: "interaction:1", kind: VIEW
            outcome: NONE, at: "2026-03-01T23:30:00Z", customer: "customer:li", touchpoint: "touchpoint:livestream"
            channel: "channel:wecom" }] }) { recorded } }""",
        customers=[LI],
    )
    return empty_graph


@pytest.fixture
async def other(scratch_address: Address) -> AsyncIterator[Graph]:
    """The same graph, as somebody else sees it."""
    async with open_graph(scratch_address) as opened:
        yield opened


@pytest.fixture
async def neighbour(served: Graph, scratch_address: Address) -> AsyncIterator[Graph]:
    """The same graph, as another process sees it that serves it with this one."""
    async with open_graph(scratch_address, shared=served.shared) as opened:
        yield opened


async def ask(schema: strawberry.Schema, graph: Graph, query: str, **variables: Any) -> Any:
    """The data of an answer without errors."""
    answer = await schema.execute(query, variables, context_value={"graph": graph})
    assert answer.errors is None, answer.errors
    return answer.data


async def test_the_organisation_is_read_once(
    schema: strawberry.Schema, graph: Graph, statements: list[Statement]
) -> None:
    """The same question about the organisation needs no second statement, nor does it as of another day."""
    query = "query Q($day: Date) { at(asOf: $day) { stages { nodes { nameEn responsibleUnits { id } } } } }"
    first = await ask(schema, graph, query, day="2025-06-01")
    assert statements
    statements.clear()
    assert await ask(schema, graph, query, day="2025-06-01") == first
    assert await ask(schema, graph, query, day="2025-03-31") != first
    assert statements == []


async def test_customers_lead_to_what_is_remembered(
    schema: strawberry.Schema, graph: Graph, statements: list[Statement]
) -> None:
    """Asked again, customers are read, but nothing of the organisation behind them."""
    first = await ask(schema, graph, CUSTOMERS)
    assert any("HAS_STATE" in one.text for one in statements)
    statements.clear()
    assert await ask(schema, graph, CUSTOMERS) == first
    assert statements
    assert not any("HAS_STATE" in one.text for one in statements)


async def test_a_write_through_the_api_is_seen_at_once(
    schema: strawberry.Schema, served: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is remembered is forgotten when the organisation is written to, however new it is."""
    monkeypatch.setattr(memory, "SECONDS", 1e9)
    customers = await ask(schema, served, CUSTOMERS)
    assert (await ask(schema, served, UNIT))["orgUnit"]["nameEn"] == "D1"
    assert customers["customers"]["nodes"][0]["dealer"]["nameEn"] == "D1"
    await ask(schema, served, RENAME)
    customers = await ask(schema, served, CUSTOMERS)
    assert (await ask(schema, served, UNIT))["orgUnit"]["nameEn"] == "New"
    assert customers["customers"]["nodes"][0]["dealer"]["nameEn"] == "New"


async def test_a_write_through_another_process_of_the_same_server_is_seen_at_once(
    schema: strawberry.Schema, served: Graph, neighbour: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is remembered is forgotten when any of the processes has written, without asking the database."""
    monkeypatch.setattr(memory, "SECONDS", 1e9)
    assert (await ask(schema, served, UNIT))["orgUnit"]["nameEn"] == "D1"
    await ask(build_schema(), neighbour, RENAME)
    assert (await ask(schema, served, UNIT))["orgUnit"]["nameEn"] == "New"


@pytest.mark.parametrize(("seconds", "seen"), [(0, "New"), (1e9, "D1")])
async def test_a_write_of_somebody_else_is_seen_after_a_while(
    schema: strawberry.Schema, served: Graph, other: Graph, monkeypatch: pytest.MonkeyPatch, seconds: float, seen: str
) -> None:
    """Others' writes are looked for before anything is answered from what was last compared too long ago."""
    monkeypatch.setattr(memory, "SECONDS", seconds)
    await ask(schema, served, UNIT)
    await ask(schema, other, RENAME)
    assert (await ask(schema, served, UNIT))["orgUnit"]["nameEn"] == seen


async def test_half_a_second_is_all_that_others_have_to_wait() -> None:
    """A write of somebody else is promised to be seen within a second, the time to look for it included."""
    assert memory.SECONDS <= 0.5


@pytest.mark.parametrize("here", [True, False])
async def test_a_write_of_customers_makes_nothing_forgotten(
    schema: strawberry.Schema,
    served: Graph,
    neighbour: Graph,
    statements: list[Statement],
    monkeypatch: pytest.MonkeyPatch,
    here: bool,
) -> None:
    """After a mutation about customers, by whichever process, they are read anew, but not the organisation."""
    monkeypatch.setattr(memory, "SECONDS", 0)
    await ask(schema, served, CUSTOMERS)
    await ask(build_schema(), served if here else neighbour, RECORD)
    statements.clear()
    customers = await ask(schema, served, CUSTOMERS)
    assert len(customers["customers"]["nodes"][0]["interactions"]["nodes"]) == 2
    assert not any("HAS_STATE" in one.text for one in statements)


async def test_customers_of_others_are_seen(
    schema: strawberry.Schema, served: Graph, other: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of customers nothing is remembered, so what somebody else writes of them is there at once."""
    monkeypatch.setattr(memory, "SECONDS", 1e9)
    await ask(schema, served, CUSTOMERS)
    await ask(schema, other, RECORD)
    customers = await ask(schema, served, CUSTOMERS)
    assert len(customers["customers"]["nodes"][0]["interactions"]["nodes"]) == 2


async def test_memory_is_bounded(schema: strawberry.Schema, graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """When more is found than may be remembered, all is forgotten, and the answers are the same."""
    expected = await ask(schema, graph, CUSTOMERS)
    monkeypatch.setattr(memory, "VALUES", 3)
    small = build_schema()
    assert [await ask(small, graph, CUSTOMERS) for _ in range(2)] == [expected] * 2


@pytest.mark.parametrize("foreign", [False, True])
async def test_an_answer_is_not_half_from_before_a_write(
    schema: strawberry.Schema, served: Graph, other: Graph, monkeypatch: pytest.MonkeyPatch, foreign: bool
) -> None:
    """Where the organisation is written to while a request is answered, by whomever, the answer is from after that."""
    monkeypatch.setattr(memory, "SECONDS", 1e9)
    by = other if foreign else served
    query = """{ a: orgUnit(id: "dealer:d1") { nameEn } b: orgUnit(id: "dealer:d1") { nameEn parent { id } }
        customers { nodes { dealer { nameEn } } } }"""
    await ask(schema, served, "{ stages { totalCount } }")
    read, names = served.read_one, iter(["New"])

    async def interrupted(statement: Statement) -> Rows:
        found = await read(statement)
        if next(names, None):
            await ask(build_schema(), by, RENAME)
        return found

    monkeypatch.setattr(served, "read_one", interrupted)
    data = await ask(schema, served, query)
    assert [data["a"]["nameEn"], data["b"]["nameEn"]] == ["New", "New"]
    assert data["customers"]["nodes"] == [{"dealer": {"nameEn": "New"}}]
