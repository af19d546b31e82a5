"""YAML into plain values, with the line on which each of them stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from touchgraph.errors import Fault, InvalidFiles

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 20
MAX_VALUES = 1_000_000

Place = tuple[str | int, ...]

_OTHER_BASE = re.compile(r"[-+]?0\w+|.*:.*")
"""Numbers that YAML 1.1 reads as octal, binary, hexadecimal or, with a colon, to the base of sixty."""
# The C parser is about ten times as fast, where it is there; both take the same documents.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Document:
    """A file's values, and the line of every place in them: `lines[("entities", 3, "nameZh")]`."""

    name: str
    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, place: Place, message: str) -> None:
        """Notes what is wrong at a place, or at the nearest place around it that has a line."""
        self.faults.append(Fault(self.name, self.line(place), message))

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest place around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_document(path: Path, name: str) -> Document:
    """The values of a file; `faults` tells why there are none, or which of them are missing."""
    document = Document(name)
    try:
        text = _text(path)
        _check_events(text)
        node = yaml.compose(text, Loader=_Loader)
        value = _Reader(document).read(node, ()) if node is not None else None
    except InvalidFiles as error:
        document.faults += [Fault(name, fault.line, fault.message) for fault in error.faults]
    except yaml.YAMLError as error:
        document.faults.append(_syntax_fault(name, error))
    else:
        document.value = value
    return document


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _refusal(1, f"the file has more than {MAX_BYTES // 2**20} MiB: split it into several change sets")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal(error.object.count(b"\n", 0, error.start) + 1, "not UTF-8: save the file as UTF-8") from error
    except OSError as error:
        raise _refusal(1, f"cannot be read: {error.strerror or error}") from error


def _refusal(line: int, message: str) -> InvalidFiles:
    return InvalidFiles([Fault("", line, message)])


def _check_events(text: str) -> None:
    """Refuses what would make the composer recurse too deeply: it does so in C, where Python cannot stop it."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _refusal(_line(event.start_mark), f"nested more than {MAX_DEPTH} deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _syntax_fault(name: str, error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    return Fault(name, _line(mark), f"YAML: {problem}")


def _line(mark: Any) -> int:
    return mark.line + 1 if mark else 1


class _Reader:
    """Turns nodes into values. Every use of an alias counts: a few lines cannot grow into millions of values."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._constructor = yaml.SafeLoader("")
        self._left = MAX_VALUES
        self._open: set[int] = set()

    def read(self, node: yaml.Node, place: Place) -> Any:
        """The value of a node; None, and a fault, where it has none. Raises InvalidFiles if there is no end to it."""
        line = node.start_mark.line + 1
        self._document.lines.setdefault(place, line)
        self._left -= 1
        if self._left < 0:
            raise _refusal(line, f"more than {MAX_VALUES} values, aliases counted: split it into several change sets")
        if id(node) in self._open:
            raise _refusal(line, "an alias stands within its own anchor")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, line)
        self._open.add(id(node))
        value = self._mapping(node, place) if isinstance(node, yaml.MappingNode) else self._sequence(node, place)
        self._open.discard(id(node))
        return value

    def _sequence(self, node: yaml.Node, place: Place) -> list[Any]:
        return [self.read(item, (*place, number)) for number, item in enumerate(node.value)]

    def _mapping(self, node: yaml.Node, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = key_node.value, key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._document.faults.append(Fault(self._document.name, line, "a key has to be a name"))
            elif key in result:
                self._document.faults.append(Fault(self._document.name, line, f"`{key}` stands here twice"))
            else:
                self._document.lines[(*place, key)] = line
                result[key] = self.read(value_node, (*place, key))
        return result

    def _scalar(self, node: yaml.ScalarNode, line: int) -> Any:
        construct: Callable[[yaml.Node], Any] = self._constructor.construct_object
        try:
            if _OTHER_BASE.fullmatch(node.value) and node.tag == "tag:yaml.org,2002:int":
                raise ValueError("a number in another base than ten; write it out, or in quotes if it is text")
            return construct(node)
        except yaml.YAMLError as error:
            self._document.faults.append(Fault(self._document.name, line, f"YAML: {getattr(error, 'problem', error)}"))
        except (ValueError, OverflowError) as error:
            self._document.faults.append(Fault(self._document.name, line, f"{node.value[:60]} is no value: {error}"))
        return None
