"""What a value has to be, as conditions in the SQL of DuckDB that follow from the tables.

Every value comes as text, from CSV and from Parquet alike. A condition is true of what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from touchgraph.customers.sql import literal, quoted
from touchgraph.customers.tables import Column, FactOf, Table, is_ours
from touchgraph.model import BY_LABEL, OPEN_END, OPEN_RECORD
from touchgraph.model.texts import IN_SQL, wrong_name, wrong_text

_DATE = r"\d{4}-\d\d-\d\d"
_TIME = _DATE + r"[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?"
_ZONE = r"(Z|[+-]\d\d(:?\d\d)?)"
_ID = r"[a-z0-9]+(-[a-z0-9]+)*"
_LONGEST, _LONGEST_ID = 4_000, 200
NO_NAME, NO_TEXT = "is no name", "is no text"
A_DATE = "a date such as 2025-05-31"
A_TIME = "a time with its zone, such as 2025-05-31T16:30:00+08:00"

SQL_TYPES = {"string": "VARCHAR", "integer": "BIGINT", "date": "DATE", "datetime": "TIMESTAMP"}
"""Times are kept in UTC."""


@dataclass(frozen=True)
class Check:
    """A condition that is true of rows of which a column is wrong, and why it is."""

    column: str
    wrong: str
    reason: str


def typed(column: Column) -> str:
    """The value of a column, or null if it is none of its type. An open end is no null, as in the graph."""
    name = quoted(column.name)
    if column.type == "datetime":
        # The session's time zone is UTC.
        value = f"TRY_CAST({name} AS TIMESTAMPTZ)::TIMESTAMP"
    else:
        value = name if column.type == "string" else f"TRY_CAST({name} AS {SQL_TYPES[column.type]})"
    opens = {"validTo": f"DATE '{OPEN_END}'", "recordedTo": f"TIMESTAMP '{OPEN_RECORD:%Y-%m-%d}'"}
    return f"coalesce({value}, {opens[column.name]})" if column.name in opens else value


def checks(table: Table) -> list[Check]:
    """Everything that a row can be wrong in by itself. The variables `today` and `now` are those of the import."""
    found = [check for column in table.columns for check in (*_missing(column), *_of_type(table, column))]
    names = {column.name for column in table.columns}
    if "validTo" in names:
        found.append(_order(table, "validFrom", "validTo"))
        found.append(_order(table, "recordedFrom", "recordedTo"))
    if "phase" in names:
        found.append(
            Check("routedOn", '("phase" IS NULL) <> ("routedOn" IS NULL)', "`phase` and `routedOn` go together")
        )
    return found


def _missing(column: Column) -> Iterator[Check]:
    if column.required:
        yield Check(column.name, f"{quoted(column.name)} IS NULL", "is empty")


def _of_type(table: Table, column: Column) -> Iterator[Check]:
    if column.type == "date":
        yield from _date(column)
    elif column.type == "datetime":
        yield from _time(column)
    elif column.type == "integer":
        yield from _number(column)
    elif column.own:
        yield _own_id(table, column)
    elif column.refers is None:
        yield from _text(column)


def _matches(name: str, pattern: str) -> str:
    return f"regexp_full_match({name}, {literal(pattern)})"


def _date(column: Column) -> Iterator[Check]:
    name, value = quoted(column.name), f"TRY_CAST({quoted(column.name)} AS DATE)"
    is_one = f"{_matches(name, _DATE)} AND coalesce({value} >= DATE '0001-01-01', false)"
    yield Check(column.name, f"{name} IS NOT NULL AND NOT ({is_one})", f"expected {A_DATE}")
    allowed = f" AND {value} <> DATE '{OPEN_END}'" if column.name == "validTo" else ""
    yield Check(column.name, f"{is_one} AND {value} > started_on(){allowed}", "lies in the future")


def _time(column: Column) -> Iterator[Check]:
    name, value = quoted(column.name), typed(column)
    is_one = f"{_matches(name, _TIME + _ZONE)} AND TRY_CAST({name} AS TIMESTAMPTZ) IS NOT NULL"
    without = f"{_matches(name, _TIME)}"
    yield Check(column.name, without, f"no time zone: expected {A_TIME}")
    yield Check(column.name, f"{name} IS NOT NULL AND NOT ({is_one}) AND NOT {without}", f"expected {A_TIME}")
    open_end = f" AND {value} <> TIMESTAMP '{OPEN_RECORD:%Y-%m-%d}'" if column.name == "recordedTo" else ""
    yield Check(column.name, f"{is_one} AND {value} > started(){open_end}", "lies in the future")


def _number(column: Column) -> Iterator[Check]:
    name = quoted(column.name)
    fits = f"coalesce(TRY_CAST({name} AS BIGINT) BETWEEN {column.least} AND {column.most}, false)"
    wrong = f"{name} IS NOT NULL AND NOT ({_matches(name, '-?[0-9]+')} AND {fits})"
    yield Check(column.name, wrong, f"expected {column.told}")


def _own_id(table: Table, column: Column) -> Check:
    assert table.label
    name, prefix = quoted(column.name), BY_LABEL[table.label].prefix
    is_one = f"{_matches(name, f'{prefix}:{_ID}')} AND length({name}) <= {_LONGEST_ID}"
    expected = f"expected an id such as {prefix}:0017 (lower-case letters, digits, single hyphens between them)"
    return Check(column.name, f"{name} IS NOT NULL AND NOT ({is_one})", expected)


def _text(column: Column) -> Iterator[Check]:
    name = quoted(column.name)
    if column.values:
        allowed = ", ".join(literal(value) for value in column.values)
        yield Check(column.name, f"{name} NOT IN ({allowed})", f"expected {column.told}")
    elif column.pattern:
        yield Check(column.name, f"NOT {_matches(name, column.pattern)}", f"expected {column.doc}: {column.pattern}")
    else:
        yield Check(column.name, f"length({name}) > {_LONGEST}", f"longer than {_LONGEST} letters")
        yield Check(column.name, _made_wrong(column), NO_TEXT if column.lines else NO_NAME)


def _made_wrong(column: Column) -> str:
    """What is true of a text that the rule of `model.texts` refuses; which tells what is wrong."""
    bad = IN_SQL["text"] if column.lines else f"{IN_SQL['edge']}|{IN_SQL['name']}"
    value = quoted(column.name)
    return f"NOT regexp_matches({value}, {literal(IN_SQL['seen'])}) OR regexp_matches({value}, {literal(bad)})"


def reason_of(reason: str, value: str) -> str:
    """The reason in full: of a text, with the character and its place."""
    told = {NO_NAME: wrong_name, NO_TEXT: wrong_text}.get(reason)
    return (told and told(value)) or reason


def _order(table: Table, first: str, last: str) -> Check:
    start, end = typed(table.column(first)), typed(table.column(last))
    if first == "recordedFrom":
        start = f"coalesce({start}, started())"
    return Check(last, f"{end} <= {start}", f"is not after {first}")


# --- References ----------------------------------------------------------------------------------------------------


def joined(column: Column, number: int) -> str:
    """The join of a row with what a column names; `g` is the row, and `r` with the number what it names."""
    name = f"g.{quoted(column.name)}"
    if column.refers and is_ours(column.refers):
        return f"LEFT JOIN known_{column.refers} r{number} ON r{number}.id = {name}"
    return f"LEFT JOIN org r{number} ON r{number}.id = {name} AND r{number}.label = '{column.refers}'"


def wrong_reference(table: Table, column: Column, number: int) -> str:
    """An expression that tells what is wrong with a reference; null if nothing is."""
    r, name = f"r{number}", f"g.{quoted(column.name)}"
    late = (
        f"WHEN g.recordedFrom < {r}.recorded THEN 'is known since ' || strftime({r}.recorded, '%Y-%m-%dT%H:%M:%SZ') "
        "|| ' only, after recordedFrom' "
    )
    if column.refers and is_ours(column.refers):
        unknown = f"'unknown {column.refers}: neither the files nor the graph have it'"
        return f"CASE WHEN {name} IS NULL THEN NULL WHEN {r}.id IS NULL THEN {unknown} {late} END"
    first, last = _days(table, column)
    life = (
        f"WHEN {first} < {r}.since OR {last} > {r}.until THEN 'exists only from ' || {r}.since "
        f"|| CASE WHEN {r}.until < DATE '{OPEN_END}' THEN ' to ' || {r}.until ELSE '' END "
    )
    return f"CASE WHEN {name} IS NULL THEN NULL WHEN {r}.id IS NULL THEN 'unknown {column.refers}' {life} {late} END"


def _days(table: Table, column: Column) -> tuple[str, str]:
    """The first day on which what a column names has to exist, and the first on which it need not."""
    if column.refers == "Source":
        return f"DATE '{OPEN_END}'", f"DATE '{OPEN_END}'"
    if table.bitemporal:
        return 'g."validFrom"', 'g."validTo"'
    fact: FactOf | None = next((fact for fact in table.facts if fact.end == column.name), None)
    if fact and fact.valid_from:
        return f"g.{quoted(fact.valid_from)}", f"DATE '{OPEN_END}'"
    day = "createdOn" if any(one.name == "createdOn" for one in table.columns) else "at"
    return f"g.{quoted(day)}::DATE", f"g.{quoted(day)}::DATE + 1"
