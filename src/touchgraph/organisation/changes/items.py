"""Entities and facts as somebody writes them down, validated by models that follow from `touchgraph.model`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, cast

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, create_model
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, PydanticCustomError

from touchgraph.model import ENTITIES, FACTS, Confidence, EntityKind, FactKind, Property
from touchgraph.model.texts import wrong_name, wrong_text
from touchgraph.organisation.facts import Evidence


def _made_of(wrong: Callable[[str], str | None]) -> AfterValidator:
    """That a text is made of what it may be made of."""

    def check(text: str) -> str:
        if why := wrong(text):
            raise PydanticCustomError("text", "{why}", {"why": why})
        return text

    return AfterValidator(check)


Name = Annotated[str, StringConstraints(min_length=1, max_length=4000), _made_of(wrong_name)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000), _made_of(wrong_text)]
"""A text that may have several lines; all others are as names are."""
Id = Annotated[str, StringConstraints(max_length=200, pattern=r"^[a-z]+:[a-z0-9]+(-[a-z0-9]+)*$")]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
_TYPES: dict[str, Any] = {
    "string": Name,
    "integer": Count,
    "float": Annotated[float, Field(allow_inf_nan=False)],
    "date": date,
    "datetime": AwareDatetime,
    "boolean": bool,
    "strings": Id,
}


class Item(BaseModel):
    """Keys are camelCase, as in the graph; no others than the declared ones; values are of the type or refused."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        use_enum_values=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


class EvidenceItem(Item):
    source: Id
    locator: Name | None = None
    confidence: Annotated[Confidence, Field(strict=False)]

    def with_note(self, note: str | None) -> Evidence:
        """The evidence of one fact."""
        return Evidence(self.source, str(self.confidence), self.locator, note)


class Evident(Item):
    """Something that starts to hold: on its own day or the change set's, by its own evidence or the change set's."""

    valid_from: date | None = None
    evidence: EvidenceItem | None = None
    note: Text | None = None


class EntityItem(Evident):
    """An entity and its first state; the properties of its kind stand beside these fields."""

    id: Id
    parent: Id | None = None
    valid_to: date | None = None

    def properties(self) -> dict[str, Any]:
        """The properties of its kind that have a value."""
        values = self.model_dump(exclude=set(EntityItem.model_fields))
        return {name: value for name, value in values.items() if value is not None}


class FactItem(Evident):
    """A relationship; its own properties stand beside these fields."""

    type: str
    start: Id
    end: Id
    valid_to: date | None = None

    def properties(self) -> dict[str, Any]:
        """Its own properties that have a value."""
        values = self.model_dump(exclude=set(FactItem.model_fields))
        return {name: value for name, value in values.items() if value is not None}


def model_field(prop: Property) -> tuple[Any, Any]:
    """Type and default of the model field for a property."""
    plain = Text if prop.lines else _TYPES[prop.type]
    type_: Any = Annotated[prop.values, Field(strict=False)] if prop.values else plain
    if prop.type == "strings":
        type_ = Annotated[list[type_], Field(min_length=1)]
    return (type_, ...) if prop.required else (type_ | None, None)


def optional(prop: Property) -> Any:
    """The same type, where it may also be left out."""
    type_, _ = model_field(prop)
    return type_ | None


def _fields(properties: tuple[Property, ...]) -> dict[str, Any]:
    return {prop.name: model_field(prop) for prop in properties}


def _entity_model(kind: EntityKind) -> type[EntityItem]:
    return cast("type[EntityItem]", create_model(kind.label, __base__=EntityItem, **_fields(kind.state)))


def _fact_model(kind: FactKind) -> type[FactItem]:
    return cast("type[FactItem]", create_model(kind.type, __base__=FactItem, **_fields(kind.properties)))


ENTITY_ITEMS: dict[str, type[EntityItem]] = {kind.prefix: _entity_model(kind) for kind in ENTITIES if kind.state}
"""By id prefix; kinds without state are no entities that somebody writes down."""
FACT_ITEMS: dict[str, type[FactItem]] = {kind.type: _fact_model(kind) for kind in FACTS if kind.type != "HAS_STATE"}
"""By type; HAS_STATE follows from entities and changes."""

_EXAMPLES = {
    "date": "a date such as 2025-05-31",
    "datetime": "a time with its zone, such as 2025-06-02T00:00:00Z",
    "timezone": "a time with its zone, such as 2025-06-02T00:00:00Z",
    "string_type": "text (put it in quotes)",
    "string_too_short": "text that is not empty",
    "model": "keys and values",
    "dict": "keys and values",
}


def explain(error: ErrorDetails, model: type[BaseModel] | None = None) -> str:
    """What pydantic found wrong, as one line that says what was expected."""
    name, kind, message = ".".join(map(str, error["loc"])), error["type"], error["msg"]
    if kind == "missing":
        return f"`{name}` is missing"
    if kind == "text":
        return f"`{name}` {message}"
    if kind == "extra_forbidden":
        return f"unknown key `{name}`" + (f": expected one of {', '.join(keys(model))}" if model else "")
    example = next((text for prefix, text in _EXAMPLES.items() if kind.startswith(prefix)), None)
    expected = example or message.removeprefix("Input should be ")
    if "pattern" in kind:
        expected = "an id such as dept:sales (lower-case letters, digits, hyphens)"
    return f"`{name}` is {_shown(error['input'])}: expected {expected}"


def keys(model: type[BaseModel]) -> list[str]:
    """The keys that a model takes, as they are written."""
    return [info.alias or name for name, info in model.model_fields.items()]


def _shown(value: object) -> str:
    text = "nothing" if value is None else "a list" if isinstance(value, list) else str(value)
    text = "keys and values" if isinstance(value, Mapping) else text
    text = "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text[:80])
    return text if len(text) <= 60 else text[:57] + "…"
