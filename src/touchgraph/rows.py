"""Rows into the answer: objects under their response keys in the query's order, nulls propagated as GraphQL does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from touchgraph.plan import Kept, Output, Shape, Wrap


@dataclass
class Fault:
    """A field that is null and must not be; `path` leads to it through the answer."""

    message: str
    origin: Any
    path: list[str | int]


class _Null(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault


def shape_rows(shape: Shape, rows: list[Any]) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The answer's data, made of the list of the roots' rows, and what was null but must not be."""
    faults: list[Fault] = []
    try:
        return _fields(shape, rows, faults), faults
    except _Null as null:
        return None, [*faults, null.fault]


def _fields(shape: Shape, raw: Any, faults: list[Fault]) -> dict[str, Any]:
    data = {}
    for output in shape.outputs[shape.type_of(raw)]:
        value = output.pick(raw)
        if output.convert is not None:
            value = output.convert(value)
        if isinstance(value, Kept) and output.shape in value.shaped:
            data[output.key] = value.shaped[output.shape]
        elif value is None or output.wrap.items is not None or output.shape is not None:
            data[output.key] = _absorb(output, output.wrap, value, output.key, faults)
        else:
            data[output.key] = value
    return data


def _absorb(output: Output, wrap: Wrap, value: Any, step: str | int, faults: list[Fault]) -> Any:
    """A completed value; where it may be null, what goes wrong below ends here. `step` is its place in the path."""
    before = len(faults)
    try:
        return _complete(output, wrap, value, faults)
    except _Null as null:
        if not wrap.nullable:
            null.fault.path.insert(0, step)
            raise
        faults.append(null.fault)
        return None
    finally:
        for fault in faults[before:]:
            fault.path.insert(0, step)


def _complete(output: Output, wrap: Wrap, value: Any, faults: list[Fault]) -> Any:
    if value is None:
        if wrap.nullable:
            return None
        raise _Null(Fault(f"Cannot return null for non-nullable field {output.name}.", output.origin, []))
    if wrap.items is not None:
        return [_absorb(output, wrap.items, item, index, faults) for index, item in enumerate(value)]
    if output.shape is None:
        return value
    return _kept(output.shape, value, faults) if isinstance(value, Kept) else _fields(output.shape, value, faults)


def _kept(shape: Shape, row: Kept, faults: list[Fault]) -> dict[str, Any]:
    """The object of a row that is remembered: so is the object, if nothing is wrong with it."""
    data = row.shaped.get(shape)
    if data is None:
        before = len(faults)
        data = _fields(shape, row, faults)
        if len(faults) == before:
            row.keep(shape, data)
    return data
