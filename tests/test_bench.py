"""The benchmark's machinery; what it measures, `make bench` tells."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bench import contestants, cost, customers, data, population, questions, replanned, report, run, servers
from bench.client import Job, measure
from bench.customers import Extent
from bench.data import Size
from bench.population import Population
from bench.replanned import Replanned
from bench.report import Results
from bench.run import Organisation
from bench.servers import BenchError
from touchgraph.graph.driver import Address

TINY = Size(dealers=6, regions=2, areas=4, touchpoints=16, responsibilities=40, change_sets=2, named_dealers=6)
JOB = Job(warm_up=0, rounds=1, clients=2, seconds=0.01, loads=1)


@pytest.mark.usefixtures("empty_graph")
async def test_the_benchmark_runs(scratch_address: Address, tmp_path: Path) -> None:
    """On a tiny organisation, every comparison gets its number; another answer is an error."""
    tiny = Organisation(TINY, scratch_address)
    loading = await run.fill(tiny, tmp_path)
    results = await asyncio.to_thread(run.compare, tiny, tiny, tmp_path, JOB, subjects=1)
    text = report.markdown(replace(results, loadings=[loading]))
    assert all(comparison.measured > 0 for comparison in results.comparisons)
    assert all(
        f"| {named} |" in text for named in [c.what for c in results.comparisons] + [t.name for t in results.timings]
    )
    asked = contestants.plain("one", questions.ownership(TINY, 2), bolt=scratch_address)
    for other, told in (
        (replace(asked, name="other", bodies=asked.bodies[::-1]), "ownership 0: other answers {.*, but one {.*"),
        (replace(asked, name="other", pick=["data"]), "ownership: other has no answer"),
    ):
        with pytest.raises(BenchError, match=told):
            await measure(replace(JOB, contestants=[asked, other]))


@pytest.mark.database
async def test_the_benchmark_of_customers_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a few customers, everybody gives the same answers and writes the same, and every comparison has its number.

    Where a goal is missed, it is told what the answer cost.
    """
    for module, goal in ((replanned, "GOAL"), (customers, "GROWTH")):
        monkeypatch.setattr(module, goal, 0)
    monkeypatch.setattr(servers, "PLAN_AHEAD", False)  # which takes longer than all that is measured here
    settings, results = servers.settings_of(tmp_path / "home"), Results("Neo4j")
    replanned_ = Replanned(results, rounds=1, customers=2)
    little = Extent(customers=2, rows=10, clients=2, distinct=4, new=5, documented=1, regular=50)
    extent = replace(little, seconds=0.1, settling=0.1, quiet=0.1)

    def ask(address: Address, moment: str) -> None:
        replanned_.ask(address, moment)
        if moment.startswith("after `db."):  # here, so that the database need not be started once more
            one = Population(300, address)
            customers.compare(results, one, one, one, tmp_path, JOB, extent)
            asyncio.run(cost.explain(results))

    results.fillings = await asyncio.to_thread(population.fill, settings, 300, 0, tmp_path, ask)
    assert population.fill(settings, 300, 0, tmp_path) == []
    text = report.markdown(results)
    told = [f.what for f in results.fillings] + [c.what for c in results.comparisons] + [*results.memory]
    assert len(told) > 40
    assert all(f"| {named} |" in text for named in told)
    missed = [what for each in results.costs for what in each.missed]
    assert sorted(missed) == sorted(c.what for c in results.comparisons if c.met is False and c.asked)
    block = "```text\ncustomers at once: .* database hits\nstatement 1 of .* database hits\n.* hits .* rows  "
    for what in (
        "`customer360` after batches",
        "`filter` after `db.prep",
        "`customer360`, 1 times",
        "`filter`, 1 times",
    ):
        assert re.search(f"^## Missed: .*{re.escape(what)}.*\n\n{block}", text, re.MULTILINE), what


def test_an_organisation_is_the_same_for_the_same_size(tmp_path: Path) -> None:
    """Its files are; and those of its change sets are too with more dealers, so that these can be compared."""
    sizes = TINY, TINY, replace(TINY, dealers=20)
    one, same, large = ([path.read_text("utf-8") for path in data.write(tmp_path, size)] for size in sizes)
    assert one == same
    assert one[0] != large[0]
    assert one[1:] == large[1:]
