"""Arguments into parameters, pages, orders and conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from touchgraph.answer import values
from touchgraph.answer.plan import Binding, Filter, Literal, Mention, ObjectOf, Order, Page, Selected, Value
from touchgraph.answer.sources import Between, Condition, Hop, Lookup, Named, Of, Property, Scan, Source
from touchgraph.errors import InputError
from touchgraph.model import FACT_BY_TYPE

_ORDERS = {
    "ID": None,
    "NAME_ZH": Property("nameZh"),
    "NAME_EN": Property("nameEn"),
    "LEVEL": Property("level", type="integer"),
    "ORDINAL": Property("ordinal", type="integer"),
    "REGISTERED_ON": Property("registeredOn", Of.NODE, "date"),
    "CREATED_ON": Property("createdOn", Of.NODE, "date"),
    "AT": Property("at", Of.NODE, "datetime"),
}
_NEWEST_FIRST = ("AT",)
MENTIONED = {
    "channel": "Channel",
    "linkedBy": "Channel",
    "model": "Product",
    "place": "OrgUnit",
    "stage": "LifecycleStage",
    "subject": "Subject",
    "touchpoint": "Touchpoint",
    "unit": "OrgUnit",
}
"""Which arguments name an entity, and of which label."""


def given(value: Value | None) -> bool:
    """Whether an argument has a value, and it is not null."""
    return value is not None and value != Literal(None)


def binding(one: Selected, name: str) -> Binding:
    """The parameter that an argument fills."""
    return Binding(one.arguments[name], values.CONVERT.get(name, values.same), one.origin)


def literal(one: Selected, name: str) -> str:
    """The name of an enum member that an argument is."""
    value = one.arguments[name]
    assert isinstance(value, Literal), "enums are part of the plan"
    return str(value.value)


def mentions(one: Selected) -> Iterator[Mention]:
    """The entities that the arguments name, but those of a lookup: it yields null where there is none."""
    source = one.source
    for name, value in one.arguments.items():
        label = MENTIONED.get(name)
        if name == "under" and isinstance(source, Scan) and source.hierarchy:
            tops = FACT_BY_TYPE[source.hierarchy].end
            label = source.label if source.label in tops else tops[0]
        elif name == "id" and isinstance(source, Named):
            label = "Entity"
        if label and given(value):
            yield Mention(name, label, Binding(value, values.same, one.origin), ever=label == "Entity")


def page(one: Selected, order: Order, around: Callable[[bool], bool]) -> Page:
    """The page that `first` or `last`, `after` and `before` ask for. Raises InputError for both of the first two.

    `around`: whether it is asked what lies beyond the cursor where the page starts, given whether it goes backward.
    """
    first, last = (given(one.arguments.get(name)) for name in ("first", "last"))
    if first and last:
        raise InputError(f"last: expected no `first` beside it, in {one.name}")
    name = "last" if last else "first"
    limit = binding(one, name) if first or last else Binding(Literal(None), values.limit, one.origin)
    found = Page(limit, _cursor(one, "after", order), _cursor(one, "before", order), last)
    return replace(found, around=found.start is not None and around(last))


def _cursor(one: Selected, name: str, order: Order) -> Binding | None:
    """The place that a cursor names, if one is given."""
    value = one.arguments.get(name)
    return Binding(value, values.decode_cursor(order, name), one.origin) if value and given(value) else None


def order(one: Selected, source: Hop | Scan) -> Order:
    """The order that `orderBy` asks for, or that of the source."""
    asked = one.arguments.get("orderBy")
    if isinstance(asked, Literal) and asked.value is not None:
        return Order(_ORDERS[str(asked.value["field"])], str(asked.value["direction"]) == "DESC")
    return own_order(source)


def own_order(source: Hop | Scan) -> Order:
    """The order of a source where none is asked for."""
    return Order(_ORDERS[source.order], source.order in _NEWEST_FIRST)


def filters(one: Selected) -> tuple[Filter, ...]:
    """The conditions that the arguments ask for; those on labels and types are part of the plan."""
    filters = []
    for name in ("kinds", "types", "under", "text", "confidence", "role", "depth"):
        value = one.arguments.get(name)
        if not given(value):
            continue
        if name in ("kinds", "types"):
            assert isinstance(value, Literal), "enums are part of the plan"
            filters.append(Filter(name, tuple(str(member) for member in value.value)))
        else:
            filters.append(Filter(name, binding=binding(one, name)))
    conditions = one.source.conditions if isinstance(one.source, Hop | Scan) else ()
    return (*filters, *filter(None, (_declared(one, name, condition) for name, condition in conditions)))


def _declared(one: Selected, name: str, condition: Condition) -> Filter | None:
    """A condition that the source declares, if its argument is given."""
    names = (name, condition.to) if isinstance(condition, Between) else (name,)
    asked = tuple((each, one.arguments[each]) for each in names if given(one.arguments.get(each)))
    if not asked:
        return None
    if isinstance(condition, Between):
        bound = Binding(ObjectOf(asked), values.between(name, condition.to, condition.days), one.origin)
    else:
        bound = binding(one, name)
    return Filter(name, tuple(each for each, _ in asked), bound, condition)


def parameters(one: Selected, source: Source, day: Value) -> Mapping[str, Binding]:
    """The parameters of a lookup, or of a named statement, which is asked for on a day."""
    if isinstance(source, Lookup):
        return {name: binding(one, name) for name in one.arguments}
    if isinstance(source, Named):
        found = dict(_parameter(one, name) for name in source.parameters)
        period = tuple((name, one.arguments[name]) for name in ("from", "to") if name in one.arguments)
        if period and "to" in found:
            found["to"] = Binding(ObjectOf((*period, ("asOf", day))), values.period_end(source.half_open), one.origin)
        return found
    return {}


def _parameter(one: Selected, path: str) -> tuple[str, Binding]:
    """The name and the value of a parameter: that of an argument, or of a field of one."""
    name, _, part = path.partition(".")
    convert = values.CONVERT_NAMED.get(part or name, values.same)
    value = one.arguments.get(name, Literal(None))
    if not part:
        return name, Binding(value, convert, one.origin)
    return name + part[0].upper() + part[1:], Binding(value, lambda whole: convert(whole.get(part)), one.origin)
