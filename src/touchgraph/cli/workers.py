"""Several processes that answer HTTP on one socket: started, replaced when they die, and ended by their parent.

uvicorn's own supervisor gives all of them the same arguments, so that none would know that it is the first; one that
cannot load the application it starts again and again; and they outlive a parent that is killed.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.context import SpawnProcess
from threading import Thread

from touchgraph.cli import server
from touchgraph.cli.console import log_to_stderr
from touchgraph.errors import TouchgraphError
from touchgraph.graph.driver import Address
from touchgraph.graph.shared import Shared
from touchgraph.settings import Settings

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.1
"""How often the parent looks for signals."""
_LEAVING_SECONDS = 30
"""How long a worker may take to end: it waits for requests and for a statement that is being planned."""


@dataclass
class _Worker:
    """`news` tells that it serves, and by its end that the process has ended, however that came."""

    process: SpawnProcess
    news: Connection
    serves: bool = False


def run(settings: Settings, address: Address, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serves by `settings.workers` processes until a signal comes; calls `ready` in a thread once the first listens.

    Raises ServerError if one cannot start.
    """
    signals: list[int] = []
    for each in server.SIGNALS:
        signal.signal(each, lambda number, _: signals.append(number))
    crew = _Crew(settings, address, listener, Thread(target=ready))
    try:
        crew.start()
        while not signals:
            crew.look_after()
    finally:
        server.ignore_signals()
        crew.end()


class _Crew:
    def __init__(self, settings: Settings, address: Address, listener: socket.socket, greeting: Thread) -> None:
        self._settings, self._address, self._listener = settings, address, listener
        self._greeting = greeting
        self._shared = Shared()
        self._workers: dict[int, _Worker] = {}

    def start(self) -> None:
        """Starts all."""
        for place in range(self._settings.workers):
            self._start(place)

    def look_after(self) -> None:
        """Waits a moment for news; replaces who has ended. Raises ServerError if it has because it could not start."""
        told = wait([worker.news for worker in self._workers.values()], _LOOK_SECONDS)
        for place, worker in list(self._workers.items()):
            if worker.news in told:
                self._hear(place, worker)

    def end(self) -> None:
        """Ends all, and waits for that."""
        self._listener.close()  # who is not yet accepted would wait for an answer until the parent has ended
        for worker in self._workers.values():
            worker.process.terminate()
        for worker in self._workers.values():
            worker.process.join(_LEAVING_SECONDS)
            if worker.process.is_alive():
                log.warning("worker %s did not end in %d s and is killed", worker.process.pid, _LEAVING_SECONDS)
                worker.process.kill()
                worker.process.join()
        if self._greeting.ident:
            self._greeting.join()

    def _start(self, place: int) -> None:
        news, teller = Pipe(duplex=False)
        level = logging.getLogger().level
        process = multiprocessing.get_context("spawn").Process(
            target=_work,
            args=(self._settings, self._address, self._listener, self._shared, place == 0, teller, level),
        )
        # Ctrl-C in a terminal reaches all processes; the parent tells them. So they are started with SIGINT blocked,
        # which they inherit. The tracker of resources, started with the first of them, would unblock it.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        teller.close()
        self._workers[place] = _Worker(process, news)

    def _hear(self, place: int, worker: _Worker) -> None:
        with suppress(EOFError):
            worker.serves = worker.news.recv()
            if not self._greeting.ident:
                self._greeting.start()
            return
        worker.process.join()
        code = worker.process.exitcode or 0
        if not worker.serves and code > 0:
            raise server.not_started()
        log.warning("worker %s ended (%d) and is replaced", worker.process.pid, code)
        self._start(place)


def _work(
    settings: Settings,
    address: Address,
    listener: socket.socket,
    shared: Shared,
    first: bool,
    teller: Connection,
    level: int,
) -> None:
    """What a worker does."""
    log_to_stderr(level)
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        server.run(settings, address, listener, lambda: teller.send(True), shared, first)
    except TouchgraphError:  # the parent says so
        sys.exit(1)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
