"""Constraints and indexes, on a real database."""

from __future__ import annotations

import pytest

from touchgraph.errors import Conflict, GraphError
from touchgraph.graph import migrate as graph_migrate
from touchgraph.graph.driver import Graph
from touchgraph.graph.migrate import PIECES, migrate, pending
from touchgraph.graph.names import query, terms
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


OLD = "FOR (n:{}) ON EACH [n.nameZh, n.nameEn] OPTIONS {{indexConfig: {{`fulltext.analyzer`: 'cjk'}}}}"


async def test_names_of_an_earlier_version_are_found_by_what_they_are_made_of(
    empty_graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Terms that are missing or wrong are filled in, and an index over the names themselves is replaced."""
    monkeypatch.setattr(graph_migrate, "_AT_ONCE", 2)
    names = [["终端营销部", "Terminal Marketing"], ["车联网", "Connected Car"], ["36.4", "O'Brien"], ["售后", "It"]]
    await empty_graph.run(Statement("DROP INDEX names"))
    await empty_graph.run(Statement("DROP INDEX customerNames"))
    await empty_graph.run(Statement("CREATE FULLTEXT INDEX names " + OLD.format("State")))
    await empty_graph.run(Statement("CREATE FULLTEXT INDEX customerNames " + OLD.format("Customer")))
    for label in ("State", "Source", "ChangeSet", "Customer"):
        create = f"UNWIND $names AS name CREATE (n:{label} {{id: name[1], nameZh: name[0], nameEn: name[1]}})"
        await empty_graph.run(Statement(create, {"names": names}))
        await empty_graph.run(Statement(f"CREATE (n:{label} {{id: '0'}}), (:{label} {{id: '~', nameZh: 1}})"))
    await empty_graph.run(Statement("MATCH (n {id: 'It'}) SET n.nameTerms = 'wrong'"))
    assert await pending(empty_graph) == ["names", "customerNames"]
    assert await migrate(empty_graph) == ["names", "customerNames"]
    assert await migrate(empty_graph) == []
    assert [key for key, zh, en, kept in await empty_graph.run(ALL) if (terms((zh, en)) or None) != kept] == []
    for text, found in (("营销", "终端营销部"), ("clw", "车联网"), ("36.4", "36.4"), ("it", "售后")):
        for index, many in (("names", 3), ("customerNames", 1)):
            ask = f"CALL db.index.fulltext.queryNodes('{index}', $text) YIELD node RETURN node.nameZh"
            assert await empty_graph.run(Statement(ask, {"text": query(text)})) == [[found]] * many


ALL = Statement("MATCH (n) WHERE n.id IS NOT NULL RETURN n.id, n.nameZh, n.nameEn, n.nameTerms")
