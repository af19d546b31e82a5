"""What all tests share: managed Neo4js on free ports in temporary folders, one to read from and one to write to.

Tests run in several processes at once; each has databases of its own, started when a test first needs them.
"""

from __future__ import annotations

import os
import random
import socket
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

from touchgraph import database
from touchgraph.database import record
from touchgraph.graph.driver import Address, Graph, Rows, Transaction, open_graph
from touchgraph.graph.statements import Statement
from touchgraph.model import quote
from touchgraph.settings import Settings

SettingsFor = Callable[..., Settings]
PATIENCE = timedelta(minutes=5)
"""For one statement, or one what-if: a slow machine is no fault of what is tested."""
SHARED = {"scratch_address": "scratch", "neo4j_address": "graph"}
"""Fixtures with a Neo4j for a whole session, and what their tests are called together."""
OF_DATABASES = {*SHARED, "settings_for", "make_settings"}
"""Fixtures that start a Neo4j, or from which a test starts one."""
OF_BUILDS = {"wheel", "built"}
"""Fixtures that build the package or its page."""
WORKERS, WORKER = int(os.getenv("PYTEST_XDIST_WORKER_COUNT", "1")), int(os.getenv("PYTEST_XDIST_WORKER", "gw0")[2:])

# How slow a machine is decides nothing, and what is drawn is the same in every run. What `explore` finds, in as many
# runs as one likes, is kept as an `@example`.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", CALM, derandomize=True, database=None)
settings.register_profile("explore", CALM, max_examples=1000, print_blob=True)
PROFILE = os.getenv("HYPOTHESIS_PROFILE", "same")
settings.load_profile(PROFILE)
if PROFILE == "same":
    # Hypothesis likes to draw constants of the modules that happen to be loaded: others in a test run alone.
    providers._get_local_constants = lambda: providers._local_constants


def pytest_configure() -> None:
    """Nothing of the developer's own settings reaches a test, be it run in this process or in a child.

    What is asked is planned when it is first asked.
    """
    for name in list(os.environ):
        if name.startswith(("TOUCHGRAPH_", "NEO4J_")):
            del os.environ[name]
    Settings.model_config["env_file"] = None
    # Few tests ask anything for which it would be worth it.
    os.environ["TOUCHGRAPH_PLAN_AHEAD"] = "false"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs a database, so that `make test-quick` leaves it out, and says which tests go to one worker.

    So that not every worker starts both databases, all tests of one go to the same, first of all, for they take long.
    Others that start a Neo4j, or are slow, go by module, as they may share what they wait for. The rest goes anywhere.
    """
    for item in items:
        needs = {*getattr(item, "fixturenames", ())}
        if needs & OF_DATABASES:
            item.add_marker("database")
        if needs & OF_BUILDS:
            item.add_marker("slow")
        shared = [name for fixture, name in SHARED.items() if fixture in needs]
        if shared or "make_settings" in needs or item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.xdist_group((*shared, item.path.stem)[0]))
    items.sort(key=turn)


def turn(item: pytest.Item) -> int:
    """Long groups come first, then what else is long, so that at the end no worker waits for another for long."""
    group = item.get_closest_marker("xdist_group")
    if group is not None and group.args[0] in SHARED.values():
        return 0
    return 1 if item.get_closest_marker("slow") or item.get_closest_marker("database") else 2


def free_port() -> int:
    """A port of the loopback address that nobody listens on, outside the range that systems hand out to clients.

    No other process of these tests chooses the same.
    """
    for port in random.sample(range(20000 + WORKER, 32000, WORKERS), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


def _make_settings(home: Path, **overrides: object) -> Settings:
    """Settings of a small managed Neo4j in a folder, on free ports."""
    values = {"home": home, "port": free_port(), "bolt_port": free_port(), "browser_port": free_port(), "heap_mb": 256}
    return Settings.model_validate(values | overrides)


@pytest.fixture(scope="session")
def make_settings() -> SettingsFor:
    """Makes settings with the given home, and free ports; overrides by field name."""
    return _make_settings


@pytest.fixture
def settings_for(tmp_path: Path) -> Iterator[SettingsFor]:
    """The same with a home below the test's own folder; a Neo4j that a failing test leaves there is stopped."""
    home = tmp_path / "home"
    yield partial(_make_settings, home)
    if home.exists():
        database.stop(_make_settings(home))


@pytest.fixture
def idle_settings_for(tmp_path: Path) -> Iterator[SettingsFor]:
    """The same for tests that start no Neo4j, which is made sure of."""
    home = tmp_path / "home"
    yield partial(_make_settings, home)
    assert record.find(database.home_of(_make_settings(home)).flag) is None


@pytest.fixture(scope="session")
def neo4j_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """A Neo4j for the whole session, to read from by agreement."""
    with database.running(_make_settings(tmp_path_factory.mktemp("neo4j"), heap_mb=768)) as running:
        yield running.address


@pytest.fixture(scope="session")
def scratch_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """A second Neo4j for tests that write: the Community edition has one database only."""
    with database.running(_make_settings(tmp_path_factory.mktemp("scratch"), heap_mb=1024)) as running:
        yield running.address


@pytest.fixture(scope="session")
async def graph(neo4j_address: Address) -> AsyncIterator[Graph]:
    """The graph with all of `seed/` in it, and a few customers; to be read only."""
    from tests.support.customers.sample import load as load_customers
    from tests.support.customers.sample import sample
    from touchgraph.customers.tallies.rebuild import rebuild
    from touchgraph.graph.migrate import migrate
    from touchgraph.organisation.files.loading import load

    async with open_graph(neo4j_address, PATIENCE, PATIENCE) as opened:
        await migrate(opened)
        await load(opened)
        await load_customers(opened, sample())
        await rebuild(opened)
        yield opened


@pytest.fixture
async def empty_graph(scratch_address: Address) -> AsyncIterator[Graph]:
    """A graph of the test's own, without data, with all constraints and indexes."""
    from touchgraph.graph.migrate import PIECES, migrate

    async with open_graph(scratch_address, PATIENCE, PATIENCE) as opened:
        await _empty(opened, keep={piece.name for piece in PIECES})
        await migrate(opened)
        yield opened
        await opened.run(_DELETE)  # nobody shall take it for a seed that is as it was


@pytest.fixture
async def bare_graph(scratch_address: Address) -> AsyncIterator[Graph]:
    """A graph of the test's own, without data, constraints and indexes: as Neo4j is at its first start."""
    async with open_graph(scratch_address, PATIENCE, PATIENCE) as opened:
        await _empty(opened)
        yield opened


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[Statement]:
    """The statements that are run from now on."""
    run_so_far: list[Statement] = []
    run = Transaction.run

    async def noted(tx: Transaction, statement: Statement) -> Rows:
        run_so_far.append(statement)
        return await run(tx, statement)

    monkeypatch.setattr(Transaction, "run", noted)
    return run_so_far


_DELETE = Statement("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS")


async def _empty(graph: Graph, keep: Collection[str] = ()) -> None:
    """Deletes all data, and all constraints and indexes but those of the given names."""
    await graph.run(_DELETE)
    for kind, found in (
        ("CONSTRAINT", "SHOW CONSTRAINTS YIELD name"),
        ("INDEX", "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name"),
    ):
        for (name,) in await graph.run(Statement(found)):
            if name not in keep:
                await graph.run(Statement(f"DROP {kind} {quote(name)} IF EXISTS"))
