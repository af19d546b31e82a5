"""The rows of an import, staged in DuckDB: typed, checked by themselves, against one another and against what is known.

Nothing of a table is held in memory by Python, and DuckDB keeps to what it is given. A row that is wrong stays where it
is; what is wrong with it is noted in `faults`, and the view `good_…` leaves it out.
"""

from __future__ import annotations

import csv
import heapq
import itertools
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from touchgraph.customers.importing.checks import checks, joined, reason_of, typed, wrong_reference
from touchgraph.customers.importing.files import File, Plain, Reject, csv_rows, make_plain
from touchgraph.customers.sql import connect, literal, quoted
from touchgraph.customers.tables import TABLES, Column, Table, is_ours
from touchgraph.errors import Fault, InvalidFiles

MANY = 10_000
"""So many rows are fetched at once."""

Find = Callable[[str, list[str]], Awaitable[Iterable[tuple[str, datetime]]]]
"""Tells which ids of a label the graph has, and since when they are known."""
Organisation = Sequence[tuple[str, str, date, date, datetime]]
"""Id, label, the first day of its life, the first after it, and since when it is known."""


class Stage:
    """A database of its own below a folder, for one import; `now` is when the import began."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self._folder = folder
        self.now = now
        self.db = connect(folder / "staging.duckdb", folder / "spill")
        # As macros, for a variable of DuckDB is not known to the cursors of its connection.
        self.db.execute(f"CREATE MACRO started() AS TIMESTAMP '{_naive(now).isoformat()}'")
        self.db.execute(f"CREATE MACRO started_on() AS DATE '{now.date().isoformat()}'")
        self.db.execute("CREATE TABLE faults (tbl VARCHAR, row BIGINT, col VARCHAR, reason VARCHAR, value VARCHAR)")
        self._plain: dict[str, Plain] = {}
        self.files: list[File] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.db.close()

    def rows(self, text: str, values: Any = None) -> list[Any]:
        """All rows of a statement."""
        return self.db.execute(text, values).fetchall()

    def batches(self, text: str, size: int = MANY) -> Iterator[list[Any]]:
        """The rows of a statement, some at a time."""
        cursor = self.db.cursor().execute(text)
        while rows := cursor.fetchmany(size):
            yield rows

    def fill(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Adds rows to a table, some at a time."""
        iterator = iter(rows)
        while some := list(itertools.islice(iterator, MANY)):
            lists = [list(column) for column in zip(*some, strict=True)]
            values = ", ".join(f"unnest(${number + 1})" for number in range(len(columns)))
            self.db.execute(f"INSERT INTO {name} ({', '.join(columns)}) SELECT {values}", lists)

    # --- A table by itself ------------------------------------------------------------------------------------------

    def read(self, file: File, report: Callable[[int, int], None] | None = None) -> None:
        """Stages the rows of a file, and notes what is wrong with each. Raises InvalidFiles if it cannot be read."""
        table = file.table
        try:
            self._create(table, self._source(file, report))
        except duckdb.Error as error:
            raise InvalidFiles([Fault(file.path.name, 1, f"cannot be read: {str(error).splitlines()[0]}")]) from error
        self.files.append(file)
        columns = [column.name for column in table.columns]
        told = [(bit, columns.index(c.column) + 1, c.column, c.reason) for bit, c in enumerate(checks(table))]
        listed = ", ".join(f"({bit}, {place}, {literal(name)}, {literal(why)})" for bit, place, name, why in told)
        self.db.execute(
            f"INSERT INTO faults SELECT '{table.name}', t.rowid, c.name, c.why, t.raw[c.place] "
            f"FROM {table.name} t JOIN (VALUES {listed}) c(bit, place, name, why) "
            "ON t.mask <> 0 AND (t.mask >> c.bit) & 1 = 1"
        )
        own = ", ".join(quoted(column.name) for column in table.columns if column.name != "recordedFrom")
        self.db.execute(
            f"CREATE VIEW good_{table.name} AS SELECT t.rowid AS row, {own}, "
            "coalesce(recordedFrom, started()) AS recordedFrom, recordedFrom IS NOT NULL AS told "
            f"FROM {table.name} t ANTI JOIN (SELECT row FROM faults WHERE tbl = '{table.name}') f ON f.row = t.rowid"
        )

    def _source(self, file: File, report: Callable[[int, int], None] | None) -> str:
        """A relation of the rows of a file, every value as text."""
        if not file.is_csv:
            return f"SELECT COLUMNS(*)::VARCHAR FROM read_parquet({literal(str(file.path))})"
        plain = make_plain(file, self._folder / f"{file.table.name}.csv", report)
        self._plain[file.table.name] = plain
        return csv_rows(plain.path, file.columns)

    def _create(self, table: Table, source: str) -> None:
        mask = " | ".join(
            f"(CASE WHEN {check.wrong} THEN {1 << bit}::UBIGINT ELSE 0::UBIGINT END)"
            for bit, check in enumerate(checks(table))
        )
        values = ", ".join(f"{typed(column)} AS {quoted(column.name)}" for column in table.columns)
        raw = ", ".join(quoted(column.name) for column in table.columns)
        self.db.execute(
            f"CREATE TABLE {table.name} AS SELECT {values}, mask, CASE WHEN mask <> 0 THEN [{raw}] END AS raw "
            f"FROM (SELECT *, {mask} AS mask FROM ({source}))"
        )

    # --- Against one another, and against what is known -------------------------------------------------------------

    def set_organisation(self, organisation: Organisation) -> None:
        """What there is beside the customers."""
        self.db.execute("CREATE TABLE org (id VARCHAR, label VARCHAR, since DATE, until DATE, recorded TIMESTAMP)")
        rows = ((*rest, _naive(recorded)) for *rest, recorded in organisation)
        self.fill("org", ["id", "label", "since", "until", "recorded"], rows)

    async def check(self, find: Find, report: Callable[[int, int], None] | None = None) -> None:
        """Notes what is wrong with the rows of all tables; `find` tells what the graph has of the ids of a label."""
        tables = [file.table for file in self.files]
        for label in (table.label for table in TABLES if table.label and table not in tables):
            self.db.execute(f"CREATE TABLE known_{label} (id VARCHAR, recorded TIMESTAMP)")
        for number, table in enumerate(tables):
            if report:
                report(number, len(tables))
            self._find_twins(table)
            for column in table.columns:
                if column.refers and is_ours(column.refers):
                    for ids in self._strangers(table, column):
                        found = ((one, _naive(time)) for one, time in await find(column.refers, ids))
                        self.fill(f"known_{column.refers}", ["id", "recorded"], found)
            self._check_references(table)
            self._check_overlaps(table)
            self._make_known(table)

    def _find_twins(self, table: Table) -> None:
        """Notes rows with the id of an earlier one."""
        if table.label is None:
            return
        # By the hash first: that is less to hold than the ids are.
        suspects = f"SELECT hash(id) AS h FROM good_{table.name} GROUP BY h HAVING count(*) > 1"
        twins = self.rows(
            f"SELECT row, id, min(row) OVER (PARTITION BY id) AS first FROM good_{table.name} "
            f"WHERE hash(id) IN ({suspects}) QUALIFY row <> first"
        )
        faults = ((row, "id", f"is that of line {self.line(table, first)} too", id_) for row, id_, first in twins)
        self.note(table, faults)

    def _make_known(self, table: Table) -> None:
        """Lets other tables refer to what a table makes."""
        if table.label:
            self.db.execute(
                f"CREATE TABLE known_{table.label} AS SELECT id, recordedFrom AS recorded FROM good_{table.name}"
            )

    def _strangers(self, table: Table, column: Column) -> Iterator[list[str]]:
        """Ids in a column that none of the files has, some at a time."""
        name = quoted(column.name)
        text = (
            f"SELECT DISTINCT g.{name} FROM good_{table.name} g ANTI JOIN known_{column.refers} k ON k.id = g.{name} "
            f"WHERE g.{name} IS NOT NULL"
        )
        # All at once, as finding some of them changes what is known.
        found = [row[0] for row in self.rows(text)]
        return (found[start : start + MANY] for start in range(0, len(found), MANY))

    def _check_references(self, table: Table) -> None:
        """Notes what names something that is not there, or not then, or not known then."""
        columns = [column for column in table.columns if column.refers]
        joins = " ".join(joined(column, number) for number, column in enumerate(columns))
        wrong = ", ".join(
            f"{wrong_reference(table, column, n)} AS why{n}, g.{quoted(column.name)} AS is{n}"
            for n, column in enumerate(columns)
        )
        any_ = " OR ".join(f"why{number} IS NOT NULL" for number in range(len(columns)))
        self.db.execute(
            "CREATE OR REPLACE TEMP TABLE wrong AS SELECT * FROM "
            f"(SELECT g.row, {wrong} FROM good_{table.name} g {joins}) WHERE {any_}"
        )
        for number, column in enumerate(columns):
            self.db.execute(
                f"INSERT INTO faults SELECT '{table.name}', row, '{column.name}', why{number}, is{number} FROM wrong "
                f"WHERE why{number} IS NOT NULL"
            )

    def _check_overlaps(self, table: Table) -> None:
        """Notes facts that hold while an earlier row says that they, or another one where there can be one only, do."""
        if not table.bitemporal:
            return
        (fact,) = table.facts
        key = quoted(fact.start) if fact.kind.single else f"{quoted(fact.start)}, {quoted(fact.end)}"
        times = '"validFrom", "validTo", "recordedFrom", "recordedTo"'
        suspects = (
            f"WITH g AS (SELECT row, hash({key}) AS h, {times} FROM good_{table.name}) "
            "SELECT DISTINCT a.h FROM g a JOIN g b ON a.h = b.h AND a.row < b.row "
            'AND a."validFrom" < b."validTo" AND b."validFrom" < a."validTo" '
            'AND a."recordedFrom" < b."recordedTo" AND b."recordedFrom" < a."recordedTo"'
        )
        text = f"SELECT row, [{key}], {times} FROM good_{table.name} WHERE hash({key}) IN ({suspects}) ORDER BY 2, row"
        rows = list(itertools.chain.from_iterable(self.batches(text)))
        for _, same in itertools.groupby(rows, lambda row: row[1]):
            self.note(table, self._overlapping(table, same))

    def _overlapping(self, table: Table, rows: Iterable[Any]) -> Iterator[tuple[int, str, str, str]]:
        kept: list[Any] = []
        for row, _, *times in rows:
            other = next((line for line, *before in kept if overlap(times, before)), None)
            if other is None:
                kept.append((row, *times))
            else:
                yield row, "validFrom", f"holds at the same time as line {self.line(table, other)}", str(times[0])

    # --- What is wrong ----------------------------------------------------------------------------------------------

    def note(self, table: Table, faults: Iterable[tuple[int, str, str, str]]) -> None:
        """Notes faults: row, column, reason, value."""
        rows = ((table.name, *fault) for fault in faults)
        self.fill("faults", ["tbl", "row", "col", "reason", "value"], rows)

    def line(self, table: Table, row: int) -> int:
        """The line of a row in its file; of Parquet, the number of the row, the first being 1."""
        plain = self._plain.get(table.name)
        return plain.line(row) if plain else row + 1

    def counts(self, table: Table) -> tuple[int, int]:
        """How many rows a file has, and how many of them are rejected."""
        (((staged),),) = self.rows(f"SELECT count(*) FROM {table.name}")
        ((wrong,),) = self.rows(f"SELECT count(DISTINCT row) FROM faults WHERE tbl = '{table.name}'")
        broken = len(self._plain[table.name].rejects) if table.name in self._plain else 0
        return staged + broken, wrong + broken

    def write_rejects(self, table: Table, folder: Path) -> None:
        """Writes what is wrong with the rows of a table to a file of its own in a folder, in their order."""
        folder.mkdir(parents=True, exist_ok=True)
        noted = self.batches(
            f"SELECT row, col, reason, value FROM faults WHERE tbl = '{table.name}' ORDER BY row, col, reason"
        )
        staged = (
            Reject(self.line(table, row), column, reason_of(reason, value), value)
            for rows in noted
            for row, column, reason, value in rows
        )
        broken = self._plain[table.name].rejects if table.name in self._plain else []
        with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["line", "column", "reason", "value"])
            for reject in heapq.merge(broken, staged, key=lambda reject: reject.line):
                writer.writerow([reject.line, reject.column, reject.reason, (reject.value or "")[:200]])


def overlap(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two facts hold, and are known to hold, at the same time; each has its four times."""
    return bool(one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3])


def _naive(time: datetime) -> datetime:
    return time.astimezone(UTC).replace(tzinfo=None)
