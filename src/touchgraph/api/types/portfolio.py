"""All that a unit answers for."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from touchgraph.answer.sources import Computed, Local, Member, Unwind
from touchgraph.api.types.declare import declared
from touchgraph.api.types.facts import Fact
from touchgraph.api.types.organisation import OrgUnit, Responsibility, Subject
from touchgraph.model import BY_LABEL, Role


@strawberry.enum(description="The kind of something that can be owned.")
class SubjectKind(StrEnum):
    TOUCHPOINT = "TOUCHPOINT"
    LIFECYCLE_STAGE = "LIFECYCLE_STAGE"
    POOL = "POOL"
    CHANNEL = "CHANNEL"
    STANDARD = "STANDARD"
    CAPABILITY = "CAPABILITY"
    PRODUCT_PHASE = "PRODUCT_PHASE"
    PRODUCT = "PRODUCT"


def _kind(label: str) -> str:
    return BY_LABEL[label].name


@strawberry.type(description="One subject that a unit, or a unit below it, answers for.")
class PortfolioItem:
    subject: Subject = declared(Member("subject"))
    unit: OrgUnit = declared(Member("unit"), doc="The unit whose responsibility it is.")
    responsibility: Responsibility = declared(Member("fact", yields_fact=True))
    inherited: bool = declared(Local("inherited"), doc="Its responsibility is for a category or stage above it.")
    path: list[Fact] = declared(Unwind("path", yields_fact=True), doc="The facts from the subject to the unit.")


@strawberry.type(description="What a unit answers for in one role, of one kind.")
class PortfolioGroup:
    role: Role = declared(Local("role"))
    kind: SubjectKind = declared(Computed(_kind, (Local("label"),)))
    count: int = declared(Local("count"))
    items: list[PortfolioItem] = declared(Unwind("items"))


@strawberry.type(description="All that a unit answers for, by role and kind.")
class Portfolio:
    unit: OrgUnit = declared(Member("unit"))
    total: int = declared(Local("total"), doc="How many items there are in all groups.")
    groups: list[PortfolioGroup] = declared(Unwind("groups"))
