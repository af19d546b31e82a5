"""Customers that are made up: the same for the same seed, in the proportions promised, and in keeping with the seed."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from touchgraph.customers.generating.field import with_dealers
from touchgraph.customers.generating.generate import UNTIL, Format, generate
from touchgraph.customers.generating.world import World, read_world, rows_of
from touchgraph.customers.tables import TABLES
from touchgraph.errors import InputError
from touchgraph.model import CUSTOMER_FACTS
from touchgraph.organisation.files.planning import plan_file
from touchgraph.organisation.files.records import read_file

CALL = "import sys; from pathlib import Path; from touchgraph.customers.generating.generate import generate; "
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """The tables of some hundred customers."""
    folder = tmp_path_factory.mktemp("made-up") / "made-up"
    generate(folder, 400, 7)
    return {table.name: read(folder / f"{table.name}.csv") for table in TABLES}


@pytest.fixture(scope="module")
def world() -> World:
    """The world of the seed files."""
    return read_world()


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, format_: Format) -> None:
    """Two runs, be they of two processes, write the same; another seed writes something else."""
    generate(tmp_path / "one", 60, 5, 50, format_)
    run = f"{CALL}generate(Path(sys.argv[1]), 60, 5, 50, '{format_}')"
    subprocess.run([sys.executable, "-c", run, str(tmp_path / "two")], check=True)
    generate(tmp_path / "other", 60, 6, 50, format_)
    assert content(tmp_path / "one") == content(tmp_path / "two")
    assert content(tmp_path / "one")[f"customers.{format_}"] != content(tmp_path / "other")[f"customers.{format_}"]


def test_the_proportions_are_those_promised(made: dict[str, Rows]) -> None:
    """Per customer there are 1.2 cars, 0.4 leads and 10 interactions; ids are not repeated."""
    numbers = {name: len(rows) for name, rows in made.items()}
    assert numbers["customers"] == 400
    assert (numbers["vehicles"], numbers["leads"], numbers["interactions"]) == (480, 160, 4_000)
    for table in TABLES:
        if table.label:
            assert len({row["id"] for row in made[table.name]}) == numbers[table.name]


def test_customers_live_in_real_places(made: dict[str, Rows]) -> None:
    """Provinces and cities are those of the table, and names are Chinese with their pinyin beside."""
    places = {(row["province"], row["city"]) for row in rows_of("places.csv")}
    assert {(row["province"], row["city"]) for row in made["customers"]} <= places
    assert all(not row["nameZh"].isascii() and row["nameEn"][0].isupper() for row in made["customers"])


def test_stages_follow_the_chain(made: dict[str, Rows], world: World) -> None:
    """Every customer goes through the stages in their order, without a gap, up to today; all stages are reached."""
    stays = defaultdict(list)
    for row in present(made["stage_history"]):
        stays[row["customer"]].append(row)
    assert len(stays) == 400
    for own in stays.values():
        assert [row["stage"] for row in own] == world.stages[: len(own)]
        assert [row["validTo"] for row in own] == [*(row["validFrom"] for row in own[1:]), ""]
    assert {row["stage"] for row in made["stage_history"]} == set(world.stages)


def test_interactions_fit_what_else_is_known(made: dict[str, Rows], world: World) -> None:
    """Touchpoints serve the day's stage and use the channel; the dealer is that of the day; consents are heeded."""
    stays, dealers, consents = (
        held(made[name], of)
        for name, of in (("stage_history", "stage"), ("dealer_assignments", "dealer"), ("consents", "channel"))
    )
    options = {stage: {(o.touchpoint, o.channel or "") for o in world.options(stage)} for stage in world.stages}
    for row in made["interactions"]:
        day, customer = row["at"][:10], row["customer"]
        (stage,) = on(stays[customer], day)
        assert (row["touchpoint"], row["channel"]) in options[stage]
        assert date.fromisoformat(day) >= world.since(row["touchpoint"])
        assert row["dealer"] in ("", *on(dealers[customer], day))
        if row["channel"] in ("channel:telephone", "channel:wecom"):
            assert row["channel"] in on(consents[customer], day)


def test_every_touchpoint_is_used(made: dict[str, Rows], world: World) -> None:
    """Interactions are over every touchpoint of the seed files."""
    assert {row["touchpoint"] for row in made["interactions"]} == set(world.ids("touchpoint"))


def test_nothing_is_known_before_the_graph_knew_anything(made: dict[str, Rows], world: World) -> None:
    """Everything is recorded after the seed files, and happens on its last day at the latest."""
    for name, rows in made.items():
        for row in rows:
            assert row["recordedFrom"] > world.recorded.isoformat(), name
            days = (row.get(column, "") for column in ("at", "validFrom", "validTo", "createdOn", "registeredOn"))
            assert all(day[:10] <= UNTIL.isoformat() for day in days)


@pytest.mark.parametrize("dealers", [49, 70, 480])
def test_more_dealers_are_a_seed_file(tmp_path: Path, world: World, dealers: int) -> None:
    """Dealers that the seed files have not come with a file that can be loaded after them, and customers use them."""
    wider, text = with_dealers(world, dealers, 3)
    path = tmp_path / "organisation.yaml"
    path.write_text(text or "", encoding="utf-8")
    file = read_file(path)
    _, known = plan_file(file, world.known)
    assert file.faults == []
    assert [one for one in known.entities if one.startswith("dealer:")] == [one for one, _ in wider.dealers]
    assert len(wider.dealers) == dealers
    assert sum(one.startswith("area:") for one in known.entities) == max(24, round(dealers / 7.5))
    generate(tmp_path / "made-up", 300, 3, dealers)
    used = {row["dealer"] for row in read(tmp_path / "made-up" / "dealer_assignments.csv")}
    assert used <= {one for one, _ in wider.dealers}
    assert used - {one for one, _ in world.dealers}


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    """A folder that is not empty, and numbers that are too small, are refused with what was expected."""
    (tmp_path / "something").touch()
    with pytest.raises(InputError, match="not empty"):
        generate(tmp_path, 10, 1)
    with pytest.raises(InputError, match="1 or more"):
        generate(tmp_path / "new", 0, 1)
    with pytest.raises(InputError, match=r"48 .* to 9999"):
        generate(tmp_path / "new", 10, 1, 3)


def test_only_one_fact_holds_where_there_can_be_one(made: dict[str, Rows]) -> None:
    """Facts of which there is one at a time do not overlap, in valid and recorded time."""
    singles = {kind.type for kind in CUSTOMER_FACTS if kind.single}
    for table in TABLES:
        if table.label is None and table.facts[0].type in singles:
            of = table.facts[0].start
            for day in ("2025-06-15", "2026-01-01", "2026-06-30"):
                known = [
                    r for r in made[table.name] if r["recordedFrom"][:10] <= day < (r["recordedTo"][:10] or "9999")
                ]
                held_then = [row[of] for row in known if row["validFrom"] <= day < (row["validTo"] or "9999")]
                assert len(held_then) == len(set(held_then)), table.name


def present(rows: Rows) -> Rows:
    """What is known at the end."""
    return [row for row in rows if not row["recordedTo"]]


def held(rows: Rows, of: str) -> dict[str, list[tuple[str, str, str]]]:
    result = defaultdict(list)
    for row in present(rows):
        result[row["customer"]].append((row[of], row["validFrom"], row["validTo"] or "9999"))
    return result


def on(facts: list[tuple[str, str, str]], day: str) -> list[str]:
    return [of for of, first, last in facts if first <= day < last]
