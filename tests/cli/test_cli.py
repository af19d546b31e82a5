"""The command line, as a user meets it: what it prints, what it exits with, and what it leaves behind."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from touchgraph import cli, database
from touchgraph.cli.database import with_graph
from touchgraph.cli.serving import SAMPLE
from touchgraph.graph.statements import Statement
from touchgraph.settings import Settings

SettingsFor = Callable[..., Settings]
COMMANDS = (
    "up",
    "serve",
    "migrate",
    "seed",
    "check",
    "schema",
    "ask",
    "export",
    "generate",
    "import",
    "reorg plan",
    "reorg apply",
    "db start",
    "db stop",
    "db status",
    "db path",
)
CALL = (sys.executable, "-c", "from touchgraph.cli import main; main()")


def environment(settings: Settings) -> dict[str, str]:
    ours = {
        "TOUCHGRAPH_HOME": settings.home,
        "TOUCHGRAPH_PORT": settings.port,
        "TOUCHGRAPH_HOST": settings.host,
        "TOUCHGRAPH_WORKERS": settings.workers,
        "TOUCHGRAPH_BOLT_PORT": settings.bolt_port,
        "TOUCHGRAPH_BROWSER_PORT": settings.browser_port,
        "TOUCHGRAPH_HEAP_MB": settings.heap_mb,
    }
    return os.environ | {name: str(value) for name, value in ours.items()}


class Run:
    """Runs commands in this process, with the environment that settings stand for."""

    def __init__(self, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.settings, self.monkeypatch, self.capsys = settings, monkeypatch, capsys
        for name, value in environment(settings).items():
            monkeypatch.setenv(name, value)

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code, stdout and stderr."""
        self.monkeypatch.setattr(sys, "argv", ["touchgraph", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        printed = self.capsys.readouterr()
        return int(code or 0), printed.out, printed.err


@pytest.fixture
def run(idle_settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(idle_settings_for(), monkeypatch, capsys)


@pytest.fixture(scope="module")
def upped(tmp_path_factory: pytest.TempPathFactory, make_settings: SettingsFor) -> Iterator[tuple[Settings, str]]:
    """The settings of a running `touchgraph up`, and what it printed until all was ready."""
    settings = make_settings(tmp_path_factory.mktemp("up"))
    child = subprocess.Popen([*CALL, "up"], env=environment(settings), stdout=subprocess.PIPE, text=True)
    yield settings, until_ready(child)
    child.terminate()
    child.communicate()


@pytest.fixture
def run_upped(upped: tuple[Settings, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(upped[0], monkeypatch, capsys)


def until_ready(child: subprocess.Popen[str]) -> str:
    assert child.stdout
    lines: list[str] = []
    for line in child.stdout:
        lines.append(line)
        if line.startswith("Ctrl-C"):
            return "".join(lines)
    pytest.fail(f"it ended with {child.wait()}: {''.join(lines)}")


def one_line(text: str) -> bool:
    return text.startswith("touchgraph: ") and text.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(run: Run, command: str) -> None:
    """`--help` says what a command does and shows a call of it."""
    code, out, _ = run(*command.split(), "--help")
    assert code == 0
    assert re.search(rf"Example: .*touchgraph {command}", out)


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    """A call without a command lists all of them, and is not a success."""
    code, out, _ = run()
    assert code == 2
    assert all(re.search(rf"^ +{command.split()[0]} ", out, re.MULTILINE) for command in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["nonsense"], 2, "No such command 'nonsense'"),
        (["ask"], 1, "either a GraphQL document or --file"),
        (["ask", "{ a }", "--variables", "["], 1, "--variables: not JSON"),
        (["ask", "{ a }", "--variables", "[]"], 1, "--variables: expected a JSON object"),
        (["ask", "--file", "no-such-file.graphql"], 1, "no-such-file.graphql cannot be read"),
        (["ask", "{ a }"], 1, "Nothing answers at http://127.0.0.1:"),
        (["serve"], 1, "does not run: start it with `touchgraph db start`"),
        (["migrate"], 1, "does not run: start it with `touchgraph db start`"),
        (["check"], 1, "does not run: start it with `touchgraph db start`"),
    ],
)
def test_what_goes_wrong_is_one_line_on_stderr(run: Run, arguments: list[str], code: int, says: str) -> None:
    """A failure is told in one clear line, with an exit code that is not 0, and nothing on stdout."""
    actual, out, err = run(*arguments)
    assert (actual, out) == (code, "")
    assert one_line(err)
    assert says in err


def test_a_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable with a wrong value ends any command with its name."""
    monkeypatch.setenv("TOUCHGRAPH_PORT", "eighty")
    code, _, err = run("db", "status")
    assert code == 1
    assert one_line(err)
    assert "TOUCHGRAPH_PORT" in err


def test_the_unexpected_is_one_line_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of our own is told in one line that names the log with the traceback."""
    monkeypatch.setattr(database, "status", lambda _: 1 / 0)
    code, _, err = run("db", "status")
    log = run.settings.home / "touchgraph.log"
    assert code == 70
    assert one_line(err)
    assert str(log) in err
    assert "ZeroDivisionError" in log.read_text()


@pytest.mark.parametrize("command", ["up", "serve"])
def test_a_taken_port_is_told_before_anything_is_started(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """When the HTTP port is in use the error names it and its variable, and no database was started for nothing."""
    monkeypatch.setenv("NEO4J_URI", "bolt://127.0.0.1:1" if command == "serve" else "")
    if command == "up":
        monkeypatch.delenv("NEO4J_URI")
    with socket.create_server(("127.0.0.1", run.settings.port)):
        code, _, err = run(command)
    assert code == 1
    assert one_line(err)
    assert f":{run.settings.port} " in err
    assert "TOUCHGRAPH_PORT" in err
    assert not run.settings.home.exists()


def test_status_and_path_of_a_database_that_does_not_run(run: Run) -> None:
    """`db status` exits with 3 and names the log, `db stop` changes nothing, `db path` is one line for scripts."""
    code, out, _ = run("db", "status")
    assert code == 3
    assert out.startswith("Stopped.")
    assert "neo4j.log" in out
    assert run("db", "stop")[:2] == (0, "It was not running.\n")
    assert run("db", "path")[:2] == (0, f"{run.settings.home / 'neo4j' / 'data'}\n")


def test_no_managed_database_beside_a_configured_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With NEO4J_URI set `db start` refuses, for nothing would use what it starts."""
    monkeypatch.setenv("NEO4J_URI", "bolt://db")
    code, _, err = run("db", "start")
    assert code == 1
    assert "NEO4J_URI" in err


def test_what_speaks_no_graphql_is_told_from_what_does(run: Run) -> None:
    """An answer that is none of GraphQL's is an error that says who answered."""

    class Other(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", run.settings.port), Other) as other:
        threading.Thread(target=other.serve_forever, args=(0.02,), daemon=True).start()
        code, _, err = run("ask", "{ a }")
        other.shutdown()
    assert code == 1
    assert "does not speak GraphQL (HTTP 404)" in err


def test_the_schema_is_printed(run: Run) -> None:
    """`schema` prints the SDL alone, so that it can go into a file."""
    from touchgraph.api.schema import sdl

    assert run("schema")[:2] == (0, sdl().rstrip("\n") + "\n")


def test_up_says_where_everything_is_and_answers_a_question(upped: tuple[Settings, str]) -> None:
    """When all is ready it prints both addresses, where the password is (not the password), and a true answer."""
    settings, printed = upped
    home = database.home_of(settings)
    assert f"http://127.0.0.1:{settings.port}/graphql" in printed
    assert f"http://127.0.0.1:{settings.browser_port}/browser/" in printed
    assert str(home.password) in printed
    assert home.password.read_text().strip() not in printed
    assert SAMPLE in printed
    assert '"nameZh": "商品经营部"' in printed
    assert '"errors"' not in printed


def test_ask_prints_the_answer(run_upped: Run, tmp_path: Path) -> None:
    """A document from an argument or a file, with variables, is answered as JSON."""
    document = tmp_path / "unit.graphql"
    document.write_text("query Other { __typename } query Unit($id: ID!) { orgUnit(id: $id) { nameEn } }")
    code, out, _ = run_upped(
        "ask", "--file", str(document), "--variables", '{"id": "dept:sales"}', "--operation", "Unit"
    )
    assert code == 0
    assert set(json.loads(out)["data"]["orgUnit"]) == {"nameEn"}
    assert run_upped("ask", "{ __typename }")[:2] == (0, '{\n  "data": {\n    "__typename": "Query"\n  }\n}\n')


def test_an_answer_with_errors_is_no_success(run_upped: Run) -> None:
    """`ask` prints an answer that has errors, and exits with 1."""
    code, out, _ = run_upped("ask", "{ noSuchField }")
    assert code == 1
    assert json.loads(out)["errors"]


def test_doing_it_again_changes_nothing(run_upped: Run) -> None:
    """After `up` there is nothing to migrate, nothing to load and nothing that `check` finds."""
    assert run_upped("migrate")[:2] == (0, "Nothing was missing.\n")
    code, out, _ = run_upped("seed")
    assert code == 0
    assert all(line.endswith("was loaded already") for line in out.splitlines())
    assert run_upped("check")[:2] == (0, "Nothing found.\n")
    assert run_upped("db", "status")[0] == 0


def test_a_time_that_is_missing_is_set_only_when_told_so(run_upped: Run) -> None:
    """`check` finds it, `--repair` says what would be set, and with `--yes` it is set; then nothing is found."""
    remove = "MATCH (:Entity {id: 'dept:sales'})-[f:PART_OF]->() WHERE f.recordedTo.year = 9999 REMOVE f.recordedTo"
    assert run_upped("check", "--repair")[:2] == (0, "No time is missing.\n")
    assert run_upped("check", "--yes")[0] == 1
    with_graph(lambda graph: graph.run(Statement(remove)))
    code, out, _ = run_upped("check")
    assert (code, "has no recordedTo" in out) == (1, True)
    for _ in range(2):
        code, out, _ = run_upped("check", "--repair")
        assert (code, "recordedTo" in out, "9999-12-31T00:00:00+00:00" in out) == (1, True, True)
        assert "Nothing was set" in out
    assert run_upped("check", "--repair", "--yes")[0] == 0
    assert run_upped("check")[:2] == (0, "Nothing found.\n")


def test_faults_of_a_seed_file_are_told_one_a_line(run_upped: Run, tmp_path: Path) -> None:
    """A bad file is refused with a line for each fault, as file:line: message."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("changeSet:\n  id: nonsense\nfacts: 7\n")
    code, out, err = run_upped("seed", str(bad))
    assert (code, out) == (1, "")
    faults = [line for line in err.splitlines() if "bad.yaml:" in line]
    assert len(faults) > 1
    assert all(re.search(r"bad\.yaml:\d+: ", line) for line in faults)
    assert "Traceback" not in err


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_stops_everything(settings_for: SettingsFor, workers: int) -> None:
    """Ctrl-C ends `up` with 0 and without a traceback; neither its Neo4j nor its ports nor its workers are left."""
    settings = settings_for(workers=workers)
    child = subprocess.Popen(
        [*CALL, "up"], env=environment(settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until_ready(child)
    assert database.status(settings).running
    processes = psutil.Process(child.pid).children(recursive=True)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate()
    assert child.returncode == 0
    assert "Traceback" not in err
    assert database.status(settings).pid is None
    assert not psutil.wait_procs(processes, 5)[1]
    with socket.create_server((settings.host, settings.port)):
        pass


def test_ctrl_c_while_neo4j_starts(settings_for: SettingsFor) -> None:
    """Ctrl-C before all is ready ends with 130, and the Neo4j that was on its way up is gone."""
    settings = settings_for()
    child = subprocess.Popen([*CALL, "up"], env=environment(settings), stderr=subprocess.PIPE, text=True)
    assert child.stderr
    next(line for line in child.stderr if line.startswith("Starting Neo4j"))
    child.send_signal(signal.SIGINT)
    _, err = child.communicate()
    assert child.returncode == 130
    assert "Traceback" not in err
    assert database.status(settings).pid is None
