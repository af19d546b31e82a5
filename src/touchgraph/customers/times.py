"""Nodes and facts whose times are not all there, and what would be set in their place.

Who writes through us writes all of them: without, what is in the graph is never found. So a finding tells of somebody
who wrote to the graph by other means, or of an earlier version of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from touchgraph.database import Report
from touchgraph.graph.driver import Graph, Transaction
from touchgraph.graph.statements import Statement, statement
from touchgraph.model import CUSTOMER_ENTITIES, CUSTOMER_FACTS, OPEN_END, OPEN_RECORD, OPEN_START, TIMES, quote
from touchgraph.organisation.check import LIMIT, Finding
from touchgraph.organisation.store import BATCH, native, natives

AT_ONCE = 20_000
"""How many nodes are looked through by one statement."""
_ENDS = {"validFrom": OPEN_START, "validTo": OPEN_END, "recordedTo": OPEN_RECORD}


@dataclass(frozen=True)
class Missing:
    """Times that a node or a fact lacks: its element id, what it is, and what would be set, by the times' names."""

    element: str
    of_fact: bool
    what: str
    values: Mapping[str, date | datetime]


async def check_times(graph: Graph, report: Report | None = None) -> list[Finding]:
    """Customers, what belongs to them, and facts about them that lack a time, sorted. Raises GraphError.

    Facts of the organisation are told of by the rules of `organisation.check`.
    """
    found = await _of_customers(graph, datetime.now(UTC), report)
    return sorted(Finding("required-property", f"{one.what} has no {name}") for one in found for name in one.values)


async def missing_times(graph: Graph, report: Report | None = None) -> list[Missing]:
    """All that lacks a time, with what would be set: open ends, and the time at which it may have become known.

    That is the time of its change set, or the first known of it; else now. Raises GraphError.
    """
    now = datetime.now(UTC)
    found: list[Missing] = []
    for element, what, known in await graph.read_one(statement("checks/times-of-sets", most=LIMIT)):
        found.append(Missing(element, False, what, {"recordedFrom": native(known) or now}))
    for element, what, own, known in await graph.read_one(statement("checks/times-of-facts", most=LIMIT)):
        found.append(_fact(element, what, own, native(known) or now))
    return found + await _of_customers(graph, now, report)


async def repair(graph: Graph, missing: Sequence[Missing]) -> None:
    """Sets the times, some at a time, where they are missing still. Raises GraphError."""

    async def write(tx: Transaction, batch: Statement) -> None:
        await tx.run(batch)

    for of_fact, pattern in ((False, "(x)"), (True, "()-[x]->()")):
        rows = [{"element": one.element, "own": dict(one.values)} for one in missing if one.of_fact == of_fact]
        text = (
            f"UNWIND $rows AS row MATCH {pattern} WHERE elementId(x) = row.element "
            "AND all(name IN keys(row.own) WHERE x[name] IS NULL) SET x += row.own"
        )
        for start in range(0, len(rows), BATCH):
            batch = Statement(text, {"rows": rows[start : start + BATCH]})
            await graph.write(partial(write, batch=batch))


# --- Customers, who come in millions ----------------------------------------------------------------------------------


async def _of_customers(graph: Graph, now: datetime, report: Report | None) -> list[Missing]:
    found: list[Missing] = []
    for label in (kind.label for kind in CUSTOMER_ENTITIES):
        ((total,),) = await graph.read_one(Statement(f"MATCH (n:{quote(label)}) RETURN count(n)"))
        done, last = 0, ""
        while last is not None and len(found) < LIMIT:
            stretch = Statement(_stretch(label), {"after": last, "many": AT_ONCE})
            ((last, count, lacking),) = await graph.read_one(stretch)
            found += await _missing(graph, lacking, now) if lacking else []
            done += count
            if report is not None and total:
                report(f"Checking times of {label}", min(done, total), total)
    return found[:LIMIT]


def _stretch(label: str) -> str:
    """So many nodes of a label after an id: the last id, how many, and those that lack a time, with their facts."""
    types = "|".join(quote(fact.type) for fact in CUSTOMER_FACTS if label in fact.start)
    lacks = " OR ".join(f"f.{name} IS NULL" for name in TIMES)
    facts = (
        f"COLLECT {{ MATCH (n)-[f:{types}]->(e) WHERE {lacks} "
        "RETURN [elementId(f), type(f), e.id, properties(f), e.recordedFrom] }"
    )
    return (
        f"MATCH (n:{quote(label)}) WHERE n.id > $after WITH n ORDER BY n.id LIMIT $many "
        f"WITH n, {facts if types else '[]'} AS facts RETURN max(n.id), count(n), "
        "collect(CASE WHEN n.recordedFrom IS NULL OR facts <> [] "
        "THEN [elementId(n), n.id, n.recordedFrom, facts] END)"
    )


async def _missing(graph: Graph, lacking: Iterable[Sequence[Any]], now: datetime) -> list[Missing]:
    """What nodes and the facts that start at them lack; a fact is not known before what it joins."""
    rows = [(element, identity, native(since), facts) for element, identity, since, facts in lacking]
    types = "|".join(quote(fact.type) for fact in CUSTOMER_FACTS)
    text = (
        "UNWIND $nodes AS node MATCH (n) WHERE elementId(n) = node "
        f"RETURN node, head(COLLECT {{ MATCH (n)-[f:{types}]-() RETURN min(f.recordedFrom) }})"
    )
    unknown = [element for element, _, since, _ in rows if since is None]
    first = {element: native(time) for element, time in await graph.read_one(Statement(text, {"nodes": unknown}))}
    found: list[Missing] = []
    for element, identity, since, facts in rows:
        known = since or first[element] or now
        if since is None:
            found.append(Missing(element, False, identity, {"recordedFrom": known}))
        for fact, type_, end, own, of_end in facts:
            what = f"{type_} {identity} → {end or '?'}"
            found.append(_fact(fact, what, own, max(filter(None, (known, native(of_end))))))
    return found


def _fact(element: str, what: str, own: Mapping[str, Any], known: datetime) -> Missing:
    """What a fact lacks, if it became `known` then; where that is after its end, just before it."""
    told = natives(own)
    since = min(known, told.get("recordedTo", OPEN_RECORD) - timedelta(microseconds=1))
    values = {"recordedFrom": since, **_ENDS}
    day = f" from {told['validFrom']}" if "validFrom" in told else ""
    return Missing(element, True, what + day, {name: values[name] for name in TIMES if name not in told})
