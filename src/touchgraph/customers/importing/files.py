"""The files of an import: found, their columns checked, and CSV made plain, with every row that is not CSV told.

A row is a line, unless quotes say otherwise. What cannot be a row costs no other one: where a quote is never closed,
its line is told, and the next line is a row again. Readers of CSV that are made for speed lose rows then, or miss them.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Self, TextIO

import duckdb

from touchgraph.customers.sql import literal
from touchgraph.customers.tables import BY_TABLE, ORGANISATION_FILE, TABLES, Table
from touchgraph.errors import Fault, InputError, InvalidFiles

SUFFIXES = (".csv", ".parquet")
_BLOCK = 8 * 1024 * 1024
_LONGEST = 256 * 1024
"""No row has more characters."""
_VALUE = r'(?:"(?:[^"]|"")*+"|[^",\r\n]*+)'
_ROW = re.compile(f"{_VALUE}(?:,{_VALUE})*+")


@dataclass(frozen=True)
class File:
    """A file of a table; `columns` are in its own order."""

    table: Table
    path: Path
    columns: list[str]

    @property
    def is_csv(self) -> bool:
        """Whether it is CSV; otherwise, it is Parquet."""
        return self.path.suffix == ".csv"


@dataclass(frozen=True)
class Reject:
    """A row, or a value of it, that does not go in, and why."""

    line: int
    column: str
    reason: str
    value: str


@dataclass
class Plain:
    """A file of which every row is one line, and where its rows stand in the file that it was made from."""

    path: Path
    rejects: list[Reject] = field(default_factory=list)
    _rows: list[int] = field(default_factory=lambda: [0])
    _lines: list[int] = field(default_factory=lambda: [2])

    def line(self, row: int) -> int:
        """The line of a row; rows are counted from 0."""
        place = bisect_right(self._rows, row) - 1
        return self._lines[place] + row - self._rows[place]

    def mark(self, row: int, line: int) -> None:
        """Notes where a row stands, if that does not follow from the rows before."""
        if self.line(row) != line:
            self._rows.append(row)
            self._lines.append(line)


def find_files(folder: Path) -> list[File]:
    """The files of the tables in a folder, in the order of the tables. Raises InvalidFiles with every fault."""
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder: name the one that has the files, such as customers.csv")
    faults: list[Fault] = []
    paths = {path.name: path for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES and path.is_file()}
    for name, path in paths.items():
        if path.stem not in BY_TABLE:
            faults.append(Fault(name, 1, f"unknown table: expected one of {', '.join(BY_TABLE)}"))
        elif path.suffix == ".parquet" and f"{path.stem}.csv" in paths:
            faults.append(Fault(name, 1, f"{path.stem}.csv has the same table: keep one"))
    files = []
    for table in TABLES:
        for path in [paths[f"{table.name}{suffix}"] for suffix in SUFFIXES if f"{table.name}{suffix}" in paths][:1]:
            columns, message = _columns(path)
            faults += [Fault(path.name, 1, why) for why in ([message] if message else _differences(table, columns))]
            files.append(File(table, path, columns))
    if faults:
        raise InvalidFiles(faults)
    if not files and not (folder / ORGANISATION_FILE).exists():
        raise InputError(f"{folder} has no table: expected files such as customers.csv or customers.parquet")
    return files


def _columns(path: Path) -> tuple[list[str], str]:
    """The columns of a file, or why they cannot be read."""
    try:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                return next(csv.reader(io.StringIO(file.readline(_LONGEST))), []), ""
        with duckdb.connect() as db:
            found = db.execute("DESCRIBE SELECT * FROM read_parquet($1)", [str(path)]).fetchall()
            return [row[0] for row in found], ""
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return [], f"cannot be read: {error}"
    except duckdb.Error as error:
        return [], f"is no Parquet file: {str(error).splitlines()[0]}"


def _differences(table: Table, columns: list[str]) -> Iterator[str]:
    expected = [column.name for column in table.columns]
    yield from (f"column `{name}` is missing" for name in expected if name not in columns)
    yield from (f"unknown column `{name}`: expected {', '.join(expected)}" for name in columns if name not in expected)
    yield from (f"column `{name}` stands here twice" for name in dict.fromkeys(columns) if columns.count(name) > 1)


# --- CSV made plain -------------------------------------------------------------------------------------------------


def make_plain(file: File, path: Path, report: Callable[[int, int], None] | None = None) -> Plain:
    """A file of UTF-8 in which every row has the right number of values, each quoted rightly if at all.

    It is the very file, if that is such a one already; otherwise one that is written to `path`.
    """
    size = file.path.stat().st_size
    with file.path.open("rb") as source, _Maker(file, source, path) as maker:
        while block := source.read(_BLOCK):
            maker.take(block + source.readline())
            if report:
                report(source.tell(), size)
        maker.finish()
        return maker.plain


def csv_rows(path: Path, columns: Sequence[str]) -> str:
    """A relation, in the SQL of DuckDB, of the rows of a plain file; every value is text, or null if it is empty."""
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    return (
        f"FROM read_csv({literal(str(path))}, auto_detect = false, header = true, delim = ',', quote = '\"', "
        f"escape = '\"', new_line = '\\n', columns = {{{types}}})"
    )


class _Maker:
    """Goes through a file block by block. A block that is plain is taken as it is; of any other, every line is read."""

    def __init__(self, file: File, source: BinaryIO, path: Path) -> None:
        self.plain = Plain(file.path)
        self._columns, self._source, self._path = file.columns, source, path
        self._copy: TextIO | None = None
        header = source.readline()
        self._first = self._place = len(header)
        self._row, self._line = 0, 2
        self._waiting: list[str] = []
        if b"\r" in header:
            self._begin_copy()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._copy:
            self._copy.close()

    def take(self, block: bytes) -> None:
        """Goes on with some lines."""
        rows = 0 if self._waiting else _plain_rows(block, len(self._columns))
        if rows:
            self.plain.mark(self._row, self._line)
            self._row += rows
            self._line += rows
            if self._copy:
                self._copy.write(block.decode())
        else:
            self._begin_copy()
            self._waiting += _lines(block.decode("utf-8", "surrogateescape"))
            self._read(last=False)
        self._place += len(block)

    def finish(self) -> None:
        """What is left are rows, too."""
        self._read(last=True)

    def _begin_copy(self) -> None:
        """From here on, what is read is not the file; what was plain of it is taken over."""
        if self._copy is None:
            with self._path.open("wb") as copy, self.plain.path.open("rb") as original:
                copy.write(",".join(self._columns).encode() + b"\n")
                original.seek(self._first)
                shutil.copyfileobj(_Beginning(original, self._place - self._first), copy)
            self._copy = self._path.open("a", encoding="utf-8", newline="")
            # All quoted: else a carriage return would not be, unless it ended lines.
            self._writer = csv.writer(self._copy, lineterminator="\n", quoting=csv.QUOTE_ALL)
            self.plain.path = self._path

    def _read(self, last: bool) -> None:
        done = 0
        while done < len(self._waiting) and (lines := _extent(self._waiting, done, last)):
            lines = self._row_of("".join(self._waiting[done : done + lines]).rstrip("\r\n"), lines)
            done += lines
            self._line += lines
        del self._waiting[:done]

    def _row_of(self, text: str, lines: int) -> int:
        """Takes a row; returns how many lines that were: of one that is none, only the first is known to be wrong."""
        assert self._copy is not None
        if not text:
            return lines
        if '"' not in text:
            values = text.split(",")
        elif _ROW.fullmatch(text):
            values = next(csv.reader([text]))
        else:
            return self._reject("", "a quote is not closed, or stands within a value", text)
        if len(values) != len(self._columns):
            return self._reject("", f"{len(values)} values: expected {len(self._columns)}", text)
        if not text.isascii():
            for name, value in zip(self._columns, values, strict=True):
                if not _is_utf8(value):
                    self._reject(name, "not UTF-8", value)
                    return lines
        self.plain.mark(self._row, self._line)
        self._row += 1
        self._writer.writerow(values)
        return lines

    def _reject(self, column: str, reason: str, text: str) -> int:
        shown = text.splitlines()[0].encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        self.plain.rejects.append(Reject(self._line, column, reason, shown))
        return 1


class _Beginning:
    """So many bytes of a file, from where it stands."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size

    def read(self, size: int = -1) -> bytes:
        """Some bytes, if there are any left."""
        data = self._file.read(min(size, self._left) if size >= 0 else self._left)
        self._left -= len(data)
        return data


def _plain_rows(block: bytes, columns: int) -> int:
    """How many rows a block has if it is plain, else 0."""
    if b'"' in block or b"\r" in block or not block.endswith(b"\n") or not _decodes(block):
        return 0
    lines = block.split(b"\n")
    lines.pop()
    commas = columns - 1
    return len(lines) if all(line.count(b",") == commas for line in lines) else 0


def _decodes(block: bytes) -> bool:
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends; `splitlines` would also end them at letters that are part of a text."""
    *lines, rest = text.split("\n")
    yield from (f"{line}\n" for line in lines)
    if rest:
        yield rest


def _is_utf8(value: str) -> bool:
    """Whether a text has no byte that could not be decoded."""
    return not any("\udc80" <= letter <= "\udcff" for letter in value)


def _extent(lines: list[str], first: int, last: bool) -> int:
    """How many lines a row has: as many as it takes to close its quotes. 0 if more lines have to be read for that.

    If they are never closed, or not in a sensible distance, it is one.
    """
    quotes = size = 0
    for place in range(first, len(lines)):
        quotes += lines[place].count('"')
        size += len(lines[place])
        if quotes % 2 == 0:
            return place - first + 1
        if size > _LONGEST:
            return 1
    return 1 if last else 0
