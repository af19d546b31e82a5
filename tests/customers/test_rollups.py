"""Roll-ups agree with what they count: after random writes at the same time, at every moment, and counted anew."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PATIENCE
from tests.support.chance import chance
from tests.support.customers import small
from tests.support.customers.counted import At, Counted
from tests.support.customers.sample import THIRD
from touchgraph.api.schema import build_schema
from touchgraph.api.types.mutation import WRITERS
from touchgraph.customers.check import check_customers
from touchgraph.customers.tallies.rebuild import check_rollups, rebuild
from touchgraph.errors import Conflict, InputError
from touchgraph.graph.driver import Address, Graph, open_graph
from touchgraph.graph.statements import Statement
from touchgraph.model import TALLIES

MUTATIONS = int(os.getenv("ROLLUP_MUTATIONS", "300"))
"""How many random writes; `ROLLUP_MUTATIONS=10000` for the long run."""
AT_ONCE, CONNECTIONS = 8, 2
CUSTOMERS = [f"customer:c{n}" for n in range(40)]
TODAY = datetime.now(UTC).date()
SCHEMA = build_schema()
ASK = """
query Q($asOf: Date, $knownAt: DateTime, $place: ID, $from: Date!, $to: Date!, $by: FunnelBreakdown) {
  at(asOf: $asOf, knownAt: $knownAt) { ...All }
}
fragment All on Query {
  funnel(place: $place, from: $from, to: $to, by: $by) {
    stages { ...Stage } groups { unit { id } month channel { id } grade stages { ...Stage } } }
  dualLink(place: $place) { total links { link customers converted } }
  poolSizes(place: $place, from: $from, to: $to) {
    from to pools { pool { id } customers inflow outflow leads leadInflow leadOutflow } }
  touchpointUsage(place: $place, from: $from, to: $to) {
    total touchpoints { id touchpoint { id } count channels { channel { id } count } kinds { kind count } } }
}
fragment Stage on FunnelStage { stage { id } entered left converted conversion medianDays }
"""
SUPPOSED = ASK.replace("{ ...All }\n}", "{ whatIf(changes: []) { ...All } }\n}")


@pytest.fixture(name="small_graph")
async def fixture_small_graph(empty_graph: Graph, tmp_path: Path) -> Graph:
    """The small organisation."""
    return await small.load_small(empty_graph, tmp_path)


@pytest.fixture(name="graphs")
async def fixture_graphs(small_graph: Graph, scratch_address: Address) -> AsyncIterator[list[Graph]]:
    """The same graph, through several drivers."""
    async with AsyncExitStack() as stack:
        yield [
            small_graph,
            *[await stack.enter_async_context(open_graph(scratch_address, PATIENCE)) for _ in range(CONNECTIONS - 1)],
        ]


class Chance:
    """Random writes: what is asked for, by a seed; some cannot be."""

    def __init__(self, seed: int) -> None:
        self.random = chance(seed)
        self.number = 0

    def day(self) -> date:
        return TODAY - timedelta(days=self.random.choice([0, 0, 1, 2, 3, *range(4, 60)]))

    def dated(self) -> dict[str, Any]:
        return {"source": small.SOURCE, "day": self.day(), "correction": self.random.random() < 0.3}

    def write(self) -> tuple[str, dict[str, Any]]:
        pick, customer = self.random.choice, self.random.choice(CUSTOMERS)
        lead = customer.replace("customer:c", pick(["lead:a", "lead:b"]))
        grade = {"grade": pick(["LOW", "MEDIUM", "HIGH"]), "score": pick([None, 1, 2])}
        name = pick(
            ["moveStage"] * 4 + ["assignDealer", "setConsent", "gradeLead", "recordInteractions", "upsertCustomers"]
        )
        inputs: dict[str, dict[str, Any]] = {
            "moveStage": {"customer": customer, "stage": pick(small.STAGES), "channel": pick([None, *small.CHANNELS])},
            "assignDealer": {"customer": customer, "dealer": pick(small.DEALERS)},
            "setConsent": {
                "customer": customer,
                "channel": pick(small.CHANNELS),
                "consents": pick([True, True, False]),
            },
            "gradeLead": {"lead": lead, "customer": customer, "pool": pick(small.POOLS), **grade},
        }
        if name == "recordInteractions":
            return name, {"source": small.SOURCE, "interactions": [self.interaction() for _ in range(pick([1, 3, 20]))]}
        if name == "upsertCustomers":
            return name, {
                "source": small.SOURCE,
                "customers": [self.profile(one) for one in {customer, f"{customer}-2"}],
            }
        return name, {**inputs[name], **self.dated()}

    def interaction(self) -> dict[str, Any]:
        self.number += 1
        pick = self.random.choice
        time = datetime.combine(self.day(), datetime.min.time(), UTC) - timedelta(minutes=self.random.randrange(1440))
        return {
            "id": f"interaction:i{pick([self.number, self.number, max(1, self.number - 50)])}",
            "customer": pick(CUSTOMERS),
            "touchpoint": pick(small.TOUCHPOINTS),
            "dealer": pick([None, None, *small.DEALERS]),
            "channel": pick([None, *small.CHANNELS]),
            "at": time,
            "kind": pick(["CALL", "VISIT"]),
            "outcome": "NONE",
        }

    def profile(self, customer: str) -> dict[str, Any]:
        names = {"nameZh": "客", "nameEn": self.random.choice(["A", "B"])}
        return {"id": customer, **names, "registeredOn": date(2026, 1, 1) + timedelta(days=len(customer))}


async def written(graph: Graph, name: str, given: dict[str, Any]) -> str:
    """What became of a write."""
    try:
        await graph.write(lambda tx: WRITERS[name](tx, {"input": given, "asOf": TODAY}))
    except InputError:
        return "refused"
    except Conflict:
        return "conflict"
    return name


async def random_writes(graphs: list[Graph], count: int, seed: int) -> Counter[str]:
    """Does random writes, several at the same time, and tells what became of them."""
    chance = Chance(seed)
    profiles = [chance.profile(customer) for customer in CUSTOMERS]
    await written(graphs[0], "upsertCustomers", {"source": small.SOURCE, "customers": profiles})
    writes = iter([chance.write() for _ in range(count)])
    done: Counter[str] = Counter()

    async def worker(graph: Graph) -> None:
        for name, given in writes:
            done[await written(graph, name, given)] += 1

    await asyncio.gather(*(worker(graphs[number % len(graphs)]) for number in range(AT_ONCE)))
    return done


async def asked(graph: Graph, query: str, **variables: Any) -> Any:
    answer = await SCHEMA.execute(query, variables, context_value={"graph": graph})
    assert answer.errors is None, answer.errors
    (found,) = (answer.data or {}).values()
    return found


DAYS = (TODAY - timedelta(days=40), TODAY - timedelta(days=3))


async def compare(
    graph: Graph,
    counted: Counted,
    at: At,
    place: str | None,
    by: str | None,
    query: str = ASK,
    days: tuple[date, date] = DAYS,
) -> None:
    """The answer at a moment is the reference's."""
    first, last = days
    given = {"asOf": at.day.isoformat(), "knownAt": at.known.isoformat() if at.known.year < 9999 else None}
    found = await asked(
        graph, query, **given, place=place, by=by, **{"from": first.isoformat(), "to": last.isoformat()}
    )
    found = found.get("whatIf", found)
    where = f"{at} {place} {by}"
    assert found["funnel"] == counted.funnel(at, place, first, last, by), where
    assert found["dualLink"] == counted.dual_link(at, place), where
    assert found["poolSizes"] == counted.pools(at, place, first, last), where
    assert found["touchpointUsage"] == counted.usage(at, place, first, last), where


async def tallies(graph: Graph) -> list[Any]:
    """All tallies as values, without empty ones."""
    match = f"MATCH (t:{'|'.join(TALLIES)}) WHERE t.keys <> []"
    found = await graph.run(Statement(f"{match} RETURN labels(t), t.dealer, toString(t.day), t.keys, t.counts"))
    return sorted([*at, sorted(zip(keys, counts, strict=True))] for *at, keys, counts in found)


async def test_rollups_are_exact_after_random_writes_at_the_same_time(graphs: list[Graph]) -> None:
    """Writes of every kind at once, corrections too: recounted, the roll-ups agree, and so does every answer."""
    graph = graphs[0]
    half = await random_writes(graphs, MUTATIONS // 2, 1)
    middle = datetime.now(UTC)
    done = half + await random_writes(graphs, MUTATIONS // 2, 2)
    assert done.keys() >= {"moveStage", "assignDealer", "setConsent", "gradeLead", "recordInteractions", "refused"}
    assert done["conflict"] < MUTATIONS / 50
    assert await check_rollups(graph) == []
    assert await check_customers(graph) == []

    counted = await Counted.read(graph)
    now, before = At(TODAY), At(TODAY - timedelta(days=10))
    breakdowns: list[str | None] = [None, "MONTH", "REGION", "AREA", "DEALER", "CHANNEL", "GRADE"]
    for by in breakdowns:
        await compare(graph, counted, now, None, by)
    for place in ("region:r1", "area:a3", "dealer:d2"):
        await compare(graph, counted, now, place, "DEALER")
    for at in (before, At(TODAY, middle), At(before.day, middle)):
        await compare(graph, counted, at, None, "AREA")
        await compare(graph, counted, at, "region:r1", "DEALER")
    await compare(graph, counted, now, "region:r2", "REGION", SUPPOSED)
    await compare(graph, counted, now, None, "DEALER", days=(TODAY, TODAY))

    kept = await tallies(graph)
    await rebuild(graph)
    assert await tallies(graph) == kept


@pytest.mark.parametrize("at", [At(TODAY), At(date(2025, 7, 10)), At(TODAY, THIRD - timedelta(hours=4))], ids=str)
async def test_the_sample_is_counted_as_it_is_told(graph: Graph, at: At) -> None:
    """On any day and as known at any time, of any place: what a count by hand over all facts and events gives."""
    counted = await Counted.read(graph)
    assert await check_rollups(graph) == []
    for place, by in ((None, "MONTH"), ("region:r1", "DEALER"), ("dealer:d0001", None)):
        await compare(graph, counted, at, place, by, days=(date(2025, 6, 5), date(2025, 7, 20)))
    await compare(graph, counted, at, None, "MONTH", days=(date(2025, 6, 5), date(2025, 6, 5)))
    await compare(graph, counted, at, None, "GRADE", SUPPOSED, days=(date(2025, 6, 5), date(2025, 7, 20)))


BROKEN = {
    "MATCH (t:FlowTally) WITH t LIMIT 1 SET t.counts = [t.counts[0] + 2] + t.counts[1..]": "2 too many of",
    "MATCH (t:UsageTally) WHERE t.keys <> [] WITH t LIMIT 1 DETACH DELETE t": "UsageTally of ",
    "MATCH (t:StandingTally) WHERE t.dealer <> '' AND t.keys <> [] WITH t LIMIT 1 DELETE t": "too few of customer|",
    "CREATE (:FlowTally {dealer: 'dealer:x', day: date(), keys: ['in'], counts: [1]})": "tallies of dealer:x",
}


async def test_a_tally_that_is_wrong_is_found(small_graph: Graph, scratch_address: Address) -> None:
    """What is missing, too much, or of nobody who is there is told with its place, and put right by counting anew."""
    await random_writes([small_graph], 60, 3)
    for breaking, told in BROKEN.items():
        assert await check_rollups(small_graph) == []
        await small_graph.run(Statement(breaking))
        found = await check_rollups(small_graph)
        assert any(told in finding.message for finding in found), (breaking, found)
        code, out = await asyncio.to_thread(command, scratch_address)
        assert (code, "rollups" in out) == (1, True), out
        await rebuild(small_graph)
    code, out = await asyncio.to_thread(command, scratch_address)
    assert "rollups" not in out, (code, out)


def command(address: Address) -> tuple[int, str]:
    """Exit code and output of `touchgraph check --rollups`."""
    names = {"NEO4J_URI": address.uri, "NEO4J_USERNAME": address.username, "NEO4J_PASSWORD": address.password}
    call = [sys.executable, "-c", "from touchgraph.cli import main; main()", "check", "--rollups"]
    done = subprocess.run(call, env={**os.environ, **names}, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
