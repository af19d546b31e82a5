"""What was measured, as Markdown: the goals and whether they were met, the times, where they were taken."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psutil

from bench.client import Timing
from bench.servers import Done
from touchgraph.graph.driver import Address

_PACKAGES = ("neo4j", "strawberry-graphql", "graphql-core", "fastapi", "uvicorn", "uvloop", "orjson")


@dataclass(frozen=True)
class Asked:
    """A question that touchgraph answers from a database, as it is sent; `as_one`: as when it is asked again."""

    address: Address
    body: str
    as_one: bool = True


@dataclass(frozen=True)
class Comparison:
    """A number, and what it should not exceed; without a goal, to be read only. `asked`: what it is about, once."""

    what: str
    measured: float
    goal: float | None = None
    asked: Asked | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal was met, if there is one."""
        return None if self.goal is None else self.measured <= self.goal


@dataclass(frozen=True)
class Loading:
    """How long the seed files of an organisation took."""

    dealers: int
    entities: int
    facts: int
    seconds: float


@dataclass(frozen=True)
class Filling:
    """A step on the way to a database of customers, and the command that did it."""

    what: str
    done: Done


@dataclass(frozen=True)
class Cost:
    """What an answer cost in the database, and the comparisons that missed their goals with it."""

    missed: list[str]
    steps: list[str]


@dataclass
class Results:
    """All that a run of the benchmark found."""

    neo4j: str
    loadings: list[Loading] = field(default_factory=list)
    fillings: list[Filling] = field(default_factory=list)
    timings: list[Timing] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    memory: dict[str, int] = field(default_factory=dict)
    costs: list[Cost] = field(default_factory=list)


def ratio(one: Timing, other: Timing) -> float:
    """How many times as long one takes as the other: the median over the rounds, which both were part of in turn."""
    return median(median(a) / median(b) for a, b in zip(one.rounds, other.rounds, strict=True))


def markdown(results: Results) -> str:
    """The report."""
    return "\n".join(_lines(results)) + "\n"


def _lines(results: Results) -> Iterator[str]:
    yield "# Results"
    yield ""
    yield f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}; [what is measured, and how](../docs/bench.md)."
    yield ""
    yield from _table(
        ("comparison", "measured", "goal", "met"),
        [
            (c.what, f"{c.measured:.2f}", _goal(c), {True: "yes", False: "**no**", None: ""}[c.met])
            for c in results.comparisons
        ],
    )
    yield ""
    for cost in results.costs:
        yield f"## Missed: {'; '.join(cost.missed)}"
        yield ""
        yield from ("```text", *cost.steps, "```", "")
    yield "## Times at the client"
    yield ""
    yield from _table(
        ("who", "p50, ms", "p99, ms", "first, ms", "answers a second"),
        [(t.name, *_times(t), f"{median(t.per_second):.0f}" if t.per_second else "") for t in results.timings],
    )
    yield ""
    yield "## Loading"
    yield ""
    yield from _table(
        ("dealers", "entities", "facts", "seconds"),
        [(f"{x.dealers:,}", f"{x.entities:,}", f"{x.facts:,}", f"{x.seconds:.0f}") for x in results.loadings],
    )
    if results.fillings:
        yield ""
        yield "## Customers"
        yield ""
        yield from _table(
            ("what", "seconds", "memory at most, MB", "told at the end"),
            [
                (x.what, f"{x.done.seconds:,.0f}", f"{x.done.memory / 2**20:,.0f}", x.done.told)
                for x in results.fillings
            ],
        )
    if results.memory:
        yield ""
        yield "## Memory of a server and its children"
        yield ""
        yield from _table(("server", "MB"), [(who, f"{size / 2**20:,.0f}") for who, size in results.memory.items()])
    yield ""
    yield "## Machine and versions"
    yield ""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    yield f"- {_processor()}, {psutil.cpu_count()} logical cores, {psutil.virtual_memory().total / 2**30:.0f} GiB"
    yield f"- {platform.system()} {platform.release()}; load at the end {load}"
    yield f"- Python {platform.python_version()}, {results.neo4j}, {', '.join(f'{p} {version(p)}' for p in _PACKAGES)}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _goal(comparison: Comparison) -> str:
    return "" if comparison.goal is None else f"at most {comparison.goal:g}"


def _times(timing: Timing) -> tuple[str, str, str]:
    """p50, p99 and the first."""
    taken = sorted(each for one in timing.rounds for each in one)
    return f"{median(taken):.1f}", f"{taken[math.ceil(len(taken) * 0.99) - 1]:.1f}", f"{timing.first:.0f}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
