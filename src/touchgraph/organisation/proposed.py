"""Change sets that come as values, not as files: from a client, or only supposed. The code that plans them is the same.

Each function takes a transaction and the arguments of a field of the API, and returns what the answer is made from.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from touchgraph.errors import InputError, InvalidChanges
from touchgraph.graph.driver import Transaction
from touchgraph.graph.statements import Statement
from touchgraph.organisation.changes.items import keys
from touchgraph.organisation.changes.kinds import Correct
from touchgraph.organisation.changes.work import Operations
from touchgraph.organisation.facts import Snapshot
from touchgraph.organisation.files.document import Document
from touchgraph.organisation.files.loading import known_sets
from touchgraph.organisation.files.planning import next_time, plan_file
from touchgraph.organisation.files.records import content_hash, understand
from touchgraph.organisation.impact import measure
from touchgraph.organisation.impact import statements as statements_of_impact
from touchgraph.organisation.leaving import Follow, carry_out
from touchgraph.organisation.store import lock, read_snapshot
from touchgraph.organisation.store import statements as statements_of_change

_SUPPOSED = {"nameZh": "假设", "nameEn": "What if"}
_OF_THE_SET = (
    *("nameZh", "nameEn", "reasonZh", "reasonEn", "effective", "startedOn", "completedOn"),
    *("complete", "completeFor", "evidence", "note"),
)
_CORRECTION = set(keys(Correct)) - {"validFrom", "evidence", "note"}


def statements() -> Iterable[Statement]:
    """All that a what-if says to the database, as statements that do nothing: once run, they are planned."""
    return *statements_of_change(), *statements_of_impact()


async def apply_reorg(tx: Transaction, arguments: Mapping[str, Any], follow: Follow | None = None) -> Mapping[str, Any]:
    """Applies a change set: all of it or nothing, once only if it has a `clientMutationId`.

    By `follow`, customers of what is closed go to its successor; without it, what has customers is not closed.
    Returns the ids `changeSet` and `clientMutationId`. Raises InvalidChanges with every fault; InputError; Conflict.
    """
    given = _present(arguments["input"])
    return await _apply(tx, given, given, follow)


async def correct_fact(
    tx: Transaction, arguments: Mapping[str, Any], follow: Follow | None = None
) -> Mapping[str, Any]:
    """Applies a change set of one correction, whose fields stand among those of the set; otherwise as `apply_reorg`."""
    given = arguments["input"]
    correction = {key: given[key] for key in _CORRECTION if key in given}
    others = _present({key: value for key, value in given.items() if key not in correction})
    day = given.get("day") or arguments["asOf"]
    named = {"nameZh": "更正", "nameEn": "Correction", "effective": day} | others
    return await _apply(tx, named | {"changes": [{"correct": correction}]}, given, follow)


async def what_if(tx: Transaction, arguments: Mapping[str, Any], follow: Follow | None = None) -> Mapping[str, Any]:
    """Applies changes that are only supposed, from the day `effective` on, by default the day asked for around them.

    The transaction has to be rolled back. Raises InvalidChanges with every fault; Conflict.
    """
    await _suppose(tx, arguments, follow)
    return {}


async def impact(tx: Transaction, arguments: Mapping[str, Any], follow: Follow | None = None) -> Mapping[str, Any]:
    """The same, and returns what was `found` by comparing the graph after it with that before it.

    They are compared on the day asked for around them, or on the day `effective` if that is later.
    """
    operations, gone = await _suppose(tx, arguments, follow)
    day = max(arguments["asOf"], arguments.get("effective") or arguments["asOf"])
    found = await measure(tx, operations, day, arguments["knownAt"])
    return {"found": found | {"customersLeft": gone.get("Customer", 0), "leadsLeft": gone.get("Lead", 0)}}


async def _suppose(
    tx: Transaction, arguments: Mapping[str, Any], follow: Follow | None
) -> tuple[Operations, Mapping[str, int]]:
    """Applies changes as a change set of its own, recorded later than all others.

    Returns what was written, and what `carry_out` does.
    """
    await lock(tx)
    snapshot = await read_snapshot(tx)
    source = {"id": _free("source:what-if", snapshot.entities), **_SUPPOSED}
    change_set = {
        "id": _free("change:what-if", snapshot.entities),
        **_SUPPOSED,
        "effective": arguments.get("effective") or arguments["asOf"],
        "recorded": next_time(await known_sets(tx)),
        "evidence": {"source": source["id"], "confidence": "SYNTHETIC"},
    }
    value = {"changeSet": change_set, "sources": [source], "changes": _present(arguments["changes"])}
    operations = plan_value(value, snapshot)
    return operations, await carry_out(tx, operations, follow, supposed=True)


async def _apply(
    tx: Transaction, given: Mapping[str, Any], request: Mapping[str, Any], follow: Follow | None
) -> Mapping[str, Any]:
    """Applies what is given; `request` is what the client said, by which a repetition is told."""
    await lock(tx)
    name = given.get("clientMutationId")
    content = content_hash({key: value for key, value in request.items() if key != "clientMutationId"})
    if name is not None and (before := await _applied(tx, name, content)):
        return {"changeSet": before, "clientMutationId": name}
    snapshot = await read_snapshot(tx)
    change_set = {key: given[key] for key in _OF_THE_SET if key in given} | {
        "id": given.get("id") or _free(_named(given), snapshot.entities),
        "recorded": next_time(await known_sets(tx)),
        "contentHash": content,
        **({} if name is None else {"clientMutationId": name}),
    }
    value = {"changeSet": change_set, "sources": given.get("sources", []), "changes": given["changes"]}
    if not given["changes"]:
        raise InputError("changes: nothing to apply; name at least one change")
    await carry_out(tx, plan_value(value, snapshot), follow)
    return {"changeSet": change_set["id"], "clientMutationId": name}


def plan_value(value: Mapping[str, Any], snapshot: Snapshot) -> Operations:
    """What has to be written for a change set with the keys of a file. Raises InvalidChanges with every fault."""
    # A fault of a file has a line; here it is the number of the change, counted from one, or 0 for all else.
    lines: dict[Any, int] = {(): 0} | {("changes", number): number + 1 for number in range(len(value["changes"]))}
    file = understand(Document("", value, lines))
    faulty = {entity for entity, _ in file.declared} - {placed.value.id for placed in file.made()}
    operations = None
    if file.change_set is not None:
        operations, _ = plan_file(file, snapshot, faulty)
    if operations is None or file.faults:
        raise InvalidChanges([(f.line - 1 if f.line else None, f.message) for f in sorted(set(file.faults))])
    return operations


async def _applied(tx: Transaction, name: str, content: str) -> str | None:
    """The change set that a mutation of this name made before. Raises InputError if it had other content."""
    text = "MATCH (c:ChangeSet {clientMutationId: $name}) RETURN c.id, c.contentHash"
    for identity, present in await tx.run(Statement(text, {"name": name})):
        if present != content:
            raise InputError(
                f"clientMutationId: {name!r} has applied {identity} already, with other content; choose another"
            )
        return str(identity)
    return None


def _named(given: Mapping[str, Any]) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", str(given["nameEn"]).lower())[:60].strip("-")
    return "-".join(filter(None, (f"change:{given['effective']}", words)))


def _free(wanted: str, taken: Container[str]) -> str:
    """The id, or with a number behind it the first that nothing has."""
    identity, number = wanted, 1
    while identity in taken:
        number += 1
        identity = f"{wanted}-{number}"
    return identity


def _present(value: Any) -> Any:
    """A value without its nulls, which say no more than that nothing was given; in a correction they do."""
    if isinstance(value, Mapping):
        return {key: dict(one) if key == "correct" else _present(one) for key, one in value.items() if one is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_present(one) for one in value]
    return value
