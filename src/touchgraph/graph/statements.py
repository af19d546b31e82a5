"""Named statements: the files of `cypher/queries/`, each runnable as it is in Neo4j Browser.

A file starts with comments: `// name: …`, `// params: …` (names, separated by commas), and what it answers. Lines
`:param …` give the parameters a value in Neo4j Browser; here the caller does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from touchgraph.errors import StatementError

DIALECT = "CYPHER 25"
"""How a statement begins that is written here: of this version, the database plans what comes in maps much sooner."""


@dataclass(frozen=True)
class Statement:
    """Cypher and the values of its parameters."""

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NamedStatement:
    """A statement, what it answers, and the parameters that it needs."""

    name: str
    params: tuple[str, ...]
    doc: str
    text: str


def read_statements(folder: Path) -> Mapping[str, NamedStatement]:
    """All statements of a folder by name. Raises StatementError for a file that breaks its own declaration."""
    return {statement.name: statement for statement in map(read_statement, sorted(folder.glob("*.cypher")))}


def read_statement(path: Path) -> NamedStatement:
    """The statement of a file. Raises StatementError, which names the file and what is wrong."""
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = [line[2:].strip() for line in lines if line.startswith("//")]
    text = "\n".join(line for line in lines if not line.startswith(("//", ":param"))).strip()
    name, params = _header(path, comments, "name"), _header(path, comments, "params")
    declared = tuple(filter(None, (param.strip() for param in params.split(","))))
    if name != path.stem:
        raise StatementError(f"{path.name}: its name is {name!r}; expected that of the file, {path.stem!r}")
    doc = " ".join(line for line in comments if not re.match(r"(name|params):", line))
    if not doc:
        raise StatementError(f"{path.name}: expected a comment that says what it answers")
    _check_params(path, set(declared), set(re.findall(r"\$(\w+)", text)))
    return NamedStatement(name, declared, doc, text)


def _header(path: Path, comments: list[str], key: str) -> str:
    for line in comments:
        if line.startswith(f"{key}:"):
            return line.partition(":")[2].strip()
    raise StatementError(f"{path.name}: expected a line '// {key}: …'")


def _check_params(path: Path, declared: set[str], used: set[str]) -> None:
    if extra := used - declared:
        raise StatementError(f"{path.name}: uses ${', $'.join(sorted(extra))}, which '// params:' does not declare")
    if idle := declared - used:
        raise StatementError(f"{path.name}: declares {', '.join(sorted(idle))}, which the statement does not use")
