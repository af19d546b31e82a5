"""Start, stop and status of the managed Neo4j: one at a time for a home, whatever state the last one was left in."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from touchgraph.database import bulk, jars, process, record
from touchgraph.database.config import HOST, Home, address, home_of, prepare
from touchgraph.database.jars import Report
from touchgraph.database.record import Record
from touchgraph.errors import Conflict, ServerBusy, ServerError
from touchgraph.graph.driver import Address
from touchgraph.settings import Settings

log = logging.getLogger(__name__)

_LEAVING_SECONDS = 120


@dataclass(frozen=True)
class Running:
    """A Neo4j that answers; `started` says whether this call started it."""

    address: Address
    browser_url: str
    pid: int
    started: bool


@dataclass(frozen=True)
class Status:
    """`running`: it accepts connections. A `pid` without that: it is starting or stopping."""

    running: bool
    pid: int | None
    address: Address | None
    browser_url: str | None
    log: Path
    data: Path


def start(settings: Settings, report: Report | None = None) -> Running:
    """Start Neo4j, or find it running already; it stays until `stop`.

    Raises ServerBusy while another process starts or stops it, PortInUse, JarMismatch, or ServerError with the log.
    """
    return _start(settings, report, owned=False)


@contextmanager
def running(settings: Settings, report: Report | None = None) -> Iterator[Running]:
    """Neo4j for as long as the block runs. One that was running already stays, except an orphan of a killed process.

    Raises as `start` does.
    """
    found = _start(settings, report, owned=True)
    try:
        yield found
    finally:
        home = home_of(settings)
        known = record.load(home)
        if known and known[0].owned_by_me():
            with _alone(home, _LEAVING_SECONDS):
                process.terminate(home, known[1])


def stop(settings: Settings) -> bool:
    """Stop Neo4j, its store closed in order; False if none was running. Raises ServerBusy as `start` does."""
    home = home_of(settings)
    with _alone(home):
        known = record.load(home)
        found = known[1] if known else record.find(home.flag)
        if found:
            process.terminate(home, found)
        record.remove(home)
    return found is not None


def status(settings: Settings) -> Status:
    """What is known of the managed Neo4j; never waits and never raises for what it finds."""
    home = home_of(settings)
    known = record.load(home)
    if known is None:
        return Status(False, None, None, None, home.log, home.data)
    found = known[0]
    return Status(
        process.listens(found.bolt_port),
        found.pid,
        address(home, found.bolt_port) if home.password.exists() else None,
        _browser_url(found),
        home.log,
        home.data,
    )


def _start(settings: Settings, report: Report | None, owned: bool) -> Running:
    home = home_of(settings)
    with _alone(home):
        if found := _adopt(home, owned, report):
            return _running(home, found, started=False)
        process.check_ports(settings)
        known = _launch(home, settings, report, owned)
    return _running(home, known, started=True)


def _launch(home: Home, settings: Settings, report: Report | None, owned: bool) -> Record:
    bulk.recover(home)
    prepare(home, settings, jars.ensure(report))
    known, child = process.launch(home, settings, owned)
    try:
        process.wait_until_ready(home, known, child, report)
    except BaseException:  # Ctrl-C too: what was not started to the end is not left behind
        process.terminate(home, child)
        raise
    return known


def rebuild(
    settings: Settings, folder: Path, arguments: Sequence[str], last: int, report: Report | None = None
) -> None:
    """Stop Neo4j, build its store anew with the import tool, and start it with that. The old one is kept: see `settle`.

    The tool runs in `folder`; `last` is the last transaction that what it is given knows of. Raises Conflict if there
    was another one since; ServerError if the tool fails. Then the old store is in its place, and Neo4j runs.
    """
    with _stopped(settings, report) as home:
        if bulk.last_transaction(home) != last:
            raise Conflict("Somebody wrote to the database meanwhile; nothing is changed. Try again.")
        bulk.build(home, folder, arguments, report)
        bulk.swap(home)


def settle(settings: Settings, keep: bool, report: Report | None = None) -> None:
    """After `rebuild`: keep the new store and remove the old one, or put that into its place again."""
    if not keep:
        with _stopped(settings, report) as home:
            bulk.swap_back(home)
    bulk.discard(home_of(settings))


@contextmanager
def _stopped(settings: Settings, report: Report | None) -> Iterator[Home]:
    """Stops the Neo4j that runs for as long as the block runs; whose it is stays as it was."""
    home = home_of(settings)
    with _alone(home):
        known = record.load(home)
        if known is None:
            raise ServerError("The managed Neo4j does not run: start it with `touchgraph db start`.")
        before, child = known
        process.terminate(home, child)
        try:
            yield home
        finally:
            same = {"bolt_port": before.bolt_port, "browser_port": before.browser_port}
            after = _launch(home, settings.model_copy(update=same), report, owned=False)
            record.save(home, replace(after, owner=before.owner, owner_created=before.owner_created))


def _adopt(home: Home, owned: bool, report: Report | None) -> Record | None:
    """The Neo4j that runs already, if it is well. One that is not, or of which nothing is known, is stopped."""
    known = record.load(home)
    if known is None:
        if lost := record.find(home.flag):
            log.warning("stopping a Neo4j (process %d) of which no record is left", lost.pid)
            process.terminate(home, lost)
        return None
    found, child = known
    if not _well(home, found, child, report):
        log.warning("stopping a Neo4j (process %d) that does not answer", found.pid)
        process.terminate(home, child)
        return None
    if not owned or found.orphan:
        found = found.with_owner(owned)
        record.save(home, found)
    return found


def _well(home: Home, found: Record, child: psutil.Process, report: Report | None) -> bool:
    """Whether it answers, now or, being still on its way up, in a while."""
    try:
        process.wait_until_ready(home, found, child, report, process.ORPHAN_SECONDS)
    except ServerError:
        log.debug("found a Neo4j that is not well", exc_info=True)
        return False
    return True


def _running(home: Home, found: Record, started: bool) -> Running:
    return Running(address(home, found.bolt_port), _browser_url(found), found.pid, started)


def _browser_url(found: Record) -> str:
    return f"http://{HOST}:{found.browser_port}/browser/"


@contextmanager
def _alone(home: Home, seconds: float = 0) -> Iterator[None]:
    """Nobody else starts or stops this home's Neo4j meanwhile; a lock of the system, so a killed holder frees it."""
    home.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    holder = home.root / "start.pid"
    lock = FileLock(home.root / "start.lock")
    try:
        lock.acquire(timeout=seconds)
    except Timeout as error:
        who = holder.read_text(encoding="ascii") if holder.exists() else "?"
        raise ServerBusy(
            f"Process {who} is starting or stopping the Neo4j of {home.root} now; wait for it, then try again."
        ) from error
    try:
        holder.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
