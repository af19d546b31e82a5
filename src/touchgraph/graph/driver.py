"""The way to the database: runs statements, translates the driver's errors. Nothing else imports the driver."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeVar, cast

import neo4j
from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncManagedTransaction, AsyncResult, exceptions

from touchgraph.errors import Conflict, DatabaseRefused, DatabaseTimeout, DatabaseUnavailable, GraphError, SettingsError
from touchgraph.graph.shared import Shared
from touchgraph.graph.statements import Statement

log = logging.getLogger(__name__)
T = TypeVar("T")
Rows = list[list[Any]]

# A dead database must be reported within five seconds, retries included.
_DRIVER_CONFIG: dict[str, Any] = {
    "connection_timeout": 2.0,
    "connection_acquisition_timeout": 3.0,
    "max_transaction_retry_time": 2.0,
    "keep_alive": True,
    "notifications_min_severity": "OFF",
    "telemetry_disabled": True,
}


@dataclass(frozen=True)
class Address:
    """Where a database is and how to enter it; `password` is kept out of every repr."""

    uri: str
    username: str
    password: str
    database: str | None = None

    def __repr__(self) -> str:
        return f"Address(uri={self.uri!r}, username={self.username!r}, database={self.database!r})"


@dataclass(frozen=True, slots=True)
class NodeRef:
    """A node in a row, by its id."""

    id: str


@dataclass(frozen=True, slots=True)
class FactRef:
    """A relationship in a row, by what the database calls it."""

    element: str


def plain(value: Any) -> Any:
    """A value without anything of the driver's own: nodes and relationships as references, times as Python's."""
    match value:
        case list():
            return [plain(item) for item in value]
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case neo4j.graph.Node():
            return NodeRef(value["id"])
        case neo4j.graph.Relationship():
            return FactRef(value.element_id)
        case neo4j.time.Date():  # the day before the first is none of Python's
            return date.fromordinal(max(date.min.toordinal(), value.to_ordinal()))
        case neo4j.time.DateTime():
            return value.to_native()
        case _:
            return value


class Transaction:
    """Statements run in here are seen together or not at all."""

    def __init__(self, run: Callable[[str, dict[str, Any]], Awaitable[AsyncResult]]) -> None:
        self._run = run

    async def run(self, statement: Statement) -> Rows:
        """All rows of a statement, as positional lists."""
        result = await self._run(*statement.sent)
        return [list(record) async for record in result]


class Graph:
    """One database. `read` and `write` run a function in a transaction and try again when the database asks for it."""

    def __init__(
        self, driver: AsyncDriver, database: str | None, timeout: timedelta, what_if_timeout: timedelta, shared: Shared
    ) -> None:
        self._driver = driver
        self._database = database
        self._timeout = timeout.total_seconds()
        self.what_if_seconds = what_if_timeout.total_seconds()
        self.shared = shared

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """What `work` returns, from one read transaction. Raises GraphError."""
        async with self._session(neo4j.READ_ACCESS) as session:
            return await session.execute_read(self._unit(work))

    async def read_one(self, statement: Statement) -> Rows:
        """The rows of one statement that reads, in fewer round trips than `read` needs. Raises GraphError."""
        async with self._session(neo4j.READ_ACCESS) as session:
            return await self._at_once(session, session.execute_read, lambda tx: tx.run(statement))

    async def write(
        self, work: Callable[[Transaction], Awaitable[T]], of_customers: bool = False, single: bool = False
    ) -> T:
        """What `work` returns, from one write transaction: all of it is kept, or nothing. Raises GraphError.

        `of_customers`: it writes nothing that belongs to the organisation. `single`: it runs one statement, kept even
        if `work` fails after it, which takes fewer round trips.
        """
        try:
            async with self._session(neo4j.WRITE_ACCESS) as session:
                if single:
                    result = await self._at_once(session, session.execute_write, work)
                else:
                    result = await session.execute_write(self._unit(work))
                if of_customers:
                    self.shared.note(_number(await session.last_bookmarks()))
                return result
        finally:
            if not of_customers:
                self.shared.changed()

    async def rehearse(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """What `work` returns, from one write transaction of which nothing is kept, however it ends.

        Raises GraphError: DatabaseTimeout if it takes longer than `what_if_seconds`; Conflict also if somebody else
        writes for so long.
        """
        async with (
            self._session(neo4j.WRITE_ACCESS) as session,
            # An error rolls back, too; when cancelled, the connection is dropped, and the database rolls back.
            await session.begin_transaction(timeout=self.what_if_seconds) as tx,
        ):
            result = await work(Transaction(tx.run))
            await tx.rollback()
            return result

    async def run(self, statement: Statement) -> Rows:
        """The rows of one statement outside an explicit transaction, for schema commands. Raises GraphError."""
        try:
            async with self._session(neo4j.WRITE_ACCESS) as session:
                result = await session.run(*statement.sent)
                return [list(record) async for record in result]
        finally:
            self.shared.changed()

    async def last_transaction(self) -> int:
        """The number of the last transaction that was committed. Raises GraphError."""
        async with self._session(neo4j.READ_ACCESS) as session:
            async with await session.begin_transaction(timeout=self._timeout) as tx:
                await tx.commit()
            return _number(await session.last_bookmarks())

    async def _at_once(
        self,
        session: neo4j.AsyncSession,
        managed: Callable[..., Awaitable[Any]],
        work: Callable[[Transaction], Awaitable[T]],
    ) -> T:
        """What `work` makes of one statement without a transaction around it; with one, if it has to try again."""
        try:
            timed = partial(neo4j.Query, timeout=self._timeout)
            return await work(Transaction(lambda text, params: session.run(timed(text), params)))
        except (exceptions.Neo4jError, exceptions.DriverError) as error:
            if not error.is_retryable():
                raise
        return cast("T", await managed(self._unit(work)))

    def _unit(self, work: Callable[[Transaction], Awaitable[T]]) -> Callable[[AsyncManagedTransaction], Awaitable[T]]:
        async def unit(tx: AsyncManagedTransaction) -> T:
            return await work(Transaction(tx.run))

        return neo4j.unit_of_work(timeout=self._timeout)(unit)

    @asynccontextmanager
    async def _session(self, access: str) -> AsyncIterator[neo4j.AsyncSession]:
        with_errors = self._driver.session(database=self._database, default_access_mode=access)
        try:
            async with with_errors as session:
                yield session
        except (exceptions.Neo4jError, exceptions.DriverError) as error:
            translated = translate(error)
            if isinstance(translated, DatabaseUnavailable):
                self.shared.interrupted()
            raise translated from error


@asynccontextmanager
async def open_graph(
    address: Address,
    timeout: timedelta = timedelta(seconds=30),
    what_if_timeout: timedelta = timedelta(seconds=60),
    shared: Shared | None = None,
) -> AsyncIterator[Graph]:
    """A graph whose connections are closed at the end; opening it does not yet reach for the database.

    `shared`: what it shares with others who serve the same. Raises SettingsError for an address that is none.
    """
    try:
        driver = AsyncGraphDatabase.driver(address.uri, auth=(address.username, address.password), **_DRIVER_CONFIG)
    except (exceptions.ConfigurationError, ValueError) as error:
        raise SettingsError(
            f"NEO4J_URI: expected bolt://host:port or neo4j://host:port, got {address.uri!r}"
        ) from error
    async with driver:
        yield Graph(driver, address.database, timeout, what_if_timeout, shared or Shared())


def _number(bookmarks: neo4j.Bookmarks) -> int:
    return transaction_number(next(iter(bookmarks.raw_values), ""))


def transaction_number(bookmark: str) -> int:
    """The number of the transaction that a bookmark stands for: the number behind the id of its database, packed.

    Raises GraphError for a bookmark that is made in another way.
    """
    found = re.fullmatch(
        rb"\x91\xcc\x10.{16}(?:([\x00-\x7f])|\xc8(.)|\xc9(..)|\xca(.{4})|\xcb(.{8}))\x90",
        base64.b64decode(bookmark.removeprefix("FB:")),
        re.DOTALL,
    )
    if not found:
        raise GraphError("The database does not tell what was written to it last.")
    return int.from_bytes(next(filter(None, found.groups())), "big", signed=True)


def translate(error: Exception) -> GraphError:
    """Our error for the driver's. The driver's own text goes to the log only: it may name hosts and statements."""
    log.warning("database: %s: %s", type(error).__name__, error)
    if isinstance(error, exceptions.AuthError | exceptions.Forbidden):
        return DatabaseRefused("The database refused the user name or password; see NEO4J_USERNAME, NEO4J_PASSWORD.")
    if isinstance(error, exceptions.Neo4jError):
        return _translate_code(error)
    if isinstance(error, exceptions.ServiceUnavailable | exceptions.SessionExpired | exceptions.DriverError):
        return DatabaseUnavailable("The database does not answer. Try again in a moment.")
    return GraphError("The database could not answer this.")


def _translate_code(error: exceptions.Neo4jError) -> GraphError:
    code = error.code or ""
    if "TransactionTimedOut" in code or "Terminated" in code:
        return DatabaseTimeout("The database took too long to answer this; ask for less at once.")
    if "LockClient" in code:
        return Conflict("Somebody else is writing and did not finish in time; try again.")
    if "ConstraintValidationFailed" in code or "DeadlockDetected" in code:
        return Conflict("Somebody else wrote the same thing at the same time; read again, then try again.")
    if isinstance(error, exceptions.TransientError | exceptions.DatabaseUnavailable):
        return DatabaseUnavailable("The database does not answer. Try again in a moment.")
    return GraphError("The database could not answer this.")


__all__ = ["Address", "Graph", "Rows", "Transaction", "open_graph", "translate"]
