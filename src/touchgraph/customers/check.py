"""What is kept twice of customers, compared: by what they are found, and whose interactions are.

The id of its customer stands on an interaction, beside the link to it, and what names are found by beside these.

Who writes through us writes both. So a finding tells of somebody who wrote to the graph by other means, or by an
earlier version of ours.
"""

from __future__ import annotations

from touchgraph.database import Report
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement, statement
from touchgraph.organisation.check import LIMIT, Finding, lost

AT_ONCE = 20_000
"""How many customers, or interactions, are looked through by one statement."""


async def check_customers(graph: Graph, report: Report | None = None) -> list[Finding]:
    """Customers that are not found by their names, and interactions not with theirs, sorted. Raises GraphError."""
    return [*await _lost(graph, report), *await _misplaced(graph, report)]


async def _lost(graph: Graph, report: Report | None) -> list[Finding]:
    """Customers whose names have no terms beside them, or others."""
    found: list[Finding] = []
    ((total,),) = await graph.read_one(Statement("MATCH (n:Customer) RETURN count(n)"))
    done, last = 0, ""
    while len(found) < LIMIT:
        rows = await graph.read_one(statement("checks/names-of-customers", after=last, many=AT_ONCE))
        if not rows:
            break
        found += lost(rows)
        done, last = done + len(rows), rows[-1][0]
        if report is not None:
            report("Checking names", min(done, total), total)
    return found[:LIMIT]


async def _misplaced(graph: Graph, report: Report | None) -> list[Finding]:
    """Interactions whose property `customer` is another than that of the link."""
    found: list[Finding] = []
    ((total,),) = await graph.read_one(Statement("MATCH (n:Interaction) RETURN count(n)"))
    done, last = 0, ""
    while last is not None and len(found) < LIMIT:
        stretch = statement("checks/customer-of-interaction", after=last, many=AT_ONCE)
        ((last, count, differing),) = await graph.read_one(stretch)
        found += [
            Finding("customer", f"{one}: customer is {told or 'not told'}, but it is with {linked or 'nobody'}")
            for one, told, linked in differing
        ]
        done += count
        if report is not None and total:
            report("Checking interactions", min(done, total), total)
    return found[:LIMIT]
