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

from touchgraph.customers.tallies.keep import kept, key
from touchgraph.customers.writing import items
from touchgraph.errors import InvalidRows, RowFault
from touchgraph.graph.driver import Transaction
from touchgraph.graph.statements import Statement
from touchgraph.model import NOBODY, OPEN_END, OPEN_RECORD, STANDING, USAGE

Result = Mapping[str, Any]


def exists(node: str, day: str) -> str:
    """The predicate that an entity of the organisation exists on a day."""
    return f"EXISTS {{ ({node})-[h:HAS_STATE]->() WHERE h.validFrom <= {day} < h.validTo AND h.recordedTo = $open }}"


def unknown(identity: str, day: object = None) -> str:
    """The sentence on an id that nothing has."""
    return f"{identity} is not known" + (f", or does not exist on {day}" if day else "")


def locked(node: str) -> str:
    """The clause that locks a node, unless it is null, without changing it."""
    return (
        f"FOREACH (one IN CASE WHEN {node} IS NULL THEN [] ELSE [{node}] END | SET one.recordedFrom = one.recordedFrom)"
    )


# --- Profiles --------------------------------------------------------------------------------------------------------

_UPSERT = f"""
OPTIONAL MATCH (source:Source {{id: $source}})
UNWIND $rows AS row
MERGE (c:Customer {{id: row.id}})
// A customer that was there has a name. Whoever else creates the same one is waited for.
WITH source, row, c, c.nameZh IS NULL AS new
WITH *, any(k IN keys(row) WHERE coalesce(c[k] <> row[k], c[k] IS NOT NULL OR row[k] IS NOT NULL)) AS differing
FOREACH (one IN CASE WHEN differing THEN [c] ELSE [] END | SET one += row, one.source = $source)
FOREACH (one IN CASE WHEN new THEN [c] ELSE [] END | SET one.recordedFrom = $recorded)
WITH source IS NOT NULL AS known, sum(CASE WHEN new THEN 1 ELSE 0 END) AS created,
  sum(CASE WHEN differing AND NOT new THEN 1 ELSE 0 END) AS updated
CALL (created) {{
  WITH created WHERE created > 0
  WITH {{dealer: '{NOBODY}', day: $end, entries: [{{key: '{key("customer", None, "NONE")}', n: created}}]}} AS change
  {kept(STANDING, "change")}
}}
RETURN known, created, updated
"""


async def upsert_customers(tx: Transaction, arguments: Mapping[str, Any]) -> Result:
    """Creates customers, or gives them the profile. Raises InvalidRows."""
    request = items.read(items.UPSERT, arguments["input"], "customers")
    rows = [item.model_dump() for item in request.customers]
    parameters = {"rows": sorted(rows, key=lambda row: str(row["id"])), "source": request.source, "end": OPEN_END}
    found = await tx.run(Statement(_UPSERT, parameters | _now()))
    known, created, updated = found[0] if found else (True, 0, 0)
    if not known:
        raise InvalidRows([RowFault(None, "source", unknown(request.source))])
    counts = {"created": created, "updated": updated, "unchanged": len(rows) - created - updated}
    return answer(request, ids=[row["id"] for row in rows], **counts)


# --- What happened ---------------------------------------------------------------------------------------------------

_RECORD = f"""
OPTIONAL MATCH (source:Source {{id: $source}})
UNWIND $groups AS of
OPTIONAL MATCH (t:Touchpoint {{id: of.touchpoint}}) WHERE {exists("t", "of.day")}
OPTIONAL MATCH (named:Dealer {{id: of.dealer}}) WHERE {exists("named", "of.day")}
OPTIONAL MATCH (via:Channel {{id: of.channel}}) WHERE {exists("via", "of.day")}
WITH source, of, t, named, [field IN [CASE WHEN t IS NULL THEN 'touchpoint' END,
  CASE WHEN of.dealer IS NOT NULL AND named IS NULL THEN 'dealer' END,
  CASE WHEN of.channel IS NOT NULL AND via IS NULL THEN 'channel' END] WHERE field IS NOT NULL] AS unknown
UNWIND of.rows AS row
OPTIONAL MATCH (c:Customer {{id: row.customer}})
OPTIONAL MATCH (c)-[s:SERVED_BY]->(serving)
  WHERE of.dealer IS NULL AND s.validFrom <= of.day < s.validTo AND s.recordedTo = $open
// Whoever records the same one meanwhile is waited for.
OPTIONAL MATCH (i:Interaction {{id: row.id}})
WITH source, of, row, c, t, i, coalesce(named, serving) AS d,
  unknown + CASE WHEN c IS NULL THEN ['customer'] ELSE [] END AS unknown
WITH *, CASE WHEN i IS NULL OR size(unknown) > 0 THEN [] ELSE
    CASE WHEN i.at.epochMillis = datetime(row.at).epochMillis THEN [] ELSE ['at'] END
    + [field IN ['channel', 'kind'] WHERE coalesce(i[field], '') <> coalesce(of[field], '')]
    + CASE WHEN coalesce(i.outcome, '') = coalesce(row.outcome, '') THEN [] ELSE ['outcome'] END
    + CASE WHEN EXISTS {{ (i)-[:WITH_CUSTOMER]->(c) }} THEN [] ELSE ['customer'] END
    + CASE WHEN EXISTS {{ (i)-[:AT_TOUCHPOINT]->(t) }} THEN [] ELSE ['touchpoint'] END
    + CASE WHEN of.dealer IS NULL OR EXISTS {{ (i)-[:AT_DEALER]->(d) }} THEN [] ELSE ['dealer'] END
  END AS differing
WITH source IS NOT NULL AS known,
  collect(CASE WHEN size(unknown) > 0 OR size(differing) > 0 THEN [row.number, unknown, differing] END) AS faults,
  collect(CASE WHEN i IS NULL THEN {{of: of, row: row, c: c, t: t, d: d}} END) AS new
WITH known, faults, CASE WHEN known AND size(faults) = 0 THEN new ELSE [] END AS new
CALL (new) {{
  UNWIND new AS one
  WITH one.of AS of, one.row AS row, one.c AS c, one.t AS t, one.d AS d
  CREATE (i:Interaction {{id: row.id, at: datetime(row.at), kind: of.kind, channel: of.channel, outcome: row.outcome,
    source: $source, recordedFrom: $recorded}})
  CREATE (i)-[:WITH_CUSTOMER]->(c) CREATE (i)-[:AT_TOUCHPOINT]->(t)
  FOREACH (one IN CASE WHEN d IS NULL THEN [] ELSE [d] END | CREATE (i)-[:AT_DEALER]->(one))
}}
CALL (new) {{
  UNWIND new AS one
  WITH coalesce(one.d.id, '{NOBODY}') AS dealer, one.of.day AS day, one.of.key AS key, count(*) AS n
  WITH dealer, day, collect({{key: key, n: n}}) AS entries ORDER BY dealer, day
  WITH {{dealer: dealer, day: day, entries: entries}} AS change
  {kept(USAGE, "change")}
}}
RETURN known, faults, size(new) AS recorded
"""


async def record_interactions(tx: Transaction, arguments: Mapping[str, Any]) -> Result:
    """Records what happened; what is there already with the same content is skipped. Raises InvalidRows."""
    request = items.read(items.RECORD, arguments["input"], "interactions")
    given = request.interactions
    found = await tx.run(Statement(_RECORD, {"groups": _groups(given), "source": request.source} | _now()))
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


_SUBMIT = f"""
OPTIONAL MATCH (source:Source {{id: $source}})
OPTIONAL MATCH (c:Customer {{id: $customer}})
OPTIONAL MATCH (p:Product {{id: $product}}) WHERE {exists("p", "$day")}
WITH c, p, [field IN [CASE WHEN source IS NULL THEN 'source' END, CASE WHEN c IS NULL THEN 'customer' END,
  CASE WHEN $product IS NOT NULL AND p IS NULL THEN 'product' END] WHERE field IS NOT NULL] AS unknown
MERGE (f:Feedback {{id: $id}})
WITH *, f.at IS NULL AS new
WITH *, CASE WHEN new OR size(unknown) > 0 THEN [] ELSE
    CASE WHEN f.at.epochMillis = $own.at.epochMillis THEN [] ELSE ['at'] END
    + [field IN ['theme', 'text'] WHERE coalesce(f[field], '') <> coalesce($own[field], '')]
    + CASE WHEN EXISTS {{ (f)-[:WITH_CUSTOMER]->(c) }} THEN [] ELSE ['customer'] END
    + CASE WHEN coalesce(p.id, '') = coalesce(head(COLLECT {{ MATCH (f)-[:ON_PRODUCT]->(q) RETURN q.id }}), '')
      THEN [] ELSE ['product'] END
  END AS differing
CALL (c, p, unknown, f, new) {{
  WITH * WHERE new AND size(unknown) = 0
  SET f += $own, f.source = $source, f.recordedFrom = $recorded
  CREATE (f)-[:WITH_CUSTOMER]->(c)
  FOREACH (one IN CASE WHEN p IS NULL THEN [] ELSE [p] END | CREATE (f)-[:ON_PRODUCT]->(one))
}}
RETURN unknown, differing, new
"""


async def submit_feedback(tx: Transaction, arguments: Mapping[str, Any]) -> Result:
    """Records what a customer said; skipped if it is there already with the same content. Raises InvalidRows."""
    request = items.read(items.FEEDBACK, arguments["input"])
    own = {"at": request.at.astimezone(UTC), "theme": request.theme, "text": request.text}
    named = {name: getattr(request, name) for name in ("id", "customer", "product", "source")}
    parameters = {"own": own, "day": own["at"].date(), **named}
    ((unknown_fields, differing, new),) = await tx.run(Statement(_SUBMIT, parameters | _now()))
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
