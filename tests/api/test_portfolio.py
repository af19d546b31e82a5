"""What a unit answers for agrees with who owns each subject."""

from __future__ import annotations

from typing import Any

from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Graph

SCHEMA = build_schema()
PORTFOLIO = """
query Portfolio($unit: ID!, $transitive: Boolean!) {
  at(asOf: "2025-06-01") {
    portfolio(unit: $unit, transitive: $transitive) {
      total
      groups { role kind count items { subject { id kind } unit { id } inherited } }
    }
  }
}"""


async def ask(graph: Graph, query: str, **variables: Any) -> Any:
    answer = await SCHEMA.execute(query, variables, context_value={"graph": graph})
    assert answer.errors is None
    assert answer.data is not None
    return answer.data["at"]


async def portfolio(graph: Graph, unit: str, transitive: bool = False) -> list[tuple[str, str, str]]:
    """Role, subject and holder of every item."""
    found = (await ask(graph, PORTFOLIO, unit=unit, transitive=transitive))["portfolio"]
    items = [(group["role"], group, item) for group in found["groups"] for item in group["items"]]
    assert found["total"] == len(items)
    assert all(item["subject"]["kind"] == group["kind"] for _, group, item in items)
    return [(role, item["subject"]["id"], item["unit"]["id"]) for role, _, item in items]


async def owned(graph: Graph) -> set[tuple[str, str]]:
    """Subject and owner for every subject that has owners by a fact of theirs, nationwide."""
    query = """{ at(asOf: "2025-06-01") { touchpoints(first: 200) { nodes { id } } stages { nodes { id } }
        pools { nodes { id } } standards { nodes { id } } capabilities { nodes { id } } products { nodes { id } } } }"""
    known = await ask(graph, query)
    subjects = [node["id"] for connection in known.values() for node in connection["nodes"]]
    fields = " ".join(f's{n}: ownership(subject: "{one}") {{ ...Who }}' for n, one in enumerate(subjects))
    asked = f"""{{ at(asOf: "2025-06-01") {{ {fields} }} }}
        fragment Who on Ownership {{ rule subject {{ id }} owners {{ unit {{ id }} }} }}"""
    answers = (await ask(graph, asked)).values()
    return {
        (one["subject"]["id"], owner["unit"]["id"])
        for one in answers
        if one["rule"] in ("DIRECT", "INHERITED")
        for owner in one["owners"]
    }


async def test_portfolios_and_owners_are_two_sides_of_one_thing(graph: Graph) -> None:
    """A unit's accountable portfolio holds just the subjects that it owns, directly or by inheritance."""
    pairs = await owned(graph)
    kinds = ("touchpoint:", "stage:", "pool:", "standard:", "capability:", "product:")
    for unit in sorted({unit for _, unit in pairs}):
        held = await portfolio(graph, unit)
        mine = {subject for role, subject, _ in held if role == "ACCOUNTABLE" and subject.startswith(kinds)}
        assert mine == {subject for subject, owner in pairs if owner == unit}
    assert len(pairs) > 50


async def test_a_department_has_what_its_departments_have(graph: Graph) -> None:
    """Transitive: all portfolios of the units below, and nothing else; not transitive: only its own."""
    query = '{ at(asOf: "2025-06-01") { orgUnit(id: "dept:marketing") { descendants { nodes { id } } } } }'
    below = [unit["id"] for unit in (await ask(graph, query))["orgUnit"]["descendants"]["nodes"]]
    parts = [item for unit in ["dept:marketing", *below] for item in await portfolio(graph, unit)]
    assert sorted(await portfolio(graph, "dept:marketing", transitive=True)) == sorted(parts)
    assert parts
    assert await portfolio(graph, "dept:marketing") == []
