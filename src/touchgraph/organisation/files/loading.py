"""Loads seed files: validated all together before anything is written, then each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from touchgraph.errors import Fault, InputError, InvalidFiles
from touchgraph.graph.driver import Graph, Transaction
from touchgraph.graph.statements import Statement
from touchgraph.organisation.files.planning import (
    Known,
    KnownSets,
    by_time,
    check_time,
    is_applied,
    plan_file,
    rehearse,
)
from touchgraph.organisation.files.records import SeedFile, read_file
from touchgraph.organisation.leaving import Follow, carry_out
from touchgraph.organisation.store import lock, native, read_snapshot
from touchgraph.resources import folder

Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Loaded:
    """What came of a file. `applied` is False when the graph had it already; the counts are of what was written."""

    file: str
    change_set: str
    applied: bool
    entities: int
    facts: int


def default_paths() -> list[Path]:
    """The seed files that come with the project."""
    return sorted(folder("seed").glob("*.yaml"))


async def load(
    graph: Graph,
    paths: Sequence[Path] | None = None,
    report: Report | None = None,
    follow: Follow | None = None,
) -> list[Loaded]:
    """Loads files that the graph does not have yet, in order of their recorded time.

    By `follow`, customers of what is closed go to its successor; without it, what has customers is not closed.
    `report` is called with a file's name, how many of its rows are written, and how many there are.
    Raises InvalidFiles with every fault of all files, in which case nothing is written; GraphError.
    """
    files = [read_file(path) for path in (default_paths() if paths is None else paths)]
    fresh = await graph.rehearse(lambda tx: _fresh(tx, files))
    _refuse(fresh)
    write = partial(_load_file, report=report, follow=follow)
    return [
        await graph.write(partial(write, file=file)) if file in fresh else _skipped(file) for file in by_time(files)
    ]


async def seeded(graph: Graph, paths: Sequence[Path] | None = None) -> bool:
    """Whether the graph has the change sets of all files; looks at ids only. Raises InvalidFiles, GraphError."""
    chosen = default_paths() if paths is None else paths
    wanted = {_change_set_id(path, path.stat().st_mtime_ns) for path in chosen}
    statement = Statement("MATCH (c:ChangeSet) WHERE c.id IN $ids RETURN c.id", {"ids": list(wanted)})
    return wanted == {row[0] for row in await graph.read(lambda tx: tx.run(statement))}


async def _fresh(tx: Transaction, files: Sequence[SeedFile]) -> list[SeedFile]:
    """The files that have something to load, or faults; after trying all of it out on what the graph knows.

    Nobody may write meanwhile: what is read first and what is read later would not fit together.
    """
    await lock(tx)
    known = await known_sets(tx)
    fresh = [file for file in files if not is_applied(file, known)]
    if fresh:
        rehearse(fresh, await read_snapshot(tx), known)
    return fresh


async def _load_file(tx: Transaction, file: SeedFile, report: Report | None, follow: Follow | None) -> Loaded:
    """Loads one file, after waiting for whoever else does so and looking again at what is known."""
    await lock(tx)
    known = await known_sets(tx)
    if is_applied(file, known):
        return _skipped(file)
    _refuse([file])
    check_time(file, known)
    operations, _ = plan_file(file, await read_snapshot(tx))
    _refuse([file])
    told = report and partial(report, file.name)
    try:
        await carry_out(tx, operations, follow, report=told)
    except InputError as error:
        raise at(file, error) from error
    return _loaded(file, True, len(operations.entities), len(operations.recorded_facts))


def at(file: SeedFile, error: InputError) -> InvalidFiles:
    """What is wrong with the change set of a file as a whole, as faults of the file."""
    line = file.change_set.line if file.change_set else 1
    return InvalidFiles([Fault(file.name, line, why) for why in str(error).splitlines()])


async def known_sets(tx: Transaction) -> KnownSets:
    """The change sets that the graph has, by id."""
    text = "MATCH (c:ChangeSet) RETURN c.id, c.recordedFrom, c.contentHash"
    return {row[0]: Known(native(row[1]), row[2]) for row in await tx.run(Statement(text))}


def _skipped(file: SeedFile) -> Loaded:
    return _loaded(file, False, 0, 0)


def _loaded(file: SeedFile, applied: bool, entities: int, facts: int) -> Loaded:
    return Loaded(file.name, file.change_set.value.id if file.change_set else "", applied, entities, facts)


def _refuse(files: Sequence[SeedFile]) -> None:
    if faults := {fault for file in files for fault in file.faults}:
        raise InvalidFiles(list(faults))


@lru_cache(maxsize=64)
def _change_set_id(path: Path, changed: int) -> str:
    """The id of a file's change set; read again when the file has `changed`."""
    del changed
    file = read_file(path)
    if file.change_set is None:
        raise InvalidFiles(file.faults)
    return file.change_set.value.id
