"""The comparisons about customers: touchgraph to its peers, many customers to few, touchgraph when hard pressed."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles

from bench import client, first, population, servers
from bench.client import Job
from bench.contestants import Contestant
from bench.peers import questions
from bench.peers.questions import (
    APOLLO,
    BY_CYPHER,
    DATALOADER,
    DRIVER,
    HTTP,
    READING,
    TOUCHGRAPH,
    WRITING,
    Customers,
    contestant,
)
from bench.population import Population
from bench.report import Comparison, Results, ratio
from bench.run import measured
from bench.servers import BenchError
from touchgraph.graph.driver import Address

GOALS = {
    "customer360": (1 / 3, 1.25),
    "page100": (1 / 2.5, 1.15),
    "orgtree": (1 / 2.5, 1.15),
    "filter": (1 / 3, 1.25),
    WRITING: (1 / 3, 1.25),
}
"""Of each question, how much of the time of @neo4j/graphql, and of the driver, touchgraph may take."""
SLOW = {"filter": (APOLLO, DATALOADER)}
"""Who takes seconds for a question."""
FIRST = {APOLLO: 1 / 3, HTTP: 1.5}
"""How much of their time touchgraph may take for the first answer."""
GROWTH, STEADY, FLOODED = 1.3, 10, 1.5


@dataclass(frozen=True)
class Extent:
    """How much is asked: of how many customers, how many rows are written at once, how touchgraph is pressed.

    `new`: how many random questions are asked for the first time, of a server that was left alone for `quiet` seconds.
    """

    customers: int = 24
    rows: int = 100
    clients: int = 64
    seconds: float = 60
    settling: float = 10
    distinct: int = 2_000
    new: int = 300
    quiet: float = first.QUIET


def compare(
    results: Results, few: Population, many: Population, most: Population, folder: Path, job: Job, extent: Extent
) -> None:
    """All comparisons, put to the results: with peers about many customers, without about the most."""
    what = f"{many.customers:,} customers"
    first.compare(results, what, many.address, folder, extent.new, extent.quiet)
    with servers.touchgraph(many.address, folder) as url:
        time.sleep(extent.quiet)
        customers = asyncio.run(population.sample(many.address, extent.customers))
        _with_peers(results, many, url, customers, job, extent)
    with servers.touchgraph(most.address, folder) as url:
        customers = asyncio.run(population.sample(most.address, extent.customers))
        with servers.touchgraph(few.address, folder) as few_url:
            fewer = asyncio.run(population.sample(few.address, extent.customers))
            _grown(results, (few, few_url, fewer), (most, url, customers), job)
        _flooded(results, url, customers, job, extent)
        _pressed(results, url, customers, extent)


def _with_peers(results: Results, one: Population, url: str, customers: Customers, job: Job, extent: Extent) -> None:
    """Every question, answered by everybody."""
    with ExitStack() as stack:
        peers: dict[str, str | Address] = {
            TOUCHGRAPH: url,
            APOLLO: stack.enter_context(servers.apollo(one.address)),
            DATALOADER: stack.enter_context(servers.dataloader(one.address)),
            HTTP: stack.enter_context(servers.plain(one.address)),
            DRIVER: one.address,
        }
        for name in READING:
            asked = questions.reading(name, customers)
            everybody = {who: contestant(who, name, at, asked) for who, at in peers.items()}
            slow = SLOW.get(name, ())
            _compared(results, job, name, {who: one for who, one in everybody.items() if who not in slow})
            if slow:
                _compared(results, _seldom(job), name, {who: everybody[who] for who in (TOUCHGRAPH, *slow)})
        _written(results, job, peers, customers, extent.rows)
        for who, at in peers.items():
            if isinstance(at, str):
                results.memory[who] = servers.memory(at)


def _written(results: Results, job: Job, peers: dict[str, str | Address], customers: Customers, rows: int) -> None:
    """Everybody writes, and has to leave the same in the graph."""

    def writer(who: str, name: str = WRITING) -> Contestant:
        return contestant(who, name, peers[who], questions.writing(_initials(who, name), customers, rows))

    quick = {who: writer(who) for who in peers if who != APOLLO}
    _compared(results, job, WRITING, {**quick, APOLLO: writer(APOLLO, BY_CYPHER)}, "by a mutation in Cypher")
    _compared(results, _seldom(job), WRITING, {TOUCHGRAPH: writer(TOUCHGRAPH), APOLLO: writer(APOLLO)})
    address = peers[DRIVER]
    assert isinstance(address, Address)
    left = {who: asyncio.run(population.written(address, _initials(who, WRITING))) for who in peers}
    if any(each != left[DRIVER] or len(each) != 1 for each in left.values()):
        raise BenchError(f"write: not everybody wrote the same: {left}")


def _seldom(job: Job) -> Job:
    """For those who take seconds: asked a few times only."""
    return replace(job, warm_up=min(job.warm_up, 1), rounds=min(job.rounds, 3), loads=min(job.loads, 1))


def _initials(who: str, name: str) -> str:
    return "".join(filter(str.isalnum, who + name)).lower()


def _compared(results: Results, job: Job, name: str, asked: dict[str, Contestant], how: str = "") -> None:
    timings = dict(zip(asked, measured(results, job, *asked.values()), strict=True))
    own = timings.pop(TOUCHGRAPH)
    to_apollo, to_driver = GOALS[name]
    goals = {APOLLO: None if how else to_apollo, HTTP: to_driver}
    for who, timing in timings.items():
        what = f"`{name}`, to {who}{f' {how}' if how and who == APOLLO else ''}"
        results.comparisons.append(Comparison(f"{what}: p50 at one client", ratio(own, timing), goals.get(who)))
        if name != WRITING:
            told = f"`{name}`, to {who}: first answer"
            results.comparisons.append(Comparison(told, own.first / timing.first, FIRST.get(who)))
        throughput = median(timing.per_second) / median(own.per_second)
        goal = goals.get(who) if who == APOLLO else None
        results.comparisons.append(Comparison(f"{what}: time per answer at {job.clients} clients", throughput, goal))


def _grown(
    results: Results, few: tuple[Population, str, Customers], many: tuple[Population, str, Customers], job: Job
) -> None:
    """The same questions where there are more customers."""
    for name in ("customer360", "filter"):
        less, more = measured(
            results,
            replace(job, loads=0),
            *(
                contestant(TOUCHGRAPH, name, url, questions.reading(name, asked), f" of {one.customers:,} customers")
                for one, url, asked in (few, many)
            ),
        )
        what = f"`{name}`, {many[0].customers / few[0].customers:g} times the customers"
        results.comparisons.append(Comparison(f"{what}: p50", ratio(more, less), GROWTH))


def _flooded(results: Results, url: str, customers: Customers, job: Job, extent: Extent) -> None:
    """A known query, while somebody else asks another known one, or always something new."""
    asked = questions.reading("customer360", customers)
    known = contestant(TOUCHGRAPH, "customer360", url, asked, " beside a known query")
    flood = questions.flood(url, next(iter(customers)), extent.distinct)
    same = replace(flood, name="known", bodies=flood.bodies[:1])
    flooded = replace(known, name=f"customer360 in a flood of {extent.distinct:,} queries: {TOUCHGRAPH}")
    (before,) = measured(results, replace(job, loads=0, meanwhile=same), known)
    (during,) = measured(results, replace(job, loads=0, meanwhile=flood), flooded)
    what = "`customer360` in a flood of distinct queries, to that beside a known query: p50"
    results.comparisons.append(Comparison(what, ratio(during, before), FLOODED))


def _pressed(results: Results, url: str, customers: Customers, extent: Extent) -> None:
    """Many clients, for long."""
    asked = contestant(TOUCHGRAPH, "customer360", url, questions.reading("customer360", customers), " of many clients")
    pressed = Job([], warm_up=0, rounds=1, clients=extent.clients, seconds=extent.settling, loads=1)
    client.run(replace(pressed, contestants=[asked]))
    before = servers.memory(url)
    (timing,) = measured(results, replace(pressed, seconds=extent.seconds), asked)
    after = servers.memory(url)
    results.memory[f"{TOUCHGRAPH} after {extent.clients} clients for {extent.seconds:g} s"] = after
    what = f"{extent.clients} clients for {extent.seconds:g} s"
    results.comparisons += [
        Comparison(f"{what}: errors", timing.errors, 0),
        Comparison(f"{what}: p99 to p50", quantiles(timing.loaded, n=100)[-1] / median(timing.loaded), STEADY),
        Comparison(f"{what}: memory after, to before", after / before, 1.1),
    ]
