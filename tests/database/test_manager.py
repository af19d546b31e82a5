"""Starting, finding again and stopping a real Neo4j. A start takes some seconds, so few are made."""

from __future__ import annotations

import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from touchgraph import database
from touchgraph.database import Running, jars, process, record
from touchgraph.database.config import home_of
from touchgraph.database.record import Record
from touchgraph.errors import JarMismatch, PortInUse, ServerBusy, ServerError
from touchgraph.graph.driver import open_graph
from touchgraph.graph.statements import Statement
from touchgraph.settings import Settings

SettingsFor = Callable[..., Settings]
HOLD = """
import sys, time
from pathlib import Path
from touchgraph.database import running
from touchgraph.settings import Settings
home, bolt, browser = sys.argv[1:]
with running(Settings(home=Path(home), bolt_port=bolt, browser_port=browser, heap_mb=256)):
    print("ready", flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def started(
    tmp_path_factory: pytest.TempPathFactory, make_settings: Callable[..., Settings]
) -> Iterator[tuple[Settings, Running]]:
    """A Neo4j that was started to stay, and its settings."""
    settings = make_settings(tmp_path_factory.mktemp("started"))
    yield settings, database.start(settings)
    database.stop(settings)


def a_process() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


async def write_something(running: Running) -> None:
    async with open_graph(running.address) as graph:
        await graph.run(Statement("CREATE (:Written)"))


async def count_written(running: Running) -> int:
    async with open_graph(running.address) as graph:
        rows = await graph.run(Statement("MATCH (n:Written) RETURN count(n)"))
        return int(rows[0][0])


def gone(pid: int) -> bool:
    """Whether it ended; nobody may have collected it yet."""
    try:
        return not record.alive(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return True


def recoveries(settings: Settings) -> int:
    return (home_of(settings).log.parent / "debug.log").read_text().count("Recovery required from position")


def test_the_password_is_in_a_file_for_its_owner_alone(started: tuple[Settings, Running]) -> None:
    """The password that the database takes is kept in a file of mode 0600, and in no command line."""
    settings, running = started
    path = home_of(settings).password
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().strip() == running.address.password
    assert running.address.password not in " ".join(psutil.Process(running.pid).cmdline())


def test_listens_on_the_loopback_address_only(started: tuple[Settings, Running]) -> None:
    """No socket of the process is open to another machine."""
    settings, running = started
    sockets = [s for s in psutil.Process(running.pid).net_connections("inet") if s.laddr]
    hosts = {s.laddr.ip for s in sockets}
    assert hosts <= {"127.0.0.1", "::ffff:127.0.0.1", "::1"}
    assert {settings.bolt_port, settings.browser_port} == {s.laddr.port for s in sockets if s.status == "LISTEN"}


def test_a_second_start_finds_the_first(started: tuple[Settings, Running]) -> None:
    """Starting what runs already gives the same process, and status says the same."""
    settings, running = started
    again = database.start(settings)
    assert (again.pid, again.started, again.address) == (running.pid, False, running.address)
    status = database.status(settings)
    assert (status.running, status.pid, status.address) == (True, running.pid, running.address)


def test_what_was_started_to_stay_stays(started: tuple[Settings, Running]) -> None:
    """A block that found a Neo4j running does not stop it at its end."""
    settings, running = started
    with database.running(settings) as found:
        assert (found.pid, found.started) == (running.pid, False)
    assert database.status(settings).running


@pytest.mark.parametrize(
    ("field", "variable"), [("bolt_port", "TOUCHGRAPH_BOLT_PORT"), ("browser_port", "TOUCHGRAPH_BROWSER_PORT")]
)
def test_a_port_in_use_is_named(idle_settings_for: SettingsFor, field: str, variable: str) -> None:
    """A taken port is an error with the port and the variable that sets it, before anything is started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=rf"Port {port} .*{variable}"):
            database.start(idle_settings_for(**{field: port}))


def test_a_changed_jar_refuses_the_start(
    idle_settings_for: SettingsFor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a jar that is not the committed one no process is started."""
    settings = idle_settings_for()
    where = tmp_path / "jars"
    where.mkdir()
    (where / "complete").touch()
    (where / "evil.jar").touch()
    monkeypatch.setattr(jars, "folder", lambda: where)
    with pytest.raises(JarMismatch, match=r"evil\.jar"):
        database.start(settings)
    assert record.find(home_of(settings).flag) is None


def test_why_it_ended_is_told(settings_for: SettingsFor) -> None:
    """A Neo4j that dies while it starts is an error in one line, with its own words and the log that has them."""
    settings = settings_for(heap_mb=100_000_000)
    with pytest.raises(ServerError, match=r"ended while it started: .*heap.*\(log: .*console\.log\)") as caught:
        database.start(settings)
    assert "\n" not in str(caught.value)
    assert database.status(settings).pid is None


def test_a_stale_record_is_not_believed(idle_settings_for: SettingsFor) -> None:
    """A record of a process that ended, as one cut off in the middle of a write, counts for nothing."""
    home = home_of(idle_settings_for())
    home.run.mkdir(parents=True)
    child = a_process()
    created = psutil.Process(child.pid).create_time()
    child.kill()
    child.wait()
    record.save(home, Record(child.pid, created, 1, 2))
    assert record.load(home) is None
    next(home.run.iterdir()).write_text('{"pid": 1')
    assert record.load(home) is None


def test_a_process_that_took_over_the_id_is_left_alone(idle_settings_for: SettingsFor) -> None:
    """Neither status nor stop takes another process for ours, whatever id the record has."""
    settings = idle_settings_for()
    home = home_of(settings)
    home.run.mkdir(parents=True)
    child = a_process()
    try:
        created = psutil.Process(child.pid).create_time()
        for same_or_other in (created, created - 3600):
            record.save(home, Record(child.pid, same_or_other, 1, 2))
            assert database.status(settings).pid is None
            assert database.stop(settings) is False
        assert child.poll() is None
    finally:
        child.kill()
        child.wait()


def test_stopping_what_does_not_run_is_no_error(idle_settings_for: SettingsFor) -> None:
    """Without a Neo4j, stop says so and status has the places only."""
    settings = idle_settings_for()
    assert database.stop(settings) is False
    status = database.status(settings)
    assert (status.running, status.pid, status.address) == (False, None, None)
    assert status.log == home_of(settings).log


def test_two_starts_at_once_and_a_killed_parent(settings_for: SettingsFor) -> None:
    """While one process starts it, another is told so; when that one is killed, the next takes over what it left."""
    settings = settings_for()
    command = [sys.executable, "-c", HOLD, str(settings.home), str(settings.bolt_port), str(settings.browser_port)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        wait_for(lambda: (settings.home / "start.pid").exists())
        with pytest.raises(ServerBusy, match=rf"Process {child.pid} is starting"):
            database.start(settings)
        assert child.stdout
        assert child.stdout.readline() == b"ready\n"
    finally:
        child.kill()
        child.communicate()
    orphan = database.status(settings)
    assert orphan.running
    with database.running(settings) as found:
        assert (found.pid, found.started) == (orphan.pid, False)
    assert not database.status(settings).running
    assert gone(found.pid)


async def test_survives_hanging_being_killed_and_being_terminated(
    settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that hangs is replaced, its data recovered; after SIGTERM there is nothing to recover."""
    monkeypatch.setattr(process, "ORPHAN_SECONDS", 1.0)
    monkeypatch.setattr(process, "_STOP_SECONDS", 1.0)
    monkeypatch.setattr(process, "_ANSWER_SECONDS", 1.0)
    settings = settings_for()
    hanging = database.start(settings)
    await write_something(hanging)
    psutil.Process(hanging.pid).suspend()
    second = database.start(settings)  # kills the first, for it does not listen to SIGTERM any more
    assert second.started
    assert second.pid != hanging.pid
    recovered = recoveries(settings)
    assert recovered > 0
    await write_something(second)
    monkeypatch.undo()

    neo4j = psutil.Process(second.pid)
    neo4j.terminate()  # not by us: the record is stale now
    wait_for(lambda: gone(neo4j.pid))
    assert "Stopped." in home_of(settings).log.read_text()
    with database.running(settings) as third:
        assert third.started
        assert recoveries(settings) == recovered
        assert await count_written(third) == 2


def test_a_neo4j_without_a_record_is_found(started: tuple[Settings, Running]) -> None:
    """When the record is lost the process is still known by its command line."""
    settings, running = started
    found = record.find(home_of(settings).flag)
    assert found is not None
    assert found.pid == running.pid


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
