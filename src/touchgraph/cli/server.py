"""The HTTP server of one process, and what SIGINT and SIGTERM do to it."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from touchgraph.errors import ServerError
from touchgraph.graph.driver import Address
from touchgraph.graph.shared import Shared
from touchgraph.settings import Settings

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(
    settings: Settings,
    address: Address,
    listener: socket.socket,
    ready: Callable[[], None],
    shared: Shared | None = None,
    first: bool = True,
) -> None:
    """Serves until a signal comes; calls `ready` in a thread once it listens. Raises ServerError if it cannot start.

    `shared`, `first`: as for `create_app`.
    """
    from touchgraph.api.app import create_app

    app = create_app(settings, address, shared, first)
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=5)
    try:
        _Server(config, ready).run([listener])
    except SystemExit as error:  # uvicorn's way to say so
        raise not_started() from error


def not_started() -> ServerError:
    """That a server could not start."""
    return ServerError("The HTTP server could not start; run again with --verbose to see why.")


def ignore_signals() -> None:
    """From now on, nothing interrupts: what is under way is the end."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)


class _Server(uvicorn.Server):
    """uvicorn without its banner, which calls `ready` once it listens, and after a signal lets nothing interrupt."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._greeting: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._greeting = asyncio.create_task(asyncio.to_thread(self._ready))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        if self._greeting:
            await asyncio.gather(self._greeting, return_exceptions=True)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        for each in SIGNALS:
            signal.signal(each, self.handle_exit)
        try:
            yield
        finally:
            ignore_signals()
