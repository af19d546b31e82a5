"""What analysts load into Neo4j Browser: the saved queries and the style sheet of `cypher/browser/`."""

from __future__ import annotations

import re

import pytest

from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement
from touchgraph.model import ENTITIES, FACTS, GROUPS, STATE_LABEL
from touchgraph.resources import folder

HERE = folder("cypher") / "browser"
QUERIES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(HERE.glob("*.cypher"))}


@pytest.mark.parametrize("name", QUERIES)
async def test_a_saved_query_runs_as_it_is(name: str, graph: Graph) -> None:
    """Pasted as it is, a saved query finds something in the reform; it only reads."""
    assert await graph.read(lambda tx: tx.run(Statement(QUERIES[name])))


@pytest.mark.parametrize("name", QUERIES)
def test_a_saved_query_is_one_statement(name: str) -> None:
    """It begins with its title and is one statement without parameters: of several, Neo4j Browser shows no rows."""
    assert re.match(r"// [A-Z]", QUERIES[name])
    assert re.findall(r"[;$]|^:", re.sub(r"//.*", "", QUERIES[name]), re.MULTILINE) == []


async def test_the_gap_of_the_reform_is_found(graph: Graph) -> None:
    """Nobody answers for the repurchase stage, nor for acquisition but online and offline; the saved query says so."""
    rows = await graph.read(lambda tx: tx.run(Statement(QUERIES["gaps"])))
    but = {row[1]: row[4] for row in rows}
    assert (but["stage:repurchase"], but["stage:acquisition"]) == ([], ["channel:offline", "channel:online"])


def test_every_label_and_fact_has_its_style() -> None:
    """The style sheet knows exactly the labels and relationship types of the model."""
    sheet = (HERE / "style.grass").read_text(encoding="utf-8")
    labels = {"Entity", STATE_LABEL, *GROUPS, *(kind.label for kind in ENTITIES)}
    assert set(re.findall(r"^node\.(\w+) \{$", sheet, re.MULTILINE)) == labels
    assert set(re.findall(r"^relationship\.(\w+) \{$", sheet, re.MULTILINE)) == {kind.type for kind in FACTS}
