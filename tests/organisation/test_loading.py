"""Seed files in a real database: what they become, and that it is all of a file or nothing, once."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.dump import dump
from touchgraph.errors import Conflict, InvalidFiles
from touchgraph.graph.driver import Address, Graph, Transaction
from touchgraph.graph.statements import Statement
from touchgraph.model import OPEN_RECORD
from touchgraph.organisation import store
from touchgraph.organisation.changes.apply import apply
from touchgraph.organisation.changes.items import EvidenceItem
from touchgraph.organisation.changes.kinds import parse_change
from touchgraph.organisation.changes.work import Stamp, Work
from touchgraph.organisation.files.loading import Loaded, default_paths, load, seeded
from touchgraph.organisation.store import read_snapshot, write

ONE = """
changeSet:
  id: change:one
  nameZh: 起点
  nameEn: Start
  effective: 2025-01-01
  recorded: 2025-06-01T08:00:00+08:00
  startedOn: 2024-12-01
  evidence: {source: source:a, locator: ¶1, confidence: STATED}
sources: [{id: source:a, nameZh: 文, nameEn: Text, publishedOn: 2025-05-30}]
entities:
  - {id: centre:c, nameZh: 公司, nameEn: Company}
  - {id: dept:a, nameZh: 甲, nameEn: A, level: 1, parent: centre:c}
  - {id: dept:b, nameZh: 乙, nameEn: B}
  - {id: position:p, nameZh: 岗, nameEn: P}
  - {id: touchpoint:t, nameZh: 点, nameEn: T}
  - {id: claim:k, nameZh: 言, nameEn: K, kind: FIGURE, value: 3, unit: people, validTo: 2025-05-31}
facts:
  - {type: RESPONSIBLE_FOR, start: dept:a, end: touchpoint:t, role: ACCOUNTABLE,
     evidence: {source: source:a, confidence: INFERRED}, note: why}
  - {type: ABOUT, start: claim:k, end: dept:a, validTo: 2025-05-31}
"""
TWO = """
changeSet:
  id: change:two
  nameZh: 变革
  nameEn: Reform
  effective: 2025-05-31
  recorded: 2025-06-02T00:00:00Z
  evidence: {source: source:a, confidence: STATED}
changes:
  - rename: {id: dept:a, nameEn: A2}
  - transfer: {subject: touchpoint:t, role: ACCOUNTABLE, from: dept:a, to: dept:b}
  - report: {id: dept:a, position: position:p}
facts:
  - {type: PART_OF, start: dept:b, end: centre:c}
"""


@pytest.fixture(name="files")
def fixture_files(tmp_path: Path) -> list[Path]:
    return [written(tmp_path, "one.yaml", ONE), written(tmp_path, "two.yaml", TWO)]


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


async def rows(graph: Graph, text: str, **params: Any) -> list[list[Any]]:
    return await graph.run(Statement(text, params))


async def test_entities_states_and_facts_are_as_the_model_has_them(empty_graph: Graph, files: list[Path]) -> None:
    """Nodes carry id and labels; what can change stands on states; facts carry four times and their evidence."""
    loaded = await load(empty_graph, files[:1])
    assert [(one.change_set, one.applied, one.entities, one.facts) for one in loaded] == [("change:one", True, 8, 9)]
    found = await rows(
        empty_graph,
        "MATCH (n:Department {id: 'dept:a'})-[f:HAS_STATE]->(s:State) "
        "RETURN labels(n), properties(n), labels(s), s {.*, id: null, nameTerms: null}, "
        "toString(f.validFrom), toString(f.recordedFrom)",
    )
    ((labels, own, state_labels, state, since, recorded),) = found
    assert (set(labels), own) == ({"Department", "OrgUnit", "Entity"}, {"id": "dept:a"})
    own = {"id": None, "nameTerms": None, "nameZh": "甲", "nameEn": "A", "level": 1}
    assert (state_labels, state) == (["State"], own)
    assert (since, recorded) == ("2025-01-01", "2025-06-01T00:00:00Z")
    ((properties,),) = await rows(empty_graph, "MATCH ()-[f:RESPONSIBLE_FOR]->() RETURN properties(f)")
    assert {name: store.native(value) for name, value in properties.items()} == {
        "validFrom": date(2025, 1, 1),
        "validTo": date(9999, 12, 31),
        "recordedFrom": datetime(2025, 6, 1, tzinfo=UTC),
        "recordedTo": OPEN_RECORD,
        "changeSet": "change:one",
        "source": "source:a",
        "confidence": "INFERRED",
        "note": "why",
        "role": "ACCOUNTABLE",
    }


async def test_change_sets_and_sources_are_nodes_without_state(empty_graph: Graph, files: list[Path]) -> None:
    """They carry their properties themselves, and the time from which they are known."""
    await load(empty_graph, files[:1])
    ((change, source),) = await rows(
        empty_graph, "MATCH (c:ChangeSet:Entity), (s:Source:Entity) RETURN properties(c), properties(s)"
    )
    assert source.pop("recordedFrom").iso_format() == "2025-06-01T00:00:00.000000000+00:00"
    assert store.native(source.pop("publishedOn")) == date(2025, 5, 30)
    source.pop("nameTerms")
    assert source == {"id": "source:a", "nameZh": "文", "nameEn": "Text"}
    change.pop("nameTerms")
    assert len(change.pop("contentHash")) == 64
    assert {name: str(store.native(value)) for name, value in change.items()} == {
        "id": "change:one",
        "nameZh": "起点",
        "nameEn": "Start",
        "startedOn": "2024-12-01",
        "effective": "2025-01-01",
        "recordedFrom": "2025-06-01 00:00:00+00:00",
        "source": "source:a",
        "locator": "¶1",
        "confidence": "STATED",
    }


VIEW = (
    "MATCH (a)-[f]->(b) WHERE f.validFrom <= $asOf < f.validTo AND f.recordedFrom <= $knownAt < f.recordedTo "
    "RETURN type(f), a.id, coalesce(b.nameEn, b.id) ORDER BY type(f), a.id"
)


async def test_both_times_can_be_asked(empty_graph: Graph, files: list[Path]) -> None:
    """Before and after in valid time; and what was known before the second file stays what it was."""
    await load(empty_graph, files)
    before, after = date(2025, 5, 30), date(2025, 5, 31)
    first, second = datetime(2025, 6, 1, 12, tzinfo=UTC), datetime(2025, 6, 2, tzinfo=UTC)

    async def view(day: date, known: datetime) -> list[list[Any]]:
        found = await rows(empty_graph, VIEW, asOf=day, knownAt=known)
        return [row for row in found if row[0] in {"RESPONSIBLE_FOR", "REPORTS_TO"} or row[1] == "dept:a"]

    old = [["HAS_STATE", "dept:a", "A"], ["PART_OF", "dept:a", "centre:c"]]
    owned = ["RESPONSIBLE_FOR", "dept:a", "touchpoint:t"]
    assert await view(before, first) == await view(before, second) == await view(after, first) == [*old, owned]
    assert await view(after, second) == [
        ["HAS_STATE", "dept:a", "A2"],
        old[1],
        ["REPORTS_TO", "dept:a", "position:p"],
        ["RESPONSIBLE_FOR", "dept:b", "touchpoint:t"],
    ]


async def test_loading_twice_changes_nothing(empty_graph: Graph, files: list[Path]) -> None:
    """The second load skips every file and leaves the graph, to the last property, as it was."""
    await load(empty_graph, files)
    before = await dump(empty_graph)
    again = await load(empty_graph, files)
    assert [(one.change_set, one.applied, one.facts) for one in again] == [
        ("change:one", False, 0),
        ("change:two", False, 0),
    ]
    assert await dump(empty_graph) == before


async def test_loading_the_seed_twice_changes_nothing(empty_graph: Graph) -> None:
    """The same of the files that come with the project; they are in place then, and were not before."""
    assert not await seeded(empty_graph)
    assert all(one.applied for one in await load(empty_graph))
    assert await seeded(empty_graph)
    before = await dump(empty_graph)
    assert len(before[0]) > len(default_paths())
    assert not any(one.applied for one in await load(empty_graph))
    assert await dump(empty_graph) == before


async def test_files_are_loaded_in_order_of_their_time(empty_graph: Graph, files: list[Path]) -> None:
    """The order in which they are named does not matter."""
    assert [one.change_set for one in await load(empty_graph, files[::-1])] == ["change:one", "change:two"]


async def test_layout_is_no_content(empty_graph: Graph, files: list[Path]) -> None:
    """Comments, quotes, the order of keys and another time zone leave a file what it is."""
    await load(empty_graph, files)
    before = await dump(empty_graph)
    text = ONE.replace("nameEn: Start", '"nameEn": "Start" # same').replace(
        "2025-06-01T08:00:00+08:00", "2025-06-01T00:00:00Z"
    )
    text = text.replace(
        "{id: centre:c, nameZh: 公司, nameEn: Company}", "{nameEn: Company, id: centre:c, nameZh: 公司}"
    )
    files[0].write_text(text)
    assert [one.applied for one in await load(empty_graph, files)] == [False, False]
    assert await dump(empty_graph) == before


async def test_a_file_that_changed_is_refused(empty_graph: Graph, files: list[Path]) -> None:
    """Content that was loaded is corrected by a new change set, not by editing its file."""
    await load(empty_graph, files)
    before = await dump(empty_graph)
    files[0].write_text(ONE.replace("nameEn: Company", "nameEn: Firm"))
    with pytest.raises(
        InvalidFiles, match=r"one.yaml:2: change:one is in the graph with other content.*new change set"
    ):
        await load(empty_graph, files)
    assert await dump(empty_graph) == before


async def test_history_is_not_written_afterwards(empty_graph: Graph, files: list[Path], tmp_path: Path) -> None:
    """A change set recorded before one that the graph has would change what was known in between."""
    await load(empty_graph, files)
    late = TWO.replace("change:two", "change:late").replace("2025-06-02T00:00:00Z", "2025-06-01T12:00:00Z")
    with pytest.raises(InvalidFiles, match=r"late.yaml:2: `recorded` has to be later than 2025-06-02.*change:two"):
        await load(empty_graph, [written(tmp_path, "late.yaml", late)])


async def test_a_bad_file_leaves_the_graph_as_it_was(empty_graph: Graph, files: list[Path]) -> None:
    """Nothing of the set is written, not even the files that are in order."""
    before = await dump(empty_graph)
    files[1].write_text(TWO.replace("from: dept:a", "from: dept:z"))
    with pytest.raises(InvalidFiles) as caught:
        await load(empty_graph, files)
    assert [(Path(f.file).name, f.line) for f in caught.value.faults] == [("two.yaml", 11)]
    assert "unknown id dept:z" in str(caught.value)
    assert await dump(empty_graph) == before


async def test_two_loads_at_once_load_once(empty_graph: Graph, files: list[Path]) -> None:
    """Whoever comes second waits and then finds everything there."""
    results = await asyncio.gather(*(load(empty_graph, files) for _ in range(4)))
    for change_set in range(2):
        assert [result[change_set].applied for result in results].count(True) == 1
    at_once = await dump(empty_graph)
    await rows(empty_graph, "MATCH (n) WHERE NOT n:WriteLock DETACH DELETE n")
    await load(empty_graph, files)
    assert await dump(empty_graph) == at_once


async def test_progress_is_told_by_rows(empty_graph: Graph, files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each batch tells how many rows of how many are written."""
    monkeypatch.setattr(store, "BATCH", 4)
    told: list[tuple[str, int, int]] = []
    await load(empty_graph, files[:1], lambda *progress: told.append(progress))
    done, total = [row[1] for row in told], {row[2] for row in told}
    assert {Path(name).name for name, _, _ in told} == {"one.yaml"}
    assert done == sorted(set(done))
    assert total == {done[-1]}
    assert len(done) > 5


KILLED = """
import asyncio, sys, time
from pathlib import Path
from touchgraph.graph.driver import Address, open_graph
from touchgraph.organisation import store
from touchgraph.organisation.files.loading import load

async def main(uri, username, password, *paths):
    store.BATCH = 4
    def hang(name, done, total):
        if name.endswith("two.yaml") and 0 < done < total:
            print("half", flush=True)
            time.sleep(600)
    async with open_graph(Address(uri, username, password)) as graph:
        await load(graph, list(map(Path, paths)), hang)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_killed_load_leaves_no_half_file(
    empty_graph: Graph, scratch_address: Address, files: list[Path]
) -> None:
    """kill -9 in the middle of a file: the file before it is there, nothing of it is, and the next load succeeds."""
    to = scratch_address
    command = [sys.executable, "-c", KILLED, to.uri, to.username, to.password, *map(str, files)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"half\n"
    finally:
        process.kill()  # SIGKILL
        await process.wait()
    assert await rows(empty_graph, "MATCH (c:ChangeSet) RETURN c.id") == [["change:one"]]
    assert await rows(empty_graph, "MATCH ()-[f {changeSet: 'change:two'}]->() RETURN count(f)") == [[0]]
    assert await rows(
        empty_graph, "MATCH ()-[f]->() WHERE f.recordedTo <> $open RETURN count(f)", open=OPEN_RECORD
    ) == [[0]]
    assert [one.applied for one in await load(empty_graph, files)] == [False, True]


async def test_what_is_read_back_is_what_was_planned(empty_graph: Graph, files: list[Path]) -> None:
    """The snapshot of the graph after a write equals the one that the plan ended with; writing it twice is refused."""
    await load(empty_graph, files[:1])
    known = await empty_graph.read(read_snapshot)
    evidence = EvidenceItem(source="source:a", confidence="STATED")  # type: ignore[arg-type]
    work = Work(known, Stamp("change:one", datetime(2025, 6, 3, tzinfo=UTC), date(2025, 5, 31), evidence))
    apply(work, parse_change("create", {"id": "dept:n", "nameZh": "新", "nameEn": "N", "parent": "centre:c"}))
    apply(work, parse_change("close", {"id": "dept:a", "successor": "dept:n"}))
    operations = work.operations()
    await empty_graph.write(lambda tx: write(tx, operations))
    after = await empty_graph.read(read_snapshot)
    assert set(after) == set(work.now)
    assert after.entities == dict.fromkeys(sorted(work.now.entities))
    before = await dump(empty_graph)

    async def again(tx: Transaction) -> None:
        nothing_new = type(operations)(operations.recorded, {}, {}, operations.closed, operations.recorded_facts)
        await write(tx, nothing_new)

    with pytest.raises(Conflict, match="somebody changed it"):
        await empty_graph.write(again)
    assert await dump(empty_graph) == before


async def test_no_files_are_no_load(empty_graph: Graph) -> None:
    """An empty list loads nothing, and then all is in place."""
    nothing: list[Loaded] = []
    assert await load(empty_graph, []) == nothing
    assert await seeded(empty_graph, [])
