"""What frontends write of customers in batches: profiles, interactions, feedback; each batch as a whole or not at all.

Each function takes a transaction and the arguments of a field of the API, and returns what the answer is made from. One
statement does all: it looks up what the rows name, writes, counts, and tells what is wrong, upon which the transaction
is given up; that of interactions writes nothing then, and so can do without one. It can be run again, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from touchgraph.customers.tallies.keep import key
from touchgraph.customers.writing import items
from touchgraph.errors import InvalidRows, RowFault
from touchgraph.graph.driver import Transaction
from touchgraph.graph.names import with_terms
from touchgraph.graph.statements import statement
from touchgraph.model import OPEN_END, OPEN_RECORD

Result = Mapping[str, Any]


def unknown(identity: str, day: object = None) -> str:
    """The sentence on an id that nothing has."""
    return f"{identity} is not known" + (f", or does not exist on {day}" if day else "")


async def upsert_customers(tx: Transaction, arguments: Mapping[str, Any]) -> Result:
    """Creates customers, or gives them the profile. Raises InvalidRows."""
    request = items.read(items.UPSERT, arguments["input"], "customers")
    rows = sorted((with_terms(item.model_dump()) for item in request.customers), key=lambda row: str(row["id"]))
    upsert = statement(
        "writes/upsert-customers", rows=rows, source=request.source, recorded=datetime.now(UTC), end=OPEN_END
    )
    found = await tx.run(upsert)
    known, created, updated = found[0] if found else (True, 0, 0)
    if not known:
        raise InvalidRows([RowFault(None, "source", unknown(request.source))])
    counts = {"created": created, "updated": updated, "unchanged": len(rows) - created - updated}
    return answer(request, ids=[item.id for item in request.customers], **counts)


async def record_interactions(tx: Transaction, arguments: Mapping[str, Any]) -> Result:
    """Records what happened; what is there already with the same content is skipped. Raises InvalidRows."""
    request = items.read(items.RECORD, arguments["input"], "interactions")
    given = request.interactions
    record = statement("writes/record-interactions", groups=_groups(given), source=request.source, **_now())
    found = await tx.run(record)
    known, faults, recorded = found[0] if found else (True, [], 0)
    if faults or not known:
        told = [] if known else [RowFault(None, "source", unknown(request.source))]
        raise InvalidRows(told + [one for fault in sorted(faults) for one in _faults(fault, given)], "interactions")
    ids = [item.id for item in given]
    return answer(request, ids=ids, recorded=recorded, skipped=len(ids) - recorded)


def _groups(given: Sequence[Any]) -> list[dict[str, Any]]:
    """Interactions by all that many of them share, which is looked up once: what they name, and what they count for.

    The time goes as text: to make times for the database takes the driver longer than all else of a batch.
    """
    rows = defaultdict[tuple[Any, ...], list[dict[str, Any]]](list)
    for number, item in enumerate(given):
        at = item.at.astimezone(UTC)
        own = {
            "number": number,
            "id": item.id,
            "customer": item.customer,
            "at": at.isoformat(),
            "outcome": item.outcome,
        }
        rows[item.touchpoint, item.channel, item.kind, item.dealer, at.date()].append(own)
    return [
        {
            "touchpoint": touchpoint,
            "channel": channel,
            "kind": kind,
            "dealer": dealer,
            "day": day,
            "key": key(touchpoint, channel, kind),
            "rows": own,
        }
        for (touchpoint, channel, kind, dealer, day), own in rows.items()
    ]


def _faults(fault: Any, given: Sequence[Any]) -> list[RowFault]:
    number, unknown_fields, differing = fault
    item = given[number]
    day = item.at.astimezone(UTC).date()
    found = [
        RowFault(number, field, unknown(getattr(item, field), None if field == "customer" else day))
        for field in unknown_fields
    ]
    if differing:
        why = f"{item.id} is there already, with other content ({', '.join(differing)}); an event does not change"
        found.append(RowFault(number, "id", why))
    return found


async def submit_feedback(tx: Transaction, arguments: Mapping[str, Any]) -> Result:
    """Records what a customer said; skipped if it is there already with the same content. Raises InvalidRows."""
    request = items.read(items.FEEDBACK, arguments["input"])
    own = {"at": request.at.astimezone(UTC), "theme": request.theme, "text": request.text}
    named = {name: getattr(request, name) for name in ("id", "customer", "product", "source")}
    submit = statement("writes/submit-feedback", own=own, day=own["at"].date(), **named, **_now())
    ((unknown_fields, differing, new),) = await tx.run(submit)
    faults = [RowFault(None, name, unknown(named[name])) for name in unknown_fields]
    if differing:
        why = f"{request.id} is there already, with other content ({', '.join(differing)}); an event does not change"
        faults.append(RowFault(None, "id", why))
    if faults:
        raise InvalidRows(faults)
    return answer(request, feedbackId=request.id, changed=new)


def _now() -> dict[str, Any]:
    return {"recorded": datetime.now(UTC), "open": OPEN_RECORD}


def answer(request: Any, **values: Any) -> Result:
    """What the payload is made from."""
    return {"clientMutationId": request.client_mutation_id, **values}
