"""What can be owned: touchpoints, stages, pools, channels, standards, capabilities, product phases, products."""

from __future__ import annotations

import strawberry

from touchgraph.answer.sources import Same
from touchgraph.api.types.common import PAGE, ROLE, SUBJECT_ORDER, Connection, Entity, Fact
from touchgraph.api.types.declare import IN, OUT, declared, entity, facts, on_fact, on_state
from touchgraph.api.types.organisation import OrgUnit, Responsibility

_PAGE = (*PAGE, SUBJECT_ORDER)


@strawberry.interface(description="Anything that a unit can answer for.")
class Subject(Entity):
    responsibilities: list[Responsibility] = facts("RESPONSIBLE_FOR", IN, ROLE, doc="Stated of itself, not inherited.")
    responsible_units: list[OrgUnit] = entity("RESPONSIBLE_FOR", IN, ROLE, doc="The units of its responsibilities.")
    unowned: Unowned | None = facts("UNOWNED", OUT, doc="Where it is so on purpose: that nobody answers for it.")


@strawberry.type(description="That nobody answers for a subject, on purpose.")
class Unowned(Fact):
    subject: Subject = declared(Same.START)
    reason: str = on_fact("reason")


@strawberry.type(description="A place where customer and brand meet, or a category of such.")
class Touchpoint(Subject):
    parent: Touchpoint | None = entity("KIND_OF", OUT, doc="Its category.")
    categories: list[Touchpoint] = entity("KIND_OF", OUT, walk=True, doc="Its categories, nearest first.")
    children: Connection[Touchpoint] = entity("KIND_OF", IN, *_PAGE, paged=True, doc="Touchpoints of this kind.")
    stages: list[LifecycleStage] = entity("SERVES", OUT, order="ORDINAL", doc="Stages that it serves.")
    channels: list[Channel] = entity("USES", OUT, doc="Channels that it uses.")


@strawberry.type(description="A stage of a customer's life with the brand.")
class LifecycleStage(Subject):
    ordinal: int = on_state("ordinal", "integer", doc="Its place among the stages.")
    next: list[LifecycleStage] = entity("FOLLOWED_BY", OUT, doc="Stages that follow.")
    previous: list[LifecycleStage] = entity("FOLLOWED_BY", IN, doc="Stages that it follows.")
    touchpoints: Connection[Touchpoint] = entity("SERVES", IN, *_PAGE, paged=True, to="Touchpoint")
    pools: list[Pool] = entity("SERVES", IN, to="Pool", doc="Pools that it holds.")


@strawberry.type(description="A pool of people at a stage: traffic, leads, incubation, potential customers.")
class Pool(Subject):
    stages: list[LifecycleStage] = entity("SERVES", OUT, order="ORDINAL", doc="Stages that hold it.")


@strawberry.type(description="A channel, or a kind of channels: WeCom is a kind of online.")
class Channel(Subject):
    parent: Channel | None = entity("KIND_OF", OUT, doc="The kind that it is of.")
    categories: list[Channel] = entity("KIND_OF", OUT, walk=True, doc="The kinds that it is of, nearest first.")
    children: list[Channel] = entity("KIND_OF", IN, doc="Channels of this kind.")
    touchpoints: Connection[Touchpoint] = entity("USES", IN, *_PAGE, paged=True, doc="Touchpoints that use it.")


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
