"""Whether it matters when the database plans: hot questions, asked while it fills, each time by plans made anew."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from graphql import DocumentNode, parse

from bench import cost, population
from bench.client import Timing
from bench.first import forget_plans
from bench.peers import questions
from bench.peers.questions import TOUCHGRAPH, contestant
from bench.report import Asked, Comparison, Results
from bench.servers import BenchError
from touchgraph.graph.driver import Address, Graph, open_graph

QUESTIONS = ("customer360", "filter")
GOAL = 1.3
"""How much longer a question may take than it did at the first moment."""


@dataclass
class Replanned:
    """What is found at one moment after the other; `rounds`: how often all is asked of so many `customers`.

    It is asked within this process, where each root field's one statement is used at once: a server would use it only
    when it had planned all else ahead.
    """

    results: Results
    rounds: int
    customers: int
    _before: dict[str, Timing] = field(default_factory=dict)

    def ask(self, address: Address, moment: str) -> None:
        """Asks by the statistics that there are now, compares with the first moment, and tells what a miss cost."""
        asyncio.run(forget_plans(address))
        customers = asyncio.run(population.sample(address, self.customers))
        for name in QUESTIONS:
            asked = contestant(TOUCHGRAPH, name, "", questions.reading(name, customers))
            timing = Timing(f"{name} {moment}: {TOUCHGRAPH}, without HTTP")
            asyncio.run(_measure(address, asked.bodies, self.rounds, timing))
            self.results.timings.append(timing)
            before = self._before.setdefault(name, timing)
            if before is not timing:
                what = f"`{name}` {moment}, planned anew, to that before: p50"
                measured = _p50(timing) / _p50(before)
                self.results.comparisons.append(Comparison(what, measured, GOAL, Asked(address, asked.bodies[0])))
        # Later, the database would plan otherwise.
        asyncio.run(cost.explain(self.results))


async def _measure(address: Address, bodies: list[str], rounds: int, timing: Timing) -> None:
    """Asks as often to warm up as is measured then."""
    sent = [json.loads(body) for body in bodies]
    document = parse(sent[0]["query"])
    cost.ENGINE.vocabulary.at_once = True
    async with open_graph(address) as graph:
        timing.first = await _timed(graph, document, sent[0]["variables"])
        for number in range(2 * rounds):
            taken = [await _timed(graph, document, each["variables"]) for each in sent]
            if number >= rounds:
                timing.rounds.append(taken)


async def _timed(graph: Graph, document: DocumentNode, variables: dict[str, Any]) -> float:
    started = time.perf_counter()
    answer = await cost.ENGINE.answer(graph, document, None, variables)
    if answer.errors:
        raise BenchError(f"{answer.errors}")
    return (time.perf_counter() - started) * 1000


def _p50(timing: Timing) -> float:
    return median(taken for one in timing.rounds for taken in one)
