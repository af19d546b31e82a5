"""Runs the whole benchmark and writes its report: `python -m bench`, or `make bench`."""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from bench import report, run, servers
from bench.client import Job
from bench.data import Size
from bench.run import Organisation


def main(
    dealers: Annotated[int, typer.Option(help="Of the large organisation.")] = 3000,
    few: Annotated[int, typer.Option(help="Dealers of the small one.")] = 300,
    rounds: Annotated[int, typer.Option(help="How often everything is asked.")] = 30,
    output: Path = servers.ROOT / "bench" / "RESULTS.md",
) -> None:
    """Measure touchgraph on two organisations that differ in their dealers only."""
    logging.basicConfig(level=logging.WARNING)
    sizes = Size(few), Size(dealers)
    with TemporaryDirectory(prefix="touchgraph-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        databases = [stack.enter_context(servers.database(folder / f"neo4j-{size.dealers}")) for size in sizes]
        small, large = (Organisation(*each) for each in zip(sizes, databases, strict=True))
        loadings = [asyncio.run(run.fill(each, folder)) for each in (small, large)]
        results = run.compare(small, large, folder, Job(rounds=rounds))
        results.comparisons += asyncio.run(run.costs(small, large))
    results.loadings = loadings
    output.write_text(report.markdown(results), encoding="utf-8")
    print(output.read_text(encoding="utf-8"))
    sys.exit(any(comparison.met is False for comparison in results.comparisons))


if __name__ == "__main__":
    try:
        typer.run(main)
    except servers.BenchError as error:
        sys.exit(f"bench: {error}")
