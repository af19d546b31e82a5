"""What changes would do, in numbers."""

from __future__ import annotations

import strawberry

from touchgraph.answer.plan import Wrote
from touchgraph.answer.sources import Local, Member, Named, Unwind
from touchgraph.api.types.declare import declared
from touchgraph.api.types.organisation import Channel, OrgUnit, Subject

_NUMBERS = ("units", "positions", "touchpoints", "dealers", "customers", "leads", "totalNewGaps", "totalNewConflicts")
FOUND = Wrote(
    source=Named("impact", ("found",), (*_NUMBERS, "newGaps", "newConflicts"), record=True),
    arguments=(("found", "found"),),
)
"""The source of an `Impact`: what was found after the changes."""


@strawberry.type(description="A touchpoint or stage, and where something arises for it.")
class SubjectAtPlace:
    subject: Subject = declared(Member("subject", moment="moment"))
    place: OrgUnit | None = declared(Member("place", moment="moment"), doc="Where; null: nationwide.")
    other_than: list[Channel] = declared(
        Unwind("channels", yields_node=True, moment="moment"),
        doc="Of a gap: the channels for which somebody answers, so that it is one for every other. Empty: for all.",
    )


@strawberry.type(
    description="What changes would do, in numbers. Owners are those who are accountable, by all rules of `ownership`. "
    "They are compared before and after: nationwide, at each place that a responsibility or delegation names, and at "
    "each unit that moved; everything below these has the owners of the nearest of them."
)
class Impact:
    units: int = declared(
        Local("units"),
        doc="Units that are created, closed, renamed, moved, ranked anew, or get another mandate, reporting line, "
        "position or head-count.",
    )
    positions: int = declared(
        Local("positions"), doc="Positions of units that are added, removed, or get another head-count."
    )
    touchpoints: int = declared(
        Local("touchpoints"), doc="Touchpoints that get another owner, none, or a first one: nationwide or somewhere."
    )
    dealers: int = declared(
        Local("dealers"),
        doc="Dealers there before, where a touchpoint or stage gets another owner, or which get another area or "
        "region; one that is closed loses them.",
    )
    customers: int = declared(
        Local("customers"),
        doc="Customers who get another owner: their stage one at their dealer (without a dealer: nationwide), or their "
        "dealer another area or region.",
    )
    leads: int = declared(
        Local("leads"),
        doc="Leads that get another owner: their pool one at their customer's dealer (without a dealer: nationwide), "
        "or that dealer another area or region.",
    )
    total_new_gaps: int = declared(Local("totalNewGaps"), doc="How many new gaps there are.")
    new_gaps: list[SubjectAtPlace] = declared(
        Unwind("newGaps"),
        doc="What nobody answers for any more, through all channels or some, told where it arises: not again for "
        "places below. Nationwide first.",
    )
    total_new_conflicts: int = declared(Local("totalNewConflicts"), doc="How many new conflicts there are.")
    new_conflicts: list[SubjectAtPlace] = declared(
        Unwind("newConflicts"), doc="What several units come to answer for, told where it arises. Nationwide first."
    )
