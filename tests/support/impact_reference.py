"""What `impact` counts, written down a second time: every unit, place and dealer asked one by one, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tests.support.coverage_reference import gap, subjects
from tests.support.ownership_reference import Moment
from touchgraph.model import OPEN_RECORD
from touchgraph.organisation.facts import Snapshot

ANY = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Customer:
    """`lead` is the pool of a lead of hers."""

    dealer: str | None
    stage: str | None
    lead: str | None = None


class World:
    """What is known of a day."""

    def __init__(self, known: Snapshot, day: date) -> None:
        facts = [
            {
                "id": str(n),
                "type": fact.type,
                "start": fact.start,
                "end": fact.end,
                "scope": None,
                "channel": None,
                "confidence": "STATED",
                **dict(fact.properties),
                "validFrom": fact.valid_from,
                "validTo": fact.valid_to,
                "recordedFrom": ANY,
                "recordedTo": OPEN_RECORD,
            }
            for n, fact in enumerate(known)
        ]
        self.moment, self.states = Moment(facts, day, ANY), known.states
        self.there = {start for (type_, start), found in self.moment.above.items() if type_ == "HAS_STATE" and found}
        self.matrix = set(subjects(self.moment))
        self.asked: dict[Any, tuple[str, frozenset[Any], list[str] | None]] = {}

    def all(self, *kinds: str) -> set[str]:
        return {one for one in self.there if one.startswith(kinds)}

    def units(self) -> set[str]:
        return self.all("company:", "centre:", "dept:", "region:", "area:", "dealer:", "committee:")

    def parent(self, unit: str) -> str | None:
        return next((fact["end"] for fact in self.moment.above["PART_OF", unit]), None)

    def answer(self, place: str | None, subject: str) -> tuple[str, frozenset[Any], list[str] | None]:
        """Status, owners, and the channels but for which it is a gap; of a subject that is not there, none."""
        if (place, subject) not in self.asked:
            found = self.moment.ownership(subject, "ACCOUNTABLE", place, None)
            told = (found.status, frozenset(found.owners), gap(found)) if found else ("", frozenset[Any](), None)
            self.asked[place, subject] = told
        return self.asked[place, subject]

    def says(self, unit: str) -> Any:
        """All that makes a unit what it is."""
        states = [dict(self.states[fact["end"]]) for fact in self.moment.above["HAS_STATE", unit]]
        lines = [fact["end"] for type_ in ("PART_OF", "REPORTS_TO") for fact in self.moment.above[type_, unit]]
        return states, lines, self.staff(unit)

    def staff(self, unit: str) -> Mapping[str, int]:
        return {fact["start"]: fact["headcount"] for fact in self.moment.below["IN_UNIT", unit]}

    def field_line(self, dealer: str) -> list[str]:
        return [one for one in self.moment.chain(dealer, "PART_OF") if one.startswith(("area:", "region:"))]


class Comparison:
    def __init__(self, before: World, after: World) -> None:
        self.before, self.after = before, after

    def impact(self, customers: Iterable[Customer]) -> dict[str, Any]:
        before, after = self.before, self.after
        units = before.units() | after.units()
        places = [None, *sorted(after.units())]
        touchpoints = before.all("touchpoint:") | after.all("touchpoint:")
        pairs = [(unit, position) for unit in units for position in before.all("position:") | after.all("position:")]
        return {
            "units": sum(before.says(unit) != after.says(unit) for unit in units),
            "positions": sum(before.staff(u).get(p) != after.staff(u).get(p) for u, p in pairs),
            "touchpoints": sum(any(self.differs(place, one) for place in places) for one in touchpoints),
            "dealers": sum(map(self.dealer, before.all("dealer:"))),
            "customers": sum(self.served(one.dealer, one.stage) for one in customers),
            "leads": sum(self.served(one.dealer, one.lead) for one in customers if one.lead),
            "newGaps": self.opening(places),
            "newConflicts": self.conflicting(places),
        }

    def was(self, place: str | None) -> str | None:
        """Where the answers at a place came from before: a new place was not there, but what it is part of was."""
        while place is not None and place not in self.before.there:
            place = self.after.parent(place)
        return place

    def differs(self, place: str | None, subject: str) -> bool:
        return self.before.answer(self.was(place), subject)[1] != self.after.answer(place, subject)[1]

    def dealer(self, dealer: str) -> bool:
        subjects = self.before.matrix | self.after.matrix
        return self.moved(dealer) or any(self.differs(dealer, one) for one in subjects)

    def moved(self, dealer: str) -> bool:
        return self.before.field_line(dealer) != self.after.field_line(dealer)

    def served(self, dealer: str | None, subject: str | None) -> bool:
        return bool((dealer and self.moved(dealer)) or (subject and self.differs(dealer, subject)))

    def conflicts(self, place: str | None, subject: str) -> bool:
        before, after = self.before.answer(self.was(place), subject), self.after.answer(place, subject)
        return before[0] != "CONFLICT" == after[0]

    def conflicting(self, places: list[str | None]) -> list[tuple[str | None, str]]:
        return [
            (place, subject)
            for place in places
            for subject in sorted(self.after.matrix)
            if self.conflicts(place, subject)
            and (place is None or not self.conflicts(self.after.parent(place), subject))
        ]

    def opens(self, place: str | None, subject: str) -> list[str] | None:
        """The channels but for which it is a gap, if it is one for any that somebody answered for before."""
        before, after = self.before.answer(self.was(place), subject)[2], self.after.answer(place, subject)[2]
        if after is None or before is None:
            return after
        kinds = [self.before.moment.chain(channel, "KIND_OF") for channel in before]
        return after if any(not set(above) & set(after) for above in kinds) else None

    def opening(self, places: list[str | None]) -> list[tuple[str | None, str, list[str]]]:
        """Gaps, but for those that are told of a place above for as many channels."""
        found = []
        for place in places:
            for subject in sorted(self.after.matrix):
                here = self.opens(place, subject)
                above = self.opens(self.after.parent(place), subject) if place else None
                if here is not None and (above is None or not set(above) <= set(here)):
                    found.append((place, subject, here))
        return found
