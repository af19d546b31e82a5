"""Rows of an import, checked: each that is wrong is told with line, column and reason; all others are good."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.support.customers.importing import Tables, made_up, rejects, write
from touchgraph.customers.generating.generate import generate
from touchgraph.customers.generating.world import World, read_world
from touchgraph.customers.importing.files import find_files
from touchgraph.customers.importing.stage import Stage
from touchgraph.customers.tables import TABLES
from touchgraph.model import kind_of

NOW = datetime(2026, 8, 1, tzinfo=UTC)
EARLY = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass
class Checked:
    """What is told of some files: rows read, rows that are good, and what is wrong."""

    read: dict[str, int]
    good: dict[str, int]
    told: dict[str, list[tuple[int, str, str]]]


@pytest.fixture(scope="module")
def world() -> World:
    """The world of the seed files."""
    return read_world()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """The tables of some customers; to be copied."""
    return made_up(tmp_path_factory.mktemp("made-up") / "made-up")


@pytest.fixture
def tables(made: Tables) -> Tables:
    """The tables of some customers, to be changed."""
    return {name: [dict(row) for row in rows] for name, rows in made.items()}


def organisation(world: World) -> Iterator[Any]:
    """What there is beside customers, known early."""
    for entity in world.known.entities:
        if (kind := kind_of(entity)) is not None and (life := world.known.life(entity)):
            yield entity, kind.label, life[0][0], life[-1][1], EARLY


async def nothing(_label: str, _ids: list[str]) -> list[tuple[str, datetime]]:
    """What a graph without customers has."""
    return []


async def check(folder: Path, world: World) -> Checked:
    """Checks the files of a folder; their rows are good or rejected, and a row that is rejected is told."""
    with TemporaryDirectory() as scratch, Stage(Path(scratch), NOW) as stage:
        stage.set_organisation(list(organisation(world)))
        for file in find_files(folder):
            stage.read(file)
        await stage.check(nothing)
        counts = {file.table.name: stage.counts(file.table) for file in stage.files}
        good = {name: len(stage.rows(f"FROM good_{name}")) for name in counts}
        for file in stage.files:
            if stage.counts(file.table)[1]:
                stage.write_rejects(file.table, folder.with_name("rejects"))
    told = rejects(folder.with_name("rejects"))
    for name, (read, rejected) in counts.items():
        assert read == good[name] + rejected
        assert rejected == len({line for line, _, _ in told.get(name, [])})
    return Checked({name: read for name, (read, _) in counts.items()}, good, told)


@pytest.mark.parametrize("format_", ["csv", "parquet"])
async def test_what_is_made_up_is_good(tmp_path: Path, world: World, format_: Any) -> None:
    """Of made-up customers, in either format, nothing is rejected."""
    generate(tmp_path / "in", 200, 3, format_=format_)
    checked = await check(tmp_path / "in", world)
    assert checked.told == {}
    assert set(checked.read) == {table.name for table in TABLES}
    assert checked.read["interactions"] == 2_000


BAD = [
    ("customers", "id", "Customer 7", "expected an id such as customer:0017"),
    ("customers", "id", "", "is empty"),
    ("customers", "nameZh", "", "is empty"),
    ("customers", "nameEn", "x" * 4_001, "longer than 4000 letters"),
    ("customers", "nameEn", "  ", "has nothing in it that can be seen"),
    ("customers", "nameEn", "Li ", "begins or ends with white space"),
    ("customers", "nameZh", "\u200b", "has U+200B (ZERO WIDTH SPACE) as character 1"),
    ("customers", "nameZh", "李\u202e娜", "has U+202E (RIGHT-TO-LEFT OVERRIDE) as character 2"),
    ("customers", "city", "长\t春", "has U+0009 (a control character) as character 2"),
    ("customers", "birthYear", "eighty", "expected whole number, 1900 to 2100"),
    ("customers", "birthYear", "1899", "expected whole number, 1900 to 2100"),
    ("customers", "birthYear", "1999.5", "expected whole number, 1900 to 2100"),
    ("customers", "birthYear", "9" * 30, "expected whole number, 1900 to 2100"),
    ("customers", "registeredOn", "2025-02-30", "expected a date such as 2025-05-31"),
    ("customers", "registeredOn", "31.05.2025", "expected a date such as 2025-05-31"),
    ("customers", "registeredOn", "2027-01-01", "lies in the future"),
    ("customers", "source", "source:gossip", "unknown Source"),
    ("customers", "recordedFrom", "2026-06-03T00:00:00", "no time zone: expected a time with its zone"),
    ("customers", "recordedFrom", "yesterday", "expected a time with its zone"),
    ("customers", "recordedFrom", "2026-06-03T25:00:00Z", "expected a time with its zone"),
    ("customers", "recordedFrom", "2026-09-01T00:00:00+08:00", "lies in the future"),
    ("vehicles", "vin", "LFVSYNTHO00000001", "expected vehicle identification number"),
    ("vehicles", "model", "product:bicycle", "unknown Product"),
    ("leads", "channel", "channel:pigeon", "unknown Channel"),
    ("leads", "customer", "customer:nobody", "unknown Customer: neither the files nor the graph have it"),
    ("dealer_assignments", "dealer", "dealer:d9999", "unknown Dealer"),
    ("dealer_assignments", "dealer", "area:r1-01", "unknown Dealer"),
    ("dealer_assignments", "validTo", "2020-01-01", "is not after validFrom"),
    ("dealer_assignments", "recordedTo", "2020-01-01T00:00:00Z", "is not after recordedFrom"),
    ("stage_history", "stage", "stage:limbo", "unknown LifecycleStage"),
    ("stage_history", "grade", "TOP", "expected one of LOW, MEDIUM, HIGH"),
    ("stage_history", "grade", "low", "expected one of LOW, MEDIUM, HIGH"),
    ("lead_grades", "score", "101", "expected whole number, 0 to 100"),
    ("interactions", "at", "2025-06-01 12:00", "no time zone"),
    ("interactions", "kind", "KISS", "expected one of VIEW, "),
    ("interactions", "touchpoint", "stage:deal", "unknown Touchpoint"),
    ("feedback", "text", "\u200b\n", "has nothing in it that can be seen"),
    ("feedback", "text", "续航\x07", "has U+0007 (a control character) as character 3"),
    ("feedback", "routedOn", "", "`phase` and `routedOn` go together"),
]


@pytest.mark.parametrize(("table", "column", "value", "reason"), BAD)
async def test_a_bad_value_is_told(
    tmp_path: Path, world: World, tables: Tables, table: str, column: str, value: str, reason: str
) -> None:
    """A value that cannot be is told with line, column and reason; no other row of its table is rejected."""
    row = next(n for n, row in enumerate(tables[table]) if column != "routedOn" or row["phase"])
    tables[table][row][column] = value
    checked = await check(write(tmp_path / "in", tables), world)
    assert [(line, name) for line, name, _ in checked.told[table]] == [(row + 2, column)]
    assert reason in checked.told[table][0][2]


async def test_a_repeated_id_is_told(tmp_path: Path, world: World, tables: Tables) -> None:
    """Of rows with the same id, the first goes in; the others are told with its line."""
    tables["vehicles"] += [tables["vehicles"][3], tables["vehicles"][3]]
    checked = await check(write(tmp_path / "in", tables), world)
    last = len(tables["vehicles"]) + 1
    assert checked.told == {
        "vehicles": [(last - 1, "id", "is that of line 5 too"), (last, "id", "is that of line 5 too")]
    }


async def test_what_names_a_rejected_row_is_rejected(tmp_path: Path, world: World, tables: Tables) -> None:
    """Without its customer, nothing of a customer goes in; everything else does."""
    nobody = tables["customers"][4]["id"]
    tables["customers"][4]["birthYear"] = "x"
    checked = await check(write(tmp_path / "in", tables), world)
    for name in ("leads", "dealer_assignments", "stage_history", "consents", "vehicle_ownerships", "interactions"):
        lines = [number for number, row in enumerate(tables[name], 2) if row["customer"] == nobody]
        assert [line for line, column, _ in checked.told.get(name, []) if column == "customer"] == lines, name
    grades = [row for row in tables["lead_grades"] if row["lead"] in leads_of(tables, nobody)]
    assert len(checked.told.get("lead_grades", [])) == len(grades)


def leads_of(tables: Tables, customer: str) -> set[str]:
    return {row["id"] for row in tables["leads"] if row["customer"] == customer}


async def test_two_at_a_time_are_one_too_many(tmp_path: Path, world: World, tables: Tables) -> None:
    """Where one fact can hold at a time, a second one is told with the line of the first; consents: for a channel."""
    served = next(row for row in tables["dealer_assignments"] if row["validTo"] == "" and row["recordedTo"] == "")
    first = tables["dealer_assignments"].index(served) + 2
    other = next(one for one in world.ids("dealer") if one != served["dealer"])
    tables["dealer_assignments"].append(served | {"dealer": other})
    channels = {"channel:telephone", "channel:wecom"}
    consent = next(row for row in tables["consents"] if row["validTo"] == "" and row["recordedTo"] == "")
    (free,) = channels - {consent["channel"]}
    tables["consents"] = [consent, consent | {"channel": free, "validFrom": "2026-06-30"}, consent]
    checked = await check(write(tmp_path / "in", tables), world)
    reason = f"holds at the same time as line {first}"
    assert checked.told == {
        "dealer_assignments": [(len(tables["dealer_assignments"]) + 1, "validFrom", reason)],
        "consents": [(4, "validFrom", "holds at the same time as line 2")],
    }


async def test_what_does_not_exist_then_is_told(tmp_path: Path, world: World, tables: Tables) -> None:
    """What a row names has to exist at the time of the row: WeCom was not there in 2023."""
    since = world.since("channel:wecom")
    consent = tables["consents"][0] | {"channel": "channel:wecom", "validFrom": "2023-01-01", "validTo": ""}
    checked = await check(write(tmp_path / "in", tables | {"consents": [consent]}), world)
    assert checked.told == {"consents": [(2, "channel", f"exists only from {since}")]}


async def test_nothing_is_known_before_what_it_is_about(tmp_path: Path, world: World, tables: Tables) -> None:
    """What a row names that is known later than the row itself is told."""
    tables["dealer_assignments"][0]["recordedFrom"] = "2024-01-01T08:00:00+08:00"
    checked = await check(write(tmp_path / "in", tables), world)
    since = tables["customers"][0]["recordedFrom"]
    assert (2, "customer", f"is known since {since} only, after recordedFrom") in checked.told["dealer_assignments"]
    assert {column for _, column, _ in checked.told["dealer_assignments"]} == {"customer", "dealer", "source"}


async def test_every_fault_of_a_row_is_told_and_it_counts_once(tmp_path: Path, world: World, tables: Tables) -> None:
    """A row with several faults is told as often, and is one rejected row."""
    tables["customers"].append(dict.fromkeys(tables["customers"][0], "?"))
    checked = await check(write(tmp_path / "in", tables), world)
    assert {column for _, column, _ in checked.told["customers"]} == {"id", "birthYear", "registeredOn", "recordedFrom"}
    assert checked.good["customers"] == len(tables["customers"]) - 1


async def test_text_is_taken_as_it_is(tmp_path: Path, world: World, tables: Tables) -> None:
    """Quotes, commas, breaks and letters of all scripts are no faults, and an empty value is none of a value."""
    tables["customers"][0]["nameEn"] = 'O\'Neill, "Jo" Åsa 𠮷 می\u200cخواهم'
    tables["feedback"][0]["text"] = 'One, "two"\r\n\tthree 👨\u200d👩'
    tables["customers"][1] |= {"birthYear": "", "province": "", "recordedFrom": "2026-06-30T08:00:00.5+08:00"}
    checked = await check(write(tmp_path / "in", {name: tables[name] for name in ("customers", "feedback")}), world)
    assert checked.told == {}
    assert checked.good == {name: len(tables[name]) for name in ("customers", "feedback")}
