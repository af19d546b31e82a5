"""Constraints and indexes, on a real database."""

from __future__ import annotations

import pytest

from touchgraph.errors import Conflict, GraphError
from touchgraph.graph.driver import Graph
from touchgraph.graph.migrate import PIECES, migrate, pending
from touchgraph.graph.statements import Statement
from touchgraph.model import ENTITIES


async def test_creates_what_is_missing_once(bare_graph: Graph) -> None:
    """The first run creates everything and nothing is pending then; the second creates nothing."""
    everything = [piece.name for piece in PIECES]
    assert await pending(bare_graph) == everything
    assert await migrate(bare_graph) == everything
    assert await pending(bare_graph) == []
    assert await migrate(bare_graph) == []


async def test_tells_what_is_missing(empty_graph: Graph) -> None:
    """An index that somebody dropped is pending, and comes back with the next run."""
    await empty_graph.run(Statement("DROP INDEX names"))
    await empty_graph.run(Statement("DROP CONSTRAINT Dealer_id"))
    assert await pending(empty_graph) == ["Dealer_id", "names"]
    assert await migrate(empty_graph) == ["Dealer_id", "names"]


async def test_interactions_of_an_earlier_version_get_what_their_index_needs(empty_graph: Graph) -> None:
    """Until they have their customer's id beside the link, be it after a run that was cut off, the index is pending."""
    await empty_graph.run(Statement("DROP INDEX Interaction_customer_at_id"))
    create = """UNWIND range(1, $many) AS n
        CREATE (i:Interaction {id: 'interaction:' + n})-[:WITH_CUSTOMER]->(c:Customer {id: 'customer:' + n})
        SET i.customer = CASE n WHEN 1 THEN c.id WHEN 2 THEN 'customer:1' END"""
    many = 10_002
    await empty_graph.run(Statement(create, {"many": many}))
    assert await pending(empty_graph) == ["Interaction_customer_at_id"]
    assert await migrate(empty_graph) == ["Interaction_customer_at_id"]
    equal = "MATCH (i:Interaction)-[:WITH_CUSTOMER]->(c) WHERE i.customer = c.id RETURN count(*)"
    assert await empty_graph.run(Statement(equal)) == [[many]]
    assert await pending(empty_graph) == []


async def test_is_content_with_a_constraint_of_another_name(bare_graph: Graph) -> None:
    """What counts is what a constraint does, not what it is called."""
    await bare_graph.run(Statement("CREATE CONSTRAINT mine FOR (n:Dealer) REQUIRE n.id IS UNIQUE"))
    assert "Dealer_id" not in await migrate(bare_graph)
    assert await pending(bare_graph) == []


async def test_two_nodes_cannot_have_one_id(empty_graph: Graph) -> None:
    """A second node with the same id and label is refused by the database, whatever the label."""
    for label in ("Entity", "State", *(kind.label for kind in ENTITIES)):
        with pytest.raises(Conflict):
            await empty_graph.run(Statement(f"CREATE (:{label} {{id: 'x:1'}}), (:{label} {{id: 'x:1'}})"))


async def test_says_what_it_could_not_create(bare_graph: Graph) -> None:
    """Where ids are not unique already, the error names the constraint."""
    await bare_graph.run(Statement("CREATE (:Dealer {id: 'dealer:1'}), (:Dealer {id: 'dealer:1'})"))
    with pytest.raises(GraphError, match="Dealer_id"):
        await migrate(bare_graph)


async def test_names_are_found_in_both_languages(empty_graph: Graph) -> None:
    """The index finds a part of a Chinese name and a word of an English one, as soon as they are written."""
    names = [["终端营销部", "Terminal Marketing Department"], ["售后服务部", "After-Sales Service"]]
    create = "UNWIND $names AS name CREATE (:State {id: name[1], nameZh: name[0], nameEn: name[1]})"
    await empty_graph.run(Statement(create, {"names": names}))
    ask = "CALL db.index.fulltext.queryNodes('names', $text) YIELD node RETURN node.nameZh"
    for text, found in (("营销", "终端营销部"), ("marketing", "终端营销部"), ("售后", "售后服务部")):
        assert await empty_graph.run(Statement(ask, {"text": text})) == [[found]]
