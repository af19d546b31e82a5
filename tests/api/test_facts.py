"""Every row of the reform's facts can be seen through the API, with its evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Graph

ROWS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "facts" / "rows.yaml").read_text(encoding="utf-8"))
SCHEMA = build_schema()
EXPECTED_ROWS = {
    *(f"B{n}" for n in range(1, 8)),
    *(f"T{n}" for n in range(1, 4)),
    *(f"M{n}" for n in range(1, 9)),
    *(f"C{n}" for n in range(1, 6)),
    *(f"P{n}" for n in range(1, 6)),
    *(f"R{n}" for n in range(1, 4)),
    *(f"X{n}" for n in range(1, 5)),
}
QUERY = """
query Row($asOf: Date!, $ids: [ID!]!) {
  at(asOf: $asOf) {
    nodes(ids: $ids) {
      id
      ... on Entity {
        state { nameZh nameEn level mandateZh mandateEn mandateStrength ordinal evidence { locator confidence } }
        facts { type ...Ends evidence { source { id } locator confidence note } }
      }
      ... on Claim { claimKind value unit }
    }
  }
}
fragment Ends on Fact {
  ... on Responsibility { unit { id } subject { id } role scope { id } channel { id } mandate }
  ... on Support { unit { id } supported { id } how mandate }
  ... on PositionAssignment { position { id } unit { id } headcount }
  ... on Delegation { unit { id } to { id } scope { id } }
  ... on Unowned { subject { id } reason }
  ... on Relation { from { id } to { id } }
}
"""
STARTS = ("position", "unit", "from", "subject")
ENDS = ("supported", "to", "unit", "subject")


def flat(fact: dict[str, Any]) -> dict[str, Any]:
    """A fact of the answer in the form of the rows: ends, properties, locator and confidence side by side."""
    ids = {key: value["id"] if isinstance(value, dict) and "id" in value else value for key, value in fact.items()}
    start = next(ids[key] for key in STARTS if key in ids)
    end = next((ids[key] for key in ENDS if ids.get(key, start) != start), None)
    return {**ids, "start": start, "end": end, **fact["evidence"]}


def fits(actual: dict[str, Any], expected: dict[str, Any]) -> bool:
    return all(actual.get(key) == value for key, value in expected.items())


def named(row: dict[str, Any]) -> list[str]:
    """Every id that a row speaks of."""
    items = [*row.get("states", ()), *row.get("facts", ()), *row.get("absent", ())]
    return sorted({item[key] for item in items for key in ("id", "start", "end") if key in item})


def test_no_row_is_left_out() -> None:
    """The table holds every row of the reform's facts, and each says what must be there."""
    assert {row["row"] for row in ROWS} == EXPECTED_ROWS
    assert all(row.get("facts") or row.get("states") for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['row']}@{row['asOf']}")
async def test_a_row_is_seen_with_its_evidence(graph: Graph, row: dict[str, Any]) -> None:
    """Each fact and state of a row is in the answer at its day, with locator and confidence; what is absent is not."""
    variables = {"asOf": str(row["asOf"]), "ids": named(row)}
    answer = await SCHEMA.execute(QUERY, variables, context_value={"graph": graph})
    assert answer.errors is None
    assert answer.data is not None
    nodes = {node["id"]: node for node in answer.data["at"]["nodes"] if node}
    facts = [flat(fact) for node in nodes.values() for fact in node["facts"]]
    for expected in row.get("states", ()):
        node = nodes[expected["id"]]
        actual = {**node["state"], **node["state"]["evidence"], "kind": node.get("claimKind"), **node}
        assert fits({**actual, "kind": node.get("claimKind")}, expected), (actual, expected)
    for expected in row.get("facts", ()):
        assert any(fits(fact, expected) for fact in facts), expected
        assert all(fact["source"]["id"] for fact in facts)
    for absent in row.get("absent", ()):
        assert absent.get("id") not in nodes
        assert "id" in absent or not any(fits(fact, absent) for fact in facts), absent
