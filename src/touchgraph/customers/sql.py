"""DuckDB, in which tables of customers are made up and checked: a database that keeps to its memory, and safe names."""

from __future__ import annotations

from pathlib import Path

import duckdb

MEMORY = "500MB"
"""What DuckDB may hold; the rest it puts beside its database."""


def connect(path: Path, spill: Path) -> duckdb.DuckDBPyConnection:
    """A database in a file, in whose sessions it is UTC; what does not fit into memory goes to a folder."""
    db = duckdb.connect(path)
    db.execute(f"SET memory_limit = '{MEMORY}'; SET temp_directory = {literal(str(spill))}")
    db.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    return db


def quoted(name: str) -> str:
    """A name, safe to stand in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text, safe to stand in SQL."""
    return "'" + text.replace("'", "''") + "'"
