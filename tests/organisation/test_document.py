"""YAML into values with lines, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from touchgraph.organisation.files.document import MAX_BYTES, Document, read_document


def read(tmp_path: Path, text: str | bytes) -> Document:
    path = tmp_path / "x.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_document(path, "x.yaml")


def faults(document: Document) -> list[tuple[int, str]]:
    return [(fault.line, fault.message) for fault in document.faults]


def test_every_value_has_its_line(tmp_path: Path) -> None:
    """Items, and keys within them, know the line on which they stand, in block and in flow style."""
    document = read(
        tmp_path, "a: 1\nb:\n  - c: x\n    d: 2025-05-31\n  - {e: 2.5,\n     f: 2025-06-02T08:00:00+08:00}\n"
    )
    assert document.value["b"][0] == {"c": "x", "d": date(2025, 5, 31)}
    assert document.value["b"][1]["f"] == datetime(2025, 6, 2, tzinfo=UTC)
    places: list[tuple[str | int, ...]] = [("a",), ("b", 0), ("b", 0, "d"), ("b", 1), ("b", 1, "f")]
    assert [document.line(place) for place in places] == [1, 3, 4, 5, 6]
    assert document.line(("b", 1, "nothing", 3)) == 5


def test_an_alias_repeats_a_value(tmp_path: Path) -> None:
    """An alias stands for the value of its anchor."""
    document = read(tmp_path, "a: &x {source: s}\nb: *x\n")
    assert document.value == {"a": {"source": "s"}, "b": {"source": "s"}}
    assert document.faults == []


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (BOMB, 1, "aliases counted"),
        ("a: 1\nb: &b [1, *b]\n", 2, "within its own anchor"),
        ("[" * 100_000, 1, "nested more than"),
        ("a: 1\nb: [1\nc: 2\n", 3, "YAML: "),
        ("a: *nothing\n", 1, "undefined alias"),
        ("a: 1\nb: 2\na: 3\n", 3, "stands here twice"),
        ("a: 1\nb: 2025-02-30\n", 2, "2025-02-30 is no value"),
        ("a: 1\nb: 010\n", 2, "010 is no value: a number in another base than ten"),
        ("a: 1\nb: -0x1F\n", 2, "-0x1F is no value: a number in another base than ten"),
        ("a: 1\nb: 1:30\n", 2, "1:30 is no value: a number in another base than ten"),
        ("a: !!python/object/apply:os.system [x]\nb: !x y\n", 2, "YAML: could not determine a constructor"),
        ("a: 1\n---\nb: 2\n", 2, "YAML: but found another document"),
        ("? [a]\n: 1\n", 1, "a key has to be a name"),
        ("a: 1\nb: \x07\n", 1, "YAML: "),
        (b"a: 1\nb: \xff\n", 2, "not UTF-8"),
        (b"#" * (MAX_BYTES + 1), 1, "more than 8 MiB"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_what_cannot_be_read_is_told_with_its_line(tmp_path: Path, text: str | bytes, line: int, message: str) -> None:
    """Bad syntax, and what would take too much memory or depth, is one fault and no exception."""
    ((found, told),) = faults(read(tmp_path, text))
    assert message in told
    assert found == line


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    """The fault says why it cannot be read."""
    document = read_document(tmp_path / "none.yaml", "none.yaml")
    assert faults(document) == [(1, "cannot be read: No such file or directory")]
