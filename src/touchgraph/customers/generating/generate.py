"""Makes up customers: a file for each table, from a seed. The same arguments give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import duckdb

from touchgraph.customers.generating.field import Places, with_dealers
from touchgraph.customers.generating.world import DATA, SOURCE, TELEPHONE, WECOM, World, read_world, rows_of
from touchgraph.customers.sql import connect, literal, quoted
from touchgraph.customers.tables import ORGANISATION_FILE, TABLES, Table
from touchgraph.database import Report
from touchgraph.errors import InputError

Format = Literal["csv", "parquet"]

UNTIL = date(2026, 6, 30)
"""The last day of what is made up. It is fixed: the same seed gives the same bytes on any day."""
SINCE = date(2022, 7, 1)
EPOCH = date(2000, 1, 1)
"""Days are counted from here."""
COPY = {
    "csv": "FORMAT csv, HEADER, DELIMITER ',', DATEFORMAT '%Y-%m-%d', TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ'",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}

_PLAN = (
    (1, 0, 0, 0),
    (2, 0, 1, 0),
    (3, 0, 1, 0),
    (4, 0, 1, 0),
    (5, 1, 1, 1),
    *[(5, 2, 0, 0)] * 3,
    (5, 2, 0, 1),
    (6, 3, 0, 1),
)
"""Of ten customers: how many stages each has reached, how many cars, leads and opinions it has."""


@dataclass(frozen=True)
class Generated:
    """A file that was written, and how many rows it has."""

    path: Path
    rows: int


def generate(
    folder: Path, customers: int, seed: int, dealers: int = 0, format_: Format = "csv", report: Report | None = None
) -> list[Generated]:
    """Writes the files into a folder, which is made or empty. `dealers`: 0 means those of the seed files.

    Raises InputError for a folder that has something in it, and for numbers that cannot be.
    """
    if customers < 1:
        raise InputError(f"--customers: expected 1 or more, got {customers}")
    world = read_world()
    world, organisation = with_dealers(world, dealers or len(world.dealers), seed)
    _prepare(folder)
    if organisation is not None:
        (folder / ORGANISATION_FILE).write_text(organisation, encoding="utf-8")
    with TemporaryDirectory(dir=folder) as scratch, connect(Path(scratch) / "made-up.duckdb", Path(scratch)) as db:
        _make_up(db, world, customers, seed)
        return [_write(db, table, folder, format_, report) for table in TABLES]


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InputError(f"{folder} is not empty: name another folder")
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror or error}") from error


def _write(
    db: duckdb.DuckDBPyConnection, table: Table, folder: Path, format_: Format, report: Report | None
) -> Generated:
    if report:
        report(table.name, 0, 1)
    path = folder / f"{table.name}.{format_}"
    zoned = ("::TIMESTAMPTZ AS" if format_ == "parquet" and c.type == "datetime" else "AS" for c in table.columns)
    columns = ", ".join(
        f"{quoted(column.name)}{to} {quoted(column.name)}" for column, to in zip(table.columns, zoned, strict=True)
    )
    ((rows,),) = db.execute(
        f"COPY (SELECT {columns} FROM {table.name}) TO {literal(str(path))} ({COPY[format_]})"
    ).fetchall()
    if report:
        report(table.name, 1, 1)
    return Generated(path, rows)


# --- What the statements of generate.sql ask for ----------------------------------------------------------------------


def _make_up(db: duckdb.DuckDBPyConnection, world: World, customers: int, seed: int) -> None:
    """The views of the tables."""
    live = world.recorded + timedelta(days=1)
    products = sorted((max(_day(world.since(one)), 0), one) for one in world.ids("product"))
    variables: dict[str, Any] = {
        "customers": customers,
        "seed": str(seed),
        "since": _day(SINCE),
        "until": _day(UNTIL),
        "live": live.astimezone(UTC).replace(tzinfo=None),
        "wecom": _day(world.since(WECOM)),
        "telephone_id": TELEPHONE,
        "wecom_id": WECOM,
        "products": [day for day, _ in products],
        "source": SOURCE,
    }
    for name, value in variables.items():
        db.execute(f"SET VARIABLE {name} = $value", {"value": value})
    _table(db, "product", ["number", "id"], [(number, one) for number, (_, one) in enumerate(products)])
    _table(db, "phase", ["number", "id"], list(enumerate(world.ids("phase"))))
    _plan(db)
    _stages(db, world)
    _people(db)
    _dealers(db, world, seed)
    db.execute((DATA / "generate.sql").read_text(encoding="utf-8"))


def _plan(db: duckdb.DuckDBPyConnection) -> None:
    rows: list[Any] = []
    sums = [0, 0, 0]
    for place, (reached, *has) in enumerate(_PLAN):
        rows.append((place, reached, *has, *sums))
        sums = [so_far + number for so_far, number in zip(sums, has, strict=True)]
    names = ["place", "reached", "cars", "leads", "opinions", "first_car", "first_lead", "first_opinion"]
    _table(db, "plan", names, rows)


def _stages(db: duckdb.DuckDBPyConnection, world: World) -> None:
    stages: list[Any] = []
    tables: dict[str, list[Any]] = {"option": [], "safe_option": []}
    for number, stage in enumerate(world.stages):
        options = world.options(stage)
        chosen = {"option": options, "safe_option": [option for option in options if option.safe]}
        stages.append((number, stage, world.pool(stage), *map(len, chosen.values())))
        for name, some in chosen.items():
            tables[name] += [
                (number, place, one.touchpoint, one.channel, max(_day(one.since), 0), one.kind, one.local)
                for place, one in enumerate(some)
            ]
    _table(db, "stage", ["number", "id", "pool", "options", "safe"], stages)
    for name, rows in tables.items():
        _table(db, name, ["stage", "number", "touchpoint", "channel", "since", "kind", "local"], rows)


def _people(db: duckdb.DuckDBPyConnection) -> None:
    names = rows_of("names.csv")
    for part in ("surname", "given"):
        some = [(row["zh"], row["pinyin"]) for row in names if row["part"] == part for _ in range(int(row["weight"]))]
        _table(db, part, ["slot", "zh", "pinyin"], [(slot, *one) for slot, one in enumerate(some)])
    opinions = [(slot, row["theme"], row["text"]) for slot, row in enumerate(rows_of("feedback.csv"))]
    _table(db, "opinion", ["slot", "theme", "text"], opinions)


def _dealers(db: duckdb.DuckDBPyConnection, world: World, seed: int) -> None:
    """Dealers with the place where they are, and another dealer of their region; and the places."""
    places = Places(world.regions)
    of_region: dict[str, list[str]] = {region: [] for region in world.regions}
    for dealer, region in world.dealers:
        of_region[region].append(dealer)
    rows = []
    for number, (dealer, region) in enumerate(world.dealers):
        near = of_region[region]
        neighbour = near[(near.index(dealer) + 1) % len(near)]
        rows.append((number, dealer, region, places.slot(seed, number, region), neighbour))
    _table(db, "dealer", ["number", "id", "region", "slot", "neighbour"], rows)
    _table(db, "region", ["region", "slots"], [(region, len(slots)) for region, slots in places.slots.items()])
    slots = [
        (region, slot, row["province"], row["city"])
        for region, some in places.slots.items()
        for slot, row in enumerate(some)
    ]
    _table(db, "place", ["region", "slot", "province", "city"], slots)


def _table(db: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table of few rows."""
    lists = [list(column) for column in zip(*rows, strict=True)]
    values = ", ".join(f"unnest(${number + 1}) AS {column}" for number, column in enumerate(columns))
    db.execute(f"CREATE TABLE {name} AS SELECT {values}", lists)


def _day(value: date) -> int:
    return (value - EPOCH).days
