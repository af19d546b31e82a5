"""Imports into a real Neo4j: everything arrives or is told, again it changes nothing, and both ways do the same."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PATIENCE
from tests.support.customers.importing import Tables, made_up, rejects, write
from tests.support.dump import Dump, dump
from touchgraph import database
from touchgraph.customers.check import check_customers
from touchgraph.customers.importing import tallies
from touchgraph.customers.importing.run import Imported, Options, import_files
from touchgraph.customers.tables import TABLES
from touchgraph.customers.tallies.rebuild import check_rollups
from touchgraph.errors import GraphError, InputError
from touchgraph.graph.driver import Address, Graph, open_graph
from touchgraph.graph.migrate import migrate, pending
from touchgraph.graph.statements import Statement
from touchgraph.model import OPEN_END, OPEN_RECORD
from touchgraph.organisation.files.loading import load, seeded
from touchgraph.organisation.store import native
from touchgraph.settings import Settings

SettingsFor = Callable[..., Settings]
CALL = (sys.executable, "-u", "-c", "from touchgraph.cli import main; main()", "import")
Made = tuple[Path, Tables]
CUSTOMERS = 40
LABELS = "|".join(table.label for table in TABLES if table.label)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A folder with some customers, and the tables in it."""
    folder = tmp_path_factory.mktemp("made-up") / "in"
    return folder, made_up(folder, CUSTOMERS)


@pytest.fixture
async def stocked(scratch_address: Address) -> AsyncIterator[Graph]:
    """A graph with all of `seed/` in it, and without customers; quickly made if the test before has left it so."""
    async with open_graph(scratch_address, PATIENCE, PATIENCE) as graph:
        await stock(graph)
        yield graph


@pytest.fixture(scope="module")
async def expected(scratch_address: Address, made: Made, tmp_path_factory: pytest.TempPathFactory) -> Dump:
    """What the graph has after an import of the made-up customers that nothing disturbed."""
    async with open_graph(scratch_address, PATIENCE, PATIENCE) as graph:
        await stock(graph)
        await run(Settings(home=tmp_path_factory.mktemp("home")), scratch_address, made[0])
        return await dump(graph)


async def stock(graph: Graph) -> None:
    await graph.run(Statement(f"MATCH (n:{LABELS}) DETACH DELETE n"))
    if not await seeded(graph):
        await graph.run(Statement("MATCH (n) DETACH DELETE n"))
        await migrate(graph)
        await load(graph)


async def run(settings: Settings, address: Address, folder: Path, batch: bool = True, size: int = 500) -> Imported:
    options = Options(folder, folder / "rejects", batch, size)
    return await asyncio.to_thread(import_files, settings, address, options)


def loaded(imported: Imported) -> dict[str, tuple[int, int, int]]:
    """By table: loaded, already there, rejected. Nothing may be missing from what was read."""
    assert all(count.read == count.loaded + count.present + count.rejected for count in imported.counts)
    return {count.table: (count.loaded, count.present, count.rejected) for count in imported.counts}


async def test_all_of_it_arrives_and_again_changes_nothing(
    stocked: Graph, scratch_address: Address, settings_for: SettingsFor, made: Made, expected: Dump
) -> None:
    """Every row is in the graph as the node, facts and links that the table stands for; a second run finds them."""
    folder, tables = made
    first = await run(settings_for(), scratch_address, folder)
    assert loaded(first) == {name: (len(rows), 0, 0) for name, rows in tables.items()}
    assert not (folder / "rejects").exists()
    found = await dump(stocked)
    again = await run(settings_for(), scratch_address, folder)
    assert loaded(again) == {name: (0, len(rows), 0) for name, rows in tables.items()}
    assert (again.nodes, again.relationships) == (0, 0)
    assert await dump(stocked) == found == expected
    text = f"MATCH (n:{LABELS}) OPTIONAL MATCH (n)-[f]->() RETURN count(DISTINCT n), count(f)"
    assert await stocked.run(Statement(text)) == [[first.nodes, first.relationships]]


async def test_a_row_becomes_what_it_says(
    stocked: Graph, scratch_address: Address, settings_for: SettingsFor, made: Made
) -> None:
    """Properties have the types of the model, and a fact its four times and its source."""
    await run(settings_for(), scratch_address, made[0])
    row = made[1]["stage_history"][0]
    text = (
        "MATCH (c:Customer {id: $customer})-[f:IN_STAGE]->(:LifecycleStage {id: $stage}) "
        "WHERE f.recordedFrom = datetime($recordedFrom) RETURN toString(f.validFrom), toString(f.validTo), "
        "toString(f.recordedFrom), f.source, f.channel, "
        "valueType(f.validTo), valueType(f.recordedTo), valueType(c.birthYear)"
    )
    ((first, last, recorded, *rest),) = await stocked.run(Statement(text, row))
    assert (first, last, recorded) == (row["validFrom"], row["validTo"] or "9999-12-31", row["recordedFrom"])
    types = ["DATE NOT NULL", "ZONED DATETIME NOT NULL", "INTEGER NOT NULL"]
    assert rest == [row["source"], row["channel"], *types]


async def test_what_is_left_empty_is_what_the_documentation_says(
    stocked: Graph, scratch_address: Address, settings_for: SettingsFor, made: Made, tmp_path: Path
) -> None:
    """In batches, with every column empty that may be, each is what it says; the same again is found there."""
    tables, before = bare(made[1]), datetime.now(UTC)
    first = await run(settings_for(), scratch_address, write(tmp_path / "in", tables))
    assert (first.way, loaded(first)) == ("in batches", {name: (len(rows), 0, 0) for name, rows in tables.items()})
    assert await otherwise_than_documented(stocked, tables, before) == []
    again = await run(settings_for(), scratch_address, tmp_path / "in")
    assert loaded(again) == {name: (0, len(rows), 0) for name, rows in tables.items()}


def bare(tables: Tables) -> Tables:
    """The same tables with every column empty that may be; of facts the first of each start, as no two may overlap."""
    result: Tables = {}
    for table in TABLES:
        first = {row[table.facts[0].start if table.bitemporal else "id"]: row for row in reversed(tables[table.name])}
        result[table.name] = [
            {column.name: row[column.name] if column.required else "" for column in table.columns}
            for row in first.values()
        ]
    return result


async def otherwise_than_documented(graph: Graph, tables: Tables, before: datetime) -> list[str]:
    """The columns that are not, in the graph, what `docs/customers.md` says of an empty one; `check` finds nothing.

    All rows became known at one time since `before`; facts hold still, and are what is known; nothing else is there.
    """
    wrong: list[str] = []
    times: set[Any] = set()
    for table in TABLES:
        facts = "|".join(fact.type for fact in table.facts)
        told = {"facts": f"()-[x:{facts}]->()", "rows": f"(x:{table.label})" if table.label else f"()-[x:{facts}]->()"}
        for column in (column for column in table.columns if not column.required):
            name, rows = column.name, len(tables[table.name])
            links = [type_ for type_, end in table.links if end == name]
            links += [fact.type for fact in table.facts if name in (fact.end, fact.valid_from)]
            if links:
                found = await graph.run(Statement(f"MATCH ()-[x:{links[0]}]->() RETURN count(x)"))
                as_told = found == [[0]]
            else:
                text = f"MATCH {told['rows']} RETURN count(x), count(x.{name}), collect(DISTINCT x.{name})"
                ((count, present, values),) = await graph.run(Statement(text))
                opens: dict[str, Any] = {"validTo": OPEN_END, "recordedTo": OPEN_RECORD}
                due = [opens[name]] if name in opens else []
                times |= set(map(native, values)) if name == "recordedFrom" else set()
                as_told = count == rows and (name == "recordedFrom" or list(map(native, values)) == due)
                as_told = as_told and present == (rows if due or name == "recordedFrom" else 0)
            wrong += [] if as_told else [f"{table.name}.{name}"]
        if facts:
            text = f"MATCH {told['facts']} RETURN collect(DISTINCT [x.recordedFrom, x.recordedTo])"
            ((of_facts,),) = await graph.run(Statement(text))
            times |= {native(since) for since, _ in of_facts}
            wrong += [f"{table.name}: facts" for _, until in of_facts if native(until) != OPEN_RECORD]
    assert len(times) == 1
    (time,) = times
    assert before <= time <= datetime.now(UTC)
    return wrong + [finding.message for finding in await check_customers(graph)]


async def test_bad_rows_are_told_and_the_rest_goes_in(
    stocked: Graph, scratch_address: Address, settings_for: SettingsFor, made: Made, tmp_path: Path
) -> None:
    """Rejected rows stand in `rejects/`, what the graph has is skipped, and what contradicts it is rejected too."""
    tables = {name: [dict(row) for row in rows] for name, rows in made[1].items()}
    half = tables | {"interactions": tables["interactions"][:150]}
    await run(settings_for(), scratch_address, write(tmp_path / "half", half))
    served = next(row for row in tables["dealer_assignments"] if not row["validTo"] and not row["recordedTo"])
    other = "dealer:d0048" if served["dealer"] != "dealer:d0048" else "dealer:d0001"
    _, second, *others = tables["interactions"]
    another = next(row["customer"] for row in others if row["customer"] != second["customer"])
    more = {
        "customers": [tables["customers"][0] | {"nameEn": "Somebody Else"}, *tables["customers"][1:]],
        "dealer_assignments": [served | {"dealer": other}],
        "interactions": [
            tables["interactions"][0],
            second | {"customer": another},
            *others,
            tables["interactions"][0] | {"id": "interaction:x", "kind": "?"},
        ],
        "leads": [{**tables["leads"][0], "id": "lead:new"}],
        "lead_grades": [tables["lead_grades"][0] | {"lead": "lead:nobody"}],
    }
    folder = write(tmp_path / "in", more)
    total = len(tables["interactions"])
    assert loaded(await run(settings_for(), scratch_address, folder)) == {
        "customers": (0, CUSTOMERS - 1, 1),
        "leads": (1, 0, 0),
        "dealer_assignments": (0, 0, 1),
        "lead_grades": (0, 0, 1),
        "interactions": (total - 150, 149, 2),
    }
    served_by = f"the graph has SERVED_BY {served['dealer']} at the same time; an import adds, it does not change"
    assert rejects(folder / "rejects") == {
        "customers": [(2, "id", "is in the graph already, with other content (nameEn)")],
        "dealer_assignments": [(2, "validFrom", served_by)],
        "interactions": [
            (3, "id", "is in the graph already, with other content (customer)"),
            (total + 2, "kind", f"expected {kinds()}"),
        ],
        "lead_grades": [(2, "lead", "unknown Lead: neither the files nor the graph have it")],
    }
    assert await stocked.run(Statement("MATCH (n:Interaction) RETURN count(n)")) == [[total]]


async def test_what_refers_to_something_never_recorded_is_refused(
    stocked: Graph, scratch_address: Address, settings_for: SettingsFor, made: Made, tmp_path: Path
) -> None:
    """A customer of whom somebody wrote no `recordedFrom` into the graph is told, with how to mend it."""
    lead = made[1]["leads"][0]
    await stocked.run(Statement("CREATE (:Customer {id: $id})", {"id": lead["customer"]}))
    folder = write(tmp_path / "in", {"leads": [lead]})
    with pytest.raises(GraphError, match=rf"{lead['customer']} has no recordedFrom .* check --repair"):
        await run(settings_for(), scratch_address, folder)


async def test_a_later_import_counts_what_it_adds(
    stocked: Graph, scratch_address: Address, settings_for: SettingsFor, made: Made, tmp_path: Path
) -> None:
    """After an import of some rows of every table, and one of all, the tallies agree, and were not made anew."""
    tables = {name: rows[: len(rows) // 2] for name, rows in made[1].items()}
    tables |= {name: made[1][name] for name in ("vehicles", "leads")}
    customers = {row["id"] for row in tables["customers"]}
    leads = {row["id"] for row in made[1]["leads"] if row["customer"] in customers}
    half = {name: [row for row in rows if of(row) <= customers | leads | {None}] for name, rows in tables.items()}
    await run(settings_for(), scratch_address, write(tmp_path / "half", half))
    counted = await stocked.run(Statement("MATCH (t:StandingTally) SET t.kept = true RETURN count(t) > 0"))
    assert counted == [[True]]
    await run(settings_for(), scratch_address, made[0], size=50)
    assert await stocked.run(Statement("MATCH (t:StandingTally) RETURN any(k IN collect(t.kept) WHERE k)")) == [[True]]
    await stocked.run(Statement("MATCH (t:StandingTally) REMOVE t.kept"))
    assert await check_rollups(stocked) == []
    assert await check_customers(stocked) == []


def of(row: dict[str, str]) -> set[str | None]:
    """The customer and the lead that a row is about."""
    return {row.get("customer"), row.get("lead")}


def kinds() -> str:
    table = next(table for table in TABLES if table.name == "interactions")
    return table.column("kind").told


async def test_without_an_organisation_nothing_is_imported(
    bare_graph: Graph, scratch_address: Address, settings_for: SettingsFor, made: Made
) -> None:
    """A graph to which nothing of the organisation was seeded is refused with what to do."""
    with pytest.raises(InputError, match="run `touchgraph seed` first"):
        await run(settings_for(), scratch_address, made[0])
    assert await bare_graph.run(Statement("MATCH (n) RETURN count(n)")) == [[0]]


async def test_a_killed_import_goes_on(
    stocked: Graph,
    scratch_address: Address,
    settings_for: SettingsFor,
    made: Made,
    expected: Dump,
    tmp_path: Path,
) -> None:
    """After `kill -9` between two batches, the same import makes the graph the one that it would have been."""
    settings = settings_for()
    child = importing(
        os.environ | at(scratch_address) | {"TOUCHGRAPH_HOME": str(settings.home)},
        *(str(made[0]), "--batch", "--batch-size", "4", "--rejects", str(tmp_path / "rejects")),
    )
    arrived, total = 0, len(made[1]["interactions"])
    while arrived < 8 and child.poll() is None:
        ((arrived,),) = await stocked.run(Statement("MATCH (n:Interaction) RETURN count(n)"))
    child.kill()
    child.communicate()
    ((arrived,),) = await stocked.run(Statement("MATCH (n:Interaction) RETURN count(n)"))
    assert 8 <= arrived < total
    resumed = loaded(await run(settings, scratch_address, made[0]))
    assert resumed["customers"] == (0, CUSTOMERS, 0)
    assert resumed["interactions"][1] >= arrived
    assert sum(resumed["interactions"]) == total
    assert await dump(stocked) == expected


def importing(env: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    """`touchgraph import` in a process of its own; what it does is told on stderr."""
    return subprocess.Popen([*CALL, *arguments], env=env, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)


def at(address: Address) -> dict[str, str]:
    return {"NEO4J_URI": address.uri, "NEO4J_USERNAME": address.username, "NEO4J_PASSWORD": address.password}


async def test_through_the_import_tool(
    settings_for: SettingsFor, made: Made, expected: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first import into the managed database goes through the tool, also after one that was killed within it.

    The graph is the one that batches make, with all constraints and indexes, those of others too; then batches go on.
    """
    monkeypatch.setattr(tallies, "PART", 50)
    folder, tables = made
    settings = settings_for()
    address = database.start(settings).address
    async with open_graph(address, PATIENCE, PATIENCE) as graph:
        await migrate(graph)
        await load(graph)
        await graph.run(Statement("CREATE INDEX theirs FOR (n:Vehicle) ON (n.vin)"))
    child = importing(environment(settings), str(folder))
    assert child.stderr
    next(line for line in child.stderr if line.startswith("Node import"))
    child.kill()
    child.communicate()
    address = database.start(settings).address
    imported = await run(settings, address, folder, batch=False)
    assert imported.way == "through the import tool"
    assert loaded(imported) == {name: (len(rows), 0, 0) for name, rows in tables.items()}
    async with open_graph(address, PATIENCE, PATIENCE) as graph:
        assert await dump(graph) == expected
        assert await pending(graph) == []
        assert await graph.run(Statement("SHOW INDEXES YIELD name WHERE name = 'theirs' RETURN count(*)")) == [[1]]
        again = await run(settings, address, folder, batch=False)
        assert (again.way, again.nodes, again.relationships) == ("in batches", 0, 0)
        assert await dump(graph) == expected
    assert list(database.home_of(settings).building.parent.glob("import/*")) == []


async def test_whoever_started_the_database_still_stops_it(
    settings_for: SettingsFor, made: Made, tmp_path: Path
) -> None:
    """An import into a Neo4j that `up` or a test runs starts it anew, but whose it is stays as it was.

    Through the tool, too, every column that is empty is what the documentation says.
    """
    settings, tables = settings_for(), bare(made[1])
    folder, before = write(tmp_path / "in", tables), datetime.now(UTC)
    with database.running(settings) as running:
        async with open_graph(running.address, PATIENCE, PATIENCE) as graph:
            await stock(graph)
        child = importing(environment(settings), str(folder))
        _, told = child.communicate()
        assert child.returncode == 0, told
        assert not (folder / "rejects").exists()
        async with open_graph(running.address, PATIENCE, PATIENCE) as graph:
            assert await otherwise_than_documented(graph, tables, before) == []
        now = database.status(settings)
        assert now.running
        assert now.pid != running.pid
    assert not database.status(settings).running


def environment(settings: Settings) -> dict[str, str]:
    ours = {
        "TOUCHGRAPH_HOME": settings.home,
        "TOUCHGRAPH_BOLT_PORT": settings.bolt_port,
        "TOUCHGRAPH_BROWSER_PORT": settings.browser_port,
        "TOUCHGRAPH_HEAP_MB": settings.heap_mb,
    }
    return os.environ | {name: str(value) for name, value in ours.items()}
