"""Values that travel between the layers: what was selected, and what will be run.

They are made from sources, top down: `Selected` by `selection`, `Rows` and `Row` by `planner`, `Template` by
`compiler`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from touchgraph.answer.shape import Shape, Wrap
from touchgraph.answer.sources import (
    Condition,
    Hop,
    Lookup,
    Member,
    Named,
    Property,
    Reference,
    Same,
    Scalar,
    Scan,
    Source,
    Then,
    Unwind,
)

# --- Writes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Write:
    """The source of a field that writes, by the function of this name, before what stands below it is read.

    `answer`: where the field's own value comes from then; without one, what stands below it are root fields.
    `of_customers`: it writes nothing that belongs to the organisation. `single`: it is one statement, which writes
    nothing if anything is wrong, so that it needs no transaction around it; run again, it finds its work done.
    """

    name: str
    answer: Wrote | None = None
    of_customers: bool = False
    single: bool = False


@dataclass(frozen=True)
class Wrote:
    """The source of a field below or of a `Write`: what it returned under a name, or a source with such as arguments.

    `arguments`: pairs of an argument of the source and the name under which the write returned its value.
    """

    name: str = ""
    source: Source | None = None
    arguments: tuple[tuple[str, str], ...] = ()


# --- Selection ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Literal:
    """A value that is part of the plan."""

    value: Any


@dataclass(frozen=True)
class Variable:
    """A value that every request brings anew."""

    name: str


@dataclass(frozen=True)
class ListOf:
    """A list, some of whose items are variables."""

    items: tuple[Value, ...]


@dataclass(frozen=True)
class ObjectOf:
    """An input object, some of whose fields are variables."""

    fields: tuple[tuple[str, Value], ...]


Value = Literal | Variable | ListOf | ObjectOf


@dataclass(frozen=True, eq=False)
class Selected:
    """One response key: where its value comes from, and what is selected of it for each type it may have.

    `origin` is opaque: the place in the document, for errors; `identity` is equal where it is the same. `name` is
    `Type.field`. `source` is None for `__typename`. `abstract`: its type is an interface, so the row has to tell.
    """

    key: str
    name: str
    source: Source | Write | Wrote | Literal | None
    wrap: Wrap
    origin: Any
    identity: Hashable = None
    arguments: Mapping[str, Value] = field(default_factory=dict)
    selections: Mapping[str, tuple[Selected, ...]] = field(default_factory=dict)
    abstract: bool = False


# --- Plan ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Binding:
    """A parameter's value: a selected value, made fit for the database by a pure function that may refuse it.

    `origin` is where a refusal is reported.
    """

    value: Value
    convert: Callable[[Any], Any]
    origin: Any = None


@dataclass(frozen=True, eq=False)
class Step:
    """A write, after those around it; what it returns is a variable of the name `result` makes."""

    write: Write
    number: int
    arguments: Mapping[str, Binding]
    origin: Any
    key: str
    outer: Step | None = None

    def result(self, name: str) -> str:
        """The variable for what the write returns under a name; no variable of a document can be called so."""
        return f"{self.number}.{name}"


@dataclass(frozen=True, eq=False)
class Moment:
    """As of when, as known when, and after which write."""

    as_of: Binding
    known_at: Binding
    step: Step | None = None

    @property
    def supposed(self) -> bool:
        """Whether what is asked stands below a what-if, where the graph is not as it is."""
        return self.step is not None and self.step.write.name == "whatIf"


@dataclass(frozen=True)
class Filter:
    """A condition on rows, by the name of its argument: labels or types that are part of the plan, or a parameter.

    `condition`: what the source declares of the argument; `names` are then those of the arguments that were given.
    """

    name: str
    names: tuple[str, ...] = ()
    binding: Binding | None = None
    condition: Condition | None = None


@dataclass(frozen=True)
class Order:
    """The order of rows: by a property of the state or the node, then by id; `key` None is by id alone."""

    key: Property | None = None
    descending: bool = False


@dataclass(frozen=True)
class Page:
    """A stretch of rows between the places in the order that cursors name: at most `limit` from its start on.

    `backward`: it starts at its end, at `before`, and its rows come in the order that is seen from there. `around`: the
    row at the cursor where it starts, or the next one outside, is looked for too, and comes first if there is one.
    """

    limit: Binding
    after: Binding | None = None
    before: Binding | None = None
    backward: bool = False
    around: bool = False

    @property
    def start(self) -> Binding | None:
        """The cursor where it starts."""
        return self.before if self.backward else self.after

    @property
    def end(self) -> Binding | None:
        """The cursor where it ends, however few rows there are."""
        return self.after if self.backward else self.before

    def down(self, order: Order) -> bool:
        """Whether it goes from what is last by key and id to what is first."""
        return order.descending != self.backward


@dataclass(frozen=True, eq=False)
class Row:
    """What one row holds, by position."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a source; `single`: the first of them or null. `arguments` are a named statement's or a lookup's."""

    source: Hop | Reference | Lookup | Scan | Named | Unwind | Member | Then
    row: Row
    single: bool = False
    filters: tuple[Filter, ...] = ()
    order: Order | None = None
    page: Page | None = None
    arguments: Mapping[str, Binding] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Count:
    """How many rows there are, all pages together."""

    rows: Rows


@dataclass(frozen=True, eq=False)
class Recalled:
    """What a row of customers leads to outside of them, by `keys`: scalars, or the id of what is across a hop.

    Only the keys are asked for with the row. `rows` yield what belongs to keys, unless that is remembered.
    """

    keys: tuple[Scalar | Hop, ...]
    rows: Rows

    @cached_property
    def bindings(self) -> tuple[Binding, ...]:
        """All values that a request brings to it."""
        return tuple(_bindings(Row((self.rows,))))


@dataclass(frozen=True, eq=False)
class Embedded:
    """A part of the same row as a row of its own."""

    part: Same
    row: Row


@dataclass(frozen=True)
class SortKey:
    """The values that a cursor holds: the row's place in its order."""

    order: Order


@dataclass(frozen=True, eq=False)
class Echo:
    """The value of a parameter, for whoever shapes the row."""

    binding: Binding


Column = Scalar | Rows | Recalled | Count | Embedded | SortKey | Echo


@dataclass(frozen=True, eq=False)
class Mention:
    """An argument that names an entity of a label, which has to be there at the moment (`ever`: or at any other)."""

    argument: str
    label: str
    id: Binding
    ever: bool = False


@dataclass(frozen=True, eq=False)
class Root:
    """One root field: the row that its statement returns, answered at a moment; what its arguments name."""

    row: Row
    moment: Moment
    mentions: tuple[Mention, ...] = ()

    @cached_property
    def echoes(self) -> tuple[Echo, ...] | None:
        """Its columns if the row holds nothing but what is known before the database is asked, else None."""
        echoes = tuple(column for column in self.row.columns if isinstance(column, Echo))
        return echoes if len(echoes) == len(self.row.columns) else None

    @cached_property
    def bindings(self) -> tuple[Binding, ...]:
        """All values that a request brings to it."""
        named = (one.id for one in self.mentions)
        return (self.moment.as_of, self.moment.known_at, *named, *_bindings(self.row))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Where the row leaves something to recall."""
        return _places(self.row)


def _bindings(row: Row) -> Iterator[Binding]:
    for column in row.columns:
        match column:
            case Echo(binding):
                yield binding
            case Recalled(rows=rows) | Count(rows) | (Rows() as rows):
                yield from (f.binding for f in rows.filters if f.binding)
                yield from rows.arguments.values()
                if rows.page:
                    yield from filter(None, (rows.page.limit, rows.page.after, rows.page.before))
                yield from _bindings(rows.row)
            case Embedded(row=below):
                yield from _bindings(below)


@dataclass(frozen=True, eq=False)
class Place:
    """A column of a row that is recalled, or (`many`: in each of its rows) in whose row below there are such."""

    index: int
    recalled: Recalled | None = None
    many: bool = False
    below: tuple[Place, ...] = ()


def _places(row: Row) -> tuple[Place, ...]:
    """Where a row, and rows below it, hold keys in place of what is recalled."""
    return tuple(place for index, column in enumerate(row.columns) if (place := _place(index, column)))


def _place(index: int, column: Column) -> Place | None:
    match column:
        case Recalled():
            return Place(index, column)
        case Embedded(row=row) if below := _places(row):
            return Place(index, below=below)
        case Rows(row=row, single=single) if below := _places(row):
            return Place(index, None, not single, below)
        case _:
            return None


@dataclass(frozen=True, eq=False)
class QueryPlan:
    """A whole operation: a statement for each root, and the shape of the answer over the list of their rows.

    `steps` are its writes in order; those of a mutation are kept.
    """

    roots: tuple[Root, ...]
    shape: Shape
    steps: tuple[Step, ...] = ()
