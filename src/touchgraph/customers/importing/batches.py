"""Rows into the graph over Bolt, in batches: what is there already is skipped, and what contradicts it is told.

A batch is one transaction: it reads what the graph has of its rows, and creates what it has not. So a batch can be sent
again, and so can a whole import that was cut off: it finds what has arrived.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any, TypeVar

from touchgraph.customers.importing import counts
from touchgraph.customers.importing.stage import Stage, overlap
from touchgraph.customers.sql import quoted
from touchgraph.customers.tables import FactOf, Table
from touchgraph.customers.tallies.recount import add
from touchgraph.errors import Conflict, DatabaseTimeout, DatabaseUnavailable, GraphError
from touchgraph.graph.driver import Graph, Transaction
from touchgraph.graph.names import with_terms
from touchgraph.graph.statements import Statement, statement
from touchgraph.model import BY_LABEL, OPEN_END, OPEN_RECORD, OPEN_START, TERMS, TIMES, quote, with_id
from touchgraph.organisation.store import native, natives

log = logging.getLogger(__name__)
T = TypeVar("T")

SIZE = 5_000
"""Rows of one batch."""
LANES = 2
"""How many batches are on their way at once: while one is written, the next is prepared and looked up."""
WAITS = (1, 2, 4, 8, 16, 30)
"""Seconds to wait before a batch is sent again, after each time that the database could not take it."""
_CONSTANTS = {"start": OPEN_START, "end": OPEN_END, "open": OPEN_RECORD}

Row = dict[str, Any]
Fault = tuple[int, str, str, str]


@dataclass
class Written:
    """What came of the rows of a table: how many are new, how many were there; what was made of the new ones."""

    loaded: int = 0
    present: int = 0
    nodes: int = 0
    relationships: int = 0


@dataclass
class Writer:
    """Writes the rows of one table, and (`counting`) keeps the tallies that they change."""

    table: Table
    stage: Stage
    counting: bool
    written: Written = field(default_factory=Written)

    async def write(self, graph: Graph, size: int, report: Callable[[int], None]) -> None:
        """Writes all rows, some at a time. Raises GraphError if the database cannot take some, however often asked."""
        names = [column.name for column in self.table.columns]
        text = f"SELECT row, told, {', '.join(map(quoted, names))} FROM good_{self.table.name} ORDER BY row"
        times = {number for number, column in enumerate(self.table.columns, 2) if column.type == "datetime"}
        batches = ([_row(names, times, one) for one in values] for values in self.stage.batches(text, size))

        async def lane() -> None:
            for rows in batches:
                new, faults = await _insist(partial(graph.write, partial(self._batch, rows=rows)))
                self._note(rows, new, faults)
                report(len(rows))

        try:
            async with asyncio.TaskGroup() as lanes:
                for _ in range(LANES):
                    lanes.create_task(lane())
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None

    def _note(self, rows: Sequence[Row], new: Sequence[Row], faults: Sequence[Fault]) -> None:
        self.stage.note(self.table, faults)
        self.written.loaded += len(new)
        self.written.present += len(rows) - len(new) - len(faults)
        self.written.nodes += len(new) * bool(self.table.label)
        self.written.relationships += sum(row[end] is not None for row in new for end in self._ends)

    @cached_property
    def _ends(self) -> list[str]:
        """The columns by which a row makes relationships."""
        return [fact.end for fact in self.table.facts] + [column for _, column in self.table.links]

    async def _batch(self, tx: Transaction, rows: Sequence[Row]) -> tuple[list[Row], list[Fault]]:
        """Creates what is new; returns it, and what contradicts the graph."""
        before = await counts.counted(tx, self.table, rows) if self.counting else None
        new, faults = (self._new_facts if self.table.bitemporal else self._new_entities)(
            rows, await self._present(tx, rows)
        )
        if new:
            parameters = {"rows": [self._sent(row) for row in new], **_CONSTANTS}
            ((created,),) = await tx.run(Statement(self._create, parameters))
            if created != len(new):
                raise GraphError(f"{self.table.name}: what some rows name was removed meanwhile; run the import again.")
            if before is not None:
                after = await counts.counted(tx, self.table, rows)
                after.subtract(before)
                after.update(counts.of_interactions(new) if self.table.label == "Interaction" else ())
                await add(tx, after)
        return new, faults

    # What finds and creates rows is written for each table: labels and types that are parameters take more database
    # hits, for each of millions of rows.

    # --- What is there ----------------------------------------------------------------------------------------------

    async def _present(self, tx: Transaction, rows: Sequence[Row]) -> dict[str, Any]:
        """What the graph has, by the id of the entity that a row is, or at which its fact starts."""
        column = "id" if self.table.label else self.table.facts[0].start
        ids = list(dict.fromkeys(row[column] for row in rows))
        found = await tx.run(Statement(self._find, {"ids": ids}))
        return {
            identity: (natives(own), [(*ends, natives(values)) for *ends, values in out])
            for identity, own, out in found
        }

    @cached_property
    def _find(self) -> str:
        label = self.table.label or self.table.facts[0].kind.start[0]
        types = "|".join(
            map(quote, [fact.type for fact in self.table.facts] + [type_ for type_, _ in self.table.links])
        )
        out = f"COLLECT {{ MATCH (n)-[f:{types}]->(e) RETURN [type(f), e.id, properties(f)] }}" if types else "[]"
        return f"UNWIND $ids AS id MATCH {with_id('n', 'id', label)} RETURN n.id, properties(n), {out}"

    def _new_entities(self, rows: Sequence[Row], present: Mapping[str, Any]) -> tuple[list[Row], list[Fault]]:
        new, faults = [], []
        for row in rows:
            if row["id"] not in present:
                new.append(row)
            elif differing := self._differing(row, *present[row["id"]]):
                why = f"is in the graph already, with other content ({', '.join(differing)})"
                faults.append((row["row"], "id", why, row["id"]))
        return new, faults

    def _differing(self, row: Row, own: Mapping[str, Any], out: Sequence[Any]) -> list[str]:
        """The columns in which a row is not what the graph has."""
        found = [p.name for p in self.table.properties if row[p.name] != own.get(p.name) and _is_told(row, p.name)]
        for type_, column in self.table.links:
            ends = [end for of, end, _ in out if of == type_]
            if ends != [row[column]] * (row[column] is not None):
                found.append(column)
        for fact in self.table.facts:
            told = [(end, values) for of, end, values in out if of == fact.type]
            if row[fact.end] is not None and not any(_is(row, fact, end, values) for end, values in told):
                found.append(fact.end)
        return list(dict.fromkeys(found))

    def _new_facts(self, rows: Sequence[Row], present: Mapping[str, Any]) -> tuple[list[Row], list[Fault]]:
        (fact,) = self.table.facts
        new: list[Row] = []
        faults: list[Fault] = []
        known: defaultdict[str, list[Any]] = defaultdict(list)
        for start, (_, out) in present.items():
            known[start] = [(end, values) for _, end, values in out]
        for row in rows:
            told = known[row[fact.start]]
            if any(_is(row, fact, end, values) for end, values in told):
                continue
            rival = next((end for end, values in told if _rivals(row, fact, end, values)), None)
            if rival is None:
                new.append(row)
            else:
                why = f"the graph has {fact.type} {rival} at the same time; an import adds, it does not change"
                faults.append((row["row"], "validFrom", why, str(row["validFrom"])))
        return new, faults

    # --- What is new ------------------------------------------------------------------------------------------------

    @cached_property
    def _names(self) -> list[str]:
        return [column.name for column in self.table.columns]

    def _sent(self, row: Row) -> list[Any]:
        """A row as it is sent: by column and, if it has names, what these are found by."""
        return [_sent(value) for value in with_terms({name: row[name] for name in self._names}).values()]

    def _value(self, column: str) -> str:
        value = f"row[{self._names.index(column)}]"
        return f"datetime({value})" if self.table.column(column).type == "datetime" else value

    @cached_property
    def _create(self) -> str:
        return "\n".join(
            ["UNWIND $rows AS row", *(self._facts() if self.table.bitemporal else self._entities()), "RETURN count(*)"]
        )

    def _facts(self) -> Iterator[str]:
        (fact,) = self.table.facts
        yield f"MATCH {with_id('a', self._value(fact.start), fact.kind.start[0])}"
        yield f"MATCH {with_id('b', self._value(fact.end), fact.kind.end[0])}"
        names = [name for name in self._names if name not in (fact.start, fact.end)]
        own = ", ".join(f"{quote(name)}: {self._value(name)}" for name in names)
        yield f"CREATE (a)-[:{quote(fact.type)} {{{own}}}]->(b)"

    def _entities(self) -> Iterator[str]:
        ends = dict.fromkeys(self._ends)
        for number, column in enumerate(map(self.table.column, ends)):
            optional = "" if column.required else "OPTIONAL "
            yield f"{optional}MATCH {with_id(f'e{number}', self._value(column.name), str(column.refers))}"
        own = ", ".join(
            f"{quote(name)}: {self._value(name)}" for name in ("id", *(p.name for p in self.table.properties))
        )
        if self.table.named:
            own += f", {quote(TERMS)}: row[-1]"
        yield f"CREATE (n:{quote(str(self.table.label))} {{{own}}})"
        made: dict[str, list[str]] = {name: [] for name in ends}
        for fact in self.table.facts:
            made[fact.end].append(f"{quote(fact.type)} {self._own(fact)}")
        for type_, name in self.table.links:
            made[name].append(quote(type_))
        for number, name in enumerate(ends):
            for what in made[name]:
                if self.table.column(name).required:
                    yield f"CREATE (n)-[:{what}]->(e{number})"
                else:
                    some = f"CASE WHEN e{number} IS NULL THEN [] ELSE [e{number}] END"
                    yield f"FOREACH (one IN {some} | CREATE (n)-[:{what}]->(one))"

    def _own(self, fact: FactOf) -> str:
        first = self._value(fact.valid_from) if fact.valid_from else "$start"
        recorded, source = self._value("recordedFrom"), self._value("source")
        return f"{{validFrom: {first}, validTo: $end, recordedFrom: {recorded}, recordedTo: $open, source: {source}}}"


def _row(names: Sequence[str], times: set[int], values: Sequence[Any]) -> Row:
    """A row by column, with `row` and `told`: whether it says itself since when it is known."""
    own = (v.replace(tzinfo=UTC) if n in times and v is not None else v for n, v in enumerate(values))
    return dict(zip(("row", "told", *names), own, strict=True))


def _sent(value: Any) -> Any:
    """A value as it is sent: the driver takes as long for a time as for all else of a row, but not for its text."""
    return value.isoformat() if isinstance(value, datetime) else value


def _is_told(row: Row, name: str) -> bool:
    return name != "recordedFrom" or bool(row["told"])


def _is(row: Row, fact: FactOf, end: str, values: Mapping[str, Any]) -> bool:
    """Whether the graph has this very fact, be it known still or corrected since."""
    own = {"source": row["source"]} | {prop.name: row[prop.name] for prop in fact.kind.properties}
    own |= {"validFrom": row[fact.valid_from] if fact.valid_from else OPEN_START}
    own |= {"validTo": row[fact.valid_to] if fact.valid_to else OPEN_END}
    if row["told"]:
        own |= {"recordedFrom": row["recordedFrom"]}
    return end == row[fact.end] and all(values.get(name) == value for name, value in own.items())


def _rivals(row: Row, fact: FactOf, end: str, values: Mapping[str, Any]) -> bool:
    same = fact.kind.single or end == row[fact.end]
    return same and overlap([row[name] for name in TIMES], [values[name] for name in TIMES])


async def _insist(work: Callable[[], Awaitable[T]]) -> T:
    """What `work` returns, tried again while the database cannot be reached, or is busy with the same things."""
    for wait in WAITS:
        try:
            return await work()
        except (DatabaseUnavailable, DatabaseTimeout, Conflict) as error:
            log.warning("a batch is sent again in %d s: %s", wait, error)
            await asyncio.sleep(wait)
    return await work()


async def organisation(graph: Graph) -> list[tuple[Any, ...]]:
    """What rows may name beside customers: ids, labels, when they exist, and since when they are known."""
    known = statement("imports/organisation", start=OPEN_START, end=OPEN_END, open=OPEN_RECORD)
    rows = await graph.read(lambda tx: tx.run(known))
    return [
        (identity, next((label for label in labels if label in BY_LABEL), ""), *map(native, rest))
        for identity, labels, *rest in rows
        if None not in rest
    ]


async def recorded(graph: Graph, label: str, ids: Sequence[str]) -> list[tuple[str, datetime]]:
    """Which of these ids the graph has, and since when they are known. Raises GraphError where it does not say."""
    text = f"UNWIND $ids AS id MATCH {with_id('n', 'id', label)} RETURN n.id, n.recordedFrom"
    rows = await graph.read(lambda tx: tx.run(Statement(text, {"ids": list(ids)})))
    if lacking := [identity for identity, time in rows if time is None]:
        raise GraphError(f"{lacking[0]} has no recordedFrom in the graph; see `touchgraph check --repair`.")
    return [(identity, native(time)) for identity, time in rows]
