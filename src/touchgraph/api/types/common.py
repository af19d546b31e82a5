"""What every type is made of: kinds, interfaces, evidence, pages, orders."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

import strawberry

from touchgraph import model
from touchgraph.answer import sources
from touchgraph.answer.sources import Of, Part, Property
from touchgraph.answer.values import DEFAULT_FIRST, MAX_FIRST
from touchgraph.api.types.declare import (
    BOTH,
    IN,
    OUT,
    argument,
    computed,
    declared,
    entity,
    facts,
    on_end,
    on_fact,
    on_node,
    on_state,
    reference,
)
from touchgraph.model import ClaimKind, Confidence, MandateStrength, Role, SupportKind

if TYPE_CHECKING:
    from touchgraph.api.types.documents import ChangeSet, Claim, Source

ClaimRef = Annotated["Claim", strawberry.lazy("touchgraph.api.types.documents")]
ChangeSetRef = Annotated["ChangeSet", strawberry.lazy("touchgraph.api.types.documents")]
SourceRef = Annotated["Source", strawberry.lazy("touchgraph.api.types.documents")]

T = TypeVar("T")

strawberry.enum(Confidence, description="How sure a fact is.")
strawberry.enum(Role, description="RACI: what a unit is to a subject.")
strawberry.enum(SupportKind, description="How one unit helps another.")
strawberry.enum(MandateStrength, description="How much a unit's mandate weighs.")
strawberry.enum(ClaimKind, description="What a statement about the whole is.")


@strawberry.enum(description="The kind of an organisational unit.")
class OrgUnitKind(StrEnum):
    COMPANY = "COMPANY"
    CENTRE = "CENTRE"
    DEPARTMENT = "DEPARTMENT"
    REGION = "REGION"
    AREA = "AREA"
    DEALER = "DEALER"
    COMMITTEE = "COMMITTEE"


@strawberry.enum(description="The kind of anything that has an id.")
class NodeKind(StrEnum):
    COMPANY = "COMPANY"
    CENTRE = "CENTRE"
    DEPARTMENT = "DEPARTMENT"
    REGION = "REGION"
    AREA = "AREA"
    DEALER = "DEALER"
    COMMITTEE = "COMMITTEE"
    TOUCHPOINT = "TOUCHPOINT"
    LIFECYCLE_STAGE = "LIFECYCLE_STAGE"
    POOL = "POOL"
    CHANNEL = "CHANNEL"
    STANDARD = "STANDARD"
    CAPABILITY = "CAPABILITY"
    PRODUCT_PHASE = "PRODUCT_PHASE"
    PRODUCT = "PRODUCT"
    POSITION = "POSITION"
    CLAIM = "CLAIM"
    SOURCE = "SOURCE"
    CHANGE_SET = "CHANGE_SET"
    CUSTOMER = "CUSTOMER"
    VEHICLE = "VEHICLE"
    LEAD = "LEAD"
    INTERACTION = "INTERACTION"
    FEEDBACK = "FEEDBACK"


@strawberry.enum(description="The type of a fact, as it is called in the graph.")
class FactType(StrEnum):
    HAS_STATE = "HAS_STATE"
    PART_OF = "PART_OF"
    REPORTS_TO = "REPORTS_TO"
    IN_UNIT = "IN_UNIT"
    RESPONSIBLE_FOR = "RESPONSIBLE_FOR"
    DELEGATES_TO = "DELEGATES_TO"
    SUPPORTS = "SUPPORTS"
    KIND_OF = "KIND_OF"
    SERVES = "SERVES"
    USES = "USES"
    FOLLOWED_BY = "FOLLOWED_BY"
    UNOWNED = "UNOWNED"
    ABOUT = "ABOUT"


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


ID_ARGUMENT = argument("id", strawberry.ID)
FIRST = argument("first", int | None, DEFAULT_FIRST, f"How many at most, from 1 to {MAX_FIRST}.")
AFTER = argument("after", str | None, doc="A cursor: only what comes after it.")
CONFIDENCE = argument("confidence", list[Confidence] | None, doc="Only those that exist with one of these.")
TEXT = argument("text", str | None, doc="Only those whose Chinese or English name has all of these words.")
KINDS = argument("kinds", list[OrgUnitKind] | None, doc="Only units of these kinds.")
UNDER = argument("under", strawberry.ID | None, doc="Only those below this one, at any depth.")
ROLE = argument("role", Role | None, doc="Only in this role.")
FACT_TYPES = argument("types", list[FactType] | None, doc="Only facts of these types.")
UNIT_ORDER = argument("order_by", OrgUnitOrder | None)
SUBJECT_ORDER = argument("order_by", SubjectOrder | None)
PAGE = (FIRST, AFTER)
ORGANISATION_FACTS = tuple(kind.type for kind in model.FACTS if kind.type != "HAS_STATE")


def _kind_name(entity_id: str) -> str | None:
    kind = model.kind_of(entity_id)
    return kind.name if kind else None


@strawberry.interface(description="Anything that has an id of its own.")
class Node:
    id: strawberry.ID = on_node("id", doc="Stable and readable: a prefix for the kind, a colon, a name.")
    kind: NodeKind = computed(_kind_name, Property("id", Of.NODE))
    name_zh: str = on_state("nameZh")
    name_en: str = on_state("nameEn")


@strawberry.type(description="Why a fact is believed.")
class Evidence:
    source: SourceRef = reference("source", "Source", doc="The document that says so.")
    locator: str | None = on_fact("locator", doc="Where in the document: ¶8 is its eighth paragraph.")
    confidence: Confidence = on_fact("confidence")
    note: str | None = on_fact("note", doc="The reason, where a fact is inferred or made up.")


@strawberry.interface(description="Something that holds for a time (valid) and was known for a time (recorded).")
class Fact:
    type: FactType = declared(sources.FactType())
    valid_from: date | None = on_fact("validFrom", doc="The first day; null: nobody recorded it.")
    valid_to: date | None = on_fact("validTo", doc="The day after the last; null: it still holds.")
    recorded_from: datetime = on_fact("recordedFrom", doc="When it became known.")
    recorded_to: datetime | None = on_fact("recordedTo", doc="When it was corrected; null: it was not.")
    change_set: ChangeSetRef = reference("changeSet", "ChangeSet", doc="The change set that recorded it.")
    evidence: Evidence = declared(sources.Same.FACT)


@strawberry.type(
    description="What an entity says of itself, for the time that it does: name, level, mandate, place in an order."
)
class State(Fact):
    name_zh: str = on_end("nameZh")
    name_en: str = on_end("nameEn")
    level: int | None = on_end("level", "integer", doc="Of a unit: 1 is directly below the top.")
    mandate_zh: str | None = on_end("mandateZh")
    mandate_en: str | None = on_end("mandateEn")
    mandate_strength: MandateStrength | None = on_end("mandateStrength")
    ordinal: int | None = on_end("ordinal", "integer", doc="Of a stage or phase: its place in the order.")


@strawberry.interface(description="A node of which something can change over time.")
class Entity(Node):
    state: State = declared(sources.Same.STATE, doc="The state at the moment, with its time and evidence.")
    states: list[State] = facts(
        "HAS_STATE", OUT, ever=True, doc="All states, earliest first, whatever the day asked for."
    )
    evidence: Evidence = declared(sources.Same.STATE, doc="Why it is believed to exist, and to be called so.")
    facts: list[Fact] = facts(
        ORGANISATION_FACTS, BOTH, FACT_TYPES, doc="Every fact that starts or ends here, at the moment."
    )
    claims: list[ClaimRef] = entity("ABOUT", IN, doc="Statements about it.")


@strawberry.type(description="Where a page stands among all pages (Relay).")
class PageInfo:
    has_next_page: bool = declared(Part.HAS_NEXT_PAGE)
    has_previous_page: bool = declared(Part.HAS_PREVIOUS_PAGE)
    start_cursor: str | None = declared(Part.START_CURSOR)
    end_cursor: str | None = declared(Part.END_CURSOR)


@strawberry.type(description="One place of a connection.")
class Edge(Generic[T]):
    cursor: str = declared(Part.CURSOR)
    node: T = declared(Part.NODE)


@strawberry.type(description="A page of a list (Relay).")
class Connection(Generic[T]):
    edges: list[Edge[T]] = declared(Part.EDGES)
    nodes: list[T] = declared(Part.NODES, doc="The nodes of the edges, for those who need no cursors.")
    page_info: PageInfo = declared(Part.PAGE_INFO)
    total_count: int = declared(Part.TOTAL_COUNT, doc="How many there are on all pages; counted only when asked for.")


@strawberry.type(description="One place below a unit.")
class DescendantEdge(Generic[T]):
    cursor: str = declared(Part.CURSOR)
    depth: int = declared(sources.Local("depth"), doc="How many steps below: 1 is a child.")
    node: T = declared(Part.NODE)


@strawberry.type(description="A page of everything below a unit (Relay).")
class DescendantConnection(Generic[T]):
    edges: list[DescendantEdge[T]] = declared(Part.EDGES)
    nodes: list[T] = declared(Part.NODES, doc="The nodes of the edges, for those who need no cursors.")
    page_info: PageInfo = declared(Part.PAGE_INFO)
    total_count: int = declared(Part.TOTAL_COUNT, doc="How many there are on all pages; counted only when asked for.")
