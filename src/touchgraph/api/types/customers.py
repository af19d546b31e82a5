"""Customers, and what belongs to them: vehicles, leads, interactions, feedback, and the facts between them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import strawberry

from touchgraph.answer.sources import Across, Computed, Local, Member, Of, Property, Same, Then
from touchgraph.answer.values import time
from touchgraph.api.types.customer_arguments import HAPPENED_ARGUMENTS, HAPPENED_CONDITIONS
from touchgraph.api.types.customer_owners import CustomerOwner, NextTouchpoint
from touchgraph.api.types.declare import (
    IN,
    OUT,
    argument,
    computed,
    declared,
    entity,
    facts,
    named,
    on_end,
    on_fact,
    on_node,
    reference,
)
from touchgraph.api.types.enums import DualLink
from touchgraph.api.types.facts import Node, Source
from touchgraph.api.types.organisation import Channel, Dealer, LifecycleStage, Pool, Product, ProductPhase, Touchpoint
from touchgraph.api.types.ownership import OWNERSHIP, Ownership
from touchgraph.api.types.pages import Connection
from touchgraph.api.types.words import in_chinese, in_english
from touchgraph.model import DUAL_LINK, FeedbackTheme, Grade, InteractionKind, Outcome, Role


def _link(channels: list[str]) -> str:
    links = [name for name, channel in DUAL_LINK.items() if channel in channels]
    return links[0] if len(links) == 1 else "BOTH" if links else "NONE"


@strawberry.interface(
    description="Something that holds of a customer or a vehicle for a time, and was known for a time (recorded)."
)
class CustomerFact:
    valid_from: date | None = on_fact("validFrom", doc="The first day; null: nobody recorded it.")
    valid_to: date | None = on_fact("validTo", doc="The day after the last; null: it still holds.")
    recorded_from: datetime = on_fact("recordedFrom", doc="When it became known.")
    recorded_to: datetime | None = on_fact("recordedTo", doc="When it was corrected; null: it was not.")
    source: Source | None = reference(
        "source", "Source", doc="Where it is known from; null: that was not known at the time asked for."
    )


_THEN = "As of the moment if the fact holds then, else as of the day on which it began; null: not there then."


@strawberry.type(description="A customer is served by a dealer.")
class DealerPeriod(CustomerFact):
    customer: Customer = declared(Same.START)
    dealer: Dealer | None = declared(Then(), doc=_THEN)


@strawberry.type(description="A customer is in a stage.")
class StagePeriod(CustomerFact):
    customer: Customer = declared(Same.START)
    stage: LifecycleStage | None = declared(Then(), doc=_THEN)
    channel: Channel | None = reference(
        "channel", "Channel", doc="Through which channel it got there; null: not known."
    )
    grade: Grade | None = on_fact("grade", doc="The grade of its lead then; null: it had none.")


@strawberry.type(description="A customer consents to being contacted through a channel.")
class Consent(CustomerFact):
    customer: Customer = declared(Same.START)
    channel: Channel | None = declared(Then(), doc=_THEN)


@strawberry.type(description="A customer owns a vehicle.")
class VehicleOwnership(CustomerFact):
    customer: Customer = declared(Same.START)
    vehicle: Vehicle = declared(Same.END)
    vin: str = on_end("vin", doc="The vehicle identification number.")


@strawberry.type(description="A lead has a grade, and is in a pool.")
class LeadGrade(CustomerFact):
    lead: Lead = declared(Same.START)
    pool: Pool | None = declared(Then(), doc=_THEN)
    grade: Grade = on_fact("grade")
    score: int | None = on_fact("score")


@strawberry.type(description="Feedback was routed to a phase of a product's life.")
class FeedbackRoute(CustomerFact):
    feedback: Feedback = declared(Same.START)
    phase: ProductPhase | None = declared(Then(), doc=_THEN)


@strawberry.type(description="Somebody who bought, or may buy. Of the profile, only the latest is kept.")
class Customer(Node):
    name_zh: str = on_node("nameZh")
    name_en: str = on_node("nameEn")
    birth_year: int | None = on_node("birthYear", "integer")
    province: str | None = on_node("province")
    city: str | None = on_node("city")
    registered_on: date = on_node("registeredOn", "date")
    recorded_from: datetime = on_node("recordedFrom", "datetime", doc="When it became known.")
    source: Source | None = reference(
        "source", "Source", Of.NODE, doc="Where it is known from; null: that was not known at the time asked for."
    )
    dealer: Dealer | None = entity("SERVED_BY", OUT, doc="Who serves it; null: nobody is known to.")
    dealer_history: list[DealerPeriod] = facts("SERVED_BY", OUT, ever=True, doc="All dealers, earliest first.")
    stage: LifecycleStage | None = entity("IN_STAGE", OUT)
    stage_history: list[StagePeriod] = facts("IN_STAGE", OUT, ever=True, doc="All stages, earliest first.")
    vehicles: list[Vehicle] = entity("OWNS", OUT, doc="The vehicles that it owns.")
    ownerships: list[VehicleOwnership] = facts(
        "OWNS", OUT, ever=True, doc="All vehicles that it owned at any time, earliest first."
    )
    leads: list[Lead] = entity("OF", IN)
    consents: list[Consent] = facts("CONSENTS_TO", OUT, doc="The channels that it consents to.")
    consent_history: list[Consent] = facts("CONSENTS_TO", OUT, ever=True, doc="All consents, earliest first.")
    link: DualLink = computed(_link, Across("CONSENTS_TO"))
    interactions: Connection[Interaction] = entity(
        "WITH_CUSTOMER",
        IN,
        *HAPPENED_ARGUMENTS,
        to="Interaction",
        paged=True,
        order="AT",
        conditions=HAPPENED_CONDITIONS,
        doc="Newest first.",
    )
    feedback: list[Feedback] = entity("WITH_CUSTOMER", IN, to="Feedback", order="AT", doc="Newest first.")
    journey: list[JourneyStep] = named(
        "journey",
        locals_=(
            "place",
            "kind",
            "day",
            "at",
            "stage",
            "touchpoint",
            "channel",
            "dealer",
            "interaction",
            "subjectId",
            "dealerId",
            "channelId",
            "moment",
        ),
        record=True,
        given=(("customer", Property("id", Of.NODE)),),
        doc="The stages that it entered, and its interactions, in order of time.",
    )
    next_touchpoints: list[NextTouchpoint] = named(
        "next-touchpoints",
        locals_=("id", "touchpoint", "channels", "place"),
        record=True,
        given=(("customer", Property("id", Of.NODE)),),
        doc="Touchpoints of its stage that it has not used yet, and that can reach it: they use a channel to which it "
        "consents, or a kind above or below that. An offline channel, or none at all, needs no consent: the customer "
        "comes of its own accord. Categories of touchpoints are left out.",
    )
    owner: CustomerOwner = declared(Same.NODE, doc="Who answers for it.")


@strawberry.type(description="A vehicle; its name is its VIN.")
class Vehicle(Node):
    name_zh: str = on_node("vin")
    name_en: str = on_node("vin")
    vin: str = on_node("vin", doc="Its vehicle identification number.")
    recorded_from: datetime = on_node("recordedFrom", "datetime", doc="When it became known.")
    source: Source | None = reference(
        "source", "Source", Of.NODE, doc="Where it is known from; null: that was not known at the time asked for."
    )
    model: Product | None = entity("IS_MODEL", OUT)
    owners: list[Customer] = entity("OWNS", IN, doc="Whose it is.")
    ownerships: list[VehicleOwnership] = facts("OWNS", IN, ever=True, doc="Whose it ever was, earliest first.")


@strawberry.type(description="The prospect that a customer buys; it is graded, and graded anew.")
class Lead(Node):
    name_zh: str = computed(in_chinese, Property("id", Of.NODE))
    name_en: str = computed(in_english, Property("id", Of.NODE))
    created_on: date = on_node("createdOn", "date")
    channel: Channel | None = reference(
        "channel", "Channel", Of.NODE, doc="Through which channel it came; null: not known."
    )
    recorded_from: datetime = on_node("recordedFrom", "datetime", doc="When it became known.")
    source: Source | None = reference(
        "source", "Source", Of.NODE, doc="Where it is known from; null: that was not known at the time asked for."
    )
    customer: Customer | None = entity("OF", OUT)
    grade: LeadGrade | None = facts("GRADED", OUT, doc="Its grade and pool; null: it is in none.")
    grade_history: list[LeadGrade] = facts("GRADED", OUT, ever=True, doc="All its grades, earliest first.")
    owner: CustomerOwner | None = entity(
        "OF", OUT, doc="Those who answer for its customer; null: whose it is is not known."
    )


@strawberry.type(description="Something that customer and brand did with one another; it does not change.")
class Interaction(Node):
    name_zh: str = computed(in_chinese, Property("kind", Of.NODE), Property("at", Of.NODE, "datetime"))
    name_en: str = computed(in_english, Property("kind", Of.NODE), Property("at", Of.NODE, "datetime"))
    at: datetime = on_node("at", "datetime")
    interaction_kind: InteractionKind = on_node("kind")
    outcome: Outcome = on_node("outcome")
    channel: Channel | None = reference("channel", "Channel", Of.NODE, doc="Through which channel; null: not known.")
    recorded_from: datetime = on_node("recordedFrom", "datetime", doc="When it became known.")
    source: Source | None = reference(
        "source", "Source", Of.NODE, doc="Where it is known from; null: that was not known at the time asked for."
    )
    customer: Customer | None = entity("WITH_CUSTOMER", OUT)
    touchpoint: Touchpoint | None = entity("AT_TOUCHPOINT", OUT, doc="Null where it is gone by now, too.")
    dealer: Dealer | None = entity("AT_DEALER", OUT, doc="Null where it is gone by now, too.")


@strawberry.type(description="What a customer said of a product; it does not change.")
class Feedback(Node):
    name_zh: str = computed(in_chinese, Property("theme", Of.NODE), Property("at", Of.NODE, "datetime"))
    name_en: str = computed(in_english, Property("theme", Of.NODE), Property("at", Of.NODE, "datetime"))
    at: datetime = on_node("at", "datetime")
    theme: FeedbackTheme = on_node("theme")
    text: str | None = on_node("text")
    recorded_from: datetime = on_node("recordedFrom", "datetime", doc="When it became known.")
    source: Source | None = reference(
        "source", "Source", Of.NODE, doc="Where it is known from; null: that was not known at the time asked for."
    )
    customer: Customer | None = entity("WITH_CUSTOMER", OUT)
    product: Product | None = entity("ON_PRODUCT", OUT, doc="Null where it is gone by now, too.")
    phase: ProductPhase | None = entity(
        "ROUTED_TO", OUT, doc="To which phase of the product's life it is routed; null: to none."
    )
    routes: list[FeedbackRoute] = facts("ROUTED_TO", OUT, ever=True, doc="Where it was ever routed, earliest first.")


@strawberry.enum(description="What a step of a journey is: a stage that was entered, or an interaction.")
class JourneyStepKind(StrEnum):
    STAGE = "STAGE"
    INTERACTION = "INTERACTION"


@strawberry.type(description="One step of a customer; who and what it involved is answered as of its day.")
class JourneyStep:
    kind: JourneyStepKind = declared(Local("kind"))
    day: date = declared(Local("day"))
    at: datetime | None = declared(
        Computed(time, (Local("at"),)), doc="The time of an interaction, in UTC; null: a stage was entered."
    )
    stage: LifecycleStage | None = declared(
        Member("stage", moment="moment"),
        doc="The stage that was entered, or in which the customer was on that day; null: in none.",
    )
    touchpoint: Touchpoint | None = declared(
        Member("touchpoint", moment="moment"), doc="Where it took place; null: a stage was entered."
    )
    channel: Channel | None = declared(
        Member("channel", moment="moment"),
        doc="Through which it took place, or the customer got to the stage; null: not known.",
    )
    dealer: Dealer | None = declared(
        Member("dealer", moment="moment"),
        doc="Where it took place; else the dealer who served the customer that day; null: neither is known.",
    )
    interaction: Interaction | None = declared(Member("interaction"))
    owner: Ownership | None = named(
        "ownership",
        argument("role", Role, Role.ACCOUNTABLE),
        locals_=OWNERSHIP,
        record=True,
        given=(("subject", Local("subjectId")), ("place", Local("dealerId")), ("channel", Local("channelId"))),
        moment="moment",
        doc="Who answered for the touchpoint, or the stage that was entered, at the dealer and through the channel; "
        "null: that was not there then.",
    )
