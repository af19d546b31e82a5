"""What tallies have to hold, counted from the facts as known now: `dealer`, `day`, `key`, and how often, `n`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from touchgraph.customers.tallies.keep import Counts, Place, rows
from touchgraph.graph.driver import Transaction
from touchgraph.graph.statements import Statement, named_statement, statement
from touchgraph.model import FLOW, OPEN_END, OPEN_RECORD, STANDING, USAGE
from touchgraph.organisation.store import native

_FILES = {FLOW: "rollups/flow", USAGE: "rollups/usage", STANDING: "rollups/standing"}
_NOTHING: dict[str, Any] = {"dealers": [], "customers": [], "after": None, "until": None, "told": []}
COUNTED_OF = {FLOW: "Customer", USAGE: "Interaction", STANDING: "Customer"}
"""By label, what is counted."""


def recounted(label: str, **of: Any) -> Statement:
    """The statement that counts what tallies of a label have to hold; what is counted, `of` says.

    It is that of `dealers`, of `customers`, or, of those whose ids lie after `after`, up to `until`, that without a
    dealer. What the tallies of the dealers `told` hold is taken off.
    """
    values = {"open": OPEN_RECORD, "end": OPEN_END, **_NOTHING, **of}
    return statement(_FILES[label], **{name: values[name] for name in named_statement(_FILES[label]).params})


async def counts_of(tx: Transaction, customers: Sequence[str], leads: Sequence[str] = ()) -> Counts:
    """What some customers, and those that leads are of, count for; nobody else writes them until the end of `tx`."""
    counts = Counts()
    if not customers and not leads:
        return counts
    locked = [row[0] for row in await tx.run(statement("imports/lock-customers", customers=customers, leads=leads))]
    for label in (FLOW, STANDING):
        for dealer, day, what, n in await tx.run(recounted(label, customers=locked)):
            counts[Place(label, dealer, native(day), what)] += n
    return counts


async def add(tx: Transaction, counts: Counts) -> None:
    """Adds to the tallies."""
    if changes := rows({place: n for place, n in counts.items() if n}):
        await tx.run(statement("rollups/add", changes=changes))
