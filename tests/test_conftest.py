"""How tests are spread over processes."""

from __future__ import annotations

import os

import pytest

from touchgraph.graph.driver import Address


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="all tests run in this process")
def test_tests_of_one_database_run_in_one_process(request: pytest.FixtureRequest, neo4j_address: Address) -> None:
    """They are a group by name, which the scheduler goes by; else every process would start every database."""
    assert neo4j_address
    assert request.node.nodeid.endswith("@graph")
