"""The schema as a page to read, `docs/schema.md`: every type with what its fields, arguments and values mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    Undefined,
    get_named_type,
    print_ast,
)
from graphql.utilities import ast_from_value

Composite = GraphQLObjectType | GraphQLInterfaceType
_INTRODUCTION = """# The schema

Every type of the API, made from the schema itself (`make golden` writes this page anew); GraphiQL shows the same.
[Ask](ask.md) tells how to use it. `!`: never null. `[…]`: a list. What stands below a field, after a dot, are its
arguments, with their defaults. A type has the fields of its interfaces, too.
"""
_PAGED = ("Connection", "Edge")


def reference(schema: GraphQLSchema) -> str:
    """The page, in Markdown."""
    types = {name: type_ for name, type_ in schema.type_map.items() if not name.startswith("__")}
    roots = [type_.name for type_ in (schema.query_type, schema.mutation_type) if type_]
    paged = {name: type_ for name, type_ in types.items() if name.endswith(_PAGED) and isinstance(type_, Composite)}
    parts = [_INTRODUCTION, *(_composite(types[name], "##") for name in roots)]
    for title, kind in (("Interfaces", GraphQLInterfaceType), ("Types", GraphQLObjectType)):
        others = (type_ for name, type_ in sorted(types.items()) if isinstance(type_, kind))
        shown = (one for one in others if one.name not in (*roots, *paged))
        parts += [f"## {title}\n", *(_composite(one, alike=_same(one, schema.query_type)) for one in shown)]
    parts += ["## Pages\n", *_pages(paged)]
    sections: list[tuple[str, Any, Callable[[Any], str]]] = [
        ("Inputs", GraphQLInputObjectType, _input),
        ("Enums", GraphQLEnumType, _enum),
        ("Scalars", GraphQLScalarType, _scalar),
    ]
    for title, kind, show in sections:
        parts += [f"## {title}\n", *(show(type_) for _, type_ in sorted(types.items()) if isinstance(type_, kind))]
    return "\n".join(parts)


def _same(type_: Composite, other: Composite | None) -> Composite | None:
    """The other type, if it has the very same fields: the root, below a moment, is a type of its own."""
    return other if other and list(type_.fields) == list(other.fields) else None


def _composite(type_: Any, level: str = "###", alike: Composite | None = None) -> str:
    inherited = {name for one in type_.interfaces for name in one.fields}
    above = [one for one in type_.interfaces if not any(one in other.interfaces for other in type_.interfaces)]
    head = [f"{level} {type_.name}", type_.description]
    if above:
        head.append(f"Implements {' and '.join(_linked(one) for one in above)}.")
    if alike:
        return _section([*head, f"Has the fields of {_linked(alike)}."], "", ())
    return _section(head, "field", _fields(type_, inherited))


def _fields(type_: Any, without: Iterable[str] = ()) -> Iterator[tuple[str, str, str]]:
    for name, field in type_.fields.items():
        if name not in without:
            yield f"`{name}`", _typed(field.type), field.description
            for argument, told in field.args.items():
                yield f"· `{argument}`", _typed(told.type, told), told.description


def _pages(paged: Mapping[str, Composite]) -> Iterator[str]:
    """Connections and edges, those with the same fields together."""
    alike: defaultdict[tuple[tuple[str, str | None], ...], list[str]] = defaultdict(list)
    for name, type_ in sorted(paged.items()):
        alike[tuple((one, field.description) for one, field in type_.fields.items())].append(name)
    for told, names in alike.items():
        fields = (one.fields for one in map(paged.get, names) if one)
        typed = [{_typed(field.type) for field in some} for some in zip(*(one.values() for one in fields), strict=True)]
        rows = (
            (f"`{name}`", "…" if len(types) > 1 else types.pop(), what)
            for types, (name, what) in zip(typed, told, strict=True)
        )
        yield _section([", ".join(f"`{name}`" for name in names), paged[names[0]].description], "field", rows)


def _input(type_: GraphQLInputObjectType) -> str:
    rows = ((f"`{name}`", _typed(one.type, one), one.description) for name, one in type_.fields.items())
    one_of = "Exactly one of the fields is given." if type_.is_one_of else ""
    return _section([f"### {type_.name}", type_.description, one_of], "field", rows)


def _enum(type_: GraphQLEnumType) -> str:
    rows = ((f"`{name}`", value.description) for name, value in type_.values.items())
    return _section([f"### {type_.name}", type_.description], "value", rows)


def _scalar(type_: GraphQLScalarType) -> str:
    return _section([f"### {type_.name}", type_.description], "", ())


def _section(head: Iterable[str | None], first: str, rows: Iterable[tuple[str | None, ...]]) -> str:
    """A title with what is said of it, and a table."""
    text = "\n\n".join(line for line in head if line) + "\n"
    table = [" | ".join((one or "").replace("|", "\\|").replace("\n", " ") for one in row) for row in rows]
    if not table:
        return text
    titles = (first, "type", "what") if table[0].count(" | ") > 1 else (first, "what")
    lines = [" | ".join(titles), "|".join(["---"] * len(titles)), *table]
    return f"{text}\n" + "\n".join(f"| {line} |" if "---" not in line else f"|{line}|" for line in lines) + "\n"


def _typed(type_: Any, given: Any = None) -> str:
    """A type with a link to it, and the default of an argument."""
    name = get_named_type(type_).name
    told = str(type_).replace(name, _linked(get_named_type(type_)))
    default = getattr(given, "default_value", Undefined)
    if default in (Undefined, None):
        return told
    value = ast_from_value(default, type_)
    return f"{told} = `{print_ast(value)}`" if value else told


def _linked(type_: GraphQLNamedType) -> str:
    anchor = "pages" if type_.name.endswith(_PAGED) else type_.name.lower()
    return f"[{type_.name}](#{anchor})"
