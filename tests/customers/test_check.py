"""What is kept twice of customers."""

from __future__ import annotations

import pytest

from touchgraph.customers import check
from touchgraph.customers.check import check_customers
from touchgraph.graph.driver import Graph
from touchgraph.graph.migrate import migrate
from touchgraph.graph.names import terms
from touchgraph.graph.statements import Statement
from touchgraph.organisation.check import Finding

CREATE = """
CREATE (a:Customer {id: 'customer:a'}), (b:Customer {id: 'customer:b'}),
  (:Interaction {id: 'interaction:1', customer: 'customer:a'})-[:WITH_CUSTOMER]->(a),
  (:Interaction {id: 'interaction:2', customer: 'customer:a'})-[:WITH_CUSTOMER]->(b),
  (:Interaction {id: 'interaction:3'})-[:WITH_CUSTOMER]->(b),
  (:Interaction {id: 'interaction:4', customer: 'customer:a'}),
  (:Interaction {id: 'interaction:5', customer: 'customer:b'})-[:WITH_CUSTOMER]->(b)
"""


async def test_a_customer_that_is_not_found_by_its_names_is_told(
    empty_graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the terms beside its names are missing, or those of other names; the index made anew, they are right."""
    monkeypatch.setattr(check, "AT_ONCE", 2)
    rows = [("a", None), ("b", "_网_"), ("c", terms(("网", "Web"))), ("d", None)]
    create = "UNWIND $rows AS row CREATE (:Customer {id: row[0], nameZh: '网', nameEn: 'Web', nameTerms: row[1]})"
    await empty_graph.run(Statement(create, {"rows": [[f"customer:{key}", kept] for key, kept in rows]}))
    told = [Finding("names", f"customer:{key} is not found by its names") for key in "abd"]
    assert await check_customers(empty_graph) == told
    await empty_graph.run(Statement("DROP INDEX customerNames"))
    await migrate(empty_graph)
    assert await check_customers(empty_graph) == []


async def test_an_interaction_that_is_found_with_another_customer_than_it_is_with_is_told(
    empty_graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong, the property or the link; the index made anew, the property is what the link says."""
    monkeypatch.setattr(check, "AT_ONCE", 2)
    await empty_graph.run(Statement(CREATE))
    told = [
        "interaction:2: customer is customer:a, but it is with customer:b",
        "interaction:3: customer is not told, but it is with customer:b",
        "interaction:4: customer is customer:a, but it is with nobody",
    ]
    found = await check_customers(empty_graph)
    assert [(finding.rule, finding.message) for finding in found] == [("customer", message) for message in told]
    await empty_graph.run(Statement("DROP INDEX Interaction_customer_at_id"))
    await migrate(empty_graph)
    assert [finding.message for finding in await check_customers(empty_graph)] == told[2:]
