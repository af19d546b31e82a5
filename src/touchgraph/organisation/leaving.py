"""What customers have of entities that are closed: it goes to their successors, or ends, or they cannot be closed.

The organisation knows what leaves; who keeps customers lets them follow (`Follow`), with all that counts them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from touchgraph.errors import InputError
from touchgraph.graph.driver import Transaction
from touchgraph.graph.statements import statement
from touchgraph.model import CUSTOMER_FACT_BY_TYPE, OPEN_RECORD, has_label, kind_of
from touchgraph.organisation.changes.work import Leaving, Operations
from touchgraph.organisation.store import Report, write

Follow = Callable[[Transaction, Leaving, Operations, bool], Awaitable[None]]
"""Lets customers follow in the transaction of the operations, which are written; the last: they are only supposed."""
Counts = Mapping[str, int]
"""How many customers, leads, vehicles and feedback, by their label."""


async def carry_out(
    tx: Transaction,
    operations: Operations,
    follow: Follow | None = None,
    supposed: bool = False,
    report: Report | None = None,
) -> Counts:
    """Writes operations, and lets customers follow what leaves; returns what `left` does.

    Raises InputError as `left` does, and where there is nobody to `follow`; Conflict as `write` does.
    """
    counts = await left(tx, operations, supposed)
    if counts and follow is None:
        raise InputError("what is closed has customers, which do not follow when it is written in this way")
    await write(tx, operations, report)
    if counts and follow is not None:
        # Who succeeds one may leave after it: what it got goes on to its own successor.
        for one in operations.leaving:
            await follow(tx, one, operations, supposed)
    return counts


async def left(tx: Transaction, operations: Operations, supposed: bool = False) -> Counts:
    """How many of each label have something of what leaves: it goes to the successor, or ends.

    Raises InputError with a line for every entity that cannot leave them: without successor, or on a day to come.
    """
    if not operations.leaving:
        return {}
    spans = [{"entity": one.entity, "since": one.since, "until": one.until} for one in operations.leaving]
    found: dict[Leaving, dict[str, tuple[str, int]]] = defaultdict(dict)
    for number, type_, label, count in await tx.run(statement("store/customers-of", leaving=spans, open=OPEN_RECORD)):
        found[operations.leaving[number]][type_] = (label, count)
    totals = Counter[str]()
    for facts in found.values():
        for label, count in facts.values():
            totals[label] += count
    for one in operations.leaving:  # who succeeds one may leave, too, with those that it got
        for other in operations.leaving if one in found else ():
            if other.entity == one.successor and one.since < other.until:
                found[other] = found[one] | found[other]
    if faults := [why for one, facts in found.items() if (why := _fault(one, facts, supposed))]:
        raise InputError("\n".join(faults))
    return totals


def _fault(one: Leaving, facts: Mapping[str, tuple[str, int]], supposed: bool) -> str | None:
    there = ", ".join(
        f"{count:,} {label.lower()}{'s' if count > 1 and label != 'Feedback' else ''} ({type_})"
        for type_, (label, count) in facts.items()
    )
    told = f"{one.entity} still has {there} on {one.since}"
    if one.successor is None:
        return None if one.ends else f"{told}: name who succeeds it, or say `endCustomers` where it is closed"
    kind = kind_of(one.successor)
    ends = {type_: CUSTOMER_FACT_BY_TYPE[type_].end for type_ in facts}
    wrong = [type_ for type_, labels in ends.items() if not any(kind and has_label(kind, end) for end in labels)]
    if wrong:
        return f"{told}: {one.successor} cannot take them, as {', '.join(wrong)} does not lead to its kind"
    if not one.stays:
        return f"{told}: {one.successor} cannot take them, as it is not there all the time until {one.until}"
    if not supposed and one.since > datetime.now(UTC).date():
        return f"{told}, which is yet to come: apply this from that day on; before it, ask by `whatIf`"
    return None
