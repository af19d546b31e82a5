"""Who answers for a customer, and for the touchpoints that it could use next."""

from __future__ import annotations

import strawberry

from touchgraph.answer.sources import Across, Local, Member, Unwind
from touchgraph.api.types.declare import argument, declared, named
from touchgraph.api.types.organisation import Area, Channel, Dealer, Region, Touchpoint
from touchgraph.api.types.ownership import OWNERSHIP, Ownership
from touchgraph.model import Role

_ROLE = argument("role", Role, Role.ACCOUNTABLE)


@strawberry.type(description="A touchpoint that a customer could use next.")
class NextTouchpoint:
    touchpoint: Touchpoint = declared(Member("touchpoint"))
    channels: list[Channel] = declared(
        Unwind("channels", yields_node=True), doc="Its channels that reach the customer, or where it may come to."
    )
    owner: Ownership | None = named(
        "ownership",
        _ROLE,
        argument("channel", strawberry.ID | None, doc="Through which channel; default: every one, told by lines."),
        locals_=OWNERSHIP,
        record=True,
        given=(("subject", Local("id")), ("place", Local("place"))),
        doc="Who answers for it at the customer's dealer.",
    )


@strawberry.type(description="The dealer who serves a customer, and the units above it that work with dealers.")
class FieldLine:
    dealer: Dealer = declared(Member("dealer"))
    area: Area | None = declared(Member("area"))
    region: Region | None = declared(Member("region"))


@strawberry.type(description="Who answers for a customer: two lines.")
class CustomerOwner:
    functional: Ownership | None = named(
        "ownership",
        _ROLE,
        argument("channel", strawberry.ID | None, doc="Through which channel; default: every one, told by lines."),
        locals_=OWNERSHIP,
        record=True,
        given=(("subject", Across("IN_STAGE")), ("place", Across("SERVED_BY"))),
        doc="Who answers for its present stage, at its dealer; null for a customer in no stage.",
    )
    field: FieldLine | None = named(
        "field-line",
        locals_=("dealer", "area", "region"),
        record=True,
        given=(("dealer", Across("SERVED_BY")),),
        doc="Its dealer, area and region, with their positions; null for a customer without a dealer.",
    )
