"""Who answers for a subject, and why: the answers to the questions of ownership."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import strawberry

from touchgraph.answer.sources import Computed, Local, Member, Unwind
from touchgraph.api.types.declare import argument, declared
from touchgraph.api.types.explain import explain
from touchgraph.api.types.facts import Fact
from touchgraph.api.types.organisation import Channel, LifecycleStage, OrgUnit, Subject, Touchpoint
from touchgraph.model import Role


def share(part: int, total: int) -> float | None:
    """A part of a total, to four digits; None where there is no total."""
    return round(part / total, 4) if total else None


@strawberry.enum(description="Whether somebody answers.")
class OwnershipStatus(StrEnum):
    OWNED = "OWNED"
    SHARED_BY_CHANNEL = "SHARED_BY_CHANNEL"
    CONFLICT = "CONFLICT"
    GAP = "GAP"
    DELIBERATELY_UNOWNED = "DELIBERATELY_UNOWNED"


@strawberry.enum(description="How the owner was found.")
class OwnershipRule(StrEnum):
    DIRECT = "DIRECT"
    INHERITED = "INHERITED"
    SOLE_RESPONSIBLE = "SOLE_RESPONSIBLE"
    COMMON_PARENT = "COMMON_PARENT"
    DELEGATED = "DELEGATED"


@strawberry.enum(description="Why a unit that answers for the subject, or for what it inherits from, is not the owner.")
class LosingReason(StrEnum):
    FARTHER_SUBJECT = "FARTHER_SUBJECT"
    WIDER_SCOPE = "WIDER_SCOPE"
    OTHER_CHANNEL = "OTHER_CHANNEL"
    LOWER_RANK = "LOWER_RANK"


@strawberry.type(description="A unit that answers, or a party to a conflict.")
class Owner:
    unit: OrgUnit = declared(Member("unit"))
    channel: Channel | None = declared(Member("channel"), doc="The channel that it answers for; null: all.")
    path: list[Fact] = declared(Unwind("path", yields_fact=True), doc="The facts from the subject to it.")


@strawberry.type(description="Who answers for a touchpoint at a stage, or for the stage itself.")
class CoverageCell:
    stage: LifecycleStage | None = declared(Member("stage"), doc="Null: the touchpoint serves no stage.")
    touchpoint: Touchpoint | None = declared(Member("touchpoint"), doc="Null: the stage itself.")
    status: OwnershipStatus = declared(Local("status"))
    rule: OwnershipRule | None = declared(Local("rule"), doc="Null where nobody answers.")
    owners: list[CoverageOwner] = declared(Unwind("owners"))


@strawberry.type(description="A unit that answers for a cell.")
class CoverageOwner:
    unit: OrgUnit = declared(Member("unit"))
    channel: Channel | None = declared(Member("channel"), doc="The channel that it answers for; null: all.")


@strawberry.type(description="The matrix of stages and touchpoints, with who answers for each cell.")
class Coverage:
    role: Role = declared(Local("role"))
    place: OrgUnit | None = declared(Member("place"), doc="Where; null: nationwide.")
    cells: list[CoverageCell] = declared(Unwind("cells"), doc="By stage, the stage itself first.")
    gaps: list[CoverageCell] = declared(Unwind("gaps"), doc="Cells that nobody answers for.")
    conflicts: list[CoverageCell] = declared(Unwind("conflicts"), doc="Cells that several answer for.")
    deliberately_unowned: list[CoverageCell] = declared(Unwind("unowned"))
    total: int = declared(Local("total"), doc="How many cells there are.")
    owned: int = declared(Local("owned"), doc="How many of them have an owner, or one per channel.")
    share_owned: float | None = declared(
        Computed(share, (Local("owned"), Local("total"))), doc="`owned` by `total`; null where there are no cells."
    )


@strawberry.type(description="A time in which nobody answered for a stage or touchpoint.")
class GapTime:
    subject: Subject = declared(Member("subject", moment="moment"), doc="As it was on the first day.")
    valid_from: date = declared(Local("validFrom"), doc="The first day, or that of the period.")
    valid_to: date = declared(Local("validTo"), doc="The day after the last, or after that of the period.")


@strawberry.type(description="A time in which the same several units answered for a stage or touchpoint.")
class ConflictTime:
    subject: Subject = declared(Member("subject", moment="moment"), doc="As it was on the first day.")
    units: list[OrgUnit] = declared(Unwind("units", yields_node=True, moment="moment"), doc="The parties, as then.")
    valid_from: date = declared(Local("validFrom"), doc="The first day, or that of the period.")
    valid_to: date = declared(Local("validTo"), doc="The day after the last, or after that of the period.")


@strawberry.type(description="A unit that was a candidate, and what it lacked.")
class Loser:
    unit: OrgUnit = declared(Member("unit"))
    fact: Fact = declared(Member("fact", yields_fact=True))
    reason: LosingReason = declared(Local("reason"))


@strawberry.enum
class Language(StrEnum):
    ZH = "ZH"
    EN = "EN"


OWNERSHIP = (
    "subject",
    "place",
    "channel",
    "role",
    "status",
    "rule",
    "inferred",
    "owners",
    "path",
    "losers",
    "ids",
    "names",
)
"""What the statement `ownership` tells."""


@strawberry.type(description="Who answers for a subject in a role, at a place and through a channel.")
class Ownership:
    subject: Subject = declared(Member("subject"))
    role: Role = declared(Local("role"))
    place: OrgUnit | None = declared(Member("place"), doc="Where; null: nationwide.")
    channel: Channel | None = declared(Member("channel"), doc="Through which channel; null: any.")
    status: OwnershipStatus = declared(Local("status"))
    rule: OwnershipRule | None = declared(Local("rule"), doc="Null where nobody answers.")
    inferred: bool = declared(Local("inferred"), doc="Nobody is accountable: it follows from who is responsible.")
    owners: list[Owner] = declared(Unwind("owners"), doc="One; or one per channel; or the parties to a conflict.")
    path: list[Fact] = declared(Unwind("path", yields_fact=True), doc="All facts from the subject to its owners.")
    explanation: str = declared(
        Computed(explain, tuple(map(Local, ("status", "rule", "ids", "names"))), ("lang",)),
        argument("lang", Language, Language.EN),
        doc="One sentence for people.",
    )
    losers: list[Loser] = declared(Unwind("losers"), doc="Candidates that lost, best first.")
