"""Inputs for changes: Strawberry types that follow from the models by which files are read."""

from __future__ import annotations

from typing import Any, cast

import strawberry
from pydantic import BaseModel, create_model

from touchgraph.api.types import enums  # noqa: F401  (makes types of the enums first)
from touchgraph.api.types.inputs import fields_of, input_of, input_type
from touchgraph.model import STATE_PROPERTIES
from touchgraph.organisation.changes.items import EntityItem, model_field, optional
from touchgraph.organisation.changes.kinds import CHANGES, Correct
from touchgraph.organisation.files.records import CHANGE_SET, SOURCE

_NAMES = ("nameZh", "nameEn")
_CREATE = create_model(
    "Create",
    __base__=EntityItem,
    __doc__="An entity and its first state; which properties it may have follows from the kind that its id names.",
    **cast("Any", {p.name: model_field(p) if p.name in _NAMES else (optional(p), None) for p in STATE_PROPERTIES}),
)
_KINDS: dict[str, type[BaseModel]] = {**CHANGES, "create": _CREATE}

ReorgChange = input_type(
    "ReorgChange",
    "One change, of one kind.",
    {name: (input_of(model), False) for name, model in _KINDS.items()},
    one_of=True,
)
_SET = fields_of(CHANGE_SET, "id", "recorded", "contentHash", "clientMutationId")
_REQUEST: dict[str, tuple[Any, bool]] = {"clientMutationId": (str, False), "id": (strawberry.ID, False)}

ApplyReorgInput = input_type(
    "ApplyReorgInput",
    "A change set. `clientMutationId` makes sure that it is applied once; without `id`, one is made of day and name; "
    "`sources` are documents that the graph does not have yet; a change without evidence takes that of the set.",
    {
        **_REQUEST,
        **_SET,
        "sources": (list[input_of(SOURCE)], False),  # type: ignore[misc]
        "changes": (list[ReorgChange], True),  # type: ignore[valid-type]
    },
)

CorrectFactInput = input_type(
    "CorrectFactInput",
    "A correction of one fact; see `CorrectInput`. It is a change set of its own, by default called a correction.",
    {
        **_REQUEST,
        **{name: (type_, required and name == "evidence") for name, (type_, required) in _SET.items()},
        "sources": (list[input_of(SOURCE)], False),  # type: ignore[misc]
        **fields_of(Correct, "validFrom", "evidence", "note"),
    },
)
