"""Imports a data engineer's own customers: files of tables, every row checked; what is wrong is told, the rest goes in.

The first load of the managed database goes through Neo4j's import tool, any other in batches. An import adds: what the
graph has is never changed, so a second run finds everything there. See `docs/customers.md`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from touchgraph import database
from touchgraph.customers.following import follow
from touchgraph.customers.importing import batches, tool
from touchgraph.customers.importing.files import File, find_files
from touchgraph.customers.importing.stage import Stage
from touchgraph.customers.importing.tallies import give_tallies
from touchgraph.customers.tables import BY_TABLE, ORGANISATION_FILE, Table
from touchgraph.customers.tallies.rebuild import rebuild
from touchgraph.database import Report
from touchgraph.errors import Conflict, GraphError, InputError
from touchgraph.graph.driver import Address, Graph, open_graph
from touchgraph.graph.migrate import migrate
from touchgraph.graph.statements import Statement
from touchgraph.model import CUSTOMER_ENTITIES, quote
from touchgraph.organisation.files.loading import load
from touchgraph.settings import Settings

log = logging.getLogger(__name__)
T = TypeVar("T")

_BEGAN = "began.json"
_TIMEOUT = timedelta(minutes=10)
"""For one statement: some of them count or remove a great deal."""


@dataclass(frozen=True)
class Options:
    """What is imported, and how. `rejects`: where rejected rows are told; `batch`: never through the import tool."""

    folder: Path
    rejects: Path
    batch: bool = False
    size: int = batches.SIZE


@dataclass(frozen=True)
class Count:
    """How many rows of a table were read; loaded, there already, rejected."""

    table: str
    read: int
    loaded: int
    present: int
    rejected: int


@dataclass
class Imported:
    """What came of an import; `way` is how it went in."""

    way: str = ""
    counts: list[Count] = field(default_factory=list)
    nodes: int = 0
    relationships: int = 0
    seconds: float = 0.0

    @property
    def rejected(self) -> int:
        """How many rows did not go in."""
        return sum(count.rejected for count in self.counts)


def import_files(settings: Settings, address: Address, options: Options, report: Report | None = None) -> Imported:
    """Imports the files of a folder. Raises InvalidFiles for files that cannot be read; GraphError; ServerError."""
    began = time.monotonic()
    with _alone(settings) as folder:
        files = find_files(options.folder)
        _clear(options.rejects)
        now, first = _began(folder, options)
        with Stage(_fresh(folder / "staging"), now) as stage:
            imported = _Run(settings, address, options, stage, report or _silent, folder, first).run(files)
        shutil.rmtree(folder)
    imported.seconds = time.monotonic() - began
    return imported


def _silent(step: str, done: int, total: int) -> None:
    """A report that nobody wants."""


@contextmanager
def _alone(settings: Settings) -> Iterator[Path]:
    """The folder of an import's own files, while no other import uses it."""
    folder = database.home_of(settings).building
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(folder.with_suffix(".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Conflict("Another import runs; wait for it, then try again.") from error
    try:
        folder.mkdir(exist_ok=True)
        yield folder
    finally:
        lock.release()


def _began(folder: Path, options: Options) -> tuple[datetime, bool]:
    """When the import began, and whether it is the first: one that goes on with what was cut off takes both over."""
    try:
        known = json.loads((folder / _BEGAN).read_text(encoding="utf-8"))
        same = known["folder"] == str(options.folder.resolve())
        return datetime.fromisoformat(known["at"]) if same else datetime.now(UTC), known["first"]
    except (OSError, ValueError, KeyError):
        return datetime.now(UTC), False


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def _clear(rejects: Path) -> None:
    """Removes what an earlier run has told."""
    for name in BY_TABLE:
        (rejects / f"{name}.csv").unlink(missing_ok=True)
    if rejects.is_dir() and not any(rejects.iterdir()):
        rejects.rmdir()


@dataclass
class _Run:
    """One import. The `first` into a graph without customers has the roll-ups counted when all is in it."""

    settings: Settings
    address: Address
    options: Options
    stage: Stage
    report: Report
    folder: Path
    first: bool

    def run(self, files: list[File]) -> Imported:
        empty = self._with_graph(self._prepare)
        self.first = self.first or empty
        for file in files:
            self._read(file)
        self._with_graph(self._check)
        self._tell_rejects()
        self._begin()
        imported = None
        if self.settings.managed and empty and files and not self.options.batch:
            imported = self._by_tool()
        if imported is None:
            imported = self._with_graph(self._by_batches)
            if self.first:
                self._with_graph(partial(rebuild, report=self.report))
        self._tell_rejects()
        return imported

    def _begin(self) -> None:
        """From here on, something may be in the graph that is recorded at this time."""
        began = {"folder": str(self.options.folder.resolve()), "at": self.stage.now.isoformat(), "first": self.first}
        (self.folder / _BEGAN).write_text(json.dumps(began), encoding="utf-8")

    def _with_graph(self, work: Callable[[Graph], Awaitable[T]]) -> T:
        async def run() -> T:
            async with open_graph(self.address, _TIMEOUT) as graph:
                return await work(graph)

        return asyncio.run(run())

    @property
    def _tables(self) -> list[Table]:
        return [file.table for file in self.stage.files]

    # --- What there is ------------------------------------------------------------------------------------------------

    async def _prepare(self, graph: Graph) -> bool:
        """Has the organisation in place and noted; returns whether there are no customers yet."""
        await migrate(graph)
        organisation = self.options.folder / ORGANISATION_FILE
        if organisation.exists():
            await load(graph, [organisation], self.report, follow)
        known = await batches.organisation(graph)
        if not known:
            raise InputError(
                "The graph has no organisation that customers could belong to: run `touchgraph seed` first."
            )
        self.stage.set_organisation(known)
        labels = "|".join(quote(kind.label) for kind in CUSTOMER_ENTITIES)
        found = await graph.read(lambda tx: tx.run(Statement(f"MATCH (n:{labels}) RETURN 1 LIMIT 1")))
        return not found

    def _read(self, file: File) -> None:
        step = f"Reading {file.path.name}"
        self.report(step, 0, 100)
        self.stage.read(file, lambda done, size: self.report(step, min(99, done * 100 // max(size, 1)), 100))
        self.report(step, 100, 100)

    async def _check(self, graph: Graph) -> None:
        step, total = "Checking", len(self._tables)
        await self.stage.check(partial(batches.recorded, graph), lambda done, total: self.report(step, done, total))
        self.report(step, total, total)

    def _tell_rejects(self) -> None:
        for table in self._tables:
            if self.stage.counts(table)[1]:
                self.stage.write_rejects(table, self.options.rejects)

    # --- Into the graph -----------------------------------------------------------------------------------------------

    async def _by_batches(self, graph: Graph) -> Imported:
        imported = Imported("in batches")
        for table in self._tables:
            read, rejected = self.stage.counts(table)
            total, done = read - rejected, 0

            def told(rows: int, name: str = table.name, total: int = total) -> None:
                nonlocal done
                done += rows
                self.report(f"Writing {name}", done, total)

            told(0)
            writer = batches.Writer(table, self.stage, counting=not self.first)
            await writer.write(graph, self.options.size, told)
            written = writer.written
            imported.counts.append(
                Count(table.name, read, written.loaded, written.present, self.stage.counts(table)[1])
            )
            imported.nodes += written.nodes
            imported.relationships += written.relationships
        return imported

    def _by_tool(self) -> Imported | None:
        """Imports through the tool; returns None if the graph has something that cannot go through it."""
        given = tool.Given(_fresh(self.folder / "input"))
        try:
            last = self._with_graph(partial(self._give_present, given=given))
        except tool.Unfit as why:
            log.warning("not through the import tool: %s", why)
            return None
        imported = Imported("through the import tool")
        for number, table in enumerate(self._tables):
            self.report("Writing files", number, len(self._tables))
            read, rejected = self.stage.counts(table)
            imported.counts.append(Count(table.name, read, read - rejected, 0, rejected))
            nodes, relationships = tool.give_rows(self.stage, table, given)
            imported.nodes += nodes
            imported.relationships += relationships
        give_tallies(self.stage, given)
        self.report("Writing files", len(self._tables), len(self._tables))
        database.rebuild(self.settings, given.folder, given.all_arguments(), last, self.report)
        differing = self._with_graph(partial(tool.differences, given=given))
        database.settle(self.settings, keep=not differing, report=self.report)
        if differing:
            raise GraphError(f"The import tool lost something; the database is as it was. {'; '.join(differing)}")
        self._with_graph(partial(self._restore_schema, given=given))
        return imported

    async def _give_present(self, graph: Graph, given: tool.Given) -> int:
        last = await graph.last_transaction()
        await tool.give_present(graph, given)
        return last

    async def _restore_schema(self, graph: Graph, given: tool.Given) -> None:
        step = "Constraints and indexes"
        for number, text in enumerate(given.schema):
            self.report(step, number, len(given.schema))
            await graph.run(Statement(text))
        await migrate(graph)
        self.report(step, 1, 1)
