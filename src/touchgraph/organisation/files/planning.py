"""What has to be written for a file, found by applying it to what is known; and a trial of a whole set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from touchgraph.errors import InputError
from touchgraph.model import FACT_BY_TYPE, OPEN_END, has_label, kind_of
from touchgraph.organisation.changes.apply import add_entity, add_parent, apply
from touchgraph.organisation.changes.correct import check_life
from touchgraph.organisation.changes.items import EntityItem, EvidenceItem, FactItem
from touchgraph.organisation.changes.work import Operations, Work
from touchgraph.organisation.facts import Snapshot
from touchgraph.organisation.files.records import ClosedItem, Placed, SeedFile, SourceItem
from touchgraph.organisation.rules import unknown


@dataclass(frozen=True)
class Known:
    """A change set that the graph has."""

    recorded: datetime
    content_hash: str


KnownSets = Mapping[str, Known]


def by_time(files: Iterable[SeedFile]) -> list[SeedFile]:
    """Files in the order in which they have to be loaded; those without a valid change set are left out."""
    dated = [(file.change_set.value.recorded, file.name, file) for file in files if file.change_set]
    return [file for _, _, file in sorted(dated, key=lambda item: item[:2])]


def is_applied(file: SeedFile, known: KnownSets) -> bool:
    """Whether the graph has this very file. Raises InvalidFiles if it has another one with the same change set."""
    if file.change_set is None or (present := known.get(file.change_set.value.id)) is None:
        return False
    if present.content_hash == file.content_hash:
        return True
    identity = file.change_set.value.id
    message = f"{identity} is in the graph with other content: restore the file and correct facts by a new change set"
    file.fault(file.change_set.line, message)
    file.change_set = None
    return False


def next_time(known: KnownSets) -> datetime:
    """Now, or just after what was recorded last: what was known at some time does not change any more."""
    last = max((present.recorded for present in known.values()), default=None)
    now = datetime.now(UTC)
    return now if last is None else max(now, last + timedelta(microseconds=1))


def check_time(file: SeedFile, known: KnownSets) -> None:
    """Notes a fault if the graph knows something later: what was known at some time does not change any more."""
    for name, present in known.items():
        if file.change_set and file.change_set.value.recorded <= present.recorded:
            when = present.recorded.isoformat()
            message = f"`recorded` has to be later than {when}, that of {name}: what was known then does not change"
            file.fault(file.change_set.line, message)
            return


def rehearse(files: Sequence[SeedFile], snapshot: Snapshot, known: KnownSets) -> None:
    """Applies all files in order to what is known, without writing; notes every fault in its file."""
    _check_ids(files)
    faulty = {entity for file in files for entity, _ in file.declared}
    faulty -= {placed.value.id for file in files for placed in file.made()}
    known = dict(known)
    for file in by_time(files):
        assert file.change_set is not None
        check_time(file, known)
        item = file.change_set.value
        known[item.id] = Known(item.recorded, file.content_hash)
        snapshot = plan_file(file, snapshot, faulty)[1]


def _check_ids(files: Sequence[SeedFile]) -> None:
    """Notes what makes an id that an earlier item makes already, and leaves it out."""
    first: dict[str, str] = {}
    for file in (*by_time(files), *(file for file in files if file.change_set is None)):
        for entity, line in file.declared:
            if entity in first:
                file.fault(line, f"{entity} is declared already in {first[entity]}")
                file.drop(entity, line)
            first.setdefault(entity, f"{file.name}:{line}")


def plan_file(file: SeedFile, snapshot: Snapshot, faulty: set[str] | None = None) -> tuple[Operations, Snapshot]:
    """What has to be written for a file, and what is known then; notes what cannot be as faults of the file.

    `faulty`: ids whose items have faults of their own, so that what refers to them is not blamed; it grows.
    """
    if file.change_set is None:
        raise ValueError(f"{file.name} has no valid change set")
    work = Work(snapshot, file.change_set.value.stamp())
    _Planner(file, work, set() if faulty is None else faulty).run()
    return work.operations(), work.now


class _Planner:
    def __init__(self, file: SeedFile, work: Work, faulty: set[str]) -> None:
        self._file, self._work, self._faulty = file, work, faulty

    def run(self) -> None:
        file, work = self._file, self._work
        assert file.change_set is not None
        known_from = {"recordedFrom": work.stamp.recorded}
        for source in file.sources:
            self._try(source, lambda item: self._node(item.id, "source", item.properties() | known_from))
        item, extra = file.change_set.value, {"contentHash": file.content_hash}
        self._try(file.change_set, lambda _: self._node(item.id, "change", item.properties() | extra))
        self._with_evidence(item.evidence.source, self._items)
        for unit in getattr(item, "completeFor", None) or ():
            self._try(file.change_set, partial(self._check_unit, unit))

    def _with_evidence(self, source: str, then: Callable[[], None]) -> None:
        """Goes on with a source that is not there as if it were: it is one fault, not one of every item."""
        known = self._work.now.entities
        missing = source not in known
        if missing and source not in self._faulty:
            self._file.fault(self._line(), unknown(self._work.now, source))
        known.setdefault(source, None)
        then()
        if missing:
            del known[source]

    def _line(self) -> int:
        return self._file.change_set.line if self._file.change_set else 1

    def _items(self) -> None:
        file, work = self._file, self._work
        for closed in file.closed:
            self._try(closed, self._close)
        added = [placed for placed in file.entities if self._try(placed, self._entity)]
        for placed in added:
            self._try(placed, lambda item: add_parent(work, item))
        for state in file.states:
            self._try(state, self._state)
        for change in file.changes:
            self._try(change, lambda item: apply(work, item))
        for fact in file.facts:
            self._try(fact, self._fact)
        for closed in file.closed:
            self._try(closed, lambda item: check_life(work, item.start) if item.type == "HAS_STATE" else None)

    def _try(self, placed: Placed[Any], action: Callable[[Any], object]) -> bool:
        """Does something with an item; notes a fault if it cannot be done."""
        if self._faulty.isdisjoint(_ids(placed.value)):
            try:
                action(placed.value)
            except InputError as error:
                self._file.fault(placed.line, str(error))
            else:
                return True
        if isinstance(placed.value, EntityItem | SourceItem) and placed.value.id not in self._work.now.entities:
            self._faulty.add(placed.value.id)
        return False

    def _node(self, entity: str, prefix: str, properties: Mapping[str, Any]) -> None:
        if not entity.startswith(f"{prefix}:"):
            raise InputError(f"`id` is {entity}: expected one that begins with {prefix}:")
        if entity in self._work.now.entities:
            raise InputError(f"{entity} is in the graph already")
        self._work.entity(entity, properties)

    def _check_unit(self, entity: str, _: object) -> None:
        self._work.until(self._work.stamp.effective, entity)
        if (kind := kind_of(entity)) is None or not has_label(kind, "OrgUnit"):
            raise InputError(f"`completeFor` names {entity}: expected an organisational unit")

    def _entity(self, item: EntityItem) -> None:
        if item.id in self._work.now.entities:
            raise InputError(f"{item.id} is in the graph already: change it under `changes`")
        with self._work.attempt():
            add_entity(self._work, item)

    def _close(self, item: ClosedItem) -> None:
        """Closes a record as a whole, and leaves nothing of it."""
        for fact in self._work.now.out(item.type, item.start) if item.type in FACT_BY_TYPE else ():
            same_end = item.type == "HAS_STATE" or fact.end == item.end
            same_key = all(fact.get(name) == getattr(item, name) for name in FACT_BY_TYPE[item.type].key)
            if fact.valid_from == item.valid_from and same_end and same_key:
                with self._work.attempt():
                    self._work.end(fact, fact.valid_from)
                return
        raise InputError(f"nothing to close: no {item.type} {item.start} from {item.valid_from} like this is known")

    def _state(self, item: EntityItem) -> None:
        work = self._work
        if item.parent is not None:
            raise InputError("`parent` is no property of a state: name it under `facts`")
        with work.attempt():
            work.known(item.id)
            until = item.valid_to or OPEN_END
            work.state(item.id, item.properties(), work.day(item), until, work.evidence(item))

    def _fact(self, item: FactItem) -> None:
        work = self._work
        until = item.valid_to or OPEN_END
        work.record(item.type, item.start, item.end, work.day(item), until, work.evidence(item), item.properties())


def _ids(value: Any) -> set[str]:
    """Every text in an item that could be an id."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, EvidenceItem):
        return {value.source}
    if isinstance(value, list | tuple):
        return {entity for item in value for entity in _ids(item)}
    if hasattr(value, "model_fields_set"):
        return {entity for name in value.model_fields_set for entity in _ids(getattr(value, name))}
    return set()
