"""What Neo4j's import tool is given: all that is in the graph, and the rows of an import.

The tool makes a database anew, so whatever is to stay has to go through it too. What it cannot take is told before.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from touchgraph.customers.importing.stage import Stage
from touchgraph.customers.sql import literal, quoted
from touchgraph.customers.tables import FactOf, Table
from touchgraph.errors import InputError
from touchgraph.graph.driver import Graph, Transaction
from touchgraph.graph.names import terms
from touchgraph.graph.statements import Statement
from touchgraph.model import NAMES, OPEN_END, OPEN_RECORD, OPEN_START, TERMS, Property
from touchgraph.organisation.store import natives

MOST = 1_000_000
"""More nodes or relationships than these are no organisation, and are not taken through the tool."""
_TYPES = {"string": "string", "integer": "long", "date": "date", "datetime": "datetime"}
_OF_VALUES = {str: "string", bool: "boolean", int: "long", float: "double", date: "date", datetime: "datetime"}
_ARRAY = ";"
"""What stands between the items of a list, as the tool has it by default."""
_COPY = "FORMAT csv, HEADER false, DATEFORMAT '%Y-%m-%d', TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S.%fZ'"


class Unfit(InputError):
    """The graph has something that the import tool cannot take."""


@dataclass
class Given:
    """The files in a folder, the arguments that name them, and what the graph has to have when the tool is done."""

    folder: Path
    arguments: list[str] = field(default_factory=lambda: ["--path-pattern-style=none"])
    nodes: Counter[str] = field(default_factory=Counter)
    relationships: Counter[str] = field(default_factory=Counter)
    total: int = 0
    schema: list[str] = field(default_factory=list)
    _multiline: list[str] = field(default_factory=list)

    def add_nodes(self, labels: Sequence[str], files: Sequence[str], rows: int, multiline: bool) -> None:
        """Gives nodes of some labels."""
        self.arguments.append(f"--nodes={':'.join(labels)}{'=' * bool(labels)}{','.join(files)}")
        self.nodes.update(dict.fromkeys(labels, rows))
        self.total += rows
        self._add_multiline(files, multiline)

    def add_relationships(self, type_: str, files: Sequence[str], rows: int, multiline: bool = False) -> None:
        """Gives relationships of a type."""
        self.arguments.append(f"--relationships={type_}={','.join(files)}")
        self.relationships[type_] += rows
        self._add_multiline(files, multiline)

    def _add_multiline(self, files: Sequence[str], multiline: bool) -> None:
        if multiline:  # reading such a file is slower
            self._multiline.append(files[-1])

    def all_arguments(self) -> list[str]:
        """What the tool is called with."""
        told = [f"--multiline-fields={','.join(self._multiline)}", "--multiline-fields-format=v2"]
        return self.arguments + (told if self._multiline else [])


# --- What is in the graph -------------------------------------------------------------------------------------------


async def give_present(graph: Graph, given: Given) -> None:
    """Gives all that is in the graph. Raises Unfit; GraphError."""
    rows = await graph.run(Statement("SHOW CONSTRAINTS YIELD createStatement"))
    rows += await graph.run(
        Statement(
            "SHOW INDEXES YIELD type, owningConstraint, createStatement WHERE owningConstraint IS NULL AND "
            "type <> 'LOOKUP' RETURN createStatement"
        )
    )
    given.schema = [row[0] for row in rows]
    await graph.read(lambda tx: _give_all(tx, given))


async def _give_all(tx: Transaction, given: Given) -> None:
    ((nodes,),) = await tx.run(Statement("MATCH (n) RETURN count(n)"))
    ((relationships,),) = await tx.run(Statement("MATCH ()-[f]->() RETURN count(f)"))
    if max(nodes, relationships) > MOST:
        raise Unfit(f"the graph has {nodes} nodes and {relationships} relationships beside customers")
    ids: dict[str, str] = {}
    groups: defaultdict[Any, list[list[Any]]] = defaultdict(list)
    for element, labels, own in await tx.run(Statement("MATCH (n) RETURN elementId(n), labels(n), properties(n)")):
        # Those that rows may name go by their ids.
        ids[element] = own["id"] if "Entity" in labels else element
        header, values = _told(own)
        groups[tuple(sorted(labels)), (":ID", *header)].append([ids[element], *values])
    for number, ((labels, header), rows) in enumerate(groups.items()):
        given.add_nodes(labels, *_write(given, f"node-{number}.csv", header, rows))
    groups = defaultdict(list)
    text = "MATCH (a)-[f]->(b) RETURN type(f), elementId(a), elementId(b), properties(f)"
    for type_, start, end, own in await tx.run(Statement(text)):
        header, values = _told(own)
        groups[type_, (":START_ID", ":END_ID", *header)].append([ids[start], ids[end], *values])
    for number, ((type_, header), rows) in enumerate(groups.items()):
        given.add_relationships(type_, *_write(given, f"relationship-{number}.csv", header, rows))


def _told(own: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The header and the values for properties. Raises Unfit."""
    header, values = [], []
    for name, value in sorted(natives(own).items()):
        kind = _kind(value)
        if kind is None or ":" in name:
            raise Unfit(f"the graph has a property `{name}` of type {type(value).__name__}")
        header.append(f"{name}:{kind}")
        values.append(_text(value))
    return header, values


def _kind(value: Any) -> str | None:
    """The tool's name for the type of a value, or of texts in a list; None for what it cannot be given."""
    if not isinstance(value, list):
        return _OF_VALUES.get(type(value))
    texts = value and all(isinstance(one, str) and one and _ARRAY not in one for one in value)
    return "string[]" if texts else None


def _text(value: Any) -> str:
    if isinstance(value, list):
        return _ARRAY.join(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)


def _write(
    given: Given, name: str, header: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[list[str], int, bool]:
    with (given.folder / name).open("w", encoding="utf-8", newline="") as file:
        # All quoted: what is not would be nothing instead of an empty text.
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return [name], len(rows), any("\n" in value or "\r" in value for row in rows for value in row)


# --- The rows -------------------------------------------------------------------------------------------------------


def give_rows(stage: Stage, table: Table, given: Given) -> tuple[int, int]:
    """Gives what the rows of a table make; returns how many nodes and how many relationships."""
    before = sum(given.relationships.values())
    nodes = _give_nodes(stage, table, given) if table.label else 0
    for fact in table.facts:
        header, values = zip(*_fact(table, fact), strict=True)
        name = f"{table.name}-{fact.type}"
        rows = _copy(stage, table, given, name, header, values, quoted(fact.end))
        given.add_relationships(fact.type, _files(name), rows)
    for type_, column in table.links:
        name = f"{table.name}-{type_}"
        rows = _copy(stage, table, given, name, (":START_ID", ":END_ID"), ("id", quoted(column)), quoted(column))
        given.add_relationships(type_, _files(name), rows)
    return nodes, sum(given.relationships.values()) - before


def _give_nodes(stage: Stage, table: Table, given: Given) -> int:
    header = ["id:ID", *map(_header, table.properties)]
    names = ["id", *(quoted(prop.name) for prop in table.properties)]
    if table.named:
        header.append(_header(Property(TERMS)))
        names.append(_find_terms(stage, table))
    rows = _copy(stage, table, given, table.name, header, names)
    free = [quoted(c.name) for c in table.columns if c.type == "string" and not (c.refers or c.values or c.own)]
    broken = " OR ".join(f"contains({name}, chr({letter}))" for name in free for letter in (10, 13)) or "false"
    ((multiline,),) = stage.rows(f"SELECT count(*) > 0 FROM good_{table.name} WHERE {broken}")
    given.add_nodes([str(table.label)], _files(table.name), rows, multiline)
    return rows


def _find_terms(stage: Stage, table: Table) -> str:
    """What the names of rows are found by, in a table of its own; returns the expression that takes it from there."""
    names = ", ".join(map(quoted, NAMES))
    all_names = stage.batches(f"SELECT DISTINCT {names} FROM good_{table.name}")
    stage.rows(f"CREATE TABLE named_{table.name} ({', '.join(f'_{name} VARCHAR' for name in NAMES)}, terms VARCHAR)")
    columns = [*(f"_{name}" for name in NAMES), "terms"]
    stage.fill(f"named_{table.name}", columns, ((*one, terms(one)) for some in all_names for one in some))
    same = " AND ".join(f"_{name} = {quoted(name)}" for name in NAMES)
    return f"(SELECT terms FROM named_{table.name} WHERE {same})"


def _header(prop: Property) -> str:
    return f"{prop.name}:{_TYPES[prop.type]}"


def _fact(table: Table, fact: FactOf) -> Iterator[tuple[str, str]]:
    """Headers and expressions of a fact."""
    yield ":START_ID", quoted(fact.start)
    yield ":END_ID", quoted(fact.end)
    yield from ((_header(prop), quoted(prop.name)) for prop in fact.kind.properties)
    yield "validFrom:date", quoted(fact.valid_from) if fact.valid_from else f"DATE '{OPEN_START}'"
    yield "validTo:date", quoted(fact.valid_to) if fact.valid_to else f"DATE '{OPEN_END}'"
    yield "recordedFrom:datetime", quoted("recordedFrom")
    yield "recordedTo:datetime", quoted("recordedTo") if table.bitemporal else f"TIMESTAMP '{OPEN_RECORD:%Y-%m-%d}'"
    yield "source:string", quoted("source")


def _files(name: str) -> list[str]:
    return [f"{name}.header.csv", f"{name}.csv"]


def _copy(
    stage: Stage, table: Table, given: Given, name: str, header: Sequence[str], values: Sequence[str], present: str = ""
) -> int:
    """Writes a header and the rows in which `present`, if named, is not null; returns how many."""
    where = f" WHERE {present} IS NOT NULL" if present else ""
    rows = f"SELECT {', '.join(values)} FROM good_{table.name}{where}"
    return give_query(stage, given, name, header, rows)[1]


def give_query(
    stage: Stage, given: Given, name: str, header: Sequence[str], rows: str, quoted_columns: str = ""
) -> tuple[list[str], int]:
    """Writes a header and the rows of a query; returns the files, and how many rows. An empty text has to be quoted."""
    header_file, rows_file = files = _files(name)
    (given.folder / header_file).write_text(",".join(header) + "\n", encoding="utf-8")
    force = f", FORCE_QUOTE ({quoted_columns})" if quoted_columns else ""
    ((count,),) = stage.rows(f"COPY ({rows}) TO {literal(str(given.folder / rows_file))} ({_COPY}{force})")
    return files, int(count)


async def differences(graph: Graph, given: Given) -> list[str]:
    """What the graph has otherwise than it was given; empty when all is there."""

    async def count(tx: Transaction) -> list[str]:
        asked = {"MATCH (n) RETURN count(n)": given.total}
        asked |= {f"MATCH (n:`{label}`) RETURN count(n)": number for label, number in given.nodes.items()}
        asked |= {f"MATCH ()-[f:`{type_}`]->() RETURN count(f)": n for type_, n in given.relationships.items()}
        asked["MATCH ()-[f]->() RETURN count(f)"] = sum(given.relationships.values())
        found = [(text, (await tx.run(Statement(text)))[0][0], number) for text, number in asked.items()]
        return [f"{text}: {is_} instead of {number}" for text, is_, number in found if is_ != number]

    return await graph.read(count)
