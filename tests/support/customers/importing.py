"""What the tests of the import share: tables as rows of text, made up or one's own, and files of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from touchgraph.customers.generating.generate import generate
from touchgraph.customers.tables import TABLES

Rows = list[dict[str, str]]
Tables = dict[str, Rows]


def made_up(folder: Path, customers: int = 20, seed: int = 1) -> Tables:
    """The tables of some customers; the files are in the folder, too."""
    generate(folder, customers, seed)
    return {table.name: read(folder / f"{table.name}.csv") for table in TABLES}


def read(path: Path) -> Rows:
    """The rows of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(folder: Path, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> Path:
    """Writes tables into a folder, which is returned."""
    folder.mkdir(exist_ok=True)
    for table in TABLES:
        if table.name in tables:
            names = [column.name for column in table.columns]
            lines = [names, *([row[name] for name in names] for row in tables[table.name])]
            write_csv(folder / f"{table.name}.csv", lines)
    return folder


def write_csv(path: Path, lines: Iterable[Sequence[str]]) -> None:
    """Writes a file of values."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def rejects(folder: Path) -> dict[str, list[tuple[int, str, str]]]:
    """What is told of rejected rows: line, column, reason."""
    return {
        path.stem: [(int(row["line"]), row["column"], row["reason"]) for row in read(path)]
        for path in sorted(folder.glob("*.csv"))
    }
