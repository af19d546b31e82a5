"""How many: customers on their way through the stages, in pools, linked; touchpoints in use; feedback on a product."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import strawberry

from touchgraph.answer.sources import Local, Member, Unwind
from touchgraph.api.types.declare import argument, declared, named
from touchgraph.api.types.enums import DualLink
from touchgraph.api.types.organisation import Channel, LifecycleStage, OrgUnit, Pool, Product, ProductPhase, Touchpoint
from touchgraph.model import FeedbackTheme, Grade, InteractionKind, Role

_WHERE = declared(Member("place"), doc="Null: nationwide, with what has no dealer.")


@strawberry.enum(description="By what a funnel is broken down.")
class FunnelBreakdown(StrEnum):
    MONTH = "MONTH"
    REGION = "REGION"
    AREA = "AREA"
    DEALER = "DEALER"
    CHANNEL = "CHANNEL"
    GRADE = "GRADE"


@strawberry.type(
    description="A stage in a period. What happened counts for the dealer that served the customer on that day."
)
class FunnelStage:
    stage: LifecycleStage = declared(Member("stage"))
    entered: int = declared(Local("entered"), doc="How often a customer came into the stage in the period.")
    left: int = declared(Local("left"), doc="How often one left it in the period, whenever it had come.")
    converted: int = declared(
        Local("converted"),
        doc="How many of those that entered in the period have gone on to a later stage, up to the day asked for.",
    )
    conversion: float | None = declared(Local("conversion"), doc="`converted` / `entered`; null: none entered.")
    median_days: float | None = declared(
        Local("medianDays"), doc="The median of the days that those who left had been in the stage; null: none left."
    )


@strawberry.type(description="A part of a funnel; only parts in which something happened are told.")
class FunnelGroup:
    unit: OrgUnit | None = declared(
        Member("unit"), doc="By REGION, AREA, DEALER; null: what belongs to no such unit on the day asked for."
    )
    month: date | None = declared(Local("month"), doc="By MONTH: its first day; null: by anything else.")
    channel: Channel | None = declared(
        Member("channel"), doc="By CHANNEL: through which the customer got to the stage; null: unknown."
    )
    grade: Grade | None = declared(
        Local("grade"), doc="By GRADE: of the customer's lead when it got to the stage; null: it had none."
    )
    stages: list[FunnelStage] = declared(Unwind("stages"), doc="Every stage, in order.")


@strawberry.type(description="How customers went through the stages at a place, in a period.")
class Funnel:
    place: OrgUnit | None = _WHERE
    from_: date = declared(Local("from"), name="from")
    to: date = declared(Local("to"))
    by: FunnelBreakdown | None = declared(Local("by"))
    stages: list[FunnelStage] = declared(Unwind("stages"), doc="Every stage, in order, over all groups.")
    groups: list[FunnelGroup] = declared(
        Unwind("groups"), doc="By month in order of time, else by id or name; none without `by`."
    )


@strawberry.type(description="Customers that are linked alike.")
class LinkedCustomers:
    link: DualLink = declared(Local("link"), doc="TELEPHONE and WECOM: by that one only.")
    customers: int = declared(Local("customers"))
    share: float | None = declared(Local("share"), doc="Of all customers of the place; null: it has none.")
    converted: int = declared(Local("converted"), doc="How many of them are in the stage of the deal or a later one.")
    conversion: float | None = declared(Local("conversion"), doc="`converted` / `customers`; null: there are none.")


@strawberry.type(description="Customers of a place on the day asked for, by how they are linked.")
class DualLinkCounts:
    place: OrgUnit | None = _WHERE
    total: int = declared(Local("total"), doc="All customers of the place; the links add up to it.")
    links: list[LinkedCustomers] = declared(Unwind("links"), doc="One for each, also where there are none.")


@strawberry.type(
    description="A pool. Customers are in the pools of their stage, leads in the pool that they are graded into."
)
class PoolSize:
    pool: Pool = declared(Member("pool"))
    customers: int = declared(Local("customers"), doc="On the day asked for.")
    inflow: int = declared(
        Local("inflow"), doc="How often a customer came into a stage of the pool in the period, from outside the pool."
    )
    outflow: int = declared(Local("outflow"), doc="How often one left it; a change of dealer is neither.")
    leads: int = declared(Local("leads"), doc="On the day asked for.")
    lead_inflow: int = declared(Local("leadInflow"))
    lead_outflow: int = declared(Local("leadOutflow"))


@strawberry.type(description="The pools of a place: their sizes on the day asked for, and what flowed in a period.")
class PoolSizes:
    place: OrgUnit | None = _WHERE
    from_: date = declared(Local("from"), name="from")
    to: date = declared(Local("to"))
    pools: list[PoolSize] = declared(Unwind("pools"), doc="By the stages that they serve.")


@strawberry.type(description="Interactions through one channel.")
class UsedChannel:
    channel: Channel | None = declared(Member("channel"), doc="Null: it was not recorded.")
    count: int = declared(Local("count"))


@strawberry.type(description="Interactions of one kind.")
class UsedKind:
    kind: InteractionKind = declared(Local("kind"))
    count: int = declared(Local("count"))


@strawberry.type(description="How often a touchpoint was used.")
class UsedTouchpoint:
    id: strawberry.ID = declared(Local("id"))
    touchpoint: Touchpoint | None = declared(Member("touchpoint"), doc="Null: not there on the day asked for.")
    count: int = declared(Local("count"), doc="How many interactions were at it.")
    channels: list[UsedChannel] = declared(Unwind("channels"), doc="Most first.")
    kinds: list[UsedKind] = declared(Unwind("kinds"), doc="Most first.")


@strawberry.type(
    description="Interactions in a period; each counts for the dealer at which it was, without one nationwide only."
)
class TouchpointUsage:
    place: OrgUnit | None = _WHERE
    from_: date = declared(Local("from"), name="from")
    to: date = declared(Local("to"))
    total: int = declared(Local("total"))
    touchpoints: list[UsedTouchpoint] = declared(Unwind("touchpoints"), doc="Those that were used, most first.")


@strawberry.type(description="Feedback on one theme.")
class ThemeCount:
    theme: FeedbackTheme = declared(Local("theme"))
    count: int = declared(Local("count"))


@strawberry.type(description="A phase of a product's life.")
class LifecyclePhase:
    phase: ProductPhase = declared(Member("phase"))
    owners: list[OrgUnit] = declared(
        Unwind("owners", yields_node=True), doc="Who is accountable for it nationwide; where nobody is, responsible."
    )
    role: Role | None = declared(Local("role"), doc="The role of the owners; null: there are none.")
    feedback: int = declared(Local("feedback"), doc="How much feedback on the product was routed to it.")
    themes: list[ThemeCount] = declared(Unwind("themes"), doc="Of that feedback, most first.")


@strawberry.type(description="The phases of a product's life, and what customers said of it up to the day asked for.")
class ProductLifecycle:
    product: Product = declared(Member("product"))
    total: int = declared(Local("total"), doc="How much feedback there is.")
    unrouted: int = declared(Local("unrouted"), doc="How much of it was routed to no phase.")
    themes: list[ThemeCount] = declared(Unwind("themes"), doc="Of all feedback, most first.")
    phases: list[LifecyclePhase] = declared(Unwind("phases"), doc="In order.")


_PLACE = argument("place", strawberry.ID | None, doc="Where: an organisational unit; default: nationwide.")
_FROM = argument("from_", date, doc="The first day (UTC).")
_TO = argument("to", date, doc="The last day (UTC), which is part of the period; it may be the first.")


FUNNEL = named(
    "funnel",
    _PLACE,
    _FROM,
    _TO,
    argument("by", FunnelBreakdown | None),
    locals_=("place", "from", "to", "by", "stages", "groups"),
    record=True,
    parameters=("place", "from", "to", "by"),
    doc="How customers went through the stages: how many came, left, went on, and how long they stayed.",
)
DUAL_LINK = named(
    "dual-link",
    _PLACE,
    locals_=("place", "total", "links"),
    record=True,
    doc="How many customers are linked by telephone, by WeCom, by both, by neither, and how far each have come.",
)
POOL_SIZES = named(
    "pools",
    _PLACE,
    argument("from_", date | None, doc="The first day (UTC) of the flows; default: 29 days before `to`."),
    argument("to", date | None, doc="Their last day (UTC), included; default: the day asked for."),
    locals_=("place", "from", "to", "pools"),
    record=True,
    parameters=("place", "from", "to"),
    doc="How large the pools are, and how much flows in and out.",
)
TOUCHPOINT_USAGE = named(
    "touchpoint-usage",
    _PLACE,
    _FROM,
    _TO,
    locals_=("place", "from", "to", "total", "touchpoints"),
    record=True,
    parameters=("place", "from", "to"),
    doc="How often customers met the brand at each touchpoint.",
)
PRODUCT_LIFECYCLE = named(
    "product-lifecycle",
    argument("model", strawberry.ID, doc="Of which product: its id."),
    locals_=("product", "total", "unrouted", "themes", "phases"),
    record=True,
    doc="The phases of a product, who answers for them, and the voice of customers; null: no such product.",
)
