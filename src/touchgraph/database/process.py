"""One Neo4j process: launched, waited for, asked whether it is well, stopped."""

from __future__ import annotations

import base64
import http.client
import json
import logging
import re
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil

from touchgraph.database import record
from touchgraph.database.config import HOST, USERNAME, Home, address, environment, server_command
from touchgraph.database.jars import Report
from touchgraph.database.record import Record, alive
from touchgraph.errors import PortInUse, ServerError
from touchgraph.settings import Settings

log = logging.getLogger(__name__)

READY_SECONDS = 300.0  # generous: a large store may have to be recovered first, and one that dies is seen at once
ORPHAN_SECONDS = 60.0
_STOP_SECONDS = 90.0
_KILL_SECONDS = 30.0
_ANSWER_SECONDS = 10.0
_POLL_SECONDS = 0.1
_MILESTONES = ("Starting...", "ServerId", "======== Neo4j", "Bolt enabled", "HTTP enabled", "Started.")
_STAMP = re.compile(r"^[\d-]+ [\d:.]+\+\d{4} (INFO|WARN|ERROR) +")


def check_ports(settings: Settings) -> None:
    """Raise PortInUse when a port that Neo4j needs is taken."""
    for port, variable in (
        (settings.bolt_port, "TOUCHGRAPH_BOLT_PORT"),
        (settings.browser_port, "TOUCHGRAPH_BROWSER_PORT"),
    ):
        check_port(HOST, port, variable)


def check_port(host: str, port: int, variable: str) -> None:
    """Raise PortInUse, naming the environment variable that sets it, when nobody can listen on this port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUse(
                f"Port {port} of {host} cannot be used ({error.strerror}): "
                f"stop what uses it, or set {variable} to another."
            ) from error


def launch(home: Home, settings: Settings, owned: bool) -> tuple[Record, psutil.Process]:
    """Start the JVM, in a session of its own: Ctrl-C in a terminal must not reach it before we stop it in order."""
    for path in (home.log, home.console):
        with suppress(FileNotFoundError):
            path.replace(path.with_name(f"{path.stem}.previous.log"))
    with home.console.open("wb") as console:
        child = subprocess.Popen(  # noqa: S603  (every part of the command is ours)
            server_command(home, settings),
            cwd=home.neo4j,
            env=environment(home),
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    child.returncode = 0  # from here on it is known by its id alone, and may outlive this process
    process = psutil.Process(child.pid)
    new = Record(child.pid, process.create_time(), settings.bolt_port, settings.browser_port).with_owner(owned)
    record.save(home, new)
    return new, process


def wait_until_ready(
    home: Home, known: Record, process: psutil.Process, report: Report | None = None, seconds: float = READY_SECONDS
) -> None:
    """Return when the database answers statements; raises ServerError when it dies, refuses us or takes too long."""
    deadline = time.monotonic() + seconds
    while not answers(home, known):
        if not alive(process):
            words, where = last_words(home)
            raise ServerError(f"Neo4j ended while it started: {words} (log: {where})")
        if time.monotonic() > deadline:
            raise ServerError(f"Neo4j was not ready after {seconds:.0f} s (log: {home.log})")
        if report:
            report("Starting Neo4j", _milestones(home), len(_MILESTONES))
        time.sleep(_POLL_SECONDS)
    if report:
        report("Starting Neo4j", len(_MILESTONES), len(_MILESTONES))


def answers(home: Home, known: Record) -> bool:
    """Whether the database runs a statement; raises ServerError if it refuses the password that we keep."""
    token = base64.b64encode(f"{USERNAME}:{address(home, known.bolt_port).password}".encode()).decode()
    headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(HOST, known.browser_port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("POST", "/db/neo4j/query/v2", json.dumps({"statement": "RETURN 1"}), headers)
        status = connection.getresponse().status
        if status == http.client.UNAUTHORIZED:
            raise ServerError(f"The password in {home.password} is not that of the database in {home.data}.")
        return status < http.client.BAD_REQUEST and listens(known.bolt_port)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def listens(port: int) -> bool:
    """Whether somebody accepts connections on this port of the loopback address."""
    try:
        socket.create_connection((HOST, port), timeout=2).close()
    except OSError:
        return False
    return True


def terminate(home: Home, process: psutil.Process) -> None:
    """Ask Neo4j to close its store and end; kill it only if it does not in a generous time."""
    try:
        process.terminate()
        if not _ended(process, _STOP_SECONDS):
            log.warning("Neo4j (process %d) did not end in %.0f s and is killed", process.pid, _STOP_SECONDS)
            process.kill()
            _ended(process, _KILL_SECONDS)
    except psutil.NoSuchProcess:
        pass
    record.remove(home)


def last_words(home: Home) -> tuple[str, Path]:
    """What best says why Neo4j ended, and in which log: its innermost cause, else an error, else the last line."""
    lines = [(line.strip(), path) for path in (home.console, home.log) if path.exists() for line in _lines(path)]
    said = [(line, path) for line, path in lines if line and not line.startswith(("WARNING:", "at ", "..."))]
    for sign in ("Caused by:", " ERROR ", "Error:"):
        if marked := [each for each in said if sign in each[0]]:
            line, path = marked[-1]
            return _STAMP.sub("", line).removeprefix("Caused by: "), path
    return (_STAMP.sub("", said[-1][0]), said[-1][1]) if said else ("it said nothing", home.log)


def _ended(process: psutil.Process, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    with suppress(psutil.Error):
        process.wait(0)  # collects it, if it is a child of this process
    return True


def _milestones(home: Home) -> int:
    text = "".join(_lines(home.log)) if home.log.exists() else ""
    return sum(mark in text for mark in _MILESTONES)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()
