"""Arguments that several fields have, and the orders of pages."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from touchgraph.answer.values import DEFAULT_FIRST, MAX_FIRST
from touchgraph.api.types.declare import argument
from touchgraph.api.types.enums import FactType, OrgUnitKind
from touchgraph.model import Confidence, Role


@strawberry.enum
class OrderDirection(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


@strawberry.enum
class OrgUnitOrderField(StrEnum):
    ID = "ID"
    NAME_ZH = "NAME_ZH"
    NAME_EN = "NAME_EN"
    LEVEL = "LEVEL"


@strawberry.enum
class SubjectOrderField(StrEnum):
    ID = "ID"
    NAME_ZH = "NAME_ZH"
    NAME_EN = "NAME_EN"
    ORDINAL = "ORDINAL"


@strawberry.input(description="An order of organisational units; equals are ordered by id.")
class OrgUnitOrder:
    field: OrgUnitOrderField = OrgUnitOrderField.ID
    direction: OrderDirection = OrderDirection.ASC


@strawberry.input(description="An order of subjects; equals are ordered by id.")
class SubjectOrder:
    field: SubjectOrderField = SubjectOrderField.ID
    direction: OrderDirection = OrderDirection.ASC


WORDS = "They may be Chinese, pinyin, initials (clw for 车联网) or English, or only begin so; at most 200 characters."
ID_ARGUMENT = argument("id", strawberry.ID)
FIRST = argument("first", int | None, DEFAULT_FIRST, f"How many at most, from 1 to {MAX_FIRST}; null: {DEFAULT_FIRST}.")
_FIRST = f"How many at most, from 1 to {MAX_FIRST}; null, as `last`: {DEFAULT_FIRST}."
_LAST = f"How many at most, from the end, from 1 to {MAX_FIRST}; null: not from the end. Not together with `first`."
PAGE = (
    argument("first", int | None, doc=_FIRST),
    argument("after", str | None, doc="A cursor: only what comes after it; null: from the beginning."),
    argument("last", int | None, doc=_LAST),
    argument("before", str | None, doc="A cursor: only what comes before it; null: to the end."),
)
"""A page of a connection; its rows stand in the connection's order, from whichever end it is asked for."""
CONFIDENCE = argument("confidence", list[Confidence] | None, doc="Only those that exist with one of these.")
TEXT = argument("text", str | None, doc=f"Only those whose name has all of these words. {WORDS}")
KINDS = argument("kinds", list[OrgUnitKind] | None, doc="Only units of these kinds.")
UNDER = argument("under", strawberry.ID | None, doc="Only those below this one, at any depth.")
ROLE = argument("role", Role | None, doc="Only in this role.")
FACT_TYPES = argument("types", list[FactType] | None, doc="Only facts of these types.")
UNIT_ORDER = argument("order_by", OrgUnitOrder | None)
SUBJECT_ORDER = argument("order_by", SubjectOrder | None)
