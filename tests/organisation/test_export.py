"""The organisation as files and back: seeding what was exported gives the same graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.api.test_mutation import EVIDENCE, FIRST, apply, execute
from tests.organisation.test_correct import CORRECT
from tests.support.dump import dump
from touchgraph.errors import GraphError, InputError, InvalidFiles
from touchgraph.graph.driver import Graph
from touchgraph.graph.migrate import migrate
from touchgraph.graph.statements import Statement
from touchgraph.organisation.check import check
from touchgraph.organisation.files.export import export
from touchgraph.organisation.files.loading import default_paths, load

HISTORY: list[dict[str, Any]] = [
    {"rename": {"id": "dept:a", "nameEn": "Alpha", "note": "a new name"}},
    {"create": {"id": "channel:phone", "nameZh": "电话", "nameEn": "Phone"}},
    {"assign": {"unit": "dept:b", "subject": "touchpoint:t", "role": "RESPONSIBLE", "channel": "channel:phone"}},
    {"create": {"id": "dept:gone", "nameZh": "无", "nameEn": "Gone", "parent": "dept:a"}},
    {"close": {"id": "dept:gone"}},
    {"move": {"id": "dept:b", "parent": "dept:a", "validFrom": "2025-09-01"}},
]


async def emptied(graph: Graph) -> None:
    await graph.run(Statement("MATCH (n) DETACH DELETE n"))


async def test_what_was_exported_gives_the_same_graph(empty_graph: Graph, tmp_path: Path) -> None:
    """All of the seed, change sets and corrections of the API on top: the same nodes and facts, all times included."""
    await load(empty_graph)
    await execute(
        empty_graph,
        "mutation M($input: ApplyReorgInput!) { applyReorg(input: $input) { __typename } }",
        {"input": {**FIRST, "reasonZh": "因", "clientMutationId": "first: yes", "startedOn": "2023-12-01"}},
    )
    await apply(empty_graph, *HISTORY, clientMutationId="m", note="all of it")
    await apply(empty_graph, {"merge": {"ids": ["dept:a"], "into": "dept:b"}}, effective="2025-10-01")
    for where in (
        {"type": "HAS_STATE", "start": "dept:b", "instead": {"nameZh": "丁：新", "level": 3}},
        {"type": "RESPONSIBLE_FOR", "start": "dept:b", "end": "touchpoint:t", "role": "RESPONSIBLE"},
    ):
        await execute(empty_graph, CORRECT, {"input": {**where, "evidence": {**EVIDENCE, "locator": "'¶': 2"}}})
    before = await dump(empty_graph)
    paths = await export(empty_graph, tmp_path / "all")
    assert len(paths) == len(default_paths()) + 5
    await emptied(empty_graph)
    await load(empty_graph, paths)
    assert await dump(empty_graph) == before
    assert await check(empty_graph) == []
    assert [loaded.applied for loaded in await load(empty_graph, paths)] == [False] * len(paths)
    again = await export(empty_graph, tmp_path / "again")
    assert [path.read_text() for path in again] == [path.read_text() for path in paths]


async def test_the_files_can_be_read(empty_graph: Graph, tmp_path: Path) -> None:
    """A file for each change set, in order, named after it, with names as they are written and without anchors."""
    await execute(
        empty_graph,
        "mutation M($input: ApplyReorgInput!) { applyReorg(input: $input) { __typename } }",
        {"input": FIRST},
    )
    await apply(empty_graph, {"rename": {"id": "dept:a", "nameEn": "Alpha"}})
    first, second = await export(empty_graph, tmp_path / "files")
    assert (first.name, second.name) == ("01-first.yaml", "02-2025-06-01-a-change.yaml")
    text = first.read_text()
    assert "- {id: 'touchpoint:t', nameEn: T, nameZh: 触, validFrom: 2024-01-01}" in text
    assert "&" not in text
    content = yaml.safe_load(second.read_text())
    assert list(content) == ["changeSet", "closed", "states"]
    assert [str(state["validFrom"]) for state in content["states"]] in (
        ["2024-01-01", "2025-06-01"],
        ["2025-06-01", "2024-01-01"],
    )


async def test_nothing_is_overwritten(empty_graph: Graph, tmp_path: Path) -> None:
    """A folder that has something in it is refused, and so is one that cannot be made."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="is not empty"):
        await export(empty_graph, tmp_path)
    with pytest.raises(InputError, match="cannot be written"):
        await export(empty_graph, tmp_path / "mine.txt" / "below")
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert await export(empty_graph, tmp_path / "new") == []


async def test_a_record_of_no_change_set_is_told(empty_graph: Graph, tmp_path: Path) -> None:
    """A fact that no change set recorded cannot be exported."""
    await load(empty_graph)
    await empty_graph.run(
        Statement("MATCH ()-[f:SERVES]->() WITH f LIMIT 1 SET f.recordedFrom = datetime('2001-01-01T00:00:00Z')")
    )
    with pytest.raises(GraphError, match="No change set was recorded at 2001"):
        await export(empty_graph, tmp_path / "new")
    await migrate(empty_graph)


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("closed: [{type: PART_OF, start: dept:a, end: company:d, validFrom: 2025-01-01}]", "nothing to close"),
        ("closed: [{type: NOTHING, start: dept:a, validFrom: 2025-01-01}]", "nothing to close"),
        ("closed: [{type: HAS_STATE, start: dept:a, validFrom: 2025-01-01}]", "when dept:a does not exist"),
        ("closed: [{type: HAS_STATE, start: dept:a}]", "`validFrom` is missing"),
        ("states: [{id: dept:a, nameZh: 甲, nameEn: B}]", "can have one HAS_STATE"),
        ("states: [{id: dept:x, nameZh: 甲, nameEn: A}]", "unknown id dept:x"),
        ("states: [{id: dept:a, nameZh: 甲, nameEn: A, parent: centre:c}]", "`parent` is no property"),
    ],
)
async def test_what_cannot_be_closed_or_stated_is_a_fault(
    empty_graph: Graph, tmp_path: Path, section: str, told: str
) -> None:
    """Sections `closed` and `states` keep to the rules that all others keep to, and name their lines."""
    base, path = tmp_path / "base.yaml", tmp_path / "more.yaml"
    head = (
        "changeSet: {{id: change:{0}, nameZh: 改, nameEn: C, effective: 2025-01-01, recorded: 2025-0{0}-01T00:00:00Z, "
    )
    head += "evidence: {{source: source:a, confidence: STATED}}}}\n"
    base.write_text(
        head.format(1) + "sources: [{id: source:a, nameZh: 文, nameEn: Text}]\nentities:\n"
        "  - {id: centre:c, nameZh: 司, nameEn: C}\n  - {id: dept:a, nameZh: 甲, nameEn: A, parent: centre:c}\n"
    )
    await load(empty_graph, [base])
    path.write_text(head.format(2) + section)
    before = await dump(empty_graph)
    with pytest.raises(InvalidFiles, match=f"more.yaml:2: .*{told}"):
        await load(empty_graph, [path])
    assert await dump(empty_graph) == before
