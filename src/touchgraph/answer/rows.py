"""Rows into the answer: objects under their response keys in the query's order, nulls propagated as GraphQL does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from touchgraph.answer.shape import Kept, Output, Shape, Wrap


@dataclass
class Fault:
    """A field that is null and must not be; `path` leads to it through the answer."""

    message: str
    origin: Any
    path: list[str | int]


class _Null(Exception):
    """Something is null because of a fault below it; `place` is where it stands within what was left out so far."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault

    def at(self, step: str | int) -> _Null:
        self.fault.path.insert(0, step)
        return self


def shape_rows(shape: Shape, rows: list[Any]) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The answer's data, made of the list of the roots' rows, and what was null but must not be."""
    faults: list[Fault] = []
    try:
        data = _fields(shape, rows, faults)
    except _Null as null:
        return None, [null.fault]
    return data, _taken_out(data, []) if faults else []


def _fields(shape: Shape, raw: Any, faults: list[Fault]) -> dict[str, Any]:
    """An object. Where a field may be null, a fault stands in its place, until all is done; it is noted, too."""
    data = {}
    for key, pick, convert, plain, output in shape.steps[shape.type_of(raw)]:
        value = pick(raw)
        if convert is not None:
            value = convert(value)
        if not plain or value is None:
            if isinstance(value, Kept) and output.shape in value.shaped:
                value = value.shaped[output.shape]
            else:
                try:
                    value = _complete(output, output.wrap, value, faults)
                except _Null as null:
                    value = _absorb(null.at(key), output.wrap, faults)
        data[key] = value
    return data


def _complete(output: Output, wrap: Wrap, value: Any, faults: list[Fault]) -> Any:
    if value is None:
        if wrap.nullable:
            return None
        raise _Null(Fault(f"Cannot return null for non-nullable field {output.name}.", output.origin, []))
    if wrap.items is not None:
        return _items(output, wrap.items, value, faults)
    if output.shape is None:
        return value
    return _kept(output.shape, value, faults) if isinstance(value, Kept) else _fields(output.shape, value, faults)


def _items(output: Output, wrap: Wrap, values: list[Any], faults: list[Fault]) -> list[Any]:
    items = []
    for index, value in enumerate(values):
        try:
            items.append(_complete(output, wrap, value, faults))
        except _Null as null:
            items.append(_absorb(null.at(index), wrap, faults))
    return items


def _absorb(null: _Null, wrap: Wrap, faults: list[Fault]) -> Fault:
    """The fault, to stand where there may be null; elsewhere, what is around it is null."""
    if not wrap.nullable:
        raise null
    faults.append(null.fault)
    return null.fault


def _kept(shape: Shape, row: Kept, faults: list[Fault]) -> dict[str, Any]:
    """The object of a row that is remembered: so is the object, if nothing is wrong with it."""
    data = row.shaped.get(shape)
    if data is None:
        before = len(faults)
        data = _fields(shape, row, faults)
        if len(faults) == before:
            row.keep(shape, data)
    return data


def _taken_out(data: Any, path: list[str | int]) -> list[Fault]:
    """Puts null in the places of faults, which get the path that leads to them from the top."""
    found: list[Fault] = []
    steps: Iterable[tuple[Any, Any]] = data.items() if isinstance(data, dict) else enumerate(data)
    for step, value in steps:
        if isinstance(value, Fault):
            value.path[:0] = path
            data[step] = None
            found.append(value)
        elif isinstance(value, dict | list):
            found += _taken_out(value, [*path, step])
    return found
