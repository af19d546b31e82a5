"""What runs during the benchmark, each in a process of its own, on loopback, and stopped at the end."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from touchgraph import server
from touchgraph.graph import Address
from touchgraph.settings import Settings

ROOT = Path(__file__).parents[1]
HEAP_MB = 1024
_START_SECONDS = 60


class BenchError(Exception):
    """The benchmark could not be run, or its contestants do not answer the same."""


@contextmanager
def database(home: Path) -> Iterator[Address]:
    """A managed Neo4j of its own in a folder, on free ports."""
    settings = Settings(home=home, heap_mb=HEAP_MB, bolt_port=_free_port(), browser_port=_free_port())
    with server.running(settings) as running:
        yield running.address


@contextmanager
def touchgraph(address: Address, folder: Path) -> Iterator[str]:
    """touchgraph, served by its own command; yields the address of its GraphQL. `folder` has no file `.env`."""
    port = _free_port()
    command = [str(Path(sys.executable).with_name("touchgraph")), "serve"]
    with _process(command, port, folder, _environment(address, TOUCHGRAPH_PORT=str(port))):
        yield f"http://127.0.0.1:{port}/graphql"


@contextmanager
def plain(address: Address) -> Iterator[str]:
    """The plain driver behind a minimal ASGI application; yields its address."""
    port = _free_port()
    with _process([sys.executable, "-m", "bench.plain", str(port)], port, ROOT, _environment(address)):
        yield f"http://127.0.0.1:{port}/"


def _environment(address: Address, **more: str) -> dict[str, str]:
    """That of this process, with the database, and without settings that somebody works with here."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "TOUCHGRAPH_"))}
    given = {"NEO4J_URI": address.uri, "NEO4J_USERNAME": address.username, "NEO4J_PASSWORD": address.password}
    return {**kept, **given, **more}


@contextmanager
def _process(command: list[str], port: int, folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """Runs a server for as long as the block does."""
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as child:
        try:
            _wait(child, port, time.monotonic() + _START_SECONDS)
            yield
        finally:
            child.terminate()


def _wait(child: subprocess.Popen[bytes], port: int, deadline: float) -> None:
    while time.monotonic() < deadline and child.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise BenchError(f"{child.args!r} does not listen on port {port}; what it wrote stands above.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
