"""Runs the whole benchmark and writes its report: `python -m bench`, or `make bench`."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from bench import cost, first, population, report, run, servers
from bench import customers as customers_
from bench.client import Job
from bench.customers import Extent
from bench.data import Size
from bench.population import Population
from bench.replanned import Replanned
from bench.report import Results
from bench.run import Organisation


def main(
    dealers: Annotated[int, typer.Option(help="Of the large organisation.")] = 3000,
    few: Annotated[int, typer.Option(help="Dealers of the small one.")] = 300,
    customers: Annotated[int, typer.Option(help="Whom peers are asked about; 0: nothing is.")] = 100_000,
    fewer: Annotated[int, typer.Option(help="Customers to whom the most are compared.")] = 10_000,
    most: Annotated[int, typer.Option(help="The most customers; 0: those whom peers are asked about.")] = 0,
    keep: Annotated[Path | None, typer.Option(help="Where customers are kept for the next time.")] = None,
    rounds: Annotated[int, typer.Option(help="How often everything is asked.")] = 30,
    output: Path = servers.ROOT / "bench" / "RESULTS.md",
) -> None:
    """Measure touchgraph on two organisations that differ in their dealers only, then on few customers and many."""
    logging.basicConfig(level=logging.WARNING)
    with TemporaryDirectory(prefix="touchgraph-bench-") as name:
        folder, job = Path(name), Job(rounds=rounds)
        results = _organisations(Size(few), Size(dealers), folder, job)
        _reform(results, folder)
        output.write_text(report.markdown(results), encoding="utf-8")
        if customers:
            _customers(results, (fewer, customers, most or customers), dealers, keep or folder, job)
    output.write_text(report.markdown(results), encoding="utf-8")
    print(output.read_text(encoding="utf-8"))
    sys.exit(any(comparison.met is False for comparison in results.comparisons))


def _organisations(few: Size, many: Size, folder: Path, job: Job) -> Results:
    with ExitStack() as stack:
        sizes = few, many
        databases = [
            stack.enter_context(servers.database(servers.settings_of(folder / f"neo4j-{each.dealers}")))
            for each in sizes
        ]
        small, large = (Organisation(*each) for each in zip(sizes, databases, strict=True))
        loadings = [asyncio.run(run.fill(each, folder)) for each in (small, large)]
        results = run.compare(small, large, folder, job)
        results.comparisons += asyncio.run(run.costs(small, large))
        asyncio.run(cost.explain(results))
    results.loadings = loadings
    return results


def _reform(results: Results, folder: Path) -> None:
    settings = servers.settings_of(folder / "reform")
    with servers.database(settings):
        servers.command(settings, "migrate")
        servers.command(settings, "seed")
    with servers.database(settings) as address:
        first.compare(results, "the reform", address, folder)
        asyncio.run(cost.explain(results))


def _customers(results: Results, counts: Sequence[int], dealers: int, folder: Path, job: Job) -> None:
    extent, there = Extent(), dict[int, Population]()
    replanned = Replanned(results, job.rounds, extent.customers)
    with ExitStack() as stack:
        for count in sorted({*counts}):
            settings = servers.settings_of(folder / f"home-{count}")
            ask = replanned.ask if count == counts[1] else population.nobody_asks
            results.fillings += population.fill(settings, count, dealers, folder, ask)
            there[count] = Population(count, stack.enter_context(servers.database(settings)))
        few, many, most = (there[count] for count in counts)
        customers_.compare(results, few, many, most, folder, job, extent)
        asyncio.run(cost.explain(results))


if __name__ == "__main__":
    try:
        typer.run(main)
    except servers.BenchError as error:
        sys.exit(f"bench: {error}")
