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
from touchgraph.model import Confidence, Role


def share(part: int, total: int) -> float | None:
    """A part of a total, to four digits; None where there is no total."""
    return round(part / total, 4) if total else None


@strawberry.enum(
    description="Whether somebody answers. SHARED_BY_CHANNEL: through some channels somebody else does than through "
    "others, or nobody does; `lines` tells which. UNKNOWN: nobody is recorded, and no change set in effect says that "
    "all who answer are; GAP: one does."
)
class OwnershipStatus(StrEnum):
    OWNED = "OWNED"
    SHARED_BY_CHANNEL = "SHARED_BY_CHANNEL"
    CONFLICT = "CONFLICT"
    GAP = "GAP"
    UNKNOWN = "UNKNOWN"
    DELIBERATELY_UNOWNED = "DELIBERATELY_UNOWNED"


@strawberry.enum(description="How the owner was found; where lines differ, that of them which is farthest from DIRECT.")
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


_CHANNEL = "The channel that it answers for; null: all, or every other than those that have owners of their own."
_WEAKEST = "The weakest confidence of the facts it rests on: STATED before INFERRED before SYNTHETIC; null: on none."


@strawberry.type(description="A unit that answers, or a party to a conflict.")
class Owner:
    unit: OrgUnit = declared(Member("unit"))
    channel: Channel | None = declared(Member("channel"), doc=_CHANNEL)
    path: list[Fact] = declared(Unwind("path", yields_fact=True), doc="The facts from the subject to it.")


@strawberry.type(
    description="The answer for one channel and the kinds of it, or for every other channel. A channel has a line if "
    "a fact that names it decides."
)
class OwnershipLine:
    channel: Channel | None = declared(
        Member("channel"), doc="Null: every other channel, where no channel was asked for."
    )
    status: OwnershipStatus = declared(
        Local("status"), doc="GAP: through this channel nobody answers; UNKNOWN: nobody is recorded."
    )
    rule: OwnershipRule | None = declared(Local("rule"), doc="Null where nobody answers.")
    inferred: bool = declared(Local("inferred"), doc="As for `Ownership`.")
    confidence: Confidence | None = declared(Local("confidence"), doc=_WEAKEST)
    units: list[OrgUnit] = declared(Unwind("units", yields_node=True), doc="The owner, or the parties to a conflict.")


@strawberry.type(description="Who answers for a touchpoint at a stage, or for the stage itself.")
class CoverageCell:
    stage: LifecycleStage | None = declared(Member("stage"), doc="Null: the touchpoint serves no stage.")
    touchpoint: Touchpoint | None = declared(Member("touchpoint"), doc="Null: the stage itself.")
    status: OwnershipStatus = declared(Local("status"))
    rule: OwnershipRule | None = declared(Local("rule"), doc="Null where nobody answers.")
    confidence: Confidence | None = declared(Local("confidence"), doc=_WEAKEST)
    owners: list[CoverageOwner] = declared(Unwind("owners"), doc="As for `Ownership`.")
    lines: list[OwnershipLine] = declared(Unwind("lines"), doc="The answers by channel that it comes from.")


@strawberry.type(description="A unit that answers for a cell.")
class CoverageOwner:
    unit: OrgUnit = declared(Member("unit"))
    channel: Channel | None = declared(Member("channel"), doc=_CHANNEL)


@strawberry.type(description="How many cells rest on facts of which the weakest are of a confidence.")
class ConfidenceCount:
    confidence: Confidence = declared(Local("confidence"), doc="The weakest of the facts that they rest on.")
    count: int = declared(Local("count"), doc="How many cells of those that are owned.")


COVERAGE = (
    "role",
    "place",
    "cells",
    "gaps",
    "partly",
    "conflicts",
    "unowned",
    "unknown",
    "total",
    "owned",
    "byConfidence",
)
"""What the statement `coverage` tells."""


@strawberry.type(description="The matrix of stages and touchpoints, with who answers for each cell.")
class Coverage:
    role: Role = declared(Local("role"))
    place: OrgUnit | None = declared(Member("place"), doc="Where; null: nationwide.")
    cells: list[CoverageCell] = declared(Unwind("cells"), doc="By stage, the stage itself first.")
    gaps: list[CoverageCell] = declared(Unwind("gaps"), doc="Cells that nobody answers for, through any channel.")
    partly_owned: list[CoverageCell] = declared(
        Unwind("partly"), doc="Cells that somebody answers for through some channels, and nobody through any other."
    )
    conflicts: list[CoverageCell] = declared(Unwind("conflicts"), doc="Cells that several answer for.")
    deliberately_unowned: list[CoverageCell] = declared(Unwind("unowned"))
    unknown: list[CoverageCell] = declared(
        Unwind("unknown"),
        doc="Cells for which no owner is recorded, where no change set says that all owners are: see `complete` of "
        "`ChangeSet`. They are neither owned nor gaps.",
    )
    total: int = declared(Local("total"), doc="How many cells there are.")
    owned: int = declared(
        Local("owned"), doc="How many of them have an owner, or one per channel; those of `partlyOwned` among them."
    )
    owned_by_confidence: list[ConfidenceCount] = declared(
        Unwind("byConfidence"), doc="How many of those that are owned rest on what; strongest first."
    )
    share_owned: float | None = declared(
        Computed(share, (Local("owned"), Local("total"))), doc="`owned` by `total`; null where there are no cells."
    )


@strawberry.type(description="A time in which nobody answered for a stage or touchpoint, or not through all channels.")
class GapTime:
    subject: Subject = declared(Member("subject", moment="moment"), doc="As it was on the first day.")
    other_than: list[Channel] = declared(
        Unwind("of", yields_node=True, moment="moment"),
        doc="It is a gap for every channel but these and the kinds of them, for which somebody answered. Empty: for "
        "all channels.",
    )
    valid_from: date = declared(Local("validFrom"), doc="The first day, or that of the period.")
    valid_to: date = declared(Local("validTo"), doc="The day after the last, or after that of the period.")


@strawberry.type(description="A time in which the same several units answered for a stage or touchpoint.")
class ConflictTime:
    subject: Subject = declared(Member("subject", moment="moment"), doc="As it was on the first day.")
    units: list[OrgUnit] = declared(Unwind("of", yields_node=True, moment="moment"), doc="The parties, as then.")
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
    "confidence",
    "owners",
    "lines",
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
    channel: Channel | None = declared(Member("channel"), doc="Through which channel; null: every one.")
    status: OwnershipStatus = declared(Local("status"))
    rule: OwnershipRule | None = declared(Local("rule"), doc="Null where nobody answers.")
    inferred: bool = declared(
        Local("inferred"),
        doc="Nobody is accountable: the rule infers the owner from who is responsible, however sure the facts are; "
        "that is `confidence`.",
    )
    confidence: Confidence | None = declared(Local("confidence"), doc=_WEAKEST)
    owners: list[Owner] = declared(Unwind("owners"), doc="One; or one per line; or the parties to a conflict.")
    lines: list[OwnershipLine] = declared(
        Unwind("lines"),
        doc="The answers by channel that it comes from: for every other channel, then for each channel that a fact "
        "names; with a channel asked for, for that.",
    )
    path: list[Fact] = declared(Unwind("path", yields_fact=True), doc="All facts from the subject to its owners.")
    explanation: str = declared(
        Computed(explain, tuple(map(Local, ("status", "role", "ids", "names"))), ("lang",)),
        argument("lang", Language, Language.EN),
        doc="One sentence for people.",
    )
    losers: list[Loser] = declared(Unwind("losers"), doc="Candidates that lost, best first.")
