"""The root of every query."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import strawberry

from touchgraph.answer.plan import Write
from touchgraph.answer.sources import Context, Local, Same
from touchgraph.api.types import counting
from touchgraph.api.types.arguments import (
    CONFIDENCE,
    FACT_TYPES,
    FIRST,
    ID_ARGUMENT,
    KINDS,
    PAGE,
    SUBJECT_ORDER,
    TEXT,
    UNDER,
    UNIT_ORDER,
    WORDS,
    OrderDirection,
)
from touchgraph.api.types.changes import ReorgChange
from touchgraph.api.types.customer_arguments import (
    CUSTOMER_ARGUMENTS,
    CUSTOMER_CONDITIONS,
    INTERACTION_ARGUMENTS,
    INTERACTION_CONDITIONS,
    LEAD_ARGUMENTS,
    LEAD_CONDITIONS,
)
from touchgraph.api.types.customers import Customer, Feedback, Interaction, Lead, Vehicle
from touchgraph.api.types.declare import argument, declared, lookup, named, scan
from touchgraph.api.types.diff import Moment, OrgDiff
from touchgraph.api.types.enums import NodeKind
from touchgraph.api.types.facts import ChangeSet, Claim, Node, Source
from touchgraph.api.types.impact import FOUND, Impact
from touchgraph.api.types.organisation import (
    Area,
    Capability,
    Centre,
    Channel,
    Committee,
    Company,
    Dealer,
    Department,
    LifecycleStage,
    OrgUnit,
    Pool,
    Position,
    Product,
    ProductPhase,
    Region,
    Standard,
    Subject,
    Touchpoint,
)
from touchgraph.api.types.ownership import COVERAGE, OWNERSHIP, ConflictTime, Coverage, GapTime, Ownership
from touchgraph.api.types.pages import Connection
from touchgraph.api.types.portfolio import Portfolio
from touchgraph.api.types.timeline import TimelineEntry
from touchgraph.model import NODE, Role

_UNITS = (*PAGE, UNDER, TEXT, CONFIDENCE, UNIT_ORDER)
_ENTITIES = (*PAGE, TEXT, CONFIDENCE)
_SUBJECTS = (*_ENTITIES, SUBJECT_ORDER)
_AS_OF = argument("as_of", date | None, doc="The day to answer for; default: today.")
_SUPPOSED = (
    argument("changes", list[ReorgChange]),  # type: ignore[valid-type]
    argument("effective", date | None, doc="The day from which they hold; default: the day asked for."),
)
_KNOWN_AT = argument("known_at", datetime | None, doc="Only what was known then; default: all that is known.")
_PLACE = argument("place", strawberry.ID | None, doc="Where: an organisational unit; default: nationwide.")
_ROLE = argument("role", Role, Role.ACCOUNTABLE)
_PERIOD = (
    argument("from_", date, doc="The first day of the period."),
    argument("to", date, doc="The day after its last, which is not part of it."),
    _PLACE,
    _ROLE,
)
_MATRIX = ("role", "place", "from", "to")


def _lasting(local: str, doc: str) -> Any:
    """Cells of the matrix of coverage, each with the days between which it was so."""
    return named(
        "coverage",
        *_PERIOD,
        locals_=(local,),
        items=local,
        record=True,
        parameters=_MATRIX,
        half_open=True,
        doc=doc,
    )


@strawberry.type(description="A node that a search found, and how well it fits.")
class SearchHit:
    node: Node = declared(Same.NODE)
    score: float = declared(Local("score"), doc="The higher, the better; of use within one search only.")


@strawberry.type(description="Every field is answered as of a day and as known at a time: see `at`.")
class Query:
    at: Query = declared(
        Context.AT, _AS_OF, _KNOWN_AT, doc="Everything below it as of another day, as known at another time."
    )
    what_if: Query = declared(
        Write("whatIf"),
        *_SUPPOSED,
        doc="Everything below it as if the changes were made; nothing of them is kept.",
    )
    impact: Impact = declared(
        Write("impact", FOUND),
        *_SUPPOSED,
        doc="What the changes would do, in numbers, on the day asked for, or on `effective` if that is later; nothing "
        "of them is kept.",
    )
    node: Node | None = lookup(NODE, ID_ARGUMENT)
    nodes: list[Node | None] = lookup(NODE, argument("ids", list[strawberry.ID]), doc="In the order of the ids.")
    org_unit: OrgUnit | None = lookup("OrgUnit", ID_ARGUMENT)
    org_units: Connection[OrgUnit] = scan("OrgUnit", *_UNITS, KINDS, hierarchy="PART_OF")
    dealer: Dealer | None = lookup("Dealer", ID_ARGUMENT)
    dealers: Connection[Dealer] = scan("Dealer", *_UNITS, hierarchy="PART_OF")
    position: Position | None = lookup("Position", ID_ARGUMENT)
    positions: Connection[Position] = scan("Position", *_ENTITIES)
    subject: Subject | None = lookup("Subject", ID_ARGUMENT)
    touchpoint: Touchpoint | None = lookup("Touchpoint", ID_ARGUMENT)
    touchpoints: Connection[Touchpoint] = scan("Touchpoint", UNDER, *_SUBJECTS, hierarchy="KIND_OF")
    stage: LifecycleStage | None = lookup("LifecycleStage", ID_ARGUMENT)
    stages: Connection[LifecycleStage] = scan("LifecycleStage", *_SUBJECTS, order="ORDINAL")
    pool: Pool | None = lookup("Pool", ID_ARGUMENT)
    pools: Connection[Pool] = scan("Pool", *_SUBJECTS)
    channel: Channel | None = lookup("Channel", ID_ARGUMENT)
    channels: Connection[Channel] = scan("Channel", UNDER, *_SUBJECTS, hierarchy="KIND_OF")
    standard: Standard | None = lookup("Standard", ID_ARGUMENT)
    standards: Connection[Standard] = scan("Standard", *_SUBJECTS)
    capability: Capability | None = lookup("Capability", ID_ARGUMENT)
    capabilities: Connection[Capability] = scan("Capability", *_SUBJECTS)
    phase: ProductPhase | None = lookup("ProductPhase", ID_ARGUMENT)
    phases: Connection[ProductPhase] = scan("ProductPhase", *_SUBJECTS, order="ORDINAL")
    product: Product | None = lookup("Product", ID_ARGUMENT)
    products: Connection[Product] = scan("Product", *_SUBJECTS)
    claim: Claim | None = lookup("Claim", ID_ARGUMENT)
    claims: Connection[Claim] = scan("Claim", *_ENTITIES)
    source: Source | None = lookup("Source", ID_ARGUMENT)
    sources: Connection[Source] = scan("Source", *PAGE)
    change_set: ChangeSet | None = lookup("ChangeSet", ID_ARGUMENT)
    change_sets: Connection[ChangeSet] = scan("ChangeSet", *PAGE)
    customer: Customer | None = lookup("Customer", ID_ARGUMENT)
    customers: Connection[Customer] = scan("Customer", *CUSTOMER_ARGUMENTS, conditions=CUSTOMER_CONDITIONS)
    vehicle: Vehicle | None = lookup("Vehicle", ID_ARGUMENT)
    lead: Lead | None = lookup("Lead", ID_ARGUMENT)
    leads: Connection[Lead] = scan("Lead", *LEAD_ARGUMENTS, conditions=LEAD_CONDITIONS)
    interaction: Interaction | None = lookup("Interaction", ID_ARGUMENT)
    interactions: Connection[Interaction] = scan(
        "Interaction", *INTERACTION_ARGUMENTS, order="AT", conditions=INTERACTION_CONDITIONS, doc="Newest first."
    )
    feedback: Feedback | None = lookup("Feedback", ID_ARGUMENT)
    ownership: Ownership | None = named(
        "ownership",
        argument("subject", strawberry.ID),
        _ROLE,
        _PLACE,
        argument("channel", strawberry.ID | None, doc="Through which channel; default: every one, told by lines."),
        locals_=OWNERSHIP,
        record=True,
        doc="Who answers for a subject, and why; null, with an error, where what is named is not there.",
    )
    coverage: Coverage = named(
        "coverage",
        _PLACE,
        _ROLE,
        locals_=COVERAGE,
        record=True,
        parameters=_MATRIX,
        doc="Who answers for every touchpoint at every stage that it serves, and for the stages themselves.",
    )
    gaps: list[GapTime] = _lasting(
        "gapTimes",
        "When nobody answered for a stage or touchpoint, within a period; by subject, earliest first. A gap for some "
        "channels only says so (`otherThan`).",
    )
    conflicts: list[ConflictTime] = _lasting(
        "conflictTimes", "When several answered for a stage or touchpoint, within a period; by subject, earliest first."
    )
    portfolio: Portfolio | None = named(
        "portfolio",
        argument("unit", strawberry.ID),
        argument("transitive", bool, True, doc="With what the units below it answer for."),
        locals_=("unit", "total", "groups"),
        record=True,
        doc="All that a unit answers for; null, with an error, where that is not there.",
    )
    org_diff: OrgDiff = named(
        "org-diff",
        argument("from_", Moment),
        argument("to", Moment),
        locals_=("from", "to", "total", "counts", "changes"),
        record=True,
        parameters=("from.asOf", "from.knownAt", "to.asOf", "to.knownAt"),
        doc="What is different in the organisation between two moments; whatever day is asked for around it.",
    )
    timeline: list[TimelineEntry] = named(
        "timeline",
        ID_ARGUMENT,
        FACT_TYPES,
        argument("order", OrderDirection, OrderDirection.ASC, doc="That of the days: ASC is earliest first."),
        locals_=(
            "place",
            "type",
            "kind",
            "day",
            "knownSince",
            "correctedAt",
            "before",
            "after",
            "changeSet",
            "correctedBy",
            "was",
            "is",
            "later",
        ),
        record=True,
        doc="The history of a unit, a subject, or whatever has facts: all days, as known at the moment.",
    )
    funnel: counting.Funnel = counting.FUNNEL
    dual_link: counting.DualLinkCounts = counting.DUAL_LINK
    pool_sizes: counting.PoolSizes = counting.POOL_SIZES
    touchpoint_usage: counting.TouchpointUsage = counting.TOUCHPOINT_USAGE
    product_lifecycle: counting.ProductLifecycle | None = counting.PRODUCT_LIFECYCLE
    search: list[SearchHit] = named(
        "search",
        argument("text", str, doc=f"Words, all of which have to be in the name. {WORDS}"),
        argument("kinds", list[NodeKind] | None),
        FIRST,
        locals_=("score",),
        doc="All of the organisation by name, best first: a whole name, then whole words, then beginnings.",
    )


TYPES = (Company, Centre, Department, Region, Area, Dealer, Committee)
"""Types that only interfaces lead to."""
