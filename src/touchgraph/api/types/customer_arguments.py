"""Arguments of pages of customers, leads and interactions, and the conditions that they make."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import strawberry

from touchgraph.answer.sources import Between, Conditions, Equals, Reaches, Within
from touchgraph.api.types.arguments import PAGE, WORDS, OrderDirection
from touchgraph.api.types.declare import IN, OUT, argument
from touchgraph.model import Grade, InteractionKind


@strawberry.enum
class CustomerOrderField(StrEnum):
    ID = "ID"
    REGISTERED_ON = "REGISTERED_ON"


@strawberry.enum
class LeadOrderField(StrEnum):
    ID = "ID"
    CREATED_ON = "CREATED_ON"


@strawberry.input(description="An order of customers; equals are ordered by id.")
class CustomerOrder:
    field: CustomerOrderField = CustomerOrderField.ID
    direction: OrderDirection = OrderDirection.ASC


@strawberry.input(description="An order of leads; equals are ordered by id.")
class LeadOrder:
    field: LeadOrderField = LeadOrderField.ID
    direction: OrderDirection = OrderDirection.ASC


_PLACE = argument("place", strawberry.ID | None, doc="Only of this dealer, or of the dealers below this unit.")
_STAGE = argument("stage", strawberry.ID | None, doc="Only those whose customer is in this stage.")
_GRADE = argument("grade", Grade | None, doc="Only leads, or customers with a lead, of this grade.")
_CHANNEL = argument("channel", strawberry.ID | None, doc="Only through this channel, or a kind of it.")
_KIND = argument("kind", InteractionKind | None)
_FROM = argument("from_", date | None, doc="The first day (UTC); null: from the beginning.")
_TO = argument(
    "to", date | None, doc="The last day (UTC), included; it may be the first; null: up to the day asked for."
)

CUSTOMER_ARGUMENTS = (
    *PAGE,
    argument("order_by", CustomerOrder | None),
    _STAGE,
    _GRADE,
    _PLACE,
    argument("linked_by", strawberry.ID | None, doc="Only who consents to this channel, or to a kind of it."),
    argument("model", strawberry.ID | None, doc="Only who owns a vehicle of this product."),
    argument("born_from", int | None, doc="The first year of birth; null: any, and those who did not tell theirs."),
    argument("born_to", int | None, doc="The last year of birth, included; null: any."),
    argument("text", str | None, doc=f"Only whose name has all of these words. {WORDS}"),
)
CUSTOMER_CONDITIONS: Conditions = (
    ("stage", Reaches((("IN_STAGE", OUT),), "LifecycleStage")),
    ("grade", Equals("grade", (("OF", IN), ("GRADED", OUT)))),
    ("place", Reaches((("SERVED_BY", OUT),), "OrgUnit", "PART_OF", start=True)),
    ("linkedBy", Reaches((("CONSENTS_TO", OUT),), "Channel", "KIND_OF")),
    ("model", Reaches((("OWNS", OUT), ("IS_MODEL", OUT)), "Product")),
    ("bornFrom", Between("birthYear", "bornTo")),
)
LEAD_ARGUMENTS = (*PAGE, argument("order_by", LeadOrder | None), _GRADE, _STAGE, _PLACE, _CHANNEL)
LEAD_CONDITIONS: Conditions = (
    ("grade", Equals("grade", (("GRADED", OUT),))),
    ("stage", Reaches((("OF", OUT), ("IN_STAGE", OUT)), "LifecycleStage")),
    ("place", Reaches((("OF", OUT), ("SERVED_BY", OUT)), "OrgUnit", "PART_OF", start=True)),
    ("channel", Within("channel", "Channel", "KIND_OF")),
)
HAPPENED_ARGUMENTS = (*PAGE, _CHANNEL, _KIND, _FROM, _TO)
HAPPENED_CONDITIONS: Conditions = (
    ("channel", Within("channel", "Channel", "KIND_OF")),
    ("kind", Equals("kind")),
    ("from", Between("at", "to", days=True)),
)
INTERACTION_ARGUMENTS = (
    *HAPPENED_ARGUMENTS,
    _PLACE,
    argument("touchpoint", strawberry.ID | None, doc="Only at this touchpoint, or a kind of it."),
)
INTERACTION_CONDITIONS: Conditions = (
    *HAPPENED_CONDITIONS,
    ("place", Reaches((("AT_DEALER", OUT),), "OrgUnit", "PART_OF", start=True)),
    ("touchpoint", Reaches((("AT_TOUCHPOINT", OUT),), "Touchpoint", "KIND_OF", start=True)),
)
