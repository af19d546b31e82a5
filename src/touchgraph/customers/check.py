"""What is kept twice of customers, compared: the id of its customer stands on an interaction, beside the link to it.

Who writes through us writes both. So a finding tells of somebody who wrote to the graph by other means, or by an
earlier version of ours.
"""

from __future__ import annotations

from touchgraph.database import Report
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement, statement
from touchgraph.organisation.check import LIMIT, Finding

AT_ONCE = 20_000
"""How many interactions are looked through by one statement."""


async def check_customers(graph: Graph, report: Report | None = None) -> list[Finding]:
    """Interactions whose property `customer` is another than that of the link, sorted. Raises GraphError."""
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
