"""Both ends of a change set in the database: what is known now, and the writing of operations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from touchgraph.errors import Conflict
from touchgraph.graph.driver import Transaction
from touchgraph.graph.names import with_terms
from touchgraph.graph.statements import Statement, statement
from touchgraph.model import (
    BY_PREFIX,
    ENTITIES,
    FACT_BY_TYPE,
    LOCK_LABEL,
    OPEN_RECORD,
    STATE_LABEL,
    TERMS,
    EntityKind,
    quote,
    with_id,
)
from touchgraph.organisation.changes.work import Operations
from touchgraph.organisation.facts import Evidence, Fact, Snapshot, own

BATCH = 5_000

Report = Callable[[int, int], None]

_COMMON = ("validFrom", "validTo", "recordedFrom", "recordedTo", "changeSet", "source", "locator", "confidence", "note")


async def lock(tx: Transaction) -> None:
    """Waits until nobody else writes a change set, and keeps others waiting until the transaction ends."""
    # Setting a property takes the node's lock; taking it off again leaves the graph as it was.
    text = f"MERGE (lock:{quote(LOCK_LABEL)} {{id: 'lock:change-sets'}}) SET lock.taken = true REMOVE lock.taken"
    await tx.run(Statement(text))


async def read_snapshot(tx: Transaction) -> Snapshot:
    """Everything that is known now, at the latest recorded time."""
    entities = [row[0] for row in await tx.run(_IDS)]
    rows = await tx.run(statement("store/facts", recordedTo=OPEN_RECORD))
    states = {end: _values(state) for _, _, end, _, state in rows if state is not None}
    facts = [fact_of(type_, start, end, natives(values)) for type_, start, end, values, _ in rows]
    return Snapshot(entities, states, facts)


async def write(tx: Transaction, operations: Operations, report: Report | None = None) -> None:
    """Writes operations in batches, telling how many rows of how many are done.

    Raises Conflict if the graph is no longer as the operations expect it; the caller's transaction then has to end.
    """
    batches = list(_batches(operations))
    total, done = sum(len(rows) for _, rows, _ in batches), 0
    for text, rows, what in batches:
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            await _run(tx, text, batch, operations, what)
            done += len(batch)
            if report is not None:
                report(done, total)


async def _run(tx: Transaction, text: str, rows: Sequence[Any], operations: Operations, what: str) -> None:
    params = {"rows": list(rows), "recorded": operations.recorded, "open": OPEN_RECORD}
    ((written,),) = await tx.run(Statement(text, params))
    if written != len(rows):
        raise Conflict(f"{what}: {written} of {len(rows)} rows fit the graph; somebody changed it. Try again.")


# There is a statement for each kind and each type, written here: labels and types that are parameters are created at
# the cost of more database hits, and facts of a type that is one are looked up among all facts of that type.


def _batches(operations: Operations) -> Iterator[tuple[str, list[Any], str]]:
    """Statements with their rows, nodes before relationships, closing before recording."""
    for prefix, group in _grouped(operations.entities, lambda entity: entity.partition(":")[0]).items():
        rows = [{"id": entity, "own": with_terms(dict(own(operations.entities[entity])))} for entity in group]
        yield _create_text(BY_PREFIX[prefix]), rows, prefix
    states = [{"id": identity, "own": with_terms(values)} for identity, values in operations.states.items()]
    yield _STATES, states, "states"
    for type_, facts in _grouped(operations.closed, lambda fact: fact.type).items():
        yield _close_text(type_), list(map(_identity, facts)), f"closing {type_}"
    for type_, facts in _grouped(operations.recorded_facts, lambda fact: fact.type).items():
        yield _record_text(type_), list(map(_row, facts)), type_


def statements() -> Iterable[Statement]:
    """What reads a snapshot and writes operations, as statements that do nothing: once run, they are planned."""
    types = list(FACT_BY_TYPE)
    texts = (_STATES, *map(_create_text, ENTITIES), *map(_close_text, types), *map(_record_text, types))
    nothing = statement("store/facts", recordedTo=datetime.min.replace(tzinfo=UTC))
    return _IDS, nothing, *(Statement(text, {"rows": []}) for text in texts)


_IDS = Statement("MATCH (n:Entity) RETURN n.id ORDER BY n.id")


def _create_text(kind: EntityKind) -> str:
    labels = ":".join(map(quote, kind.labels))
    return f"UNWIND $rows AS row CREATE (n:{labels} {{id: row.id}}) SET n += row.own RETURN count(*)"


_STATES = (
    f"UNWIND $rows AS row MERGE (s:{quote(STATE_LABEL)} {{id: row.id}}) ON CREATE SET s += row.own RETURN count(*)"
)


def _ends(type_: str) -> str:
    end = STATE_LABEL if type_ == "HAS_STATE" else "Entity"
    return f"UNWIND $rows AS row MATCH {with_id('a', 'row.start', 'Entity')} MATCH {with_id('b', 'row.end', end)}"


def _record_text(type_: str) -> str:
    return f"{_ends(type_)} CREATE (a)-[f:{quote(type_)}]->(b) SET f = row.own RETURN count(*)"


def _close_text(type_: str) -> str:
    keys = "".join(
        f" AND (f.{quote(name)} = row.own.{quote(name)} OR (f.{quote(name)} IS NULL AND row.own.{quote(name)} IS NULL))"
        for name in FACT_BY_TYPE[type_].key
    )
    return (
        f"{_ends(type_)} CALL (row, a, b) {{ MATCH (a)-[f:{quote(type_)} "
        "WHERE f.recordedTo = $open AND f.validFrom = row.own.validFrom AND f.validTo = row.own.validTo "
        f"AND f.recordedFrom = row.own.recordedFrom{keys}]->(b) RETURN f }} "
        "SET f.recordedTo = $recorded RETURN count(*)"
    )


def _identity(fact: Fact) -> dict[str, Any]:
    times = {"validFrom": fact.valid_from, "validTo": fact.valid_to, "recordedFrom": fact.recorded_from}
    return {"start": fact.start, "end": fact.end, "own": dict(fact.properties) | times}


def _row(fact: Fact) -> dict[str, Any]:
    evidence = fact.evidence
    common = (fact.valid_from, fact.valid_to, fact.recorded_from, OPEN_RECORD, fact.change_set)
    values = (*common, evidence.source, evidence.locator, evidence.confidence, evidence.note)
    named = dict(own(dict(zip(_COMMON, values, strict=True))))
    return {"start": fact.start, "end": fact.end, "own": dict(fact.properties) | named}


def fact_of(type_: str, start: str, end: str, values: Mapping[str, Any]) -> Fact:
    """A fact from its ends and its properties in the graph."""
    evidence = Evidence(
        values.get("source", ""), values.get("confidence", ""), values.get("locator"), values.get("note")
    )
    properties = own({name: value for name, value in values.items() if name not in _COMMON})
    times = (values["validFrom"], values["validTo"])
    return Fact(type_, start, end, *times, evidence, values.get("changeSet", ""), values["recordedFrom"], properties)


def _values(state: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said(state).items() if name != "id"}


def said(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a node says of itself, with Python's own dates and times; not what follows from it."""
    return {name: native(value) for name, value in values.items() if name != TERMS}


def natives(values: Mapping[str, Any]) -> dict[str, Any]:
    """The driver's dates and times as Python's own."""
    return {name: native(value) for name, value in values.items()}


def native(value: Any) -> Any:
    """A value of the driver as one of Python. Times get the zone that we write: to Neo4j, Z and UTC differ."""
    value = value.to_native() if hasattr(value, "to_native") else value
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _grouped(items: Iterable[Any], key: Callable[[Any], str]) -> dict[str, list[Any]]:
    result: defaultdict[str, list[Any]] = defaultdict(list)
    for item in items:
        result[key(item)].append(item)
    return dict(result)
