"""A seed file as validated items, each with its line. What is wrong is noted as faults, never raised."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar, cast

from pydantic import AwareDatetime, BaseModel, Field, ValidationError, create_model

from touchgraph.errors import Fault, InputError
from touchgraph.model import BY_LABEL, SupportKind
from touchgraph.organisation.changes.items import (
    EntityItem,
    EvidenceItem,
    FactItem,
    Id,
    Item,
    Name,
    Text,
    explain,
    keys,
    model_field,
)
from touchgraph.organisation.changes.kinds import CHANGES, AnyChange, RoleName, change_model, entity_model, fact_model
from touchgraph.organisation.changes.work import Stamp
from touchgraph.organisation.files.document import Document, Place, read_document

T = TypeVar("T")
SECTIONS = ("sources", "closed", "entities", "states", "changes", "facts")
_BESIDE_A_CHANGE = ("validFrom", "evidence", "note")


class ChangeSetItem(Item):
    """What a file says of itself; the other properties of a change set stand beside these fields."""

    id: Id
    effective: date
    recorded: AwareDatetime
    evidence: EvidenceItem
    note: Text | None = None
    content_hash: Name | None = None
    """Of the change set that an exported file is a copy of; otherwise it is that of the file."""

    def properties(self) -> dict[str, Any]:
        """The properties of its node, but for the hash of the file."""
        evidence = self.evidence.model_dump()
        own = self.model_dump(exclude={"id", "recorded", "evidence", "content_hash"}) | evidence
        return own | {"recordedFrom": self.recorded.astimezone(UTC)}

    def stamp(self) -> Stamp:
        """What it puts on all that the file writes."""
        return Stamp(self.id, self.recorded.astimezone(UTC), self.effective, self.evidence)


class SourceItem(Item):
    """A document; its other properties stand beside the id."""

    id: Id

    def properties(self) -> dict[str, Any]:
        """The properties of its node, but for the time at which it became known."""
        return self.model_dump(exclude={"id"})


class ClosedItem(Item):
    """A record that is closed as a whole; the properties of its key tell it from others between the same ends."""

    type: Name
    start: Id
    end: Id | None = None
    valid_from: date
    role: RoleName | None = None
    scope: Id | None = None
    channel: Id | None = None
    how: Annotated[SupportKind, Field(strict=False)] | None = None


def _model(label: str, base: type[T], besides: tuple[str, ...]) -> type[T]:
    fields: dict[str, Any] = {p.name: model_field(p) for p in BY_LABEL[label].properties if p.name not in besides}
    return cast("type[T]", create_model(label, __base__=cast("Any", base), **fields))


_FROM_ELSEWHERE = ("recordedFrom", "contentHash", "effective", "source", "locator", "confidence", "note")
CHANGE_SET = _model("ChangeSet", ChangeSetItem, _FROM_ELSEWHERE)
SOURCE = _model("Source", SourceItem, ("recordedFrom",))


@dataclass(frozen=True)
class Placed(Generic[T]):
    """An item and the line on which it begins."""

    line: int
    value: T


@dataclass
class SeedFile:
    """A file whose items are valid each by itself; `declared` are ids and lines of all that it makes, valid or not."""

    name: str
    faults: list[Fault]
    change_set: Placed[ChangeSetItem] | None = None
    content_hash: str = ""
    sources: list[Placed[SourceItem]] = field(default_factory=list)
    closed: list[Placed[ClosedItem]] = field(default_factory=list)
    entities: list[Placed[EntityItem]] = field(default_factory=list)
    states: list[Placed[EntityItem]] = field(default_factory=list)
    changes: list[Placed[AnyChange]] = field(default_factory=list)
    facts: list[Placed[FactItem]] = field(default_factory=list)
    declared: list[tuple[str, int]] = field(default_factory=list)

    def fault(self, line: int, message: str) -> None:
        """Notes what is wrong on a line."""
        self.faults.append(Fault(self.name, line, message))

    def made(self) -> Iterator[Placed[Any]]:
        """The valid items that make something with an id."""
        if self.change_set is not None:
            yield self.change_set
            yield from self.sources
            yield from self.entities
            yield from (placed for placed in self.changes if isinstance(placed.value, EntityItem))

    def drop(self, entity: str, line: int) -> None:
        """Leaves out the item that makes an id on a line."""

        def kept(items: list[Placed[T]]) -> list[Placed[T]]:
            return [item for item in items if (getattr(item.value, "id", None), item.line) != (entity, line)]

        self.sources, self.entities, self.changes = kept(self.sources), kept(self.entities), kept(self.changes)
        self.change_set = next(iter(kept([self.change_set])), None) if self.change_set else None


def read_file(path: Path, recorded: datetime | None = None) -> SeedFile:
    """A file as far as it can be understood; `faults` has the rest. `recorded` is for one that does not say when."""
    return understand(read_document(path, _shown(path)), recorded)


def understand(document: Document, recorded: datetime | None = None) -> SeedFile:
    """The same for values that came otherwise than from a file."""
    file = SeedFile(document.name, document.faults)
    value = document.value
    if not isinstance(value, dict) or "changeSet" not in value:
        if not document.faults:
            document.fault((), "no `changeSet` in this file: expected one, see docs/seed-files.md")
        return file
    for key in value.keys() - {"changeSet", *SECTIONS}:
        document.fault((key,), f"unknown key `{key}`: expected one of changeSet, {', '.join(SECTIONS)}")
    file.content_hash = content_hash(value)
    if recorded is not None and isinstance(value["changeSet"], dict):
        value["changeSet"].setdefault("recorded", recorded)
    file.change_set = _item(document, ("changeSet",), value["changeSet"], lambda _: CHANGE_SET)
    if file.change_set is not None and file.change_set.value.content_hash:
        file.content_hash = file.change_set.value.content_hash
    file.sources = list(_section(document, "sources", lambda _: SOURCE))
    file.entities = list(_section(document, "entities", lambda item: entity_model(item.get("id"))))
    file.closed = list(_section(document, "closed", lambda _: ClosedItem))
    file.states = list(_section(document, "states", lambda item: entity_model(item.get("id"))))
    file.facts = list(_section(document, "facts", lambda item: fact_model(item.get("type"))))
    file.changes = list(_changes(document))
    file.declared = list(_declared(document))
    return file


def content_hash(value: Any) -> str:
    """SHA-256 of what a file says, however it is laid out: the order of keys, comments and quotes do not matter."""
    text = json.dumps(value, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date | datetime) else repr(value)


def _shown(path: Path) -> str:
    """The path as a user would write it."""
    resolved = path.resolve()
    return str(resolved.relative_to(Path.cwd())) if resolved.is_relative_to(Path.cwd()) else str(path)


def _items(document: Document, section: str) -> Iterator[tuple[Place, Any]]:
    items = document.value.get(section)
    if items is not None and not isinstance(items, list):
        document.fault((section,), f"`{section}` has to be a list: begin each item with -")
    elif items:
        yield from (((section, number), item) for number, item in enumerate(items))


def _section(
    document: Document, section: str, model_of: Callable[[Mapping[str, Any]], type[Any]]
) -> Iterator[Placed[Any]]:
    for place, item in _items(document, section):
        if (placed := _item(document, place, item, model_of)) is not None:
            yield placed


def _item(
    document: Document, place: Place, item: Any, model_of: Callable[[Mapping[str, Any]], type[Any]]
) -> Placed[Any] | None:
    """A valid item, or None and its faults."""
    if not isinstance(item, dict):
        document.fault(place, "expected keys and values, such as `id: dept:sales`")
        return None
    try:
        model = model_of(item)
        return Placed(document.line(place), model.model_validate(item, by_name=False))
    except InputError as error:
        document.fault((*place, "id" if "`id`" in str(error) else "type"), str(error))
    except ValidationError as error:
        _explain(document, place, error, model)
    return None


def _explain(document: Document, place: Place, error: ValidationError, model: type[BaseModel]) -> None:
    known = {fault.line for fault in document.faults if fault.message.startswith("YAML:")}
    for detail in error.errors():
        where = (*place, *detail["loc"])
        if document.line(where) not in known:
            document.fault(where, explain(detail, model if len(detail["loc"]) == 1 else None))


def _changes(document: Document) -> Iterator[Placed[AnyChange]]:
    """The items below `changes`: one key that names the change; validFrom, evidence and note beside it or within."""
    for place, item in _items(document, "changes"):
        names = [name for name in item if name not in _BESIDE_A_CHANGE] if isinstance(item, dict) else []
        if len(names) != 1:
            document.fault(place, f"expected one change: one of {', '.join(CHANGES)}, and its fields below it")
            continue
        if (change := _change(document, place, names[0], item)) is not None:
            yield change


def _change(document: Document, place: Place, name: str, item: dict[str, Any]) -> Placed[AnyChange] | None:
    fields = item[name]
    if name not in CHANGES:
        document.fault((*place, name), f"unknown change `{name}`: expected one of {', '.join(CHANGES)}")
        return None
    if not isinstance(fields, dict):
        document.fault((*place, name), f"`{name}` needs its fields: {', '.join(keys(CHANGES[name]))}")
        return None
    if twice := [key for key in _BESIDE_A_CHANGE if key in item and key in fields]:
        document.fault((*place, twice[0]), f"`{twice[0]}` stands beside `{name}` and within it: keep one")
        return None
    for key in set(_BESIDE_A_CHANGE) & item.keys():
        document.lines[(*place, name, key)] = document.line((*place, key))
        for nested in item[key] if isinstance(item[key], dict) else ():
            document.lines[(*place, name, key, nested)] = document.line((*place, key, nested))
    besides = {key: item[key] for key in _BESIDE_A_CHANGE if key in item}
    return _item(document, (*place, name), fields | besides, lambda data: change_model(name, data))


def _declared(document: Document) -> Iterator[tuple[str, int]]:
    for place in _declaring(document):
        if isinstance(entity := _at(document.value, (*place, "id")), str):
            yield entity, document.line(place)


def _declaring(document: Document) -> Iterator[Place]:
    yield ("changeSet",)
    for section in ("sources", "entities"):
        yield from (place for place, _ in _items(document, section))
    for place, item in _items(document, "changes"):
        if isinstance(item, dict) and "create" in item:
            yield (*place, "create")


def _at(value: Any, place: Place) -> Any:
    for step in place:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step]
        else:
            return None
    return value
