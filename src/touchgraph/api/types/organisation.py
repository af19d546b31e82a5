"""The organisation, what it answers for, and the facts between them; in one module, as all of them name one another."""

from __future__ import annotations

import strawberry

from touchgraph.answer.sources import Same
from touchgraph.api.types.arguments import CONFIDENCE, KINDS, PAGE, ROLE, SUBJECT_ORDER, UNIT_ORDER
from touchgraph.api.types.declare import IN, OUT, argument, declared, entity, facts, on_fact, on_state, reference
from touchgraph.api.types.facts import Entity, Fact, Node
from touchgraph.api.types.pages import Connection, DescendantConnection
from touchgraph.model import MandateStrength, Role, SupportKind

_DEPTH = argument("depth", int | None, doc="Only down to this many steps.")
_SUBJECTS = (*PAGE, SUBJECT_ORDER)


@strawberry.interface(description="A unit of the organisation: from the company down to a dealer.")
class OrgUnit(Entity):
    level: int | None = on_state("level", "integer", doc="1 is directly below the top; null: not recorded.")
    mandate_zh: str | None = on_state("mandateZh")
    mandate_en: str | None = on_state("mandateEn")
    mandate_strength: MandateStrength | None = on_state("mandateStrength")
    parent: OrgUnit | None = entity(
        "PART_OF", OUT, doc="The unit that it is part of; null: it is at the top, or that is not recorded."
    )
    children: Connection[OrgUnit] = entity("PART_OF", IN, *PAGE, KINDS, CONFIDENCE, UNIT_ORDER, paged=True)
    ancestors: list[OrgUnit] = entity("PART_OF", OUT, walk=True, doc="From its parent up to the company.")
    descendants: DescendantConnection[OrgUnit] = entity(
        "PART_OF", IN, *PAGE, KINDS, CONFIDENCE, _DEPTH, UNIT_ORDER, paged=True, walk=True, doc="Everything below it."
    )
    positions: list[PositionAssignment] = facts("IN_UNIT", IN, doc="Positions in the unit, with head-count.")
    reports_to: Position | None = entity("REPORTS_TO", OUT)
    responsibilities: list[Responsibility] = facts("RESPONSIBLE_FOR", OUT, ROLE)
    supports: list[Support] = facts("SUPPORTS", OUT, doc="Whom it helps, and how.")
    supported_by: list[Support] = facts("SUPPORTS", IN)
    delegations: list[Delegation] = facts("DELEGATES_TO", OUT, doc="To whom it hands authority.")
    delegated_by: list[Delegation] = facts("DELEGATES_TO", IN, doc="Whose authority it was handed.")


@strawberry.type(description="The whole organisation; nothing stands above it.")
class Company(OrgUnit):
    pass


@strawberry.type(description="A tier of the organisation: back office, middle office, front line.")
class Centre(OrgUnit):
    pass


@strawberry.type(description="A functional department, of the first or second level.")
class Department(OrgUnit):
    pass


@strawberry.type(description="A regional division, below a centre; areas are below it.")
class Region(OrgUnit):
    pass


@strawberry.type(description="An area of a region: the team that works with dealers.")
class Area(OrgUnit):
    pass


@strawberry.type(description="Who sells and looks after cars in an area, and serves its customers.")
class Dealer(OrgUnit):
    pass


@strawberry.type(description="A committee that decides across departments.")
class Committee(OrgUnit):
    pass


@strawberry.type(description="A position that people hold; who they are is not kept.")
class Position(Entity):
    units: Connection[OrgUnit] = entity("IN_UNIT", OUT, *PAGE, KINDS, UNIT_ORDER, paged=True, doc="Where it exists.")
    direct_reports: list[OrgUnit] = entity("REPORTS_TO", IN, doc="Units that report to it.")
    delegated_by: list[Delegation] = facts("DELEGATES_TO", IN, doc="Whose authority it was handed.")


@strawberry.interface(description="Anything that a unit can answer for.")
class Subject(Entity):
    responsibilities: list[Responsibility] = facts("RESPONSIBLE_FOR", IN, ROLE, doc="Stated of itself, not inherited.")
    responsible_units: list[OrgUnit] = entity("RESPONSIBLE_FOR", IN, ROLE, doc="The units of its responsibilities.")
    unowned: Unowned | None = facts("UNOWNED", OUT, doc="That nobody answers for it, on purpose; null: that is not so.")


@strawberry.type(description="A place where customer and brand meet, or a category of such.")
class Touchpoint(Subject):
    parent: Touchpoint | None = entity("KIND_OF", OUT, doc="Its category; null: it is in none.")
    categories: list[Touchpoint] = entity("KIND_OF", OUT, walk=True, doc="Its categories, nearest first.")
    children: Connection[Touchpoint] = entity("KIND_OF", IN, *_SUBJECTS, paged=True, doc="Touchpoints of this kind.")
    stages: list[LifecycleStage] = entity("SERVES", OUT, order="ORDINAL", doc="Stages that it serves.")
    channels: list[Channel] = entity("USES", OUT, doc="Channels that it uses.")


@strawberry.type(description="A stage of a customer's life with the brand.")
class LifecycleStage(Subject):
    ordinal: int = on_state("ordinal", "integer", doc="Its place among the stages.")
    next: list[LifecycleStage] = entity("FOLLOWED_BY", OUT, doc="Stages that follow.")
    previous: list[LifecycleStage] = entity("FOLLOWED_BY", IN, doc="Stages that it follows.")
    touchpoints: Connection[Touchpoint] = entity("SERVES", IN, *_SUBJECTS, paged=True, to="Touchpoint")
    pools: list[Pool] = entity("SERVES", IN, to="Pool", doc="Pools that it holds.")


@strawberry.type(description="A pool of people at a stage: traffic, leads, incubation, potential customers.")
class Pool(Subject):
    stages: list[LifecycleStage] = entity("SERVES", OUT, order="ORDINAL", doc="Stages that hold it.")


@strawberry.type(description="A channel, or a kind of channels: WeCom is a kind of online.")
class Channel(Subject):
    parent: Channel | None = entity("KIND_OF", OUT, doc="The kind that it is of; null: it is of none.")
    categories: list[Channel] = entity("KIND_OF", OUT, walk=True, doc="The kinds that it is of, nearest first.")
    children: list[Channel] = entity("KIND_OF", IN, doc="Channels of this kind.")
    touchpoints: Connection[Touchpoint] = entity("USES", IN, *_SUBJECTS, paged=True, doc="Touchpoints that use it.")


@strawberry.type(description="A standard that a unit sets.")
class Standard(Subject):
    pass


@strawberry.type(description="Something the organisation has to be able to do.")
class Capability(Subject):
    pass


@strawberry.type(description="A phase of a product's life.")
class ProductPhase(Subject):
    ordinal: int = on_state("ordinal", "integer", doc="Its place among the phases.")
    next: list[ProductPhase] = entity("FOLLOWED_BY", OUT, doc="Phases that follow.")
    previous: list[ProductPhase] = entity("FOLLOWED_BY", IN, doc="Phases that it follows.")


@strawberry.type(description="A product, or a line of products.")
class Product(Subject):
    pass


@strawberry.type(description="A unit answers for a subject.")
class Responsibility(Fact):
    unit: OrgUnit = declared(Same.START)
    subject: Subject = declared(Same.END)
    role: Role = on_fact("role")
    scope: OrgUnit | None = reference("scope", "OrgUnit", doc="Where; null: everywhere.")
    channel: Channel | None = reference("channel", "Channel", doc="Through which channel; null: through all.")
    mandate: str | None = on_fact("mandate", doc="What it comes to; null: not recorded.")


@strawberry.type(description="A unit helps another.")
class Support(Fact):
    unit: OrgUnit = declared(Same.START)
    supported: OrgUnit = declared(Same.END)
    how: SupportKind = on_fact("how")
    mandate: str | None = on_fact("mandate", doc="What it comes to; null: not recorded.")


@strawberry.type(description="A position exists in a unit.")
class PositionAssignment(Fact):
    position: Position = declared(Same.START)
    unit: OrgUnit = declared(Same.END)
    headcount: int | None = on_fact("headcount", doc="How many people hold it there; null: not known.")


@strawberry.type(description="A unit hands authority to another, or to a position.")
class Delegation(Fact):
    unit: OrgUnit = declared(Same.START)
    to: Node = declared(Same.END)
    scope: OrgUnit | None = reference("scope", "OrgUnit", doc="Where; null: everywhere.")


@strawberry.type(description="That nobody answers for a subject, on purpose.")
class Unowned(Fact):
    subject: Subject = declared(Same.START)
    reason: str = on_fact("reason")


@strawberry.type(description="Any other fact, from one node to another.")
class Relation(Fact):
    from_: Node = declared(Same.START, name="from")
    to: Node = declared(Same.END)
