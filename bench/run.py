"""The comparisons: what is loaded, who is asked what, and which numbers come of it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

from bench import client, cost, data, questions, servers
from bench.client import Job, Timing
from bench.contestants import Contestant, graphql, plain
from bench.data import Size
from bench.questions import Question
from bench.report import Asked, Comparison, Loading, Results, ratio
from touchgraph.graph.driver import Address, open_graph
from touchgraph.graph.migrate import migrate
from touchgraph.graph.statements import Statement
from touchgraph.organisation.files.loading import load


@dataclass(frozen=True)
class Organisation:
    """What is in a database."""

    size: Size
    address: Address


async def fill(organisation: Organisation, folder: Path) -> Loading:
    """Loads an organisation as `touchgraph seed` does."""
    paths = data.write(folder, organisation.size)
    async with open_graph(organisation.address) as graph:
        await migrate(graph)
        started = time.perf_counter()
        loaded = await load(graph, paths)
        taken = time.perf_counter() - started
        await graph.run(Statement("CALL db.prepareForReplanning()"))
    return Loading(organisation.size.dealers, sum(x.entities for x in loaded), sum(x.facts for x in loaded), taken)


def compare(small: Organisation, large: Organisation, folder: Path, job: Job, subjects: int = 24) -> Results:
    """All comparisons on two organisations that differ in their dealers only; `job` tells how often."""
    results = Results(asyncio.run(version(large.address)))
    with servers.touchgraph(large.address, folder) as url:
        with servers.plain(large.address) as plain_url:
            _answers(results, large, url, plain_url, job, subjects)
        with servers.touchgraph(small.address, folder) as small_url:
            _differences(results, {small_url: small, url: large}, job)
    return results


def _answers(results: Results, organisation: Organisation, url: str, plain_url: str, job: Job, subjects: int) -> None:
    """Who answers for a subject, and for all of them: by touchgraph, and by the same Cypher alone."""
    ownership, coverage = questions.ownership(organisation.size, subjects), questions.coverage(organisation.size)
    own, own_driver, own_http, cover, cover_driver = measured(
        results,
        job,
        graphql("ownership: touchgraph", url, ownership),
        plain("ownership: its Cypher by the driver", ownership, bolt=organisation.address),
        plain("ownership: its Cypher by the driver, over HTTP", ownership, url=plain_url),
        graphql("coverage: touchgraph", url, coverage),
        plain("coverage: its Cypher by the driver", coverage, bolt=organisation.address),
    )
    results.comparisons += [
        Comparison("`ownership` over HTTP, to its own Cypher by the driver", ratio(own, own_driver), 1.3),
        Comparison("`ownership` over HTTP, to its own Cypher by the driver over HTTP", ratio(own, own_http)),
        Comparison("national `coverage`, to one `ownership`", ratio(cover, own), 10),
        Comparison("`coverage` over HTTP, to its own Cypher by the driver", ratio(cover, cover_driver)),
    ]


def _differences(results: Results, organisations: dict[str, Organisation], job: Job) -> None:
    """What a change set changed, whatever else there is; and what several did."""
    (small_url, small), (url, large) = organisations.items()
    several = min(5, large.size.change_sets)
    few, many, longer = measured(
        results,
        replace(job, loads=0),
        graphql(f"orgDiff, {small.size.dealers:,} dealers", small_url, questions.org_diff(small.size)),
        graphql(f"orgDiff, {large.size.dealers:,} dealers", url, questions.org_diff(large.size)),
        graphql(f"orgDiff over {several} change sets", url, questions.org_diff(large.size, several)),
    )
    growth = f"{large.size.dealers / small.size.dealers:g} times the dealers"
    larger = f"{longer.size / many.size:.1f} times the answer"
    results.comparisons += [
        Comparison(f"`orgDiff` of a change set, {growth}", ratio(many, few), 1.2),
        Comparison(f"`orgDiff` of {several} change sets to that of one, {larger}", ratio(longer, many)),
    ]


def measured(results: Results, job: Job, *asked: Contestant) -> list[Timing]:
    """What is measured of contestants, which the results take over."""
    timings = client.run(replace(job, contestants=list(asked)))
    results.timings += timings
    return timings


async def costs(small: Organisation, large: Organisation, subjects: int = 24) -> list[Comparison]:
    """The same in hits of the database, which no noise disturbs."""
    ownership = await _cost(large, questions.ownership(large.size, subjects))
    coverage = await _cost(large, questions.coverage(large.size))
    few, many = await _cost(small, questions.org_diff(small.size)), await _cost(large, questions.org_diff(large.size))
    changed = graphql("", "", questions.org_diff(large.size)).bodies[0]
    return [
        Comparison(f"database hits: national `coverage` ({coverage:,.0f}), to one `ownership`", coverage / ownership),
        Comparison(
            f"database hits: `orgDiff` ({many:,.0f}), to one with fewer dealers",
            many / few,
            1.05,
            Asked(large.address, changed, as_one=False),
        ),
    ]


async def _cost(organisation: Organisation, question: Question) -> float:
    address, document = organisation.address, question.document
    return mean([await cost.hits(address, document, variables) for variables in question.variables])


async def version(address: Address) -> str:
    """Of the database."""
    async with open_graph(address) as graph:
        ((_, (version, *_), edition), *_) = await graph.run(Statement("CALL dbms.components()"))
    return f"Neo4j {version} {edition}"
