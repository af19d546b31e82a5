"""The matrix of stages and touchpoints agrees with the question of who owns each of them."""

from __future__ import annotations

from typing import Any

import pytest

from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Graph

SCHEMA = build_schema()
WHO = """status rule confidence owners { unit { id } channel { id } }
  lines { channel { id } status rule inferred confidence units { id } }"""
CELL = f"stage {{ id }} touchpoint {{ id stages {{ id }} }} {WHO}"
MATRIX = f"""
query Matrix($day: Date!, $place: ID, $role: Role!) {{
  at(asOf: $day) {{
    coverage(place: $place, role: $role) {{
      total owned shareOwned cells {{ {CELL} }}
      gaps {{ status stage {{ id }} touchpoint {{ id }} }}
      conflicts {{ status }} deliberatelyUnowned {{ status }}
    }}
  }}
}}"""


async def ask(graph: Graph, query: str, **variables: Any) -> dict[str, Any]:
    answer = await SCHEMA.execute(query, variables, context_value={"graph": graph})
    assert answer.errors is None
    assert answer.data is not None
    found: dict[str, Any] = answer.data["at"]
    return found


@pytest.mark.parametrize("role", ["ACCOUNTABLE", "RESPONSIBLE", "CONSULTED"])
@pytest.mark.parametrize(("day", "place"), [("2025-03-31", None), ("2025-06-01", None), ("2025-06-01", "dealer:d0001")])
async def test_a_cell_says_what_ownership_says(graph: Graph, day: str, place: str | None, role: str) -> None:
    """Status, rule, confidence, owners and lines of every cell are those of `ownership` for its subject."""
    matrix = (await ask(graph, MATRIX, day=day, place=place, role=role))["coverage"]
    subjects = [(cell["touchpoint"] or cell["stage"])["id"] for cell in matrix["cells"]]
    fields = " ".join(
        f's{n}: ownership(subject: "{one}", place: $place, role: $role) {{ ...Who }}' for n, one in enumerate(subjects)
    )
    query = f"""query Each($day: Date!, $place: ID, $role: Role!) {{ at(asOf: $day) {{ {fields} }} }}
        fragment Who on Ownership {{ {WHO} }}"""
    each = await ask(graph, query, day=day, place=place, role=role)
    for n, cell in enumerate(matrix["cells"]):
        assert {key: cell[key] for key in ("status", "rule", "confidence", "owners", "lines")} == each[f"s{n}"], cell
    assert subjects


async def test_every_stage_and_touchpoint_has_its_cells(graph: Graph) -> None:
    """There is one cell for each stage, and one for each stage that a touchpoint serves; in the order of the stages."""
    matrix = (await ask(graph, MATRIX, day="2025-06-01", place=None, role="ACCOUNTABLE"))["coverage"]
    query = """query All($day: Date!) { at(asOf: $day) {
        stages(first: 200) { nodes { id } } touchpoints(first: 200) { nodes { id stages { id } } } } }"""
    known = await ask(graph, query, day="2025-06-01")
    expected = {(stage["id"], None) for stage in known["stages"]["nodes"]}
    for touchpoint in known["touchpoints"]["nodes"]:
        served = [stage["id"] for stage in touchpoint["stages"]] or [None]
        expected |= {(stage, touchpoint["id"]) for stage in served}
    cells = [(c["stage"] and c["stage"]["id"], c["touchpoint"] and c["touchpoint"]["id"]) for c in matrix["cells"]]
    assert len(cells) == len(set(cells)) == matrix["total"]
    assert set(cells) == expected
    assert [stage for stage, touchpoint in cells if touchpoint is None] == [s["id"] for s in known["stages"]["nodes"]]


async def test_the_gap_of_repurchase_shows_in_the_matrix(graph: Graph) -> None:
    """Nobody answers for repurchase, nor for what serves only it; the totals say how much is owned."""
    matrix = (await ask(graph, MATRIX, day="2025-06-01", place=None, role="ACCOUNTABLE"))["coverage"]
    gaps = [(gap["stage"]["id"], gap["touchpoint"] and gap["touchpoint"]["id"]) for gap in matrix["gaps"]]
    assert gaps == [("stage:repurchase", None), ("stage:repurchase", "touchpoint:trade-in-valuation")]
    assert matrix["owned"] == matrix["total"] - len(gaps)
    assert matrix["shareOwned"] == round(matrix["owned"] / matrix["total"], 4)
    assert (matrix["conflicts"], matrix["deliberatelyUnowned"]) == ([], [])


async def test_cells_can_be_counted_by_what_they_rest_on(graph: Graph) -> None:
    """The weakest evidence of those owned, counted; a gap, and one for some channels only, stand apart."""
    query = """query Counted($day: Date!) { at(asOf: $day) { coverage { owned ownedByConfidence { confidence count }
        partlyOwned { stage { id } touchpoint { id } status lines { channel { id } status } }
        cells { status confidence } } } }"""
    matrix = (await ask(graph, query, day="2025-06-01"))["coverage"]
    counted = {one["confidence"]: one["count"] for one in matrix["ownedByConfidence"]}
    assert list(counted) == ["STATED", "INFERRED", "SYNTHETIC"]
    assert sum(counted.values()) == matrix["owned"]
    for confidence, count in counted.items():
        assert count == sum(cell["confidence"] == confidence for cell in matrix["cells"])
    assert counted["STATED"]
    assert counted["INFERRED"] > counted["STATED"]
    assert {cell["stage"]["id"] for cell in matrix["partlyOwned"]} == {"stage:acquisition"}
    assert {cell["status"] for cell in matrix["partlyOwned"]} == {"SHARED_BY_CHANNEL"}
