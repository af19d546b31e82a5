"""Customers follow to the successor of what is closed: dealer, stage, channel, pool, phase, product; so do counts."""

from __future__ import annotations

from datetime import UTC, datetime

from touchgraph.customers.tallies.recount import add, counts_of
from touchgraph.graph.driver import Transaction
from touchgraph.graph.statements import statement
from touchgraph.model import OPEN_RECORD
from touchgraph.organisation.changes.work import Leaving, Operations

AT_ONCE = 2_000
"""How many facts one statement moves."""


async def follow(tx: Transaction, leaving: Leaving, operations: Operations, supposed: bool = False) -> None:
    """Lets what customers have of an entity hold of its successor on the days on which it is not there; none: end.

    Before and after these days it stays as it is. What is only `supposed` is counted from facts, not by tallies.
    """
    span = {"since": leaving.since, "until": leaving.until, "open": OPEN_RECORD}
    recorded = max(operations.recorded, datetime.now(UTC))
    while some := await tx.run(statement("writes/followers", entity=leaving.entity, most=AT_ONCE, **span)):
        customers = sorted({customer for _, customer in some if customer is not None})
        before = None if supposed else await counts_of(tx, customers)
        moved = statement(
            "writes/follow",
            facts=[fact for fact, _ in some],
            successor=leaving.successor,
            source=operations.source,
            recorded=recorded,
            **span,
        )
        await tx.run(moved)
        if before is not None:
            after = await counts_of(tx, customers)
            after.subtract(before)
            await add(tx, after)


__all__ = ["follow"]
