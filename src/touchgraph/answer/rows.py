"""Rows into the answer: objects under their response keys in the query's order, nulls propagated as GraphQL does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from touchgraph.answer.shape import Kept, Output, Refused, Shape, Wrap
from touchgraph.errors import GraphError


@dataclass
class Fault:
    """A field that has no value though it must have, or was asked for one; `path` leads to it through the answer."""

    message: str
    origin: Any
    path: list[str | int]
    code: str = GraphError.code


class _Null(Exception):
    """Something is null because of a fault below it; with it go all faults that were noted in what is left out."""

    def __init__(self, fault: Fault) -> None:
        self.faults = [fault]

    def at(self, step: str | int) -> _Null:
        for fault in self.faults:
            fault.path.insert(0, step)
        return self


def shape_rows(shape: Shape, rows: list[Any]) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The answer's data, made of the list of the roots' rows, and what was null but must not be."""
    nulls: list[_Null] = []
    try:
        data = _fields(shape, rows, nulls)
    except _Null as null:
        return None, null.faults
    return data, _taken_out(data, []) if nulls else []


def _fields(shape: Shape, raw: Any, nulls: list[_Null]) -> dict[str, Any]:
    """An object. Where a field is null by a fault, that stands in its place until all is done; it is noted, too."""
    data: dict[str, Any] = {}
    for key, pick, convert, plain, output in shape.steps[shape.type_of(raw)]:
        try:
            value = pick(raw)
        except Refused as refused:
            null = _Null(Fault(str(refused), output.origin, [], refused.code))
            data[key] = _absorb(null.at(key), output.wrap, nulls, data)
            continue
        if convert is not None:
            value = convert(value)
        if not plain or value is None:
            if isinstance(value, Kept) and output.shape in value.shaped:
                value = value.shaped[output.shape]
            else:
                try:
                    value = _complete(output, output.wrap, value, nulls)
                except _Null as null:
                    value = _absorb(null.at(key), output.wrap, nulls, data)
        data[key] = value
    return data


def _complete(output: Output, wrap: Wrap, value: Any, nulls: list[_Null]) -> Any:
    if value is None:
        if wrap.nullable:
            return None
        raise _Null(Fault(f"Cannot return null for non-nullable field {output.name}.", output.origin, []))
    if wrap.items is not None:
        return _items(output, wrap.items, value, nulls)
    if output.shape is None:
        return value
    return _kept(output.shape, value, nulls) if isinstance(value, Kept) else _fields(output.shape, value, nulls)


def _items(output: Output, wrap: Wrap, values: list[Any], nulls: list[_Null]) -> list[Any]:
    items: list[Any] = []
    for index, value in enumerate(values):
        try:
            items.append(_complete(output, wrap, value, nulls))
        except _Null as null:
            items.append(_absorb(null.at(index), wrap, nulls, items))
    return items


def _absorb(null: _Null, wrap: Wrap, nulls: list[_Null], around: Any) -> _Null:
    """It, to stand where there may be null; elsewhere, what is around it is null, and takes its own faults along."""
    if not wrap.nullable:
        null.faults[:0] = _taken_out(around, [])
        raise null
    nulls.append(null)
    return null


def _kept(shape: Shape, row: Kept, nulls: list[_Null]) -> dict[str, Any]:
    """The object of a row that is remembered: so is the object, if nothing is wrong with it."""
    data = row.shaped.get(shape)
    if data is None:
        before = len(nulls)
        data = _fields(shape, row, nulls)
        if len(nulls) == before:
            row.keep(shape, data)
    return data


def _taken_out(data: Any, path: list[str | int]) -> list[Fault]:
    """Puts null in the places of faults, which get the path that leads to them from the top."""
    found: list[Fault] = []
    steps: Iterable[tuple[Any, Any]] = data.items() if isinstance(data, dict) else enumerate(data)
    for step, value in steps:
        if isinstance(value, _Null):
            for fault in value.faults:
                fault.path[:0] = path
            data[step] = None
            found += value.faults
        elif isinstance(value, dict | list):
            found += _taken_out(value, [*path, step])
    return found
