"""The database, for commands that do one thing with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from touchgraph.cli import serving
from touchgraph.graph.driver import Graph, open_graph
from touchgraph.settings import load_settings

T = TypeVar("T")


def with_graph(work: Callable[[Graph], Awaitable[T]]) -> T:
    """What `work` returns for the configured database. Raises ServerError if that is a managed one and does not run."""
    settings = load_settings()
    address = serving.configured_address(settings)

    async def run() -> T:
        async with open_graph(address, settings.query_timeout) as graph:
            return await work(graph)

    return asyncio.run(run())
