"""What the graph's tables are made of: kinds of entities and facts, their properties, and what every fact obeys."""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Literal

PropertyType = Literal["string", "integer", "float", "date", "datetime", "boolean", "strings"]

OPEN_START = date(1, 1, 1)
"""`validFrom` of a fact whose beginning nobody recorded."""
OPEN_END = date(9999, 12, 31)
"""`validTo` of a fact that still holds."""
OPEN_RECORD = datetime(9999, 12, 31, tzinfo=UTC)
"""`recordedTo` of a fact that nobody corrected."""
NAMES = ("nameZh", "nameEn")
"""The properties by which whatever has a name is called."""
TERMS = "nameTerms"
"""The property beside names that holds what they are found by, as `graph/names.py` makes it of them.

It follows from the names, and so is no property of the model: nobody is told it, and nothing depends on it but search.
"""
LATEST = datetime(9999, 12, 30, tzinfo=UTC)
"""`knownAt` when nobody asks for another: all that is recorded, whatever the clocks say."""


@dataclass(frozen=True)
class Property:
    """A property of a node or of a fact; `values` closes its range. `lines`: a text that may have several.

    `strings` are a list of texts.
    """

    name: str
    type: PropertyType = "string"
    required: bool = False
    values: builtins.type[StrEnum] | None = None
    lines: bool = False


@dataclass(frozen=True)
class EntityKind:
    """A label whose nodes have a stable id `prefix:…`; `state` are the properties that can change over time.

    A kind without state (a source, a customer) does not change: its `properties` stand on the node itself. `base` is
    the label that all of the organisation share; None for those that come in millions.
    """

    label: str
    prefix: str
    groups: tuple[str, ...] = ()
    state: tuple[Property, ...] = ()
    properties: tuple[Property, ...] = ()
    base: str | None = "Entity"

    @property
    def name(self) -> str:
        """The label as an enum member of the API: LIFECYCLE_STAGE."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.label).upper()

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels of such a node: its own, its groups', and that of all entities it is one of."""
        return (self.label, *self.groups, *filter(None, (self.base,)))


@dataclass(frozen=True)
class FactKind:
    """A relationship type that holds for a time. `key` are the properties that, with both ends, tell facts apart.

    `single`: one start node has at most one such fact at a time; `acyclic`: following it never comes back.
    """

    type: str
    start: tuple[str, ...]
    end: tuple[str, ...]
    properties: tuple[Property, ...] = ()
    key: tuple[str, ...] = ()
    single: bool = False
    acyclic: bool = False


def quote(identifier: str) -> str:
    """A label, type or property name, safe to stand in Cypher."""
    return "`" + identifier.replace("`", "``") + "`"


def with_id(node: str, key: str, *labels: str) -> str:
    """The pattern of the entity of one of the labels with an id, and that it is looked up by its index.

    Left to the planner, all ids would be gone through where statistics are not yet sampled.
    """
    hints = "".join(f" USING INDEX SEEK {node}:{quote(label)}(id)" for label in labels)
    return f"({node}:{'|'.join(map(quote, labels))} {{id: {key}}}){hints}"


def known(variable: str, known_at: str) -> str:
    """The predicate that a fact is known at a time."""
    return f"{variable}.recordedFrom <= {known_at} < {variable}.recordedTo"


def now(variable: str, as_of: str, known_at: str) -> str:
    """The predicate that a fact is valid on a day and known at a time."""
    return f"{variable}.validFrom <= {as_of} < {variable}.validTo AND {known(variable, known_at)}"
