"""Named statements, and saved queries for Neo4j Browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from touchgraph.errors import StatementError
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement, read_statement
from touchgraph.resources import folder

FILES = {path: path.read_text(encoding="utf-8") for path in sorted((folder("cypher") / "queries").glob("*.cypher"))}
GOOD = "// name: one\n// params: a\n// What it answers.\nRETURN $a\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_a_file_runs_as_it_is_with_the_parameters_that_it_shows(graph: Graph, path: Path) -> None:
    """Neo4j Browser runs the `:param` lines, then the statement; so does this test, and gets rows."""
    params = dict(re.findall(r"^:param (\w+) => (.+);$", FILES[path], re.MULTILINE))
    statement = read_statement(path)
    assert set(params) == set(statement.params)
    ((values,),) = await graph.run(Statement(f"RETURN [{', '.join(params.values())}]"))
    rows = await graph.run(Statement(statement.text, dict(zip(params, values, strict=True))))
    assert rows


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace("name: one", "name: two"), "expected that of the file"),
        (GOOD.replace("// name: one\n", ""), "// name:"),
        (GOOD.replace("// params: a\n", ""), "// params:"),
        (GOOD.replace("// What it answers.\n", ""), "what it answers"),
        (GOOD.replace("RETURN $a", "RETURN $a, $b"), "uses $b"),
        (GOOD.replace("params: a", "params: a, b"), "declares b"),
    ],
)
def test_a_file_that_breaks_its_declaration_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """A wrong name, a missing line, an undeclared or unused parameter is told with the file's name."""
    path = tmp_path / "one.cypher"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StatementError, match=re.escape(told)) as refused:
        read_statement(path)
    assert str(refused.value).startswith("one.cypher")


def test_a_file_is_read_as_it_is_declared(tmp_path: Path) -> None:
    """Name, parameters, documentation and text; comments and `:param` lines are no part of the text."""
    path = tmp_path / "one.cypher"
    path.write_text(GOOD.replace("RETURN", ":param a => 1;\nRETURN"), encoding="utf-8")
    one = read_statement(path)
    assert (one.name, one.params, one.doc, one.text) == ("one", ("a",), "What it answers.", "RETURN $a")
