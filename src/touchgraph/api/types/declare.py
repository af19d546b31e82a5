"""How types say where their fields come from: a Strawberry field that carries a source and has no resolver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from touchgraph.answer.plan import Write, Wrote
from touchgraph.answer.selection import SOURCE
from touchgraph.answer.sources import (
    Computed,
    Conditions,
    Direction,
    Hop,
    Lookup,
    Named,
    Of,
    Property,
    Reference,
    Scalar,
    Scan,
    Source,
)
from touchgraph.model import FACT_PROPERTIES, PropertyType

OUT, IN, BOTH = Direction.OUT, Direction.IN, Direction.BOTH
_TYPES: dict[str, PropertyType] = {p.name: p.type for p in FACT_PROPERTIES}


def declared(
    source: Source | Write | Wrote, *arguments: StrawberryArgument, doc: str | None = None, name: str | None = None
) -> Any:
    """A field with its source, arguments and description."""
    field = StrawberryField(metadata={SOURCE: source}, description=doc, graphql_name=name)
    field.arguments = list(arguments)
    return field


def argument(
    name: str, type_: object, default: object = strawberry.UNSET, doc: str | None = None
) -> StrawberryArgument:
    """An argument of a field; its Python name becomes camelCase, and loses a `_` at its end."""
    graphql_name = to_camel_case(name.rstrip("_"))
    return StrawberryArgument(name, graphql_name, StrawberryAnnotation(type_), default=default, description=doc)


def on_node(name: str, type_: PropertyType = "string", doc: str | None = None) -> Any:
    """A property that stands on the entity itself and never changes."""
    return declared(Property(name, Of.NODE, type_), doc=doc)


def on_state(name: str, type_: PropertyType = "string", doc: str | None = None) -> Any:
    """A property of the state that holds at the moment."""
    return declared(Property(name, Of.STATE, type_), doc=doc)


def on_fact(name: str, doc: str | None = None) -> Any:
    """A property of the fact."""
    return declared(Property(name, Of.FACT, _TYPES.get(name, "string")), doc=doc)


def on_end(name: str, type_: PropertyType = "string", doc: str | None = None) -> Any:
    """A property of the node at the end of the fact."""
    return declared(Property(name, Of.END, type_), doc=doc)


def computed(function: Callable[..., Any], *needs: Scalar, doc: str | None = None) -> Any:
    """A pure function of scalars of the row."""
    return declared(Computed(function, needs), doc=doc)


def entity(
    fact: str,
    direction: Direction,
    *arguments: StrawberryArgument,
    doc: str | None = None,
    name: str | None = None,
    **options: Any,
) -> Any:
    """The entity, the list or the connection (`paged`) of entities across a fact."""
    return declared(Hop((fact,), direction, **options), *arguments, doc=doc, name=name)


def facts(
    types: str | Sequence[str],
    direction: Direction,
    *arguments: StrawberryArgument,
    doc: str | None = None,
    ever: bool = False,
) -> Any:
    """The facts that start (OUT) or end (IN) at the entity."""
    kinds = (types,) if isinstance(types, str) else tuple(types)
    return declared(Hop(kinds, direction, yields_fact=True, ever=ever), *arguments, doc=doc)


def reference(name: str, label: str, of: Of = Of.FACT, doc: str | None = None) -> Any:
    """The entity whose id stands in a property."""
    return declared(Reference(Property(name, of), label), doc=doc)


def lookup(label: str, *arguments: StrawberryArgument, doc: str | None = None) -> Any:
    """The entity with a given id."""
    return declared(Lookup(label), *arguments, doc=doc)


def scan(
    label: str,
    *arguments: StrawberryArgument,
    order: str = "ID",
    hierarchy: str | None = None,
    conditions: Conditions = (),
    doc: str | None = None,
) -> Any:
    """A connection over all entities of a label."""
    return declared(Scan(label, order, hierarchy, conditions), *arguments, doc=doc)


def named(
    statement: str,
    *arguments: StrawberryArgument,
    locals_: tuple[str, ...],
    record: bool = False,
    items: str = "",
    parameters: tuple[str, ...] | None = None,
    given: tuple[tuple[str, Scalar], ...] = (),
    moment: str | None = None,
    half_open: bool = False,
    doc: str | None = None,
) -> Any:
    """The rows of a statement of `cypher/queries/`; `parameters` are its arguments unless told."""
    names = tuple(to_camel_case(one.python_name) for one in arguments)
    source = Named(statement, parameters or names, locals_, record, items, given, moment, half_open)
    return declared(source, *arguments, doc=doc)
