"""Organisational units and positions, and the facts between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from touchgraph.answer.sources import Same
from touchgraph.api.types.common import (
    CONFIDENCE,
    KINDS,
    PAGE,
    ROLE,
    UNIT_ORDER,
    Connection,
    DescendantConnection,
    Entity,
    Fact,
    Node,
)
from touchgraph.api.types.declare import IN, OUT, argument, declared, entity, facts, on_fact, on_state, reference
from touchgraph.model import MandateStrength, Role, SupportKind

if TYPE_CHECKING:
    from touchgraph.api.types.subjects import Channel, Subject

ChannelRef = Annotated["Channel", strawberry.lazy("touchgraph.api.types.subjects")]
SubjectRef = Annotated["Subject", strawberry.lazy("touchgraph.api.types.subjects")]

_DEPTH = argument("depth", int | None, doc="Only down to this many steps.")


@strawberry.interface(description="A unit of the organisation: from the company down to a dealer.")
class OrgUnit(Entity):
    level: int | None = on_state("level", "integer", doc="1 is directly below the top.")
    mandate_zh: str | None = on_state("mandateZh")
    mandate_en: str | None = on_state("mandateEn")
    mandate_strength: MandateStrength | None = on_state("mandateStrength")
    parent: OrgUnit | None = entity("PART_OF", OUT, doc="The unit that it is part of.")
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


@strawberry.type(description="The whole.")
class Company(OrgUnit):
    pass


@strawberry.type(description="A tier of the organisation: back office, middle office, front line.")
class Centre(OrgUnit):
    pass


@strawberry.type(description="A functional department, of the first or second level.")
class Department(OrgUnit):
    pass


@strawberry.type(description="A regional division.")
class Region(OrgUnit):
    pass


@strawberry.type(description="An area of a region: the team that works with dealers.")
class Area(OrgUnit):
    pass


@strawberry.type(description="A dealer.")
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


@strawberry.type(description="A unit answers for a subject.")
class Responsibility(Fact):
    unit: OrgUnit = declared(Same.START)
    subject: SubjectRef = declared(Same.END)
    role: Role = on_fact("role")
    scope: OrgUnit | None = reference("scope", "OrgUnit", doc="Where; null: everywhere.")
    channel: ChannelRef | None = reference("channel", "Channel", doc="Through which channel; null: through all.")
    mandate: str | None = on_fact("mandate", doc="What it comes to.")


@strawberry.type(description="A unit helps another.")
class Support(Fact):
    unit: OrgUnit = declared(Same.START)
    supported: OrgUnit = declared(Same.END)
    how: SupportKind = on_fact("how")
    mandate: str | None = on_fact("mandate", doc="What it comes to.")


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


@strawberry.type(description="Any other fact, from one node to another.")
class Relation(Fact):
    from_: Node = declared(Same.START, name="from")
    to: Node = declared(Same.END)
