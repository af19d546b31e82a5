"""Several processes that answer: what one writes all know, who dies is replaced, and nobody is left behind."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.cli.test_cli import CALL, environment
from tests.conftest import SettingsFor
from tests.support.customers.small import load_small
from touchgraph.graph.driver import Address, Graph
from touchgraph.settings import Settings

CONNECTIONS, WRITES = 12, 30
FIRST_DAY = date(2025, 1, 1)
NAME = '{ at(asOf: "2030-01-01") { orgUnit(id: "dealer:d1") { nameEn } } }'
WAYS = (
    NAME,
    '{ at(asOf: "2030-01-01") { orgUnit(id: "area:a1") { children { nodes { nameEn } } } } }',
    '{ a: at(asOf: "2030-01-01") { dealer(id: "dealer:d1") { nameEn parent { id } } } stages { totalCount } }',
)
RENAME = """mutation R($day: Date!, $name: String!) { applyReorg(input: { nameZh: "改", nameEn: "Renamed"
    effective: $day evidence: { source: "source:crm", confidence: STATED }
    changes: [{ rename: { id: "dealer:d1", nameEn: $name } }] }) { changeSet { id } } }"""
CUSTOMERS = """mutation C($id: ID!) { upsertCustomers(input: { source: "source:crm"
    customers: [{ id: $id, nameZh: "李", nameEn: "Li", registeredOn: "2026-01-02" }] }) { created } }"""

Started = Callable[..., tuple[Settings, "subprocess.Popen[str]"]]


@pytest.fixture
def start(idle_settings_for: SettingsFor) -> Iterator[Started]:
    """Starts `touchgraph serve` with so many workers over a database, in a process group of its own."""
    children: list[subprocess.Popen[str]] = []

    def started(address: Address, workers: int = 2) -> tuple[Settings, subprocess.Popen[str]]:
        settings = idle_settings_for(workers=workers)
        given = {"NEO4J_URI": address.uri, "NEO4J_USERNAME": address.username, "NEO4J_PASSWORD": address.password}
        child = subprocess.Popen(
            [*CALL, "serve"],
            env=environment(settings) | given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        children.append(child)
        return settings, child

    yield started
    for child in children:
        child.terminate()
        child.communicate()


def until_listening(child: subprocess.Popen[str]) -> None:
    assert child.stdout
    assert child.stdout.readline().startswith("GraphiQL"), child.communicate()[1]


def workers(child: subprocess.Popen[str]) -> list[psutil.Process]:
    """Those of its processes that answer, or will."""
    return [one for one in psutil.Process(child.pid).children() if "spawn_main" in " ".join(one.cmdline())]


def left(processes: list[psutil.Process], seconds: float = 30) -> list[psutil.Process]:
    """Which of the processes have not ended after a while."""
    return psutil.wait_procs(processes, seconds)[1]


def is_free(settings: Settings) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind((settings.host, settings.port))
            return True
    return False


class Crowd:
    """Connections that ask and write at once, and which answers are wrong.

    An answer may be no older than what was written before it was asked for, nor what nobody wrote.
    """

    def __init__(self, clients: list[httpx.AsyncClient]) -> None:
        self.clients = clients
        self.written = self.tried = 0
        self.answers = self.failures = 0
        self.wrong: list[str] = []

    async def ask(self, client: httpx.AsyncClient, query: str) -> None:
        least = self.written
        try:
            answer = (await client.post("/graphql", json={"query": query})).text
        except httpx.TransportError:
            self.failures += 1
            return
        self.answers += 1
        if not any(f'"N{number}"' in answer for number in range(least, self.tried + 1)):
            self.wrong.append(f"N{least} to N{self.tried}: {answer}")

    async def ask_on(self, client: httpx.AsyncClient, seed: int) -> None:
        draw = random.Random(seed)  # noqa: S311
        while True:
            await self.ask(client, draw.choice(WAYS))

    async def write(self, client: httpx.AsyncClient) -> None:
        self.tried += 1
        number = self.tried
        variables = {"day": str(FIRST_DAY + timedelta(number)), "name": f"N{number}"}
        try:
            answer = (await client.post("/graphql", json={"query": RENAME, "variables": variables})).json()
        except httpx.TransportError:
            self.failures += 1
            return
        assert "errors" not in answer, answer
        self.written = number
        await asyncio.gather(*(self.ask(each, NAME) for each in self.clients))

    async def write_customers(self, client: httpx.AsyncClient) -> None:
        for number in range(10**6):
            with suppress(httpx.TransportError):
                variables = {"id": f"customer:c{number}"}
                answer = await client.post("/graphql", json={"query": CUSTOMERS, "variables": variables})
                assert "errors" not in answer.json(), answer.text
            await asyncio.sleep(0.02)


@pytest.fixture
async def crowd(
    start: Started, empty_graph: Graph, scratch_address: Address, tmp_path: Path
) -> AsyncIterator[tuple[Crowd, subprocess.Popen[str]]]:
    """Connections to a server with two workers, over a small organisation."""
    await load_small(empty_graph, tmp_path)
    settings, child = start(scratch_address)
    until_listening(child)
    async with AsyncExitStack() as stack:
        url = f"http://{settings.host}:{settings.port}"
        clients = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=60, trust_env=False))
            for _ in range(CONNECTIONS)
        ]
        crowd = Crowd(clients)
        await crowd.write(clients[0])
        yield crowd, child


async def while_they_ask(crowd: Crowd, do: Callable[[], Awaitable[Any]]) -> None:
    """Does something while most connections ask on, and one writes of customers."""
    half = CONNECTIONS // 2
    tasks = [asyncio.create_task(crowd.ask_on(client, n)) for n, client in enumerate(crowd.clients[:half])]
    tasks.append(asyncio.create_task(crowd.write_customers(crowd.clients[half])))
    await do()
    for task in tasks:
        assert not task.done(), task.exception()
        task.cancel()
    await asyncio.wait(tasks)


async def test_what_one_worker_wrote_all_answer_at_once(crowd: tuple[Crowd, subprocess.Popen[str]]) -> None:
    """No answer is older than a write that was answered before it was asked for, whoever wrote and whoever answers."""
    asked, child = crowd

    async def write() -> None:
        for number in range(WRITES):
            await asked.write(asked.clients[number % CONNECTIONS])

    await while_they_ask(asked, write)
    answering = [
        sum(c.status == psutil.CONN_ESTABLISHED and c.laddr.port == asked.clients[0].base_url.port for c in connections)
        for connections in (one.net_connections() for one in workers(child))
    ]
    assert len(answering) == 2
    assert all(answering), "one worker answers all"
    assert asked.wrong == []
    assert (asked.failures, asked.written) == (0, WRITES + 1)


async def test_a_killed_worker_is_replaced_while_others_answer(crowd: tuple[Crowd, subprocess.Popen[str]]) -> None:
    """Killed in the middle of writes and answers, one costs those that it was giving; none that is given is wrong."""
    asked, child = crowd
    gone: list[psutil.Process] = []

    async def write_and_kill() -> None:
        for number in range(WRITES):
            if number in {10, 20}:
                victim = max(workers(child), key=lambda one: len(one.net_connections()))
                victim.kill()
                gone.append(victim)
            await asked.write(asked.clients[number % CONNECTIONS])
        while len(workers(child)) < 2:  # noqa: ASYNC110  (nobody tells of it)
            await asyncio.sleep(0.05)

    await while_they_ask(asked, write_and_kill)
    assert asked.wrong == []
    assert asked.failures < asked.answers / 10
    assert not left(gone)


@pytest.mark.parametrize("seconds", [0, 0.5, 1, None], ids=lambda at: "ready" if at is None else f"after {at} s")
def test_ctrl_c_in_a_terminal_ends_all(start: Started, neo4j_address: Address, seconds: float | None) -> None:
    """SIGINT to all processes at once, while workers start or later, ends them without a word; the port is free."""
    settings, child = start(neo4j_address)
    if seconds is None:
        until_listening(child)
    else:
        while not workers(child):
            time.sleep(0.01)
        time.sleep(seconds)
    processes = psutil.Process(child.pid).children()
    os.killpg(child.pid, signal.SIGINT)
    _, err = child.communicate()
    assert (child.returncode, err) == (0, "")
    assert not left(processes)
    assert is_free(settings)


def test_a_parent_that_is_killed_leaves_nobody_behind(start: Started, neo4j_address: Address) -> None:
    """The workers see that their parent is gone, and end; the port is free for the next one."""
    settings, child = start(neo4j_address)
    until_listening(child)
    processes = psutil.Process(child.pid).children()
    assert len(workers(child)) == 2
    child.kill()
    assert not left(processes)
    assert is_free(settings)


@pytest.mark.parametrize("count", [1, 2])
def test_a_worker_that_cannot_start_ends_all(start: Started, count: int) -> None:
    """What no worker could do better is tried once: one line says so, and the exit code is 1."""
    _, child = start(Address("http://no.database", "neo4j", ""), count)
    _, err = child.communicate()
    assert child.returncode == 1
    assert err.splitlines()[-1].startswith("touchgraph: The HTTP server could not start")
