"""What is different in the organisation between two moments."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import strawberry

from touchgraph.answer.sources import Computed, Local, Member, Unwind
from touchgraph.answer.values import time
from touchgraph.api.types.declare import argument, declared
from touchgraph.api.types.facts import ChangeSet, Evidence, Fact, Node
from touchgraph.api.types.organisation import OrgUnit, Position, Subject


@strawberry.input(description="A day, as known at a time.")
class Moment:
    as_of: date | None = strawberry.field(default=None, description="Default: today.")
    known_at: datetime | None = strawberry.field(default=None, description="Default: all that is known.")


@strawberry.enum(
    description="What kind of difference it is, in the order in which differences are told. What was not known at the "
    "earlier moment and is at the later one was `…_RECORDED`: whether it changed is not known."
)
class OrgChangeKind(StrEnum):
    CREATED = "CREATED"
    CLOSED = "CLOSED"
    RENAMED = "RENAMED"
    MOVED = "MOVED"
    REPORTING_LINE_CHANGED = "REPORTING_LINE_CHANGED"
    REPORTING_LINE_RECORDED = "REPORTING_LINE_RECORDED"
    RERANKED = "RERANKED"
    LEVEL_RECORDED = "LEVEL_RECORDED"
    MANDATE_CHANGED = "MANDATE_CHANGED"
    MANDATE_RECORDED = "MANDATE_RECORDED"
    POSITION_ADDED = "POSITION_ADDED"
    POSITION_REMOVED = "POSITION_REMOVED"
    HEADCOUNT_CHANGED = "HEADCOUNT_CHANGED"
    HEADCOUNT_RECORDED = "HEADCOUNT_RECORDED"
    RESPONSIBILITY_TRANSFERRED = "RESPONSIBILITY_TRANSFERRED"
    RESPONSIBILITY_GAINED = "RESPONSIBILITY_GAINED"
    RESPONSIBILITY_RECORDED = "RESPONSIBILITY_RECORDED"
    RESPONSIBILITY_LOST = "RESPONSIBILITY_LOST"
    RESPONSIBILITY_CHANGED = "RESPONSIBILITY_CHANGED"
    DELEGATED = "DELEGATED"
    DELEGATION_ENDED = "DELEGATION_ENDED"
    SUPPORT_STARTED = "SUPPORT_STARTED"
    SUPPORT_ENDED = "SUPPORT_ENDED"
    SUPPORT_CHANGED = "SUPPORT_CHANGED"
    UNOWNED = "UNOWNED"
    UNOWNED_ENDED = "UNOWNED_ENDED"


@strawberry.type(description="A moment that was asked about.")
class AskedMoment:
    as_of: date = declared(Local("asOf"))
    known_at: datetime | None = declared(Computed(time, (Local("knownAt"),)), doc="Null: all that is known.")


@strawberry.type(
    description="One difference. What is gone is shown as it was at `from`, everything else as it is at `to`."
)
class OrgChange:
    kind: OrgChangeKind = declared(Local("kind"))
    unit: OrgUnit | None = declared(
        Member("unit", moment="moment"), doc="The unit that changed; null for a position, and where several did."
    )
    position: Position | None = declared(
        Member("position", moment="moment"),
        doc="The position that was created, closed, renamed or staffed; null: it is about none.",
    )
    subject: Subject | None = declared(
        Member("subject", moment="moment"),
        doc="What is answered for, where that changed; null: it is about no subject.",
    )
    from_: list[Node] = declared(
        Unwind("from", yields_node=True, moment="was"),
        name="from",
        doc="Where it came from: the old parent, the old line, those who held the responsibility.",
    )
    to: list[Node] = declared(
        Unwind("to", yields_node=True, moment="is"),
        doc="Where it went: the new parent, the new line, those who hold the responsibility.",
    )
    before: list[Fact] = declared(
        Unwind("before", yields_fact=True, moment="was"), doc="What held at `from` and holds no more."
    )
    after: list[Fact] = declared(
        Unwind("after", yields_fact=True, moment="is"), doc="What holds at `to` and did not hold before."
    )
    change_sets: list[ChangeSet] = declared(
        Unwind("changeSets", yields_node=True, moment="latest"),
        doc="Those that recorded what holds now or, where nothing does, that it ended.",
    )
    evidence: list[Evidence] = declared(
        Unwind("evidence", yields_fact=True, moment="latest"),
        doc="Of what holds now or, where nothing does, of what held before.",
    )


@strawberry.type(description="How many differences of a kind there are.")
class OrgChangeCount:
    kind: OrgChangeKind = declared(Local("kind"))
    count: int = declared(Local("count"))


@strawberry.type(description="How the organisation differs between two moments: units, positions, responsibilities.")
class OrgDiff:
    from_: AskedMoment = declared(Unwind("from"), name="from")
    to: AskedMoment = declared(Unwind("to"))
    total: int = declared(Local("total"), doc="How many differences there are.")
    counts: list[OrgChangeCount] = declared(Unwind("counts"), doc="By kind; kinds without any are left out.")
    changes: list[OrgChange] = declared(
        Unwind("changes"),
        argument("kinds", list[OrgChangeKind] | None, doc="Only of these kinds."),
        doc="By kind, then by the ids of what changed.",
    )
