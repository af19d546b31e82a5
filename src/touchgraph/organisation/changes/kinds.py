"""The kinds of change that a reorganisation consists of, as typed values; `CHANGES` names them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, cast

from pydantic import Field, create_model

from touchgraph.errors import InputError
from touchgraph.model import FACTS, REFERENCES, STATE_PROPERTIES, MandateStrength, Role, SupportKind
from touchgraph.organisation.changes.items import (
    ENTITY_ITEMS,
    FACT_ITEMS,
    Count,
    EntityItem,
    Evident,
    Id,
    Item,
    Name,
    Text,
    optional,
)

RoleName = Annotated[Role, Field(strict=False)]


class Change(Evident):
    """Something that holds from its day on; what was recorded of later days for the same thing is superseded."""


class Rename(Change):
    id: Id
    name_zh: Name | None = None
    name_en: Name | None = None


class Move(Change):
    """Under another parent: PART_OF of an organisation unit, KIND_OF of a touchpoint or a channel."""

    id: Id
    parent: Id


class Report(Change):
    id: Id
    position: Id


class Merge(Change):
    """Closes `ids`; `into`, which exists already, takes their children and responsibilities."""

    ids: Annotated[list[Id], Field(min_length=1)]
    into: Id


class Share(Item):
    """Who gets what in a split: `unit`, one of `into`, gets a child, or the responsibility for a subject."""

    unit: Id
    child: Id | None = None
    subject: Id | None = None
    role: RoleName | None = None
    scope: Id | None = None
    channel: Id | None = None


class Split(Change):
    """Closes `id`, unless it stands in `into` itself; all of `into` exist already, and `assign` says who gets what.

    `customers` is the one of `into` to which customers go.
    """

    id: Id
    into: Annotated[list[Id], Field(min_length=2)]
    assign: list[Share] = Field(default_factory=list)
    customers: Id | None = None


class Close(Change):
    """Customers go to the `successor`; without one, `endCustomers` ends what they have of it."""

    id: Id
    successor: Id | None = None
    end_customers: bool | None = None


class Mandate(Change):
    id: Id
    mandate_zh: Text | None = None
    mandate_en: Text | None = None
    mandate_strength: Annotated[MandateStrength, Field(strict=False)] | None = None


class Rank(Change):
    id: Id
    level: Count


class Staff(Change):
    """How many people of a position a unit has; 0 ends the assignment."""

    unit: Id
    position: Id
    headcount: Count


class Assign(Change):
    unit: Id
    subject: Id
    role: RoleName
    scope: Id | None = None
    channel: Id | None = None
    mandate: Text | None = None


class Transfer(Change):
    """From one unit to another, with scope and channel; name these to transfer only that responsibility."""

    subject: Id
    role: RoleName
    from_: Annotated[Id, Field(alias="from")]
    to: Id
    scope: Id | None = None
    channel: Id | None = None


class End(Change):
    """A unit is no longer responsible; name scope and channel to end only that responsibility."""

    unit: Id
    subject: Id
    role: RoleName
    scope: Id | None = None
    channel: Id | None = None


class EndFact(Change):
    """Any fact no longer holds; the properties of its key tell it from others between the same ends."""

    type: Name
    start: Id
    end: Id
    role: RoleName | None = None
    scope: Id | None = None
    channel: Id | None = None
    how: Annotated[SupportKind, Field(strict=False)] | None = None


class Delegate(Change):
    unit: Id
    to: Id
    scope: Id | None = None


class Unown(Change):
    """A subject is deliberately left without an owner, by decision of a company (default: the only one)."""

    subject: Id
    reason: Text
    company: Id | None = None


_CORRECTED = {p.name: p for p in (*STATE_PROPERTIES, *(p for kind in FACTS for p in kind.properties))}


class _Correction(Item):
    """What is right; what is not named stays as it was, and null takes a value away or leaves an end open."""

    valid_from: date | None = None
    valid_to: date | None = None
    end: Id | None = None


Correction: type[_Correction] = create_model(
    "Correction",
    __base__=_Correction,
    __doc__=_Correction.__doc__,
    **cast("Any", {name: (Id | None if name in REFERENCES else optional(p), None) for name, p in _CORRECTED.items()}),
)


class Correct(Change):
    """A fact was wrong, and something else is right, or nothing. `day` is one on which the wrong fact holds.

    Of an entity's own properties, the type is HAS_STATE and there is no `end`.
    """

    type: Name
    start: Id
    end: Id | None = None
    day: date | None = None
    role: RoleName | None = None
    scope: Id | None = None
    channel: Id | None = None
    how: Annotated[SupportKind, Field(strict=False)] | None = None
    instead: Correction | None = None


AnyChange = Change | EntityItem

CHANGES: dict[str, type[AnyChange]] = {
    "create": EntityItem,
    "rename": Rename,
    "move": Move,
    "report": Report,
    "merge": Merge,
    "split": Split,
    "close": Close,
    "mandate": Mandate,
    "rank": Rank,
    "staff": Staff,
    "assign": Assign,
    "transfer": Transfer,
    "end": End,
    "endFact": EndFact,
    "delegate": Delegate,
    "unown": Unown,
    "correct": Correct,
}
"""By the key that a seed file gives it; `create` takes the model of the entity's kind."""


def change_model(name: str, data: Mapping[str, Any]) -> type[AnyChange]:
    """The model that a change has to fit. Raises InputError for a name or an id prefix that there is not."""
    if name not in CHANGES:
        raise InputError(f"unknown change `{name}`: expected one of {', '.join(CHANGES)}")
    return CHANGES[name] if name != "create" else entity_model(data.get("id"))


def entity_model(entity: object) -> type[EntityItem]:
    """The model of an entity's kind, by the prefix of its id. Raises InputError."""
    if not isinstance(entity, str):
        raise InputError("`id` is missing: expected kind:name, such as dept:sales")
    prefix, colon, _ = entity.partition(":")
    if not colon or prefix not in ENTITY_ITEMS:
        expected = ", ".join(f"{name}:" for name in ENTITY_ITEMS)
        raise InputError(f"`id` is {entity[:60]}: expected one that begins with {expected}")
    return ENTITY_ITEMS[prefix]


def fact_model(type_: object) -> type[Any]:
    """The model of a fact, by its type. Raises InputError."""
    if not isinstance(type_, str) or type_ not in FACT_ITEMS:
        what = "is missing" if type_ is None else f"is {str(type_)[:60]}"
        raise InputError(f"`type` {what}: expected one of {', '.join(FACT_ITEMS)}")
    return FACT_ITEMS[type_]


def parse_change(name: str, data: Mapping[str, Any]) -> AnyChange:
    """A change from its name and its fields (camelCase). Raises InputError, or pydantic's ValidationError."""
    return change_model(name, data).model_validate(data, by_name=False)
