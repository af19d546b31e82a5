"""What roll-ups count is written down three times: in Cypher, in SQL, and in Python. All three count the same."""

from __future__ import annotations

import csv
import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.support.customers import small, worlds
from tests.support.customers.importing import Tables, write
from touchgraph.customers.history import Facts, Held, History
from touchgraph.customers.importing import batches, counts, tallies
from touchgraph.customers.importing.files import find_files
from touchgraph.customers.importing.stage import Stage
from touchgraph.customers.importing.tool import Given
from touchgraph.customers.tallies.keep import Counts, Place, counted
from touchgraph.customers.tallies.rebuild import rebuild
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement
from touchgraph.model import NOBODY, OPEN_END, TALLIES
from touchgraph.organisation.files.loading import load
from touchgraph.organisation.store import native

WORLDS = int(os.getenv("ROLLUP_WORLDS", "60"))
"""How many random worlds; `ROLLUP_WORLDS=1000` for the long run."""
FACTS = {
    "dealer_assignments": ("SERVED_BY", "customer", "dealer"),
    "stage_history": ("IN_STAGE", "customer", "stage"),
    "consents": ("CONSENTS_TO", "channel", "channel"),
    "lead_grades": ("GRADED", "lead", "pool"),
}
"""By table, the type of its facts, and the columns of what they are of and of their end."""


async def test_all_three_rules_count_the_same_of_random_worlds(
    empty_graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the same rows: the graph counted anew, the files of the import tool, and what a write would have counted."""
    monkeypatch.setattr(tallies, "PART", 20)
    some = worlds.some(WORLDS)
    in_graph, in_files = await both(empty_graph, some, tmp_path)
    for number, world in enumerate(some):
        own, written = worlds.dealers(number), in_python(world)
        due = of_dealers(written, own)
        assert of_dealers(in_graph, own) == due, (number, world)
        assert of_dealers(in_files, own) == due, (number, world)
    due = of_dealers(sum(map(in_python, some), Counts()), [NOBODY])
    assert of_dealers(in_graph, [NOBODY]) == due
    assert of_dealers(in_files, [NOBODY]) == due
    assert in_graph == in_files


def test_the_worlds_have_all_that_the_rules_speak_of() -> None:
    """Of every kind of key there are some, with and without a dealer; and stays end on the day of the next, or not."""
    total = sum(map(in_python, worlds.some(WORLDS)), Counts())
    kinds = {(place.label, place.dealer == NOBODY, place.key.split("|")[0]) for place in total}
    flows, standing = {"in", "out", "lead-in", "lead-out"}, {"customer", "lead"}
    touchpoints = {touchpoint.partition(":")[2] for touchpoint in small.TOUCHPOINTS}
    for nobody in (True, False):
        for label, names in zip(TALLIES, (flows, touchpoints, standing), strict=True):
            assert {(label, nobody, name) for name in names} <= kinds
    ways = {tuple(bool(part) for part in p.key.split("|")[2:]) for p in total if p.key.startswith("out|")}
    assert len(ways) == 8  # with or without a channel, a grade, a next stage
    links = {place.key.rpartition("|")[2] for place in total if place.key.startswith("customer|")}
    assert links == {"NONE", "TELEPHONE", "WECOM", "BOTH"}


async def both(graph: Graph, some: list[Tables], folder: Path) -> tuple[Counts, Counts]:
    """What the graph has to hold and what the import tool is given, of the same checked rows."""
    await small.load_small(graph, folder)
    (folder / "worlds.yaml").write_text(worlds.organisation(len(some)), encoding="utf-8")
    await load(graph, [folder / "worlds.yaml"])
    tables = {name: [row for world in some for row in world[name]] for name in some[0]}
    (folder / "staging").mkdir()
    (folder / "given").mkdir()
    with Stage(folder / "staging", datetime.now(UTC)) as stage:
        stage.set_organisation(await batches.organisation(graph))
        for file in find_files(write(folder / "in", tables)):
            stage.read(file)
        await stage.check(lambda label, ids: batches.recorded(graph, label, ids))
        assert stage.rows("FROM faults") == []
        given = Given(folder / "given")
        tallies.give_tallies(stage, given)
        for file in stage.files:
            await batches.Writer(file.table, stage, counting=False).write(graph, batches.SIZE, lambda _: None)
    await rebuild(graph)
    return await of_graph(graph), of_files(given)


async def of_graph(graph: Graph) -> Counts:
    """What all tallies hold."""
    text = f"MATCH (t:{'|'.join(TALLIES)}) RETURN labels(t)[0], t.dealer, t.day, t.keys, t.counts"
    return together(
        (Place(label, dealer, native(day), key), n)
        for label, dealer, day, keys, numbers in await graph.run(Statement(text))
        for key, n in zip(keys, numbers, strict=True)
    )


def of_files(given: Given) -> Counts:
    """What the nodes in the files for the import tool hold."""
    return together(
        (Place(label, dealer, date.fromisoformat(day), key), int(n))
        for path in sorted(given.folder.glob("*Tally-*.csv"))
        if not path.name.endswith(".header.csv")
        for label in [path.name.partition("-")[0]]
        for _, dealer, day, keys, numbers in csv.reader(path.read_text(encoding="utf-8").splitlines())
        for key, n in zip(keys.split(";"), numbers.split(";"), strict=True)
    )


def together(found: Iterable[tuple[Place, int]]) -> Counts:
    """Counts of places, of which none may be told twice, or not at all."""
    found = list(found)
    result = Counts(dict(found))
    assert len(result) == len(found)
    assert all(n > 0 for n in result.values())
    return result


def in_python(world: Tables) -> Counts:
    """What writes count, of all that is known of a world now."""
    of = {row["id"]: row["customer"] for row in world["leads"]}
    facts: defaultdict[str, defaultdict[tuple[str, str], Facts]] = defaultdict(lambda: defaultdict(tuple))
    for table, (type_, start, end) in FACTS.items():
        for row in world[table]:
            if not row["recordedTo"]:
                own = {name: row[name] for name in ("channel", "grade") if row.get(name)}
                until = date.fromisoformat(row["validTo"]) if row["validTo"] else OPEN_END
                held = Held(row[end], date.fromisoformat(row["validFrom"]), until, own)
                facts[row.get("customer") or of[row["lead"]]][type_, row[start]] += (held,)
    total = Counts(counts.of_interactions([_event(row) for row in world["interactions"]]))
    for row in world["customers"]:
        total.update(counted(History(facts[row["id"]])))
    return total


def _event(row: dict[str, str]) -> dict[str, object]:
    at = datetime.fromisoformat(row["at"]).astimezone(UTC)
    return {**{name: value or None for name, value in row.items()}, "at": at}


def of_dealers(total: Counter[Place], dealers: list[str]) -> dict[Place, int]:
    """What is counted for some dealers."""
    return {place: n for place, n in total.items() if place.dealer in dealers}
