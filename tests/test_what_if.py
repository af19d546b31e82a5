"""Laws of change sets and of what is only supposed."""

from __future__ import annotations

from typing import Any

from tests.dump import dump
from tests.test_mutation import execute, fixture_small, refused, request  # noqa: F401
from touchgraph.graph import Graph


async def test_each_what_if_comes_on_top_of_all_around_it(small: Graph) -> None:
    """Three within one another: the innermost sees all that is supposed around it."""
    before = await dump(small)
    query = """{ whatIf(changes: [{rename: {id: "dept:a", nameEn: "One"}}]) {
        whatIf(changes: [{rename: {id: "dept:b", nameEn: "Two"}}]) {
          whatIf(changes: [{rename: {id: "company:c", nameEn: "Three"}}]) { orgUnits { nodes { nameEn } } } } } }"""
    data = (await execute(small, query))["whatIf"]["whatIf"]["whatIf"]
    assert [unit["nameEn"] for unit in data["orgUnits"]["nodes"]] == ["Three", "One", "Two"]
    assert await dump(small) == before


async def test_a_mutation_supposes_nothing(small: Graph) -> None:
    """All that a mutation does is kept, so a what-if in its payload is refused, and the mutation with it."""
    before = await dump(small)
    query = """mutation M($input: ApplyReorgInput!, $changes: [ReorgChange!]!) { applyReorg(input: $input) {
        query { whatIf(changes: $changes) { __typename } } } }"""
    changes: list[Any] = [{"rename": {"id": "dept:a", "nameEn": "Alpha"}}]
    error = await refused(small, query, {"input": request(*changes), "changes": changes})
    assert error.extensions["code"] == "BAD_USER_INPUT"
    assert "whatIf" in error.message
    assert await dump(small) == before
