"""Tallies kept by an import in batches: each batch counts what it changes, in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from touchgraph.customers.tables import Table
from touchgraph.customers.tallies.keep import Counts, Place, key
from touchgraph.customers.tallies.recount import counts_of
from touchgraph.graph.driver import Transaction
from touchgraph.model import NOBODY, USAGE

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
    return await counts_of(tx, _ids(_CUSTOMERS.get(table.name), batch), _ids(_LEADS.get(table.name), batch))


def _ids(column: str | None, batch: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted({row[column] for row in batch}) if column else []


def of_interactions(new: Sequence[Mapping[str, Any]]) -> Counts:
    """What interactions count for."""
    return Counts(
        Place(USAGE, row["dealer"] or NOBODY, row["at"].date(), key(row["touchpoint"], row["channel"], row["kind"]))
        for row in new
    )
