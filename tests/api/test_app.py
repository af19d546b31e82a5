"""The application over HTTP: answers, bad input, a database that goes away and comes back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import psutil
import pytest

from tests.conftest import SettingsFor
from touchgraph import database
from touchgraph.api.app import create_app
from touchgraph.graph.driver import Address, Graph
from touchgraph.settings import Settings

REFORM = """{
  before: at(asOf: "2025-03-31") { orgUnit(id: "dept:product-operations") { id } }
  after: at(asOf: "2025-06-01") {
    orgUnit(id: "dept:product-operations") { nameZh nameEn parent { id nameZh } reportsTo { nameEn } }
  }
}"""
UNIT = '{ orgUnit(id: "dept:sales") { nameEn } }'
MEDIA_TYPE = "application/graphql-response+json"


@asynccontextmanager
async def serving(address: Address) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application over a database."""
    app = create_app(Settings(), address)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://app") as client,
    ):
        yield client


@pytest.fixture
async def client(neo4j_address: Address, graph: Graph) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001
    """A client of the application over the reform."""
    async with serving(neo4j_address) as client:
        yield client


async def ask(client: httpx.AsyncClient, query: str, variables: dict[str, Any] | None = None) -> httpx.Response:
    return await client.post("/graphql", json={"query": query, "variables": variables})


async def test_the_reform_is_told_before_and_after(client: httpx.AsyncClient) -> None:
    """Product operations is not there before the reform; after it, it is in the back office and reports to the EVP."""
    answer = await ask(client, REFORM)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json() == {
        "data": {
            "before": {"orgUnit": None},
            "after": {
                "orgUnit": {
                    "nameZh": "商品经营部",
                    "nameEn": "Product Operations Department",
                    "parent": {"id": "centre:back-office", "nameZh": "后台能力中心"},
                    "reportsTo": {"nameEn": "Executive Vice President (EVP)"},
                }
            },
        }
    }


@pytest.mark.parametrize("field", ["node", "orgUnit", "touchpoint", "stage", "channel", "source", "dealer"])
async def test_an_unknown_id_gives_null(client: httpx.AsyncClient, field: str) -> None:
    """Nobody has such an id, or somebody of another kind has it: null, and no error."""
    answer = await ask(client, f'{{ a: {field}(id: "nobody:x") {{ id }} b: {field}(id: "") {{ id }} }}')
    assert answer.json() == {"data": {"a": None, "b": None}}


BAD_INPUT: list[tuple[str, str, dict[str, Any], str]] = [
    ("a date that is none", '{ at(asOf: "2025-02-30") { node(id: "a") { id } } }', {}, "2025-02-30"),
    ("a variable date", "query Q($d: Date) { at(asOf: $d) { node(id: 1) { id } } }", {"d": "soon"}, "$d"),
    ("a time that is none", '{ at(knownAt: "noon") { node(id: "a") { id } } }', {}, "noon"),
    ("a time without a zone", '{ at(knownAt: "2025-06-01T00:00:00") { node(id: "a") { id } } }', {}, "with its zone"),
    ("a zone too far", '{ at(knownAt: "2025-06-01T00:00:00+19:00") { node(id: "a") { id } } }', {}, "18 hours"),
    ("a time before all", '{ at(knownAt: "0001-01-01T00:00:00+14:00") { node(id: "a") { id } } }', {}, "with its zone"),
    ("a number for a time", '{ at(knownAt: 1748736000) { node(id: "a") { id } } }', {}, "with its zone"),
    ("seconds for a time", '{ at(knownAt: "1748736000") { node(id: "a") { id } } }', {}, "with its zone"),
    ("a short date", '{ at(asOf: "20250601") { node(id: "a") { id } } }', {}, "a day such as"),
    ("an unknown kind", "{ orgUnits(kinds: [PLANET]) { nodes { id } } }", {}, "PLANET"),
    ("a variable kind", "query Q($k: [OrgUnitKind!]) { orgUnits(kinds: $k) { nodes { id } } }", {"k": ["X"]}, "$k"),
    ("first: 0", "{ orgUnits(first: 0) { nodes { id } } }", {}, "1 to 200"),
    ("first: 100000", "{ orgUnits(first: 100000) { nodes { id } } }", {}, "1 to 200"),
    ("a variable first", "query Q($n: Int) { orgUnits(first: $n) { nodes { id } } }", {"n": -5}, "1 to 200"),
    ("a nested first", '{ orgUnit(id: "x") { children(first: 0) { nodes { id } } } }', {}, "1 to 200"),
    ("search first", '{ search(text: "a", first: 0) { score } }', {}, "1 to 200"),
    ("an empty search", '{ search(text: "!?") { score } }', {}, "text"),
    ("a false cursor", '{ orgUnits(after: "abc") { nodes { id } } }', {}, "cursor"),
    ("a missing variable", "query Q($n: ID!) { node(id: $n) { id } }", {}, "$n"),
]


@pytest.mark.parametrize(("query", "variables", "told"), [b[1:] for b in BAD_INPUT], ids=[b[0] for b in BAD_INPUT])
async def test_bad_input_is_told_before_anything_is_asked(
    client: httpx.AsyncClient, query: str, variables: dict[str, Any], told: str
) -> None:
    """A wrong value is refused with BAD_USER_INPUT, status 400, no data, and words that name it."""
    answer = await ask(client, query, variables)
    assert answer.status_code == 400
    assert set(answer.json()) == {"errors"}
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert told in error["message"]


async def test_a_cursor_that_was_tampered_with_is_refused(client: httpx.AsyncClient) -> None:
    """One changed character of a true cursor, or its use in another order, is bad input."""
    page = (await ask(client, "{ orgUnits(first: 2) { pageInfo { endCursor } } }")).json()
    cursor: str = page["data"]["orgUnits"]["pageInfo"]["endCursor"]
    query = "query Q($c: String) { orgUnits(after: $c) { nodes { id } } }"
    assert (await ask(client, query, {"c": cursor})).status_code == 200
    for changed, order in ((cursor[1:], "ID"), ("A" + cursor[1:], "ID"), (cursor, "NAME_ZH")):
        ordered = query.replace("after: $c", f"after: $c, orderBy: {{field: {order}}}")
        answer = await ask(client, ordered, {"c": changed})
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ orgUnit { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query Q($a: ID!) { node(id: $a) { id } stages(after: $a) { nodes { id } } }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_a_query_that_is_none_is_told_by_code_and_status(
    client: httpx.AsyncClient, query: str, code: str
) -> None:
    """Errors of form have codes of their own, 400 for clients of the current protocol and 200 for older ones."""
    answer = await ask(client, query)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, code)
    assert "data" not in answer.json()
    old = await client.post("/graphql", json={"query": query}, headers={"Accept": "application/json"})
    assert (old.status_code, old.headers["content-type"]) == (200, "application/json")


@pytest.mark.parametrize(
    "body",
    [
        *(b"{", b"[]", b"null", b"5", b"true", b'"a"', b"[1]", b"{}"),
        *(b'{"query": 1}', b'{"query": ""}', b'{"query": "{a}", "variables": 3}', b'{"query": "{a}", "variables": []}'),
    ],
)
async def test_a_request_that_is_none_is_told_in_json(client: httpx.AsyncClient, body: bytes) -> None:
    """A body that holds no GraphQL request gets 400 and an error in the protocol's own form."""
    answer = await client.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("ahead", [True, False])
async def test_words_are_planned_ahead_unless_that_is_switched_off(
    neo4j_address: Address, monkeypatch: pytest.MonkeyPatch, ahead: bool
) -> None:
    """A server that starts has what may be asked planned, if it is set so."""
    told = []

    async def planned(*given: Any) -> None:
        told.append(given[-1])

    monkeypatch.setattr("touchgraph.api.app.plan_ahead", planned)
    app = create_app(Settings(plan_ahead=ahead), neo4j_address)
    async with app.router.lifespan_context(app):
        await asyncio.sleep(0)
    assert told == [ahead]


@pytest.mark.parametrize("where", ["schema.parse", "engine.plan", "engine.shape_rows"])
async def test_what_nobody_foresaw_is_told_in_json(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """A failure of ours, of an operation or of a field of it, is an error of the protocol, with the id by which the log
    tells of it, and nothing else."""

    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(f"touchgraph.api.{where}", broken)
    answer = await client.post("/graphql", json={"query": f'{{ {where[-4:]}: stage(id: "stage:deal") {{ id }} }}'})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (500, "INTERNAL_SERVER_ERROR")
    assert "X-Request-ID" in answer.headers
    assert "secret" not in answer.text


async def test_queries_by_get(client: httpx.AsyncClient) -> None:
    """A query can stand in the address too."""
    answer = await client.get("/graphql", params={"query": UNIT})
    assert answer.json() == {"data": {"orgUnit": {"nameEn": "Sales Department"}}}


async def test_introspection_goes_with_other_fields(client: httpx.AsyncClient) -> None:
    """The schema describes itself in the same request that asks for data, at any place of the root type."""
    answer = await ask(
        client,
        """query Q($n: String!) { __schema { queryType { name } } __typename stage(id: "stage:deal") { __typename }
        at(asOf: "2025-06-01") { __type(name: $n) { kind } } }""",
        {"n": "Role"},
    )
    assert answer.json()["data"] == {
        "__schema": {"queryType": {"name": "Query"}},
        "__typename": "Query",
        "stage": {"__typename": "LifecycleStage"},
        "at": {"__type": {"kind": "ENUM"}},
    }


async def test_health_and_readiness(client: httpx.AsyncClient) -> None:
    """The process is healthy, and ready once the database answers and holds schema and seed."""
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")


async def test_not_ready_without_schema_and_seed(scratch_address: Address, bare_graph: Graph) -> None:  # noqa: ARG001
    """A database without constraints and seed is told of as such, with what to do."""
    async with serving(scratch_address) as client:
        ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert "missing" in ready.json()["schema"]
    assert "touchgraph seed" in ready.json()["seed"]


async def test_every_answer_has_the_id_of_its_request(client: httpx.AsyncClient) -> None:
    """A caller's id is kept, so that it can be found in the log; without one there is a new one."""
    mine = "0123456789abcdef0123456789abcdef"
    assert (await client.get("/healthz", headers={"X-Request-ID": mine})).headers["X-Request-ID"] == mine
    assert len((await client.get("/healthz")).headers["X-Request-ID"]) == 32


async def test_a_database_that_dies_and_comes_back(settings_for: SettingsFor, caplog: pytest.LogCaptureFixture) -> None:
    """While it is dead, queries get DATABASE_UNAVAILABLE, nothing of it leaks, and all goes on when it is back."""
    settings = settings_for()
    running = database.start(settings)
    try:
        async with serving(running.address) as client:
            empty = {"data": {"orgUnit": None}}
            assert (await ask(client, UNIT)).json() == empty
            psutil.Process(running.pid).kill()
            async with asyncio.timeout(20):
                with caplog.at_level(logging.WARNING):
                    dead, ready = await ask(client, UNIT), await client.get("/readyz")
            assert (dead.status_code, ready.status_code) == (503, 503)
            assert dead.json()["errors"][0]["extensions"]["code"] == "DATABASE_UNAVAILABLE"
            for text in (dead.text, ready.text):
                assert not any(
                    word in text for word in ("127.0.0.1", str(settings.bolt_port), "MATCH", "neo4j", "Traceback")
                )
            assert str(settings.bolt_port) in caplog.text
            database.start(settings)
            assert (await ask(client, UNIT)).json() == empty
    finally:
        database.stop(settings)
