"""Named statements: the files below `cypher/`, each runnable as it is in Neo4j Browser.

A file starts with comments: `// name: …`, `// params: …` (names, separated by commas), and what it answers or does.
Lines `:param …` give the parameters a value in Neo4j Browser; here the caller does. `cypher/browser/` has other files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from touchgraph.errors import StatementError
from touchgraph.model import TIMES
from touchgraph.resources import folder


@dataclass(frozen=True)
class Statement:
    """Cypher and the values of its parameters."""

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sent(self) -> tuple[str, dict[str, Any]]:
        """The same as it is sent, so that it is planned once, quickly, and well whatever is in the graph then.

        Its parameters stand in one map, `$given`: the database plans a statement anew for every order of magnitude of a
        parameter's length, but does not look into maps; of Cypher 25, it plans what comes in maps much sooner than of
        Cypher 5. Facts whose times stand within a pattern (`-[f:PART_OF WHERE …]-`) are found from its entities: by
        the statistics of a small graph, the database would look through all facts of a type, by the index of a time,
        at each step of a walk, and keep doing so; it does not take what `coalesce` returns for an indexed property.
        """
        return _sent(self.text), {"given": dict(self.params)}


_PARAMETER = re.compile(r"(?<!`)\$(\w+)(?![\w(])")  # `$any(…)` is no parameter, but some labels
_WITHIN = re.compile(r"\[\w+:[\w|`]+ WHERE (?:[^\[\]]|\[[^\]]*\])*\]")
_TIME = re.compile(rf"(?<![\w.])\w+\.({'|'.join(TIMES)})\b")


@lru_cache(2_000)
def _sent(text: str) -> str:
    followed = _WITHIN.sub(lambda within: _TIME.sub(r"coalesce(\g<0>)", within[0]), text)
    return "CYPHER 25 " + _PARAMETER.sub(r"$given.\1", followed)


@dataclass(frozen=True)
class NamedStatement:
    """A statement, what it answers, and the parameters that it needs."""

    name: str
    params: tuple[str, ...]
    doc: str
    text: str


def statement(path: str, /, **params: Any) -> Statement:
    """The statement of a file below `cypher/` (`writes/change-facts`), with the values of all its parameters.

    Raises StatementError, also for a parameter that is missing or that it does not declare.
    """
    named = named_statement(path)
    if params.keys() != set(named.params):
        raise StatementError(f"{path}: expected {', '.join(named.params) or 'no parameters'}; got {', '.join(params)}")
    return Statement(named.text, params)


@cache
def named_statement(path: str) -> NamedStatement:
    """The statement of a file below `cypher/`, read when it is first asked for. Raises StatementError."""
    return read_statement(folder("cypher") / f"{path}.cypher")


def read_statements(where: Path) -> Mapping[str, NamedStatement]:
    """All statements of a folder by name. Raises StatementError for a file that breaks its own declaration."""
    return {one.name: one for one in map(read_statement, sorted(where.glob("*.cypher")))}


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
        raise StatementError(f"{path.name}: expected a comment that says what it answers or does")
    used = _PARAMETER.findall(text)
    _check_params(path, set(declared), set(used))
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
