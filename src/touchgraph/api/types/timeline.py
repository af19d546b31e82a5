"""The history of one entity."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import strawberry

from touchgraph.answer.sources import Computed, Local, Member
from touchgraph.answer.values import time
from touchgraph.api.types.declare import declared
from touchgraph.api.types.enums import FactType
from touchgraph.api.types.facts import ChangeSet, Fact


@strawberry.enum(description="What happened to a fact on a day.")
class TimelineKind(StrEnum):
    BEGAN = "BEGAN"
    ENDED = "ENDED"
    CHANGED = "CHANGED"
    RESTATED = "RESTATED"


@strawberry.type(
    description="What happened on a day in the world, as known from one time on, until it was corrected if it was."
)
class TimelineEntry:
    day: date | None = declared(Local("day"), doc="The first day of what is new; null: nobody recorded it.")
    kind: TimelineKind = declared(Local("kind"), doc="RESTATED: it went on with other evidence.")
    type: FactType = declared(Local("type"))
    before: Fact | None = declared(
        Member("before", yields_fact=True, moment="was"), doc="What held until then; null: nothing did."
    )
    after: Fact | None = declared(
        Member("after", yields_fact=True, moment="is"), doc="What holds from then on; null: nothing does."
    )
    change_set: ChangeSet | None = declared(
        Member("changeSet", moment="is"), doc="The change set that said so; null: it is not there."
    )
    known_since: datetime = declared(Computed(time, (Local("knownSince"),)))
    corrected_at: datetime | None = declared(
        Computed(time, (Local("correctedAt"),)), doc="When it turned out otherwise; null: it did not."
    )
    corrected_by: ChangeSet | None = declared(
        Member("correctedBy", moment="later"), doc="The change set that said so; null: it was not corrected."
    )
