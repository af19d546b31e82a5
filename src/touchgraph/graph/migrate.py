"""Constraints and indexes, as they follow from the model. Each statement does nothing where its work is done.

Most questions start at ids or at names, and reach facts from their ends: for them there is a unique id per label and
the full-text indexes over what names are found by. What changed between two moments is found by the times of facts,
and of change sets.
Customers, leads and interactions come in millions and are paged by time, so there is an index of time and id for each:
a page starts at its cursor and ends when it is full; another has interactions by customer. Tallies are found by dealer
and day. That is all: an index that no question uses would only slow down writing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from touchgraph.errors import DatabaseUnavailable, GraphError
from touchgraph.graph.driver import Graph
from touchgraph.graph.names import terms
from touchgraph.graph.statements import Statement
from touchgraph.model import (
    COMPARED,
    CUSTOMER_NAMES,
    GROUPS,
    KINDS,
    LOCK_LABEL,
    NAMED,
    NAMES,
    OF_CUSTOMER,
    ORDERED_BY,
    STATE_LABEL,
    TALLIES,
    TERMS,
    TIMES,
    quote,
)

NAMES_INDEX = "names"
"""The full-text index that `search` asks. It cuts terms at spaces and leaves them as they are: see `graph/names.py`."""

_ONLINE_SECONDS = 3600
_AT_ONCE = 10_000
"""How many nodes are filled in one transaction."""


Fill = Callable[[Graph], Awaitable[object]]
"""Writes what an index needs."""


@dataclass(frozen=True)
class Piece:
    """A constraint or an index, and how SHOW INDEXES tells of it: type, labels, properties, backs a constraint.

    `fill` is done before it is created, so that where it is, that has been done.
    """

    name: str
    create: str
    shown: tuple[str, frozenset[str], tuple[str, ...], bool]
    fill: Fill | None = None


def _unique(label: str, *keys: str) -> Piece:
    keys = keys or ("id",)
    name = "_".join((label, *keys))
    of = ", ".join(f"n.{quote(key)}" for key in keys)
    create = f"CREATE CONSTRAINT {quote(name)} IF NOT EXISTS FOR (n:{quote(label)}) REQUIRE ({of}) IS UNIQUE"
    return Piece(name, create, ("RANGE", frozenset([label]), keys, True))


def _names(name: str, *labels: str) -> Piece:
    create = (
        f"CREATE FULLTEXT INDEX {quote(name)} IF NOT EXISTS FOR (n:{'|'.join(map(quote, labels))}) "
        f"ON EACH [n.{quote(TERMS)}] "
        "OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace', `fulltext.eventually_consistent`: false}}"
    )
    return Piece(name, create, ("FULLTEXT", frozenset(labels), (TERMS,), False), partial(_fill_terms, name, labels))


async def _fill_terms(name: str, labels: tuple[str, ...], graph: Graph) -> None:
    """Writes the terms of names that have none, or others, and takes away an index of an earlier version.

    Cut off, it goes on where it was. Who is called otherwise meanwhile is left to who calls it so.
    """
    await graph.run(Statement(f"DROP INDEX {quote(name)} IF EXISTS"))
    for label in map(quote, labels):
        told = ", ".join(f"n.{quote(each)}" for each in (*NAMES, TERMS))
        read = f"MATCH (n:{label}) WHERE n.id > $after WITH n ORDER BY n.id LIMIT $many RETURN n.id, {told}"
        same = " AND ".join(f"n.{quote(each)} = row[{place}]" for place, each in enumerate(NAMES, 1))
        write = f"""UNWIND $rows AS row MATCH (n:{label} {{id: row[0]}}) USING INDEX SEEK n:{label}(id) WHERE {same}
            SET n.{quote(TERMS)} = row[-1]"""
        after = ""
        while rows := await graph.run(Statement(read, {"after": after, "many": _AT_ONCE})):
            found = [[key, *names, terms(names)] for key, *names, kept in rows if terms(names) != kept]
            await graph.run(Statement(write, {"rows": found}))
            after = rows[-1][0]


def _time(type_: str, key: str) -> Piece:
    name = f"{type_}_{key}"
    create = f"CREATE INDEX {quote(name)} IF NOT EXISTS FOR ()-[f:{quote(type_)}]-() ON (f.{quote(key)})"
    return Piece(name, create, ("RANGE", frozenset([type_]), (key,), False))


def _recorded(label: str) -> Piece:
    name = f"{label}_recordedFrom"
    create = f"CREATE INDEX {quote(name)} IF NOT EXISTS FOR (n:{quote(label)}) ON (n.recordedFrom)"
    return Piece(name, create, ("RANGE", frozenset([label]), ("recordedFrom",), False))


def _ordered(label: str, *keys: str, fill: Fill | None = None) -> Piece:
    keys = (*keys, "id")
    name = "_".join((label, *keys))
    of = ", ".join(f"n.{quote(key)}" for key in keys)
    create = f"CREATE INDEX {quote(name)} IF NOT EXISTS FOR (n:{quote(label)}) ON ({of})"
    return Piece(name, create, ("RANGE", frozenset([label]), keys, False), fill)


def _of_customer(label: str, key: str) -> Piece:
    """The index of a customer's events. Those that have no more than the link to their customer are filled in first.

    Cut off, it goes on where it was; where the property says something else than the link, it is put right.
    """
    fill = f"""MATCH (n:{quote(label)})-[:WITH_CUSTOMER]->(c)
CALL (n, c) {{ WITH n, c WHERE coalesce(n.{quote(key)} <> c.id, true) SET n.{quote(key)} = c.id }}
IN TRANSACTIONS OF {_AT_ONCE} ROWS"""
    return _ordered(label, key, ORDERED_BY[label], fill=lambda graph: graph.run(Statement(fill)))


PIECES: tuple[Piece, ...] = (
    *(map(_unique, ("Entity", *GROUPS, *(kind.label for kind in KINDS), STATE_LABEL, LOCK_LABEL))),
    *(_unique(label, "dealer", "day") for label in TALLIES),
    _unique("ChangeSet", "clientMutationId"),
    _names(NAMES_INDEX, *NAMED),
    _names(CUSTOMER_NAMES, "Customer"),
    *(_ordered(label, key) for label, key in ORDERED_BY.items()),
    *(_of_customer(label, key) for label, key in OF_CUSTOMER.items()),
    _recorded("ChangeSet"),
    *(_time(type_, key) for type_ in COMPARED for key in TIMES),
)


async def migrate(graph: Graph) -> list[str]:
    """Creates what is missing, waits until it can be used, and returns the names of it. Raises GraphError.

    What an index needs that an earlier version did not write is filled in first.
    """
    missing = set(await _missing(graph, online=False))
    created = []
    for piece in PIECES:
        if piece.name in missing:
            if piece.fill:
                await piece.fill(graph)
            await _create(graph, piece)
            created.append(piece.name)
    await graph.run(Statement("CALL db.awaitIndexes($seconds)", {"seconds": _ONLINE_SECONDS}))
    return created


async def pending(graph: Graph) -> list[str]:
    """The names of constraints and indexes that are missing or cannot be used yet; empty when all is in place."""
    return await _missing(graph, online=True)


async def _create(graph: Graph, piece: Piece) -> None:
    try:
        await graph.run(Statement(piece.create))
    except DatabaseUnavailable:
        raise
    except GraphError as error:
        why = "do two nodes have the same id, or is there another index of that name or place?"
        raise GraphError(f"Could not create {piece.name}: {why} The log has the database's answer.") from error


async def _missing(graph: Graph, online: bool) -> list[str]:
    statement = "SHOW INDEXES YIELD name, type, labelsOrTypes, properties, owningConstraint, state"
    present = {
        (type_, frozenset(labels or ()), tuple(properties or ()), constraint is not None)
        for name, type_, labels, properties, constraint, state in await graph.run(Statement(statement))
        if (state == "ONLINE" or not online) and (type_ != "FULLTEXT" or name in (NAMES_INDEX, CUSTOMER_NAMES))
    }
    return [piece.name for piece in PIECES if piece.shown not in present]
