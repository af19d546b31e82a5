"""First answers: to questions that nobody asked before, right after a server is ready, and when it had time to plan."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from graphql import OperationType, build_schema, parse, validate
from hypothesis import HealthCheck, Phase, given, settings
from tests.support.queries import Query, queries

from bench import servers
from bench.client import Connection
from bench.report import Asked, Comparison, Results
from bench.servers import ROOT, BenchError
from touchgraph.api.schema import sdl
from touchgraph.graph.driver import Address, open_graph
from touchgraph.graph.statements import Statement

QUIET = 30
"""After how many seconds everything should be planned."""
GOALS = (("p50", 50, 40), ("p95", 95, 150), ("the slowest", 100, 500))
"""How many milliseconds so many of 100 first answers may take."""
AT_ONCE = ("p95", 95, 1000)
"""The same, of a server that has just become ready."""
_IDS = "MATCH (n:{label}) RETURN n.id ORDER BY n.id LIMIT 40"
_LABELS = ("OrgUnit", "Subject", "Position", "Claim", "Source", "Customer", "Vehicle", "Lead", "Interaction")


@dataclass(frozen=True)
class Answered:
    """A body that was sent, and how many milliseconds its answer took."""

    taken: float
    body: bytes


def compare(
    results: Results,
    what: str,
    address: Address,
    folder: Path,
    count: int = 300,
    quiet: float = QUIET,
    documented: int | None = None,
) -> None:
    """Asks a server that has just become ready, then one that was left alone for a while; puts both to the results.

    What is asked is `count` random documents and the questions of the documentation, or the first of these.
    """
    known, random = _documented()[:documented], _random(count, asyncio.run(_ids(address)))
    for kind, bodies, wait, goals in (
        ("right after `/readyz`", (*known, *random[: count // 5]), 0, (AT_ONCE,)),
        ("questions of the documentation", known, quiet, GOALS),
        ("random documents", random, quiet, GOALS),
    ):
        answered = _answered(address, folder, bodies, wait)
        for name, percent, goal in goals:
            one = answered[-(-len(answered) * percent // 100) - 1]
            asked = Asked(address, one.body.decode(), as_one=False)
            told = f"first answers on {what}, {kind}: {name}, ms"
            results.comparisons.append(Comparison(told, one.taken, goal, asked))


def _answered(address: Address, folder: Path, bodies: Sequence[bytes], quiet: float) -> list[Answered]:
    """How long each takes, asked once of a new server over a database without plans; the quickest first."""
    asyncio.run(forget_plans(address))
    with servers.touchgraph(address, folder) as url:
        _ready(url.replace("/graphql", "/readyz"))
        time.sleep(quiet)
        return sorted(asyncio.run(_ask(url, bodies)), key=lambda one: one.taken)


async def _ask(url: str, bodies: Sequence[bytes]) -> list[Answered]:
    answered = []
    async with Connection(url) as connection:
        for body in bodies:
            started = time.perf_counter()
            await connection.post(body)
            answered.append(Answered((time.perf_counter() - started) * 1000, body))
    return answered


def _ready(url: str) -> None:
    for _ in range(600):
        with suppress(HTTPError, URLError), urlopen(url) as answer:  # noqa: S310  (it is our own server's)
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise BenchError(f"{url} does not become ready")


async def forget_plans(address: Address) -> None:
    """Has a database forget the plans of all statements, so that it makes them anew."""
    async with open_graph(address) as graph:
        await graph.run(Statement("CALL db.clearQueryCaches()"))


async def _ids(address: Address) -> list[str]:
    async with open_graph(address) as graph:
        found = [await graph.run(Statement(_IDS.format(label=label))) for label in _LABELS]
    return [entity_id for rows in found for (entity_id,) in rows]


def _documented() -> list[bytes]:
    """The questions of the README and of the documentation, each once."""
    texts = [path.read_text("utf-8") for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))]
    answered = re.compile(r'^```graphql\n((?:(?!^```).)*)^```\n```json\n\{\s*"data"', re.MULTILINE | re.DOTALL)
    found = dict.fromkeys(question for text in texts for question in answered.findall(text))
    schema = build_schema(sdl())
    return [
        _body(Query(text, {}))
        for text in found
        if not validate(schema, document := parse(text))
        and all(getattr(one, "operation", None) != OperationType.MUTATION for one in document.definitions)
        and "$" not in text
    ]


def _random(count: int, ids: Sequence[str]) -> list[bytes]:
    """Valid documents as the differential test draws them, the same at every run."""
    schema = build_schema(sdl())
    found: dict[bytes, None] = {}

    @settings(
        max_examples=count * 2,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(queries(schema, sorted(ids)))
    def draw(query: Query) -> None:
        if not validate(schema, parse(query.text)):
            found[_body(query)] = None

    draw()
    return list(found)[:count]


def _body(query: Query) -> bytes:
    variables: Mapping[str, object] = query.variables
    return json.dumps({"query": query.text, "variables": variables}).encode()
