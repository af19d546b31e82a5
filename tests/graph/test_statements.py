"""Named statements: the files below `cypher/`, but for those that Neo4j Browser alone uses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import touchgraph
from touchgraph.errors import StatementError
from touchgraph.graph.driver import Graph, Rows, Transaction
from touchgraph.graph.statements import Statement, named_statement, read_statement, statement
from touchgraph.model import FACTS, TALLIES
from touchgraph.resources import folder

CYPHER = folder("cypher")
FILES = {
    path.relative_to(CYPHER).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(CYPHER.rglob("*.cypher"))
    if path.parent.name != "browser"
}
QUERIES = [name for name in FILES if name.startswith("queries/")]
SOURCES = "".join(path.read_text(encoding="utf-8") for path in Path(touchgraph.__file__).parent.rglob("*.py"))
GOOD = "// name: one\n// params: a\n// What it answers.\nRETURN $a\n"


async def run_as_shown(graph: Graph, name: str) -> Rows:
    """Runs the `:param` lines of a file, then its statement, as Neo4j Browser does; nothing of it is kept."""
    params = dict(re.findall(r"^:param (\w+) => (.+);$", FILES[name], re.MULTILINE))
    assert set(params) == set(named_statement(name).params)
    values = Statement(f"RETURN {', '.join(f'{value} AS `{param}`' for param, value in params.items())}")

    async def work(tx: Transaction) -> Rows:
        (row,) = await tx.run(values)
        return await tx.run(statement(name, **dict(zip(params, row, strict=True))))

    return await graph.rehearse(work)


@pytest.mark.parametrize("name", FILES)
async def test_a_file_runs_as_it_is_with_the_parameters_that_it_shows(graph: Graph, name: str) -> None:
    """Neo4j Browser runs the `:param` lines, then the statement; so does this test, and a query gets rows."""
    assert await run_as_shown(graph, name) or name not in QUERIES


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_used(name: str) -> None:
    """The package names each file: a query by its name, any other by its folder, too."""
    assert f'"{name.removeprefix("queries/")}"' in SOURCES


ALL = [kind.type for kind in FACTS]
TYPES = {
    "checks/cycle": [kind.type for kind in FACTS if kind.acyclic],
    "checks/ends": ALL,
    "checks/interval": ALL,
    "checks/lifetime": [type_ for type_ in ALL if type_ != "HAS_STATE"],
    "checks/overlap": ALL,
    "checks/properties": ALL,
    "checks/reference": ALL,
    "checks/second": [kind.type for kind in FACTS if kind.single],
    "checks/times-of-facts": ALL,
    "checks/times-of-sets": ALL,
    "store/facts": ALL,
}
"""The types of facts that a statement has to name, as the model tells them."""


@pytest.mark.parametrize("name", TYPES)
def test_a_statement_about_all_facts_names_each_type_of_the_model(name: str) -> None:
    """A type that is new, acyclic or single in the model is not forgotten where facts are checked or read."""
    named = re.findall(r"\[\w:((?:[A-Z_]+\|)+[A-Z_]+)", named_statement(name).text)
    assert named
    assert all(types.split("|") == TYPES[name] for types in named)


def test_a_tally_is_kept_in_the_same_way_wherever_it_is() -> None:
    """Each statement that is to run as it is has the clauses that keep tallies; nowhere are they others."""
    kept = {}
    for name in FILES:
        text = " ".join(named_statement(name).text.split())
        if re.search(rf"MERGE \(t:(?:{'|'.join(TALLIES)})", text):
            kept[name] = re.findall(r"// A tally is locked.*?SET t.keys = .*?WHERE n <> 0\]", text)
    assert kept.keys() == {
        *("rollups/add", "writes/change-facts", "writes/record-interactions", "writes/upsert-customers"),
    }
    ((_,),) = {tuple(found) for found in kept.values()}


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
    text = GOOD.replace("RETURN", ":param a => 1;\nMATCH (:$any($a)) RETURN")  # a label from a parameter
    path.write_text(text, encoding="utf-8")
    one = read_statement(path)
    assert (one.name, one.params, one.doc) == ("one", ("a",), "What it answers.")
    assert one.text == "MATCH (:$any($a)) RETURN $a"


def test_a_statement_gets_all_its_parameters_and_no_others() -> None:
    """What is missing, and what nobody asks for, is told with the file."""
    assert statement("checks/interval", most=1).params == {"most": 1}
    for given in ({}, {"most": 1, "more": 2}):
        with pytest.raises(StatementError, match=r"checks/interval: expected most; got"):
            statement("checks/interval", **given)


def test_a_statement_is_sent_with_all_values_in_one_parameter() -> None:
    """The database plans anew for values of another length, but does not look into a map; names in quotes stay."""
    one = Statement("MATCH (n:$any($a)) WHERE n.b IN $b RETURN n.`$b`, $bc", {"a": 1, "b": [2], "bc": None})
    text = "CYPHER 25 MATCH (n:$any($given.a)) WHERE n.b IN $given.b RETURN n.`$b`, $given.bc"
    assert one.sent == (text, {"given": {"a": 1, "b": [2], "bc": None}})


def test_a_fact_within_a_pattern_is_not_looked_for_by_its_times() -> None:
    """`coalesce` keeps the index of a time from being used there; elsewhere it may be."""
    one = Statement("MATCH (a)-[f:PART_OF|`KIND_OF` WHERE f.validFrom <= [1][0]]->() WHERE f.recordedTo = 1 RETURN f")
    text = "MATCH (a)-[f:PART_OF|`KIND_OF` WHERE coalesce(f.validFrom) <= [1][0]]->() WHERE f.recordedTo = 1 RETURN f"
    assert one.sent[0] == f"CYPHER 25 {text}"
