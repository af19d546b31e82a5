"""Sources: how the fields of the schema come out of the graph, declared as data on the fields themselves.

A *row* is what a source yields: an entity (its node, and the state that holds at the moment) or a fact (its
relationship and both ends). A field's source is a scalar of its object's row, or leads to other rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from touchgraph.model import PropertyType


class Of(Enum):
    """The part of a row that a property stands on."""

    NODE = auto()
    STATE = auto()
    FACT = auto()
    END = auto()


class Direction(Enum):
    """How a hop crosses its fact, seen from the entity it starts at."""

    OUT = auto()
    IN = auto()
    BOTH = auto()


@dataclass(frozen=True)
class Property:
    """A property as it stands in the graph; dates and times come as ISO 8601 text."""

    name: str
    of: Of = Of.STATE
    type: PropertyType = "string"


@dataclass(frozen=True)
class FactType:
    """The type of the row's relationship."""


@dataclass(frozen=True)
class Local:
    """A value that the source yields beside the row: `depth` of a walk, `score` of a search."""

    name: str


@dataclass(frozen=True)
class Across:
    """The ids of the entities to which a fact leads at the moment."""

    fact: str


Scalar = Property | FactType | Local | Across


@dataclass(frozen=True)
class Computed:
    """A pure function of scalars of the row and of enum arguments; `function` takes `needs`, then `arguments`."""

    function: Callable[..., Any]
    needs: tuple[Scalar, ...]
    arguments: tuple[str, ...] = ()


Path = tuple[tuple[str, Direction], ...]
"""Facts and links to cross, one after the other."""


@dataclass(frozen=True)
class Reaches:
    """Rows from which a path leads to the entity that the argument names, or to one below it.

    `start`: a page may start from these entities, where few rows lead to them.
    """

    path: Path
    label: str
    below: str | None = None
    start: bool = False


@dataclass(frozen=True)
class Within:
    """Rows in whose property stands the id of the entity that the argument names, or of one below it."""

    property: str
    label: str
    below: str


@dataclass(frozen=True)
class Equals:
    """Rows whose property is what the argument says; it stands on the last fact of the path, where there is one."""

    property: str
    path: Path = ()


@dataclass(frozen=True)
class Between:
    """Rows whose property lies between the argument and the argument `to`, both included where given."""

    property: str
    to: str
    days: bool = False


Condition = Reaches | Within | Equals | Between
"""What an argument asks of rows."""
Conditions = tuple[tuple[str, Condition], ...]
"""Conditions by the names of their arguments."""


@dataclass(frozen=True)
class Hop:
    """Across facts of the given types, to the entities at the other end or (`yields_fact`) to the facts themselves.

    A link of events is crossed as a fact is: to events that are known and not later than the moment.

    `ever`: facts of all valid times, as known at the moment; otherwise those valid at it.
    `walk`: one hop or more, each valid at the moment, nearest first.
    `paged`: a Relay connection. `to`: a label that the other end must carry, where the fact allows several.
    """

    facts: tuple[str, ...]
    direction: Direction = Direction.OUT
    yields_fact: bool = False
    ever: bool = False
    walk: bool = False
    paged: bool = False
    to: str | None = None
    order: str = "ID"
    conditions: Conditions = ()


@dataclass(frozen=True)
class Reference:
    """The entity whose id stands in a property of the row."""

    property: Property
    label: str


@dataclass(frozen=True)
class Lookup:
    """The entity with the argument `id`, or one (or null) for each of the argument `ids`."""

    label: str


@dataclass(frozen=True)
class Scan:
    """All entities of a label that exist at the moment."""

    label: str
    order: str = "ID"
    hierarchy: str | None = None
    """The fact that the filter `under` walks up."""
    conditions: Conditions = ()


@dataclass(frozen=True)
class Named:
    """The rows of a statement below `cypher/queries/`: locals, and a column `node` unless the row is a `record`.

    `parameters` are the arguments, or fields of arguments that are input objects: `from.asOf` fills `$fromAsOf`.
    `given` are those that the outer row fills: a list fills one with its first item. Rows that are records come in the
    order of their first local, other rows best first. `items`: the local that is a list of records, which are the rows
    instead. `moment`: as for `Unwind`. `half_open`: a period of it ends before the day `to`; others include it.
    """

    statement: str
    parameters: tuple[str, ...]
    locals: tuple[str, ...]
    record: bool = False
    items: str = ""
    given: tuple[tuple[str, Scalar], ...] = ()
    moment: str | None = None
    half_open: bool = False


@dataclass(frozen=True)
class Unwind:
    """The items of a local that is a list, in its order: facts, entities, or records whose keys are locals.

    `moment`: the local `{asOf, knownAt}` as of which they, and all below them, are answered; default: the statement's.
    """

    local: str
    yields_fact: bool = False
    yields_node: bool = False
    moment: str | None = None


@dataclass(frozen=True)
class Member:
    """The entity that a local is, or the fact (`yields_fact`); null where it is none. `moment`: as for `Unwind`."""

    local: str
    yields_fact: bool = False
    moment: str | None = None


@dataclass(frozen=True)
class Then:
    """The entity at the end of the row's fact: at the moment if the fact holds then, else on the day that it began."""


class Same(Enum):
    """An object made of a part of the same row: its node, its state as a fact, its fact, or one end of its fact."""

    NODE = auto()
    STATE = auto()
    FACT = auto()
    START = auto()
    END = auto()


class Part(Enum):
    """What a Relay connection and its edges are made of."""

    EDGES = auto()
    NODES = auto()
    PAGE_INFO = auto()
    TOTAL_COUNT = auto()
    NODE = auto()
    CURSOR = auto()
    HAS_NEXT_PAGE = auto()
    HAS_PREVIOUS_PAGE = auto()
    START_CURSOR = auto()
    END_CURSOR = auto()


class Context(Enum):
    """A field that changes how everything below it is answered."""

    AT = auto()


Source = Scalar | Computed | Hop | Reference | Lookup | Scan | Named | Unwind | Member | Then | Same | Part | Context
