"""Customers to ask about: loaded as their users load them, and samples of them for the questions."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from math import log10
from pathlib import Path
from typing import Any

from bench import servers
from bench.report import Filling
from touchgraph.graph.driver import Address, open_graph
from touchgraph.graph.statements import Statement
from touchgraph.model import OPEN_END, OPEN_RECORD
from touchgraph.settings import Settings

STAGES = ("stage:acquisition", "stage:nurture", "stage:deal", "stage:retention")
"""Those for which somebody is accountable, so that no rule but the plainest tells who: peers know no other."""
SOURCE = "source:synthetic"
Ask = Callable[[Address, str], None]
"""Is called with a database, and with what has just happened to it."""
_TABLE = "interactions.csv"
MORE = 400_000
"""How many interactions are imported in batches, at most."""
_PRESENT = {"open": OPEN_END, "openRecord": OPEN_RECORD}
_SAMPLE = """
MATCH (c:Customer) WHERE c.id ENDS WITH $end
WITH c.id AS id ORDER BY id
WITH collect(id) AS ids
UNWIND [i IN range(0, $tried - 1) | ids[i * size(ids) / $tried]] AS id
MATCH (c:Customer {id: id})-[f:IN_STAGE]->(s), (c)-[g:SERVED_BY]->(d)
WHERE s.id IN $stages AND f.validTo = $open AND f.recordedTo = $openRecord
  AND g.validTo = $open AND g.recordedTo = $openRecord
RETURN DISTINCT id, d.id ORDER BY id LIMIT $count
"""
_WRITTEN = """
MATCH (i:Interaction) WHERE i.id STARTS WITH $prefix
WITH i, [k IN ['WITH_CUSTOMER', 'AT_TOUCHPOINT', 'AT_DEALER'] |
  size(COLLECT { MATCH (i)-[r]->() WHERE type(r) = k RETURN 1 })] AS links
RETURN DISTINCT links, COLLECT { UNWIND keys(i) AS k WITH k ORDER BY k RETURN k } AS properties, i.kind, i.outcome,
  i.channel, toString(i.at), i.source
"""


@dataclass(frozen=True)
class Population:
    """How many customers are in a database."""

    customers: int
    address: Address


def nobody_asks(_address: Address, _moment: str) -> None:
    """Lets every moment pass."""


def fill(settings: Settings, customers: int, dealers: int, folder: Path, ask: Ask = nobody_asks) -> list[Filling]:
    """Makes customers up and imports them into a managed database, by touchgraph's own commands.

    At moments from which on the database plans by other statistics, `ask` is called with what has happened. A database
    that was filled before is taken as it is, and nothing is told of how that went.
    """
    files = folder / f"customers-{customers}"
    if settings.home.exists() and not files.exists():
        return []
    for left in (settings.home, files):
        shutil.rmtree(left, ignore_errors=True)
    files.mkdir(parents=True)
    more, rows = files / "more", min(10 * customers, MORE)
    with servers.database(settings) as address:
        servers.command(settings, "seed")
        made = servers.command(
            settings, "generate", str(files), "--customers", str(customers), "--dealers", str(dealers)
        )
        imported = servers.command(settings, "import", str(files))
        ask(address, "after the import")
        more.mkdir()
        with (files / _TABLE).open(encoding="utf-8") as old, (more / _TABLE).open("w", encoding="utf-8") as new:
            new.writelines(line.replace("interaction:", "interaction:more-", 1) for line in islice(old, rows + 1))
        batches = servers.command(settings, "import", str(more))
        ask(address, "after batches")
        asyncio.run(_sample_indexes(address))
        ask(address, "after `db.prepareForReplanning()`")
    shutil.rmtree(files)
    # Where the files were on this machine is nobody's business.
    return [
        Filling(what, replace(done, told=done.told.replace(f"{files}/", "")))
        for what, done in (
            (f"{customers:,} customers generated", made),
            (f"{customers:,} customers imported", imported),
            (f"{rows:,} more interactions imported", batches),
        )
    ]


async def _sample_indexes(address: Address) -> None:
    async with open_graph(address) as graph:
        await graph.run(Statement("CALL db.prepareForReplanning()"))


async def sample(address: Address, count: int) -> Mapping[str, str]:
    """Customers from all over, and the dealers who serve them."""
    parameters = {"tried": 3 * count, "count": count, "stages": STAGES, **_PRESENT}
    async with open_graph(address) as graph:
        ((customers,),) = await graph.run(Statement("MATCH (c:Customer) RETURN count(c)"))
        # Of many, only those whose ids end with some sevens are tried.
        parameters["end"] = "7" * int(log10(max(1, customers / (3 * count))))
        rows = await graph.run(Statement(_SAMPLE, parameters))
    return dict(map(tuple, rows))


def batch(who: str, customers: Mapping[str, str], rows: int, fresh: str) -> list[dict[str, Any]]:
    """Interactions of customers with their dealers; `fresh` makes the ids those of no other batch."""
    at = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(1)
    chosen = list(customers.items())
    return [
        {
            "id": f"{_prefix(who)}{fresh}-{row}",
            "customer": chosen[row % len(chosen)][0],
            "dealer": chosen[row % len(chosen)][1],
            "touchpoint": "touchpoint:telephone-contact",
            "channel": "channel:telephone",
            "kind": "CALL",
            "outcome": "FOLLOW_UP",
            "at": at.isoformat(),
        }
        for row in range(rows)
    ]


async def written(address: Address, who: str) -> list[list[Any]]:
    """What the graph says of the interactions that somebody wrote: the same of all of them, one hopes."""
    async with open_graph(address) as graph:
        return await graph.run(Statement(_WRITTEN, {"prefix": _prefix(who)}))


def _prefix(who: str) -> str:
    return f"interaction:bench-{who}-"
