"""The client, a process of its own: `python -m bench.client` takes a job as JSON and gives what it measured.

Answers are compared before anything is measured. Everybody is warmed up first; then, in rounds, each contestant answers
all its questions, one round from the first contestant to the last, the next from the last to the first.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count, cycle
from tempfile import TemporaryFile
from typing import Any, Self
from urllib.parse import urlsplit

import orjson
import uvloop
from pydantic import TypeAdapter

from bench import plain
from bench.alike import alike
from bench.contestants import FRESH, Contestant
from bench.servers import ROOT, BenchError

Ask = Callable[[bytes], Awaitable[bytes]]


@dataclass(frozen=True)
class Job:
    """What to measure. `clients` together ask for `seconds` in each of the `loads`.

    While the rounds are measured, somebody else asks what `meanwhile` has to answer, without a pause.
    """

    contestants: list[Contestant] = field(default_factory=list)
    meanwhile: Contestant | None = None
    warm_up: int = 10
    rounds: int = 30
    clients: int = 8
    seconds: float = 3
    loads: int = 3


@dataclass
class Timing:
    """Of one contestant: the first answer, then each answer of each round, in milliseconds; answers a second.

    `size` is that of its answers together, in bytes; `loaded` the times under load, `errors` how many asked in vain.
    """

    name: str
    size: int = 0
    first: float = 0
    rounds: list[list[float]] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    loaded: list[float] = field(default_factory=list)
    errors: int = 0


def run(job: Job) -> list[Timing]:
    """Measures in a process of its own. Raises BenchError if contestants answer a question differently."""
    command = [sys.executable, "-m", "bench.client"]
    with TemporaryFile() as found:  # through a pipe, the end of much was missing once
        done = subprocess.run(
            command, input=_JOB.dump_json(job), cwd=ROOT, stdout=found, stderr=subprocess.PIPE, check=False
        )
        if done.returncode:
            raise BenchError(done.stderr.decode().strip())
        found.seek(0)
        return _TIMINGS.validate_json(found.read())


_JOB = TypeAdapter(Job)
_TIMINGS = TypeAdapter(list[Timing])
_NUMBERS = count()


async def measure(job: Job) -> list[Timing]:
    """All that the job asks for."""
    async with AsyncExitStack() as stack:
        asks = [await stack.enter_async_context(connected(one)) for one in job.contestants]
        timings = [Timing(one.name) for one in job.contestants]
        taking_part = list(zip(job.contestants, asks, timings, strict=True))
        await compare(taking_part)
        async with _meanwhile(job.meanwhile):
            for number in range(job.warm_up + job.rounds):
                for one, ask, timing in taking_part[:: 1 if number % 2 else -1]:
                    taken = [await _timed(ask, body) for body in one.bodies]
                    if number >= job.warm_up:
                        timing.rounds.append(taken)
    for _ in range(job.loads):
        for one, timing in zip(job.contestants, timings, strict=True):
            await _loaded(one, timing, job.clients, job.seconds)
    return timings


@asynccontextmanager
async def _meanwhile(one: Contestant | None) -> AsyncIterator[None]:
    """Asks without a pause until the end of the block."""
    if one is None:
        yield
        return
    async with connected(one) as ask:
        task = asyncio.ensure_future(_until(float("inf"), ask, one.bodies, Timing(one.name)))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])


async def compare(taking_part: list[tuple[Contestant, Ask, Timing]]) -> None:
    """Makes sure that all who answer a question answer the same; notes the answers' size, and the first one's time."""
    given: dict[str, tuple[str, list[Any]]] = {}
    for one, ask, timing in taking_part:
        started = time.perf_counter()
        bodies = [await ask(_fresh(one.bodies[0]))]
        timing.first = (time.perf_counter() - started) * 1000
        bodies += [await ask(_fresh(body)) for body in one.bodies[1:]]
        timing.size = sum(map(len, bodies))
        answers = [alike(_content(one, body)) for body in bodies]
        other, expected = given.setdefault(one.question, (one.name, answers))
        for number, (mine, theirs) in enumerate(zip(answers, expected, strict=True)):
            if mine != theirs:
                told = f"{one.name} answers {_short(mine)}, but {other} {_short(theirs)}"
                raise BenchError(f"{one.question} {number}: {told}")


def _content(one: Contestant, body: bytes) -> Any:
    content = orjson.loads(body)
    try:
        for key in one.pick:
            content = content[key]
    except (KeyError, TypeError):
        content = None
    if content is None:
        raise BenchError(f"{one.question}: {one.name} has no answer: {body[:500].decode()}")
    return content


def _short(content: Any) -> str:
    return orjson.dumps(content)[:500].decode()


def _fresh(body: str) -> bytes:
    """What is sent: with a number of its own, so that what is written is not there already."""
    return body.replace(FRESH, f"{os.getpid()}-{next(_NUMBERS)}").encode()


async def _timed(ask: Ask, body: str) -> float:
    content = _fresh(body)
    started = time.perf_counter()
    await ask(content)
    return (time.perf_counter() - started) * 1000


async def _loaded(one: Contestant, timing: Timing, clients: int, seconds: float) -> None:
    """Several clients ask for a while; together they get so many answers a second."""
    async with AsyncExitStack() as stack:
        asks = [await stack.enter_async_context(connected(one)) for _ in range(clients)]
        before, started = len(timing.loaded), time.perf_counter()
        await asyncio.gather(
            *(_until(started + seconds, ask, one.bodies[n:] + one.bodies[:n], timing) for n, ask in enumerate(asks))
        )
        timing.per_second.append((len(timing.loaded) - before) / (time.perf_counter() - started))


async def _until(end: float, ask: Ask, bodies: list[str], timing: Timing) -> None:
    for body in cycle(bodies):
        try:
            timing.loaded.append(await _timed(ask, body))
        except (BenchError, OSError, EOFError):
            timing.errors += 1
        if time.perf_counter() >= end:
            return


@asynccontextmanager
async def connected(one: Contestant) -> AsyncIterator[Ask]:
    """A way to ask a contestant: over a connection that is kept, or in this process."""
    if one.bolt:
        async with plain.open_driver(one.bolt) as driver:
            yield partial(plain.answer, driver)
    else:
        async with Connection(one.url) as connection:
            yield connection.post


async def send(url: str, bodies: Iterable[str]) -> None:
    """Sends one body after the other. Raises BenchError if an answer has errors."""
    async with Connection(url) as connection:
        for body in bodies:
            answer = orjson.loads(await connection.post(body.encode()))
            if "errors" in answer:
                raise BenchError(f"{url}: {answer['errors']}")


class Connection:
    """HTTP as bare as it can be, so that what is measured is the server. Connects again if the server hangs up."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self._head = f"POST {self._address.path} HTTP/1.1\r\nHost: {self._address.netloc}\r\n"
        self._head += "Content-Type: application/json\r\nAccept: application/graphql-response+json\r\n"

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._address.hostname, self._address.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def post(self, body: bytes) -> bytes:
        """The body of the answer. Raises BenchError for one that is not good."""
        if self._reader.at_eof():
            await self.__aexit__()
            await self.__aenter__()
        self._writer.write(f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        status, _, head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().partition("\r\n")
        length = re.search(r"^content-length: *(\d+)", head, re.MULTILINE)
        content = await self._reader.readexactly(int(length[1])) if length else b""
        if " 200 " not in f"{status} ":
            raise BenchError(f"{status}: {content[:500].decode()}")
        return content


if __name__ == "__main__":
    try:
        found = uvloop.run(measure(_JOB.validate_json(sys.stdin.buffer.read())))
    except BenchError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(_TIMINGS.dump_json(found))
    sys.stdout.flush()
