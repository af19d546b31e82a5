"""Runs the HTTP server in the foreground, and everything it needs before it and after it."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from touchgraph import database
from touchgraph.cli import asking, server, workers
from touchgraph.cli.console import out, progress
from touchgraph.database import Report, Running
from touchgraph.errors import PortInUse, ServerError, TouchgraphError
from touchgraph.graph.driver import Address, open_graph
from touchgraph.settings import Settings

log = logging.getLogger(__name__)

SAMPLE = '{ orgUnit(id: "dept:product-operations") { nameZh nameEn parent { nameZh } reportsTo { nameEn } } }'


def up(settings: Settings) -> None:
    """Everything at once: the database, its schema, its seed, the HTTP server; blocks until a signal comes."""
    running: Running | None = None
    with _listening(settings) as listener, _interruptible(), ExitStack() as stack:
        if settings.managed:
            with progress() as report:
                running = stack.enter_context(database.running(settings, report))
        address = running.address if running else configured_address(settings)
        with progress() as report:
            asyncio.run(_fill(settings, address, report))
        _run(settings, address, listener, lambda port: _greet(settings, port, running))


def serve(settings: Settings) -> None:
    """Only the HTTP server, against the configured database; blocks until a signal comes."""
    address = configured_address(settings)
    with _listening(settings) as listener:
        _run(settings, address, listener, lambda port: out.print(f"GraphiQL  {_graphiql(settings, port)}"))


def configured_address(settings: Settings) -> Address:
    """The database that the settings name; the managed one must run already. Raises ServerError."""
    if settings.neo4j_uri is not None:
        password = settings.neo4j_password.get_secret_value() if settings.neo4j_password else ""
        return Address(settings.neo4j_uri, settings.neo4j_username, password, settings.neo4j_database)
    status = database.status(settings)
    if not status.running or status.address is None:
        raise ServerError("The managed Neo4j does not run: start it with `touchgraph db start`, or set NEO4J_URI.")
    return status.address


async def _fill(settings: Settings, address: Address, report: Report) -> None:
    from touchgraph.customers.following import follow
    from touchgraph.graph.migrate import migrate
    from touchgraph.organisation.files.loading import load

    async with open_graph(address, settings.query_timeout) as graph:
        report("Constraints and indexes", 0, 1)
        await migrate(graph)
        report("Constraints and indexes", 1, 1)
        await load(graph, report=report, follow=follow)


def _run(settings: Settings, address: Address, listener: socket.socket, ready: Callable[[int], None]) -> None:
    greet = partial(ready, listener.getsockname()[1])
    run = server.run if settings.workers == 1 else workers.run
    run(settings, address, listener, greet)


def _greet(settings: Settings, port: int, running: Running | None) -> None:
    out.print(f"\nGraphiQL       {_graphiql(settings, port)}", markup=False)
    if running:
        password = database.home_of(settings).password
        out.print(f"Neo4j Browser  {running.browser_url}  (user neo4j, password in {password})", markup=False)
    out.print(f"\nFor example, ask\n  {SAMPLE}", markup=False)
    try:
        answer = asking.ask(settings, SAMPLE, port=port)
        out.print(json.dumps(answer, ensure_ascii=False, indent=2), markup=False)
    except TouchgraphError as error:
        log.warning("the sample question was not answered: %s", error)
    out.print("\nCtrl-C stops everything.", markup=False)


def _graphiql(settings: Settings, port: int) -> str:
    return f"{asking.base_url(settings, port)}/graphql"


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """The HTTP port, held from the beginning: that it is taken must not come out after a minute's preparation."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
            listener.listen(2048)
        except OSError as error:
            raise PortInUse(
                f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}): "
                "stop what uses it, or set TOUCHGRAPH_PORT (or TOUCHGRAPH_HOST) to another."
            ) from error
        yield listener


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM ends the block as Ctrl-C does, by KeyboardInterrupt, and what is then cleaned up is not interrupted."""

    def interrupt(*_: object) -> None:
        server.ignore_signals()
        raise KeyboardInterrupt

    for each in server.SIGNALS:
        signal.signal(each, interrupt)
    yield
