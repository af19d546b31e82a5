"""Input types of the API that follow from the models by which what is given is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from inspect import getdoc
from types import NoneType
from typing import Any, Optional, get_args, get_origin

import strawberry
from pydantic import BaseModel, StringConstraints

_SCALARS = (str, int, float, bool, date, datetime)
_made: dict[type[BaseModel], type] = {}
Fields = Mapping[str, tuple[Any, bool]]


def input_type(name: str, description: str | None, fields: Fields, one_of: bool = False) -> type:
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


def fields_of(model: type[BaseModel], *besides: str) -> dict[str, tuple[Any, bool]]:
    """The fields of a model for `input_type`, but for some."""
    fields = {info.alias or name: info for name, info in model.model_fields.items()}
    return {
        name: (_type(info.annotation, info.metadata), info.is_required())
        for name, info in fields.items()
        if name not in besides
    }


def input_of(model: type[BaseModel]) -> type:
    """The input type of a model, made once."""
    if model not in _made:
        name = model.__name__.removesuffix("Item") + "Input"
        _made[model] = input_type(name, getdoc(model) if model.__dict__.get("__doc__") else None, fields_of(model))
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
        return input_of(annotation)
    if any(isinstance(one, StringConstraints) and ":" in str(one.pattern) for one in metadata):
        return strawberry.ID
    if issubclass(annotation, Enum) or annotation in _SCALARS:
        return annotation
    return datetime
