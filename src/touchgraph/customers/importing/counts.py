"""Tallies kept by an import in batches: each batch counts what it changes, in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from touchgraph.customers.tables import Table
from touchgraph.customers.tallies.keep import Counts, Place, key, rows
from touchgraph.customers.tallies.recount import recounted
from touchgraph.graph.driver import Transaction
from touchgraph.graph.statements import statement
from touchgraph.model import FLOW, NOBODY, STANDING, USAGE
from touchgraph.organisation.store import native

_CUSTOMERS = {
    "customers": "id",
    "leads": "customer",
    "dealer_assignments": "customer",
    "stage_history": "customer",
    "consents": "customer",
}
"""By table, the column that tells the customer whose counts a row may change."""
_LEADS = {"lead_grades": "lead"}
"""The same of the lead, where that tells the customer."""


async def counted(tx: Transaction, table: Table, batch: Sequence[Mapping[str, Any]]) -> Counts:
    """What the customers of some rows count for, in the graph; nobody else writes them until the end of `tx`."""
    counts = Counts()
    customers, leads = _ids(_CUSTOMERS.get(table.name), batch), _ids(_LEADS.get(table.name), batch)
    if not customers and not leads:
        return counts
    locked = [row[0] for row in await tx.run(statement("imports/lock-customers", customers=customers, leads=leads))]
    for label in (FLOW, STANDING):
        for dealer, day, what, n in await tx.run(recounted(label, customers=locked)):
            counts[Place(label, dealer, native(day), what)] += n
    return counts


def _ids(column: str | None, batch: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted({row[column] for row in batch}) if column else []


def of_interactions(new: Sequence[Mapping[str, Any]]) -> Counts:
    """What interactions count for."""
    return Counts(
        Place(USAGE, row["dealer"] or NOBODY, row["at"].date(), key(row["touchpoint"], row["channel"], row["kind"]))
        for row in new
    )


async def add(tx: Transaction, counts: Counts) -> None:
    """Adds to the tallies."""
    if changes := rows({place: n for place, n in counts.items() if n}):
        await tx.run(statement("rollups/add", changes=changes))
