"""Inputs for changes: Strawberry types that follow from the models by which files are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from types import NoneType
from typing import Any, Optional, cast, get_args, get_origin

import strawberry
from pydantic import BaseModel, StringConstraints, create_model

from touchgraph.model import STATE_PROPERTIES
from touchgraph.reorg import CHANGES, EntityItem
from touchgraph.reorg.changes import Correct
from touchgraph.reorg.items import model_field, optional
from touchgraph.schema import common  # noqa: F401  (makes types of the enums first)
from touchgraph.seed.files import CHANGE_SET, SOURCE

_SCALARS = (str, int, float, bool, date, datetime)
_made: dict[type[BaseModel], type] = {}


def _input(name: str, description: str | None, fields: Mapping[str, tuple[Any, bool]], one_of: bool = False) -> type:
    """An input type; `fields` are types by their names in the API, and whether they are required."""
    python = {field: f"{field}_" for field in fields}
    values: dict[str, Any] = {
        python[field]: strawberry.field(name=field)
        if required
        else strawberry.field(name=field, default=strawberry.UNSET)
        for field, (_, required) in fields.items()
    }
    annotations = {python[f]: type_ if required else Optional[type_] for f, (type_, required) in fields.items()}  # noqa: UP045
    made = type(name, (), {**values, "__annotations__": annotations, "__module__": __name__})
    return strawberry.input(made, name=name, description=description, one_of=one_of)


def _fields(model: type[BaseModel], *besides: str) -> dict[str, tuple[Any, bool]]:
    fields = {info.alias or name: info for name, info in model.model_fields.items()}
    return {
        name: (_type(info.annotation, info.metadata), info.is_required())
        for name, info in fields.items()
        if name not in besides
    }


def _of(model: type[BaseModel]) -> type:
    """The input type of a model, made once."""
    if model not in _made:
        name = model.__name__.removesuffix("Item") + "Input"
        _made[model] = _input(name, model.__dict__.get("__doc__"), _fields(model))
    return _made[model]


def _type(annotation: Any, metadata: list[Any]) -> Any:
    """The type of the API for that of a model's field; what restricts it further is told when the model is read."""
    while not isinstance(annotation, type) or get_origin(annotation) is not None:
        if get_origin(annotation) is list:
            return list[_type(get_args(annotation)[0], [])]  # type: ignore[misc]
        if hasattr(annotation, "__metadata__"):
            annotation, metadata = annotation.__origin__, [*metadata, *annotation.__metadata__]
        else:
            (annotation,) = (one for one in get_args(annotation) if one is not NoneType)
    if issubclass(annotation, BaseModel):
        return _of(annotation)
    if any(isinstance(one, StringConstraints) and ":" in str(one.pattern) for one in metadata):
        return strawberry.ID
    if issubclass(annotation, Enum) or annotation in _SCALARS:
        return annotation
    return datetime


_NAMES = ("nameZh", "nameEn")
_CREATE = create_model(
    "Create",
    __base__=EntityItem,
    __doc__="An entity and its first state; which properties it may have follows from the kind that its id names.",
    **cast("Any", {p.name: model_field(p) if p.name in _NAMES else (optional(p), None) for p in STATE_PROPERTIES}),
)
_KINDS: dict[str, type[BaseModel]] = {**CHANGES, "create": _CREATE}

ReorgChange = _input(
    "ReorgChange",
    "One change, of one kind.",
    {name: (_of(model), False) for name, model in _KINDS.items()},
    one_of=True,
)
_SET = _fields(CHANGE_SET, "id", "recorded", "contentHash", "clientMutationId")
_REQUEST: dict[str, tuple[Any, bool]] = {"clientMutationId": (str, False), "id": (strawberry.ID, False)}

ApplyReorgInput = _input(
    "ApplyReorgInput",
    "A change set. `clientMutationId` makes sure that it is applied once; without `id`, one is made of day and name; "
    "`sources` are documents that the graph does not have yet; a change without evidence takes that of the set.",
    {
        **_REQUEST,
        **_SET,
        "sources": (list[_of(SOURCE)], False),  # type: ignore[misc]
        "changes": (list[ReorgChange], True),  # type: ignore[valid-type]
    },
)

CorrectFactInput = _input(
    "CorrectFactInput",
    "A correction of one fact; see `CorrectInput`. It is a change set of its own, by default called a correction.",
    {
        **_REQUEST,
        **{name: (type_, required and name == "evidence") for name, (type_, required) in _SET.items()},
        "sources": (list[_of(SOURCE)], False),  # type: ignore[misc]
        **_fields(Correct, "validFrom", "evidence", "note"),
    },
)
