"""Files of an import: what is no file of a table is told at once; of CSV, no row is lost, whatever stands in it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.customers.importing import write_csv
from touchgraph.customers.importing import files
from touchgraph.customers.importing.files import File, csv_rows, find_files, make_plain
from touchgraph.customers.tables import BY_TABLE
from touchgraph.errors import InputError, InvalidFiles

CONSENTS = [column.name for column in BY_TABLE["consents"].columns]
COLUMNS = ["a", "b", "c"]


def faults(folder: Path) -> list[str]:
    with pytest.raises(InvalidFiles) as found:
        find_files(folder)
    return [f"{fault.file}: {fault.message}" for fault in found.value.faults]


def test_the_order_of_columns_is_free(tmp_path: Path) -> None:
    """A file has its columns in any order; a mark of the byte order before the first is none of it."""
    (tmp_path / "consents.csv").write_text("\ufeff" + ",".join(reversed(CONSENTS)) + "\n", encoding="utf-8")
    (found,) = find_files(tmp_path)
    assert found.columns == CONSENTS[::-1]


def test_columns_missing_or_extra_are_faults(tmp_path: Path) -> None:
    """A column that is missing, unknown or there twice is named with its file, all of them at once; for Parquet too."""
    write_csv(tmp_path / "consents.csv", [[*CONSENTS[1:], "validTo", "colour"]])
    with duckdb.connect() as db:
        db.execute(f"COPY (SELECT 1 AS id) TO '{tmp_path / 'leads.parquet'}' (FORMAT parquet)")
    told = faults(tmp_path)
    assert "consents.csv: column `customer` is missing" in told
    assert any(re.match(r"consents\.csv: unknown column `colour`: expected customer, ", one) for one in told)
    assert "consents.csv: column `validTo` stands here twice" in told
    assert "leads.parquet: column `createdOn` is missing" in told


def test_what_is_no_table_is_a_fault(tmp_path: Path) -> None:
    """Files of unknown names, that are not what they are called, or that have a table twice are faults."""
    (tmp_path / "persons.csv").touch()
    (tmp_path / "leads.parquet").write_text("no Parquet")
    (tmp_path / "vehicles.csv").write_bytes(b"id,\xff\n")
    write_csv(tmp_path / "consents.csv", [CONSENTS])
    (tmp_path / "consents.parquet").touch()
    told = "\n".join(faults(tmp_path))
    assert "persons.csv: unknown table: expected one of customers, " in told
    assert "leads.parquet: is no Parquet file: " in told
    assert "vehicles.csv: cannot be read: " in told
    assert "consents.parquet: consents.csv has the same table: keep one" in told


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    """A folder that is none, or has no table, is told with what was expected."""
    with pytest.raises(InputError, match="is no folder"):
        find_files(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"no table: expected files such as customers\.csv"):
        find_files(tmp_path)


# --- CSV ------------------------------------------------------------------------------------------------------------


def plain(data: bytes, folder: Path) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str, str]]]:
    """The rows of a file with their lines, as read by DuckDB from what is made plain; and what is rejected."""
    path = folder / "in.csv"
    path.write_bytes(data)
    made = make_plain(File(BY_TABLE["consents"], path, COLUMNS), folder / "out.csv")
    with duckdb.connect() as db:
        rows = db.execute(csv_rows(made.path, COLUMNS)).fetchall()
    told = [(reject.line, reject.column, reject.reason) for reject in made.rejects]
    return [(made.line(n), [value or "" for value in row]) for n, row in enumerate(rows)], told


VALUES = st.text(st.sampled_from('ab,"\n\r 市'), max_size=5)
BROKEN = st.sampled_from([b"a,b", b"1,2,3,4", b"\xff,b,c", b'x"y,b,c', b'"x"y,b,c'])


@given(
    st.lists(st.lists(VALUES, min_size=3, max_size=3) | BROKEN, max_size=12),
    st.sampled_from([1, 40]),
)
@settings(max_examples=60)
def test_every_row_comes_out_or_is_told(items: list[list[str] | bytes], block: int) -> None:
    """Rows that Python's own writer makes come out as they were, with their lines; what is none is told."""
    data, line = b"a,b,c\n", 2
    rows: list[tuple[int, list[str]]] = []
    broken: list[int] = []
    for item in items:
        text = item + b"\n" if isinstance(item, bytes) else written(item)
        if isinstance(item, bytes):
            broken.append(line)
        else:
            rows.append((line, item))
        data += text
        line += text.count(b"\n")
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "_BLOCK", block)
        found, told = plain(data, Path(folder))
    assert found == rows
    assert [number for number, _, _ in told] == broken


def written(row: list[str]) -> bytes:
    into = io.StringIO()
    csv.writer(into, lineterminator="\r\n").writerow(row)
    return into.getvalue().removesuffix("\r\n").encode() + b"\n"


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    """The line with the quote is told; all others, before and after it, come out, be they ever so many."""
    many = 40_000
    data = b"a,b,c\n" + b"1,2,3\n" * 5 + b'1,"2,3\n' + b"4,5,6\n" * many + b'7,"8 ""9""",\n'
    rows, told = plain(data, tmp_path)
    assert len(rows) == 5 + many + 1
    assert rows[5] == (8, ["4", "5", "6"])
    assert rows[-1] == (7 + many + 1, ["7", '8 "9"', ""])
    assert told == [(7, "", "a quote is not closed, or stands within a value")]


def test_bytes_that_are_no_utf8_are_told_with_their_column(tmp_path: Path) -> None:
    """The column with a byte that is no UTF-8 is named; the rest of the file comes out."""
    rows, told = plain(b"a,b,c\n1,2,3\n1,\xe5\x8c\x97\xff,3\n1,\xe5\x8c\x97,3\n", tmp_path)
    assert rows == [(2, ["1", "2", "3"]), (4, ["1", "北", "3"])]
    assert told == [(3, "b", "not UTF-8")]


def test_lines_of_windows_are_lines(tmp_path: Path) -> None:
    """Lines may end with a carriage return too, and the last with nothing; empty lines are no rows."""
    rows, told = plain(b"a,b,c\r\n1,2,3\r\n\r\n4,5,6", tmp_path)
    assert rows == [(2, ["1", "2", "3"]), (4, ["4", "5", "6"])]
    assert told == []
