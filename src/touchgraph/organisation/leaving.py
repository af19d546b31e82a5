"""What customers have of entities that are closed: it goes to their successors, or ends, or they cannot be closed.

The organisation knows what leaves; who keeps customers lets them follow (`Follow`), with all that counts them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from touchgraph.errors import InputError
from touchgraph.graph.driver import Transaction
from touchgraph.graph.statements import statement
from touchgraph.model import CUSTOMER_FACT_BY_TYPE, OPEN_RECORD, has_label, kind_of
from touchgraph.organisation.changes.work import Leaving, Operations

Follow = Callable[[Transaction, Leaving, Operations, bool], Awaitable[None]]
"""Lets customers follow in the transaction of the operations, which are written; the last: they are only supposed."""
Counts = Mapping[str, int]
"""How many customers, leads, vehicles and feedback, by their label."""


async def let_go(
    tx: Transaction, operations: Operations, follow: Follow | None, supposed: bool = False
) -> dict[str, int]:
    """Lets customers follow what leaves; returns how many of each label did, or lost what they had.

    Raises InputError for every entity that cannot leave them: without successor, or on a day that is yet to come.
    """
    if not operations.leaving:
        return {}
    spans = [{"entity": one.entity, "since": one.since, "until": one.until} for one in operations.leaving]
    found: dict[int, dict[str, Counts]] = defaultdict(dict)
    for number, type_, label, count in await tx.run(statement("store/customers-of", leaving=spans, open=OPEN_RECORD)):
        found[number][type_] = {label: count}
    leaving = {one: found[number] for number, one in enumerate(operations.leaving) if number in found}
    if faults := [why for one, facts in leaving.items() if (why := _fault(one, facts, supposed))]:
        raise InputError("\n".join(faults))
    if leaving and follow is None:
        raise InputError("what is closed has customers, which do not follow when it is written in this way")
    totals: dict[str, int] = defaultdict(int)
    for facts in leaving.values():
        for counts in facts.values():
            for label, count in counts.items():
                totals[label] += count
    if follow is not None:
        # Who succeeds one may leave after it: what it got goes on to its own successor.
        for one in operations.leaving if leaving else ():
            await follow(tx, one, operations, supposed)
    return dict(totals)


def _fault(one: Leaving, facts: Mapping[str, Counts], supposed: bool) -> str | None:
    there = ", ".join(
        f"{count:,} {label.lower()}{'s' if count > 1 and label != 'Feedback' else ''} ({type_})"
        for type_, counts in facts.items()
        for label, count in counts.items()
    )
    told = f"{one.entity} still has {there} on {one.since}"
    if one.successor is None:
        return None if one.ends else f"{told}: name who succeeds it, or say `endCustomers` where it is closed"
    kind = kind_of(one.successor)
    wrong = [type_ for type_ in facts if not any(kind and has_label(kind, end) for end in _ends(type_))]
    if wrong:
        return f"{told}: {one.successor} cannot take them, as {', '.join(wrong)} does not lead to its kind"
    if not supposed and one.since > datetime.now(UTC).date():
        return f"{told}, which is yet to come: apply this from that day on; before it, ask by `whatIf`"
    return None


def _ends(type_: str) -> tuple[str, ...]:
    return CUSTOMER_FACT_BY_TYPE[type_].end
