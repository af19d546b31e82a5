"""Tallies kept by an import in batches: each batch counts what it changes, in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from touchgraph.customers.tables import Table
from touchgraph.customers.tallies.keep import Counts, Place, kept, key, rows
from touchgraph.customers.tallies.recount import OF_CUSTOMERS
from touchgraph.graph.driver import Transaction
from touchgraph.graph.statements import Statement
from touchgraph.model import NOBODY, OPEN_END, OPEN_RECORD, USAGE
from touchgraph.organisation.store import native

_ITSELF = "MATCH (c:Customer {id: id})"
_CUSTOMERS = {
    "customers": ("id", _ITSELF),
    "leads": ("customer", _ITSELF),
    "dealer_assignments": ("customer", _ITSELF),
    "stage_history": ("customer", _ITSELF),
    "consents": ("customer", _ITSELF),
    "lead_grades": ("lead", "MATCH (:Lead {id: id})-[:OF]->(c)"),
}
"""By table, the column that leads to the customers whose counts a row may change, and the clause that finds them."""
_FOUND = "UNWIND $ids AS id {} WITH DISTINCT c"
_CONSTANTS = {"open": OPEN_RECORD, "end": OPEN_END}


async def counted(tx: Transaction, table: Table, batch: Sequence[Mapping[str, Any]]) -> Counts:
    """What the customers of some rows count for, in the graph; nobody else writes them until the end of `tx`."""
    counts = Counts()
    if table.name not in _CUSTOMERS:
        return counts
    column, clause = _CUSTOMERS[table.name]
    parameters = {"ids": sorted({row[column] for row in batch}), **_CONSTANTS}
    found = _FOUND.format(clause)
    await tx.run(Statement(f"{found} ORDER BY c.id SET c.recordedFrom = c.recordedFrom", parameters))
    for label, text in OF_CUSTOMERS.items():
        for dealer, day, what, n in await tx.run(Statement(found + text, parameters)):
            counts[Place(label, dealer, native(day), what)] += n
    return counts


def of_interactions(new: Sequence[Mapping[str, Any]]) -> Counts:
    """What interactions count for."""
    return Counts(
        Place(USAGE, row["dealer"] or NOBODY, row["at"].date(), key(row["touchpoint"], row["channel"], row["kind"]))
        for row in new
    )


async def add(tx: Transaction, counts: Counts) -> None:
    """Adds to the tallies."""
    for label, changes in rows({place: n for place, n in counts.items() if n}).items():
        await tx.run(Statement(f"UNWIND $changes AS change {kept(label, 'change')}", {"changes": changes}))
