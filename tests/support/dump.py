"""Everything in a graph as values that can be compared."""

from __future__ import annotations

from typing import Any

from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement

Dump = tuple[list[Any], list[Any]]


async def dump(graph: Graph) -> Dump:
    """All nodes and all relationships, with labels, ends by id, and properties; sorted."""
    nodes = await graph.run(Statement("MATCH (n) RETURN labels(n), properties(n)"))
    facts = await graph.run(Statement("MATCH (a)-[f]->(b) RETURN type(f), a.id, b.id, properties(f)"))
    told = ([sorted(labels), _plain(values)] for labels, values in nodes)
    return sorted(told, key=repr), sorted(([*ends, _plain(values)] for *ends, values in facts), key=repr)


def _plain(values: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((name, repr(value)) for name, value in values.items())
