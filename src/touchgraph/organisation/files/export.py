"""The organisation as seed files, one for each change set: loaded into an empty graph, they give the same graph.

The files say what was recorded and what was closed, record by record. By which changes it came to that is not kept.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from touchgraph.errors import GraphError, InputError
from touchgraph.graph.driver import Graph, Transaction
from touchgraph.graph.statements import Statement, statement
from touchgraph.model import FACT_BY_TYPE, OPEN_END, OPEN_RECORD
from touchgraph.organisation.facts import Evidence, Fact
from touchgraph.organisation.store import fact_of, natives, said

_OF_EVIDENCE = ("source", "locator", "confidence")
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True)
class Record:
    """A fact, when it was closed, and the properties of the state that it leads to, if any."""

    fact: Fact
    recorded_to: datetime
    state: Mapping[str, Any]


async def export(graph: Graph, folder: Path) -> list[Path]:
    """Writes the files into a folder, which is made or empty. Returns them in the order of their recorded time.

    Raises InputError for a folder that has something in it; GraphError.
    """
    return _write_all(folder, await graph.read(_documents))


def _write_all(folder: Path, contents: Sequence[Mapping[str, Any]]) -> list[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InputError(f"{folder} is not empty: name another folder with --output")
        return [_write(folder, number, len(contents), one) for number, one in enumerate(contents, 1)]
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror or error}") from error


async def _documents(tx: Transaction) -> list[dict[str, Any]]:
    sets = [said(row[0]) for row in await tx.run(Statement("MATCH (c:ChangeSet) RETURN properties(c)"))]
    sources = [said(row[0]) for row in await tx.run(Statement("MATCH (s:Source) RETURN properties(s)"))]
    facts = await tx.run(statement("store/facts", recordedTo=None))
    return documents(sets, sources, [_record(*row) for row in facts])


def _record(type_: str, start: str, end: str, values: Mapping[str, Any], state: Mapping[str, Any] | None) -> Record:
    told = natives(values)
    recorded_to = told.pop("recordedTo")
    return Record(fact_of(type_, start, end, told), recorded_to, said(state or {}))


def documents(
    sets: Sequence[Mapping[str, Any]], sources: Sequence[Mapping[str, Any]], records: Sequence[Record]
) -> list[dict[str, Any]]:
    """The content of the files, in order of recorded time. Raises GraphError for records of no change set."""
    ids = {one["recordedFrom"]: one["id"] for one in sets}
    recorded: defaultdict[str, list[Record]] = defaultdict(list)
    closed: defaultdict[str, list[Record]] = defaultdict(list)
    for record in sorted(records, key=_place):
        recorded[_set_of(ids, record.fact.recorded_from, record)].append(record)
        if record.recorded_to != OPEN_RECORD:
            closed[_set_of(ids, record.recorded_to, record)].append(record)
    known: set[str] = set()
    result = []
    for one in sorted(sets, key=lambda one: one["recordedFrom"]):
        own = [source for source in sources if source["recordedFrom"] == one["recordedFrom"]]
        result.append(_document(one, own, recorded[one["id"]], closed[one["id"]], known))
    return result


def _set_of(ids: Mapping[datetime, str], time: datetime, record: Record) -> str:
    if time not in ids:
        raise GraphError(f"No change set was recorded at {time}, unlike {record.fact}; see `touchgraph check`.")
    return ids[time]


def _place(record: Record) -> tuple[Any, ...]:
    fact = record.fact
    return (*(str(part or "") for part in fact.key), fact.valid_from)


def _document(
    change_set: Mapping[str, Any],
    sources: Sequence[Mapping[str, Any]],
    recorded: Sequence[Record],
    closed: Sequence[Record],
    known: set[str],
) -> dict[str, Any]:
    """One file; `known` are the entities that earlier files have made, and grows."""
    evidence = Evidence(change_set["source"], change_set["confidence"], change_set.get("locator"))
    sections: dict[str, list[dict[str, Any]]] = defaultdict(list)
    sections["sources"] = [_without(source, "recordedFrom") for source in sorted(sources, key=lambda s: str(s["id"]))]
    sections["closed"] = [_closed(record.fact) for record in closed]
    for record in recorded:
        fact = record.fact
        if fact.type != "HAS_STATE":
            ends = {"type": fact.type, "start": fact.start, "end": fact.end}
            sections["facts"].append(ends | dict(fact.properties) | _common(fact, evidence))
            continue
        section = "states" if fact.start in known else "entities"
        known.add(fact.start)
        sections[section].append({"id": fact.start} | _without(record.state, "id") | _common(fact, evidence))
    first = {"id": change_set["id"], "recorded": change_set["recordedFrom"]}
    about = _without(change_set, "id", "recordedFrom", *_OF_EVIDENCE) | {"evidence": _evidence(evidence)}
    order = ("sources", "closed", "entities", "states", "facts")
    return {"changeSet": first | about} | {name: sections[name] for name in order if sections[name]}


def _closed(fact: Fact) -> dict[str, Any]:
    end = {} if fact.type == "HAS_STATE" else {"end": fact.end}
    key = {name: fact.get(name) for name in FACT_BY_TYPE[fact.type].key if fact.get(name) is not None}
    return {"type": fact.type, "start": fact.start, **end, **key, "validFrom": fact.valid_from}


def _common(fact: Fact, usual: Evidence) -> dict[str, Any]:
    """What every item has beside its own: its days, its evidence where it is not that of the file, its note."""
    told: dict[str, Any] = {"validFrom": fact.valid_from}
    if fact.valid_to != OPEN_END:
        told["validTo"] = fact.valid_to
    if (evidence := _evidence(fact.evidence)) != _evidence(usual):
        told["evidence"] = evidence
    return told if fact.evidence.note is None else told | {"note": fact.evidence.note}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    told = {name: getattr(evidence, name) for name in _OF_EVIDENCE}
    return {name: value for name, value in told.items() if value is not None}


def _without(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: values[name] for name in sorted(values) if name not in names}


class _Writer(_Dumper):  # type: ignore[misc]
    """YAML without anchors, which help nobody who reads it."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _time(dumper: Any, value: datetime) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:timestamp", value.astimezone(UTC).isoformat())


_Writer.add_representer(datetime, _time)
_Writer.add_representer(date, lambda dumper, day: dumper.represent_scalar("tag:yaml.org,2002:timestamp", str(day)))


def _write(folder: Path, number: int, of: int, document: Mapping[str, Any]) -> Path:
    name = re.sub(r"[^a-z0-9]+", "-", document["changeSet"]["id"].partition(":")[2])
    path = folder / f"{number:0{max(2, len(str(of)))}d}-{name}.yaml"
    text = yaml.dump(document, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=160, default_flow_style=None)
    path.write_text(text, encoding="utf-8")
    return path
