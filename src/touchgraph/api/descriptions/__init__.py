"""What the schema says of itself where a declaration does not: each recurring field, argument and value said once.

A declaration (`doc=`) comes first. Else the tables are asked: for the name within its type, within an interface of the
type, within a connection or an edge, and at last for the name alone. `docs/schema.md` is made from the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from touchgraph.api.descriptions.answers import ARGUMENTS, FIELDS
from touchgraph.api.descriptions.enums import VALUES
from touchgraph.api.descriptions.inputs import INPUT_FIELDS
from touchgraph.api.descriptions.types import TYPES

_ROOTS = ("Query", "View")
"""Types with the fields of the root: what is said of them is told of `Query`."""
_GENERIC = ("Connection", "Edge")


def describe(schema: GraphQLSchema) -> None:
    """Gives every type, field, argument and value of a schema its description, unless it has one."""
    for owner, key, table in described(schema):
        if not owner.description:
            owner.description = next((table[name] for name in _found(key, table)), None)


def undescribed(schema: GraphQLSchema) -> list[str]:
    """What has no description: `Type`, `Type.field`, `Type.field(argument)`."""
    return [key[0] for owner, key, _ in described(schema) if not owner.description]


def unused(schema: GraphQLSchema) -> list[str]:
    """The names in the tables by which nothing in a schema got its description."""
    used = {(id(table), name) for _, key, table in described(schema) for name in _found(key, table)}
    tables = (TYPES, FIELDS, ARGUMENTS, INPUT_FIELDS, VALUES)
    return [name for table in tables for name in table if (id(table), name) not in used]


def _found(key: list[str], table: Mapping[str, str]) -> list[str]:
    return [name for name in key if name in table][:1]


def described(schema: GraphQLSchema) -> Iterator[tuple[Any, list[str], Mapping[str, str]]]:
    """All that can have a description, with the names by which it is looked up, its full one first, and in what."""
    for name, type_ in schema.type_map.items():
        if name.startswith("__"):
            continue
        yield type_, [name], TYPES
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            within = [name, *(["Query"] if name in _ROOTS else []), *(one.name for one in type_.interfaces)]
            within += [one for one in _GENERIC if name.endswith(one)]
            for field_name, field in type_.fields.items():
                yield field, [*(f"{one}.{field_name}" for one in within), field_name], FIELDS
                for arg_name, argument in field.args.items():
                    told = f"{field_name}({arg_name})"
                    yield argument, [*(f"{one}.{told}" for one in within), told, arg_name], ARGUMENTS
        elif isinstance(type_, GraphQLInputObjectType):
            for field_name, input_field in type_.fields.items():
                yield input_field, [f"{name}.{field_name}", field_name], INPUT_FIELDS
        elif isinstance(type_, GraphQLEnumType):
            for value_name, value in type_.values.items():
                yield value, [f"{name}.{value_name}", value_name], VALUES
