"""Which process is the managed Neo4j of a home: a file that says so, checked against the processes that there are."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psutil

from touchgraph.database.config import Home

_CLOCK_SECONDS = 5.0


@dataclass(frozen=True)
class Record:
    """A Neo4j, its ports, and the process at whose end it is to stop; without an owner it stays until `db stop`."""

    pid: int
    created: float
    bolt_port: int
    browser_port: int
    owner: int | None = None
    owner_created: float = 0.0

    @property
    def orphan(self) -> bool:
        """Whether its owner is gone without having stopped it."""
        return self.owner is not None and _process(self.owner, self.owner_created) is None

    def owned_by_me(self) -> bool:
        """Whether this very process is to stop it."""
        return self.owner == os.getpid() and not self.orphan

    def with_owner(self, owned: bool) -> Record:
        """The same, owned by this process or by nobody."""
        pid = os.getpid() if owned else None
        return replace(self, owner=pid, owner_created=psutil.Process(pid).create_time() if pid else 0.0)


def load(home: Home) -> tuple[Record, psutil.Process] | None:
    """The record and its process, if that is alive and truly the Neo4j of this home; else None."""
    try:
        record = Record(**json.loads(_path(home).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # none, or cut off in the middle of a write
        return None
    process = _process(record.pid, record.created)
    return (record, process) if process and _has(home.flag, process) else None


def find(flag: str) -> psutil.Process | None:
    """The process with this argument, for when its record was lost; `Home.flag` is that of Neo4j."""
    return next((p for p in psutil.process_iter() if alive(p) and _has(flag, p)), None)


def save(home: Home, record: Record) -> None:
    """Write the record whole or not at all."""
    path = _path(home)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(record)), encoding="utf-8")
    part.replace(path)


def remove(home: Home) -> None:
    """Forget the process."""
    _path(home).unlink(missing_ok=True)


def alive(process: psutil.Process) -> bool:
    """Whether it still runs; one that ended and was not yet collected by its parent does not.

    A killed process is a zombie before the last of its threads has ended, and until then holds ports and files.
    """
    try:
        ended = process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1
        return process.is_running() and not ended
    except psutil.NoSuchProcess:
        return False


def _path(home: Home) -> Path:
    return home.run / "touchgraph.json"


def _process(pid: int, created: float) -> psutil.Process | None:
    """The process of that id, unless the id has passed to another one since."""
    try:
        process = psutil.Process(pid)
        # The system's clock may have been set since, so the start times need not be equal to the bit.
        same = abs(process.create_time() - created) < _CLOCK_SECONDS
    except psutil.Error:
        return None
    return process if same and alive(process) else None


def _has(flag: str, process: psutil.Process) -> bool:
    try:
        return flag in process.cmdline()
    except psutil.Error:
        return False
