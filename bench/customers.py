"""The comparisons about customers: touchgraph to its peers, many customers to few, touchgraph when hard pressed."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
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
from bench.report import Asked, Comparison, Results, ratio
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
GROWTH, STEADY, FLOODED, REGULAR = 1.3, 10, 1.5, 1.5


@dataclass(frozen=True)
class Extent:
    """How much is asked: of how many customers, how many rows are written at once, how touchgraph is pressed.

    `new`: how many random questions are asked for the first time, of a server that was left alone for `quiet` seconds;
    `documented`: how many of the documentation, or all. `regular`: how many interactions a customer has who has many.
    """

    customers: int = 24
    rows: int = 100
    clients: int = 64
    seconds: float = 60
    settling: float = 10
    distinct: int = 2_000
    new: int = 300
    quiet: float = first.QUIET
    documented: int | None = None
    regular: int = 5_000


@dataclass(frozen=True)
class Served:
    """So many customers, served by touchgraph; some of them, to ask about."""

    count: int
    address: Address
    url: str
    customers: Customers

    def asked(self, name: str, told: str = "") -> Contestant:
        """touchgraph, to be asked a question that reads."""
        return contestant(TOUCHGRAPH, name, self.url, questions.reading(name, self.customers), told)

    def example(self, name: str, as_one: bool = True) -> Asked:
        """A question that reads, as it is sent."""
        return Asked(self.address, self.asked(name).bodies[0], as_one)


def compare(
    results: Results, few: Population, many: Population, most: Population, folder: Path, job: Job, extent: Extent
) -> None:
    """All comparisons, put to the results: with peers about many customers, without about the most."""
    what = f"{many.customers:,} customers"
    first.compare(results, what, many.address, folder, extent.new, extent.quiet, extent.documented)
    with ExitStack() as stack:

        @cache
        def served(one: Population) -> Served:
            url = stack.enter_context(servers.touchgraph(one.address, folder))
            time.sleep(extent.quiet)  # by then, all is planned
            customers = asyncio.run(population.sample(one.address, extent.customers))
            return Served(one.customers, one.address, url, customers)

        _with_peers(results, served(many), job, extent)
        _grown(results, served(few), served(most), job)
        _regular(results, served(most), job, extent.regular)
        _flooded(results, served(most), job, extent)
        _pressed(results, served(most), extent)


def _with_peers(results: Results, one: Served, job: Job, extent: Extent) -> None:
    """Every question, answered by everybody."""
    with ExitStack() as stack:
        peers: dict[str, str | Address] = {
            TOUCHGRAPH: one.url,
            APOLLO: stack.enter_context(servers.apollo(one.address)),
            DATALOADER: stack.enter_context(servers.dataloader(one.address)),
            HTTP: stack.enter_context(servers.plain(one.address)),
            DRIVER: one.address,
        }
        for name in READING:
            asked = questions.reading(name, one.customers)
            everybody = {who: contestant(who, name, at, asked) for who, at in peers.items()}
            slow = SLOW.get(name, ())
            _compared(results, job, one, name, {who: each for who, each in everybody.items() if who not in slow})
            if slow:
                _compared(results, _seldom(job), one, name, {who: everybody[who] for who in (TOUCHGRAPH, *slow)})
        _written(results, job, one, peers, extent.rows)
        for who, at in peers.items():
            if isinstance(at, str):
                results.memory[who] = servers.memory(at)


def _written(results: Results, job: Job, one: Served, peers: dict[str, str | Address], rows: int) -> None:
    """Everybody writes, and has to leave the same in the graph."""

    def writer(who: str, name: str = WRITING) -> Contestant:
        return contestant(who, name, peers[who], questions.writing(_initials(who, name), one.customers, rows))

    quick = {who: writer(who) for who in peers if who != APOLLO}
    _compared(results, job, one, WRITING, {**quick, APOLLO: writer(APOLLO, BY_CYPHER)}, "by a mutation in Cypher")
    _compared(results, _seldom(job), one, WRITING, {TOUCHGRAPH: writer(TOUCHGRAPH), APOLLO: writer(APOLLO)})
    left = {who: asyncio.run(population.written(one.address, _initials(who, WRITING))) for who in peers}
    if any(each != left[DRIVER] or len(each) != 1 for each in left.values()):
        raise BenchError(f"write: not everybody wrote the same: {left}")


def _seldom(job: Job) -> Job:
    """For those who take seconds: asked a few times only."""
    return replace(job, warm_up=min(job.warm_up, 1), rounds=min(job.rounds, 3), loads=min(job.loads, 1))


def _initials(who: str, name: str) -> str:
    return "".join(filter(str.isalnum, who + name)).lower()


def _compared(results: Results, job: Job, one: Served, name: str, asked: dict[str, Contestant], how: str = "") -> None:
    timings = dict(zip(asked, measured(results, job, *asked.values()), strict=True))
    own = timings.pop(TOUCHGRAPH)
    to_apollo, to_driver = GOALS[name]
    goals = {APOLLO: None if how else to_apollo, HTTP: to_driver}
    again, new = (None if name == WRITING else one.example(name, as_one) for as_one in (True, False))
    for who, timing in timings.items():
        what = f"`{name}`, to {who}{f' {how}' if how and who == APOLLO else ''}"
        results.comparisons.append(Comparison(f"{what}: p50 at one client", ratio(own, timing), goals.get(who), again))
        if name != WRITING:
            told = f"`{name}`, to {who}: first answer"
            results.comparisons.append(Comparison(told, own.first / timing.first, FIRST.get(who), new))
        throughput = median(timing.per_second) / median(own.per_second)
        goal = goals.get(who) if who == APOLLO else None
        told = f"{what}: time per answer at {job.clients} clients"
        results.comparisons.append(Comparison(told, throughput, goal, again))


def _grown(results: Results, few: Served, many: Served, job: Job) -> None:
    """The same questions where there are more customers."""
    for name in ("customer360", "filter"):
        asked = [one.asked(name, f" of {one.count:,} customers") for one in (few, many)]
        less, more = measured(results, replace(job, loads=0), *asked)
        what = f"`{name}`, {many.count / few.count:g} times the customers"
        results.comparisons.append(Comparison(f"{what}: p50", ratio(more, less), GROWTH, many.example(name)))


def _regular(results: Results, one: Served, job: Job, many: int) -> None:
    """A customer with many interactions beside one with ten, who are alike else; both are written through the API."""
    dealer = next(iter(one.customers.values()))
    asked = {}
    for count in (10, many):
        who, told = f"customer:bench-{count}", f" with {count:,} interactions"
        asyncio.run(client.send(one.url, questions.story(who, dealer, count)))
        asked[count] = contestant(TOUCHGRAPH, "customer360", one.url, [{"id": who}], told)
    few, more = measured(results, replace(job, loads=0), *asked.values())
    what = f"`customer360` of a customer with {many:,} interactions, to that of one with ten: p50"
    example = Asked(one.address, asked[many].bodies[0])
    results.comparisons.append(Comparison(what, ratio(more, few), REGULAR, example))


def _flooded(results: Results, one: Served, job: Job, extent: Extent) -> None:
    """A known query, while somebody else asks another known one, or always something new."""
    known = one.asked("customer360", " beside a known query")
    flood = questions.flood(one.url, next(iter(one.customers)), extent.distinct)
    same = replace(flood, name="known", bodies=flood.bodies[:1])
    flooded = replace(known, name=f"customer360 in a flood of {extent.distinct:,} queries: {TOUCHGRAPH}")
    (before,) = measured(results, replace(job, loads=0, meanwhile=same), known)
    (during,) = measured(results, replace(job, loads=0, meanwhile=flood), flooded)
    what = "`customer360` in a flood of distinct queries, to that beside a known query: p50"
    results.comparisons.append(Comparison(what, ratio(during, before), FLOODED, one.example("customer360")))


def _pressed(results: Results, one: Served, extent: Extent) -> None:
    """Many clients, for long."""
    asked = one.asked("customer360", " of many clients")
    pressed = Job([], warm_up=0, rounds=1, clients=extent.clients, seconds=extent.settling, loads=1)
    client.run(replace(pressed, contestants=[asked]))
    before = servers.memory(one.url)
    (timing,) = measured(results, replace(pressed, seconds=extent.seconds), asked)
    after = servers.memory(one.url)
    results.memory[f"{TOUCHGRAPH} after {extent.clients} clients for {extent.seconds:g} s"] = after
    what = f"{extent.clients} clients for {extent.seconds:g} s"
    slowest = quantiles(timing.loaded, n=100)[-1]
    results.comparisons += [
        Comparison(f"{what}: errors", timing.errors, 0),
        Comparison(f"{what}: p99 to p50", slowest / median(timing.loaded), STEADY, one.example("customer360")),
        Comparison(f"{what}: memory after, to before", after / before, 1.1),
    ]
