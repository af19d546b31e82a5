"""What a document says of arguments: the same as graphql-core makes of it, or an error where that has one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    parse,
)
from graphql.execution.values import get_argument_values

from touchgraph.answer.plan import Value
from touchgraph.answer.selection import Request, _Selection, read_request
from touchgraph.api.engine import _value
from touchgraph.api.schema import build_schema

SCHEMA = build_schema()._schema
LITERALS = {
    "ID": '"dept:sales"',
    "String": '"x"',
    "Int": "1",
    "Float": "1.5",
    "Boolean": "true",
    "Date": '"2025-06-01"',
    "DateTime": '"2025-06-01T00:00:00Z"',
}
VALUES: Mapping[str, Any] = {"Int": 1, "Float": 1.5, "Boolean": True}
ABSENT = object()
FIELDS = [
    (type_.name, name, field)
    for type_ in SCHEMA.type_map.values()
    if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
    for name, field in type_.fields.items()
    if field.args
]
Case = tuple[str, str, Any]
"""A literal, the declaration of `$v` if it has it, and the variable's value."""


def needed(type_: GraphQLInputObjectType) -> list[tuple[str, GraphQLInputField]]:
    """The fields that a value has to have; of those of which it has one, some one."""
    if type_.is_one_of:
        return [next((name, f) for name, f in type_.fields.items() if not is_list_type(f.type))]
    return [(name, f) for name, f in type_.fields.items() if is_non_null_type(f.type)]


def literal(type_: GraphQLInputType, depth: int = 0) -> str:
    """A value of a type."""
    if is_non_null_type(type_):
        return literal(type_.of_type, depth)
    if is_list_type(type_):
        return f"[{literal(type_.of_type, depth)}]"
    if is_enum_type(type_):
        return str(next(iter(type_.values)))
    if is_input_object_type(type_):
        return "{" + ", ".join(f"{name}: {literal(f.type, depth + 1)}" for name, f in needed(type_)) + "}"
    return LITERALS[get_named_type(type_).name]


def value(type_: GraphQLInputType) -> Any:
    """The same as it comes in a variable."""
    if is_non_null_type(type_):
        return value(type_.of_type)
    if is_list_type(type_):
        return [value(type_.of_type)]
    if is_enum_type(type_):
        return str(next(iter(type_.values)))
    if is_input_object_type(type_):
        return {name: value(f.type) for name, f in needed(type_)}
    name = get_named_type(type_).name
    return VALUES.get(name, LITERALS[name].strip('"'))


def cases(argument: GraphQLArgument) -> Iterator[Case]:
    """All that can be said of an argument, valid or not: by itself, by a variable, by one within."""
    type_ = argument.type
    bare = type_.of_type if is_non_null_type(type_) else type_
    yield "null", "", ABSENT
    yield literal(type_), "", ABSENT
    for declared, given in product((str(bare), f"{bare} = {literal(bare)}", f"{bare}!"), (ABSENT, None, value(bare))):
        yield "$v", declared, given
    if is_list_type(bare):
        item = bare.of_type.of_type if is_non_null_type(bare.of_type) else bare.of_type
        yield literal(item), "", ABSENT
        yield "[null]", "", ABSENT
        yield "[]", "", ABSENT
        yield "$v", str(bare), value(item)
        yield "$v", str(bare), [None]
        for given in (ABSENT, None, value(item)):
            yield f"[{literal(item)}, $v]", str(item), given
    if is_input_object_type(bare):
        for name, field in bare.fields.items():
            inner = field.type.of_type if is_non_null_type(field.type) else field.type
            rest = literal(bare)[1:-1] if not bare.is_one_of else ""
            if f"{name}:" not in rest:
                for given in (ABSENT, None, value(inner)):
                    yield f"{{{', '.join(filter(None, (rest, f'{name}: $v')))}}}", str(inner), given


def plain(made: Any) -> Any:
    """A coerced value without the classes that Strawberry makes of inputs."""
    if isinstance(made, dict):
        return {key: plain(one) for key, one in made.items()}
    return [plain(one) for one in made] if isinstance(made, list | tuple) else made


def said(field: GraphQLField, node: FieldNode, request: Request) -> Any:
    """The arguments as the plan has them, or an error."""
    try:
        found: dict[str, Value] = _Selection(request)._arguments(field, node)
        return {name: plain(_value(one, request.values)) for name, one in found.items()}
    except GraphQLError as error:
        return error.message


def expected(field: GraphQLField, node: FieldNode, request: Request) -> Any:
    try:
        return plain(get_argument_values(field, node, request.variables))
    except GraphQLError as error:
        return error.message


@pytest.mark.parametrize("type_name", sorted({type_name for type_name, _, _ in FIELDS}))
def test_an_argument_is_what_graphql_core_makes_of_it(type_name: str) -> None:
    """Absent, null, default, a variable that is absent, null or given, a list with null, one value for a list."""
    tried = 0
    for _, name, field in (one for one in FIELDS if one[0] == type_name):
        for argument_name, argument in field.args.items():
            others = [(n, a) for n, a in field.args.items() if n != argument_name and is_non_null_type(a.type)]
            rest = [f"{n}: {literal(a.type)}" for n, a in others if a.default is None]
            for text, declared, given in cases(argument):
                head = f"query($v: {declared})" if declared else "query"
                document = parse(f"{head} {{ f({', '.join([*rest, f'{argument_name}: {text}'])}) }}")
                request = read_request(SCHEMA, document, None, {} if given is ABSENT else {"v": given})
                if isinstance(request, list):
                    continue
                (operation,) = document.definitions
                assert isinstance(operation, OperationDefinitionNode)
                (node,) = operation.selection_set.selections
                assert isinstance(node, FieldNode)
                assert said(field, node, request) == expected(field, node, request), (name, text, declared, given)
                tried += 1
    assert tried > 1
