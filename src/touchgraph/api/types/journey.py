"""What a customer's way with the brand was, where it may go on, and who answers for it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry

from touchgraph.answer.sources import Across, Computed, Local, Member, Unwind
from touchgraph.answer.values import time
from touchgraph.api.types.declare import argument, declared, named
from touchgraph.api.types.organisation import Area, Dealer, Region
from touchgraph.api.types.ownership import OWNERSHIP, Ownership
from touchgraph.api.types.subjects import Channel, LifecycleStage, Touchpoint
from touchgraph.model import Role

if TYPE_CHECKING:
    from touchgraph.api.types.customers import Interaction

InteractionRef = Annotated["Interaction", strawberry.lazy("touchgraph.api.types.customers")]
_ROLE = argument("role", Role, Role.ACCOUNTABLE)


@strawberry.enum(description="What a step of a journey is: a stage that was entered, or an interaction.")
class JourneyStepKind(StrEnum):
    STAGE = "STAGE"
    INTERACTION = "INTERACTION"


@strawberry.type(description="One step of a customer; who and what it involved is answered as of its day.")
class JourneyStep:
    kind: JourneyStepKind = declared(Local("kind"))
    day: date = declared(Local("day"))
    at: datetime | None = declared(Computed(time, (Local("at"),)), doc="The time of an interaction.")
    stage: LifecycleStage | None = declared(
        Member("stage", moment="moment"), doc="The stage that was entered, or in which the customer was on that day."
    )
    touchpoint: Touchpoint | None = declared(Member("touchpoint", moment="moment"), doc="Of an interaction.")
    channel: Channel | None = declared(
        Member("channel", moment="moment"), doc="Through which it took place, or the customer got to the stage."
    )
    dealer: Dealer | None = declared(
        Member("dealer", moment="moment"), doc="Where it took place; else the dealer who served the customer that day."
    )
    interaction: InteractionRef | None = declared(Member("interaction"))
    owner: Ownership | None = named(
        "ownership",
        _ROLE,
        locals_=OWNERSHIP,
        record=True,
        given=(("subject", Local("subjectId")), ("place", Local("dealerId")), ("channel", Local("channelId"))),
        moment="moment",
        doc="Who answered for the touchpoint, or the stage that was entered, at the dealer and through the channel.",
    )


@strawberry.type(description="A touchpoint that a customer could use next.")
class NextTouchpoint:
    touchpoint: Touchpoint = declared(Member("touchpoint"))
    channels: list[Channel] = declared(
        Unwind("channels", yields_node=True), doc="Its channels that reach the customer, or where it may come to."
    )
    owner: Ownership | None = named(
        "ownership",
        _ROLE,
        argument("channel", strawberry.ID | None, doc="Through which channel; default: any."),
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
        argument("channel", strawberry.ID | None, doc="Through which channel; default: any."),
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
