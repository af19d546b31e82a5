"""Hypothesis strategies for valid queries over the schema: whatever GraphQL allows, in small."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
)
from hypothesis import strategies as st

from touchgraph.answer.plan import Order
from touchgraph.answer.sources import Property
from touchgraph.answer.values import encode_cursor

MAX_DEPTH = 5
SKIPPED = {
    *("search", "ownership", "coverage", "gaps", "conflicts", "portfolio", "orgDiff", "timeline", "whatIf", "impact"),
    *("funnel", "dualLink", "poolSizes", "touchpointUsage", "productLifecycle"),
    *("__schema", "__type", "JourneyStep.owner", "NextTouchpoint.owner", "CustomerOwner.functional"),
}
"""Fields without a reference: ranking is the index's own, and introspection is graphql-core's."""
SKIPPED_ARGUMENTS = {"text", "Customer.interactions.channel"}
DAYS = ["2025-03-31", "2025-05-30", "2025-05-31", "2025-06-01", "2026-02-01", "0001-01-01", "9999-12-31"]
TIMES = ["2025-05-01T00:00:00Z", "2025-06-01T06:00:00Z", "2025-06-01T20:00:00+08:00", "2025-06-02T00:00:00Z"]
TIMES += ["2025-06-02T08:30:00Z", "2025-06-03T00:00:00Z"]
PERIODS = ["2025-06-01", "2025-07-05", "2025-12-24", "9999-12-31"]
_KEYS = {"REGISTERED_ON": "registeredOn", "CREATED_ON": "createdOn", "AT": "at"}
_UNITS = ("dealer:", "area:", "region:", "centre:", "company:", "dept:")
_NAMED: dict[str, tuple[str, ...]] = {
    "stage": ("stage:",),
    "place": _UNITS,
    "linkedBy": ("channel:",),
    "channel": ("channel:",),
    "model": ("product:",),
    "touchpoint": ("touchpoint:",),
    "orgUnits.under": _UNITS,
    "dealers.under": _UNITS,
    "touchpoints.under": ("touchpoint:",),
    "channels.under": ("channel:",),
}
"""Arguments that name an entity of a kind, by the prefixes of its id."""
_WRONG = ["dept:nobody", "", "nothing"]
_STRINGS = {"NAME_ZH": "nameZh", "NAME_EN": "nameEn"}
_NUMBERS = {"LEVEL": "level", "ORDINAL": "ordinal"}


@dataclass
class Query:
    """A document, its variables, and how it came to be."""

    text: str
    variables: dict[str, Any]


@dataclass
class _Writer:
    draw: st.DrawFn
    schema: GraphQLSchema
    ids: list[str]
    variables: dict[str, tuple[str, Any]] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)
    aliases: int = 0

    def chance(self, of_ten: int) -> bool:
        return self.draw(st.integers(0, 9)) < of_ten

    def selection(self, parent: GraphQLNamedType, depth: int) -> str:
        parts = []
        for _ in range(self.draw(st.integers(1, 4))):
            choice = self.draw(st.integers(0, 11))
            if choice == 0:
                parts.append(self.alias() + "__typename" + self.directive())
            elif choice == 1:
                parts.append(self.inline(parent, depth))
            elif choice == 2:
                parts.append(self.spread(parent, depth))
            elif is_abstract_type(parent) and choice < 5:
                parts.append(self.inline(parent, depth))
            elif one := self.field(parent, depth):
                parts.append(one)
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def alias(self) -> str:
        self.aliases += 1
        return f"a{self.aliases}: " if self.chance(5) else ""

    def field(self, parent: GraphQLNamedType, depth: int) -> str | None:
        fields: dict[str, GraphQLField] = getattr(parent, "fields", {})
        leafs = depth >= MAX_DEPTH
        names = [
            n
            for n, f in fields.items()
            if not {n, f"{parent.name}.{n}"} & SKIPPED and not (leafs and is_composite_type(get_named_type(f.type)))
        ]
        if not names:
            return None
        name = self.draw(st.sampled_from(names))
        one = fields[name]
        self.aliases += 1
        alias = f"a{self.aliases}: " if one.args or self.chance(4) else ""
        below = get_named_type(one.type)
        selection = " " + self.selection(below, depth + 1) if is_composite_type(below) else ""
        return alias + name + self.arguments(parent, name, one) + self.directive() + selection

    def conditions(self, parent: GraphQLNamedType) -> list[str]:
        """Types that a fragment inside the parent may name."""
        mine = self.possible(parent)
        return [
            t.name
            for t in self.schema.type_map.values()
            if is_composite_type(t) and not t.name.startswith("__") and mine & self.possible(t)
        ]

    def possible(self, type_: GraphQLNamedType) -> set[str]:
        if is_abstract_type(type_):
            return {t.name for t in self.schema.get_possible_types(type_)}
        return {type_.name}

    def inline(self, parent: GraphQLNamedType, depth: int) -> str:
        name = self.draw(st.sampled_from(self.conditions(parent)))
        on = f" on {name}" if self.chance(8) else ""
        within = self.schema.type_map[name] if on else parent
        return f"...{on}{self.directive()} {self.selection(within, depth)}"

    def spread(self, parent: GraphQLNamedType, depth: int) -> str:
        on = self.draw(st.sampled_from(self.conditions(parent)))
        body = self.selection(self.schema.type_map[on], depth)
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {on} {body}")
        return f"...{name}" + self.directive()

    def directive(self) -> str:
        if not self.chance(1):
            return ""
        name, value = self.draw(st.sampled_from(["skip", "include"])), self.draw(st.booleans())
        written = self.variable("Boolean!", value) if self.chance(5) else str(value).lower()
        return f" @{name}(if: {written})"

    def variable(self, type_: str, value: Any) -> str:
        name = f"v{len(self.variables)}"
        self.variables[name] = (type_, value)
        return f"${name}"

    def arguments(self, parent: GraphQLNamedType, name: str, one: GraphQLField) -> str:
        values = {
            argument_name: self.value(f"{name}.under" if argument_name == "under" else argument_name, argument)
            for argument_name, argument in one.args.items()
            if not {argument_name, f"{parent.name}.{name}.{argument_name}"} & SKIPPED_ARGUMENTS
            and (is_non_null_type(argument.type) or self.chance(4))
        }
        if values.get("first") is not None and values.get("last") is not None:
            del values[self.draw(st.sampled_from(["first", "last"]))]
        for cursor in filter(values.get, ("after", "before")):
            ordinal = name in ("stages", "phases") and parent.name == "Query"
            default = "AT" if name == "interactions" else "ORDINAL" if ordinal else "ID"
            direction = "DESC" if default == "AT" else "ASC"
            values[cursor] = self.cursor(values.get("orderBy") or {"field": default, "direction": direction})
        for low, high in (("from", "to"), ("bornFrom", "bornTo")):
            if values.get(low) and values.get(high):
                values[low], values[high] = sorted((values[low], values[high]))
        written = [f"{name}: {self.argument(one.args[name], value)}" for name, value in values.items()]
        return f"({', '.join(written)})" if written else ""

    def cursor(self, order: dict[str, str]) -> str:
        """A cursor for a place in an order; nothing has to stand there."""
        by, down = order["field"], order["direction"] == "DESC"
        entity_id = self.draw(st.sampled_from(self.ids))
        if by in _STRINGS:
            names = st.sampled_from(["", "大", "商品经营部", "Lead Operations Department"])
            return encode_cursor([self.draw(names), entity_id], Order(Property(_STRINGS[by]), down))
        if by in _KEYS:
            times = ["2025-06-10T09:00:00Z", "2025-07-05T06:00:01Z", "2025-12-24T01:00:00Z"]
            key = self.draw(st.sampled_from(times)) if by == "AT" else self.draw(st.sampled_from(PERIODS))
            return encode_cursor([key, entity_id], Order(Property(_KEYS[by]), down))
        if by in _NUMBERS:
            return encode_cursor(
                [self.draw(st.integers(0, 4)), entity_id], Order(Property(_NUMBERS[by], type="integer"), down)
            )
        return encode_cursor([entity_id], Order(None, down))

    def argument(self, argument: GraphQLArgument, value: Any) -> str:
        if self.chance(4):
            return self.variable(str(argument.type), value)
        return literal(value, get_named_type(argument.type))

    def value(self, name: str, argument: GraphQLArgument) -> Any:
        if not is_non_null_type(argument.type) and self.chance(1):
            return None
        named = get_named_type(argument.type)
        one = self.input(name, named)
        inner = argument.type.of_type if is_non_null_type(argument.type) else argument.type
        return self.draw(st.lists(one, max_size=4)) if is_list_type(inner) else self.draw(one)

    def input(self, name: str, named: GraphQLNamedType) -> st.SearchStrategy[Any]:
        if isinstance(named, GraphQLEnumType):
            return st.sampled_from(list(named.values))
        if isinstance(named, GraphQLInputObjectType):
            fields = {n: self.input(n, get_named_type(f.type)) for n, f in named.fields.items()}
            return st.fixed_dictionaries(fields)
        special: dict[str, st.SearchStrategy[Any]] = {
            "first": st.integers(1, 30),
            "depth": st.integers(0, 4),
            "last": st.integers(1, 30),
            "after": st.just("after"),
            "before": st.just("before"),
            "asOf": st.sampled_from(DAYS),
            "knownAt": st.sampled_from(TIMES),
            "from": st.sampled_from(PERIODS),
            "to": st.sampled_from(PERIODS),
            "bornFrom": st.integers(1965, 1995),
            "bornTo": st.integers(1965, 1995),
        }
        good = [one for one in self.ids if one.startswith(_NAMED.get(name, ()))]
        if good and self.chance(9):
            return st.sampled_from(good)
        return special[name] if name in special else st.sampled_from(self.ids + _WRONG)


def literal(value: Any, named: GraphQLNamedType) -> str:
    """A value as it is written in a document."""
    if value is None:
        return "null"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item, named) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {item}" for key, item in value.items()) + "}"
    if isinstance(named, GraphQLEnumType) or isinstance(value, int):
        return str(value)
    return f'"{value}"'


@st.composite
def queries(draw: st.DrawFn, schema: GraphQLSchema, ids: list[str]) -> Query:
    """A query over the schema, whose ids are mostly those given."""
    writer = _Writer(draw, schema, ids)
    root = schema.query_type
    assert root is not None
    body = writer.selection(root, 0)
    types = ", ".join(f"${name}: {type_}" for name, (type_, _) in writer.variables.items())
    head = f"query Q({types}) " if types else ""
    values = {name: value for name, (_, value) in writer.variables.items()}
    return Query("\n".join([head + body, *writer.fragments]), values)
