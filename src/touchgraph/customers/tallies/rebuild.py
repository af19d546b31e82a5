"""Tallies counted anew from the facts: after an import that wrote facts only, and to see whether they are right.

Some dealers are counted in one transaction, so that neither the database nor we hold more than that. Nobody may write
customers meanwhile: what is written between two transactions would be counted twice, or found missing.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date
from typing import Any

from touchgraph.customers.tallies.recount import COUNTED_OF, recounted
from touchgraph.database import Report
from touchgraph.graph.driver import Graph, Rows, Transaction
from touchgraph.graph.statements import Statement, statement
from touchgraph.model import NOBODY, STANDING, TALLIES, USAGE, quote
from touchgraph.organisation.check import LIMIT, Finding
from touchgraph.organisation.store import native

DEALERS = 5
"""How many dealers are counted in one transaction."""
IDS = 20_000
"""How many customers or interactions are looked through in one, for those that have no dealer."""
AT_ONCE = 2
"""How many transactions count at the same time."""


async def rebuild(graph: Graph, report: Report | None = None) -> None:
    """Counts everything anew, whatever was counted before. Raises GraphError."""
    await graph.run(Statement(f"MATCH (t:{'|'.join(TALLIES)}) CALL (t) {{ DELETE t }} IN TRANSACTIONS OF 20000 ROWS"))

    async def count(dealers: Sequence[str]) -> None:
        async def work(tx: Transaction) -> None:
            for label in TALLIES:
                await tx.run(_created(label, recounted(label, dealers=dealers)))

        await graph.write(work)

    await _each(await _dealers(graph), count, report)
    for label in TALLIES:
        rows = [[NOBODY, day, key, n] for (day, key), n in (await _nobody(graph, label)).items()]
        text = "UNWIND $rows AS row RETURN row[0] AS dealer, row[1] AS day, row[2] AS key, row[3] AS n"
        await graph.run(_created(label, Statement(text, {"rows": rows})))


async def check_rollups(graph: Graph, report: Report | None = None) -> list[Finding]:
    """Where tallies are not what the facts say, sorted; empty when all is well. Raises GraphError."""
    dealers = await _dealers(graph)
    found = await _strangers(graph, dealers)

    async def compare(some: Sequence[str]) -> None:
        for label in TALLIES:
            off = recounted(label, dealers=some, told=some)
            rows = await _rows(graph, Statement(f"{off.text} LIMIT {LIMIT}", off.params))
            found.extend(_finding(label, row) for row in rows)

    await _each(dealers, compare, report)
    for label in TALLIES:
        off = await _nobody(graph, label)
        for _, day, key, n in await _rows(graph, recounted(label, told=[NOBODY])):
            off[native(day), key] += n
        found += [_finding(label, (NOBODY, day, key, n)) for (day, key), n in off.items() if n]
    return sorted(found)[:LIMIT]


async def _dealers(graph: Graph) -> list[str]:
    return [row[0] for row in await _rows(graph, Statement("MATCH (d:Dealer) RETURN d.id ORDER BY d.id"))]


async def _rows(graph: Graph, one: Statement) -> Rows:
    return await graph.read(lambda tx: tx.run(one))


async def _each(
    dealers: Sequence[str], work: Callable[[Sequence[str]], Awaitable[None]], report: Report | None
) -> None:
    """Does some dealers after the other, by as many workers as may be at it at once."""
    some = iter([dealers[start : start + DEALERS] for start in range(0, len(dealers), DEALERS)])
    done = 0

    async def worker() -> None:
        nonlocal done
        for each in some:
            await work(each)
            done += len(each)
            if report is not None:
                report("Counting dealers", done, len(dealers))

    async with asyncio.TaskGroup() as workers:
        for _ in range(AT_ONCE):
            workers.create_task(worker())


async def _nobody(graph: Graph, label: str) -> Counter[tuple[date, str]]:
    """What has to be counted of those without a dealer: few, so the sums are held here."""
    counts = Counter[tuple[date, str]]()
    if label == USAGE and await _all_have_dealers(graph):
        return counts
    async for after, until in _stretches(graph, COUNTED_OF[label]):
        for _, day, key, n in await _rows(graph, recounted(label, after=after, until=until)):
            counts[native(day), key] += n
    return counts


async def _all_have_dealers(graph: Graph) -> bool:
    """Told from the database's own statistics, as looking through all interactions takes long."""
    rows = await _rows(graph, Statement("RETURN COUNT { (:Interaction) } = COUNT { ()-[:AT_DEALER]->() }"))
    return rows == [[True]]


async def _stretches(graph: Graph, label: str) -> AsyncIterator[tuple[str, str]]:
    """The ids of a label in stretches: after one, up to another."""
    text = f"MATCH (n:{quote(label)}) WHERE n.id > $after WITH n ORDER BY n.id LIMIT $many RETURN max(n.id)"
    after = ""
    while True:
        ((until,),) = await _rows(graph, Statement(text, {"after": after, "many": IDS}))
        if until is None:
            return
        yield after, until
        after = until


def _created(label: str, counted: Statement) -> Statement:
    """The statement that makes tallies of what another counts, which so stays in the database."""
    text = (
        f"CALL () {{ {counted.text} }} WITH dealer, day, key, n ORDER BY key "
        "WITH dealer, day, collect(key) AS keys, collect(n) AS counts "
        f"CREATE (:{quote(label)} {{dealer: dealer, day: day, keys: keys, counts: counts}})"
    )
    return Statement(text, counted.params)


async def _strangers(graph: Graph, dealers: Sequence[str]) -> list[Finding]:
    """Tallies of dealers that are not there."""
    found = await _rows(graph, statement("rollups/strangers", dealers=[NOBODY, *dealers], most=LIMIT))
    return [Finding("rollups", f"there are tallies of {dealer}, which is not there") for (dealer,) in found]


def _finding(label: str, row: Sequence[Any]) -> Finding:
    dealer, day, key, off = row
    when = "" if label == STANDING else f" on {day}"
    counted = f"{abs(off)} too {'few' if off > 0 else 'many'}"
    return Finding("rollups", f"{label} of {dealer or 'nobody'}{when}: {counted} of {key}")
