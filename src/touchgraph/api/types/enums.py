"""Enums that several modules use: those of the model, kinds of nodes, types of facts."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from touchgraph.model import (
    ClaimKind,
    Completeness,
    Confidence,
    FeedbackTheme,
    Grade,
    InteractionKind,
    MandateStrength,
    Outcome,
    Role,
    SupportKind,
)

strawberry.enum(Confidence, description="How sure a fact is.")
strawberry.enum(Role, description="RACI: what a unit is to a subject.")
strawberry.enum(Completeness, description="Of what a change set may say that all of it is recorded.")
strawberry.enum(SupportKind, description="How one unit helps another.")
strawberry.enum(MandateStrength, description="How much a unit's mandate weighs.")
strawberry.enum(ClaimKind, description="What a statement about the whole is.")
strawberry.enum(Grade, description="How likely a lead is to buy.")
strawberry.enum(InteractionKind, description="What customer and brand did with one another.")
strawberry.enum(Outcome, description="What came of an interaction.")
strawberry.enum(FeedbackTheme, description="What a customer spoke of.")


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


@strawberry.enum(description="By which of the two channels a customer can be reached, counting consent.")
class DualLink(StrEnum):
    TELEPHONE = "TELEPHONE"
    WECOM = "WECOM"
    BOTH = "BOTH"
    NONE = "NONE"
