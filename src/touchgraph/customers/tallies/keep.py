"""What a customer's history adds to the tallies.

A write applies the difference between what its customer counted for before and counts for after it, in its own
transaction. So a correction takes back what it corrects, whatever that had counted for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from touchgraph.customers.history import Facts, History, present
from touchgraph.model import FLOW, NOBODY, OPEN_END, STANDING

SEPARATOR = "|"


class Place(NamedTuple):
    """One count of one tally."""

    label: str
    dealer: str
    day: date
    key: str


Counts = Counter[Place]


def key(*parts: object) -> str:
    """A key of a tally: ids without their prefix, nothing for None."""
    return SEPARATOR.join("" if part is None else str(part).rpartition(":")[2] for part in parts)


def counted(history: History) -> Counts:
    """All that a customer counts for."""
    counts = Counts(Place(FLOW, history.dealer(day), day, key) for day, key in _flows(history))
    dealer = present(history.all("SERVED_BY"))
    counts.update(Place(STANDING, dealer.end if dealer else NOBODY, OPEN_END, key) for key in _standing(history))
    return counts


def difference(before: History, after: History) -> Counts:
    """What has to be added to the tallies, or (where negative) taken from them."""
    counts = counted(after)
    counts.subtract(counted(before))
    return Counts({place: number for place, number in counts.items() if number})


def _flows(history: History) -> Iterator[tuple[date, str]]:
    stages = history.all("IN_STAGE")
    for stay in stages:
        own = (stay.end, stay.own.get("channel"), stay.own.get("grade"))
        if stay.open:
            yield stay.since, key("in", *own, None, None)
        else:
            left = (*own, (stay.until - stay.since).days, _starting(stages, stay.until))
            yield stay.since, key("in", *left)
            yield stay.until, key("out", *left)
    for graded in history.each("GRADED").values():
        for fact in graded:
            if not any(other.until == fact.since and other.end == fact.end for other in graded):
                yield fact.since, key("lead-in", fact.end)
            if not fact.open and _starting(graded, fact.until) != fact.end:
                yield fact.until, key("lead-out", fact.end)


def _starting(facts: Facts, day: date) -> str | None:
    return next((fact.end for fact in facts if fact.since == day), None)


def _standing(history: History) -> Iterator[str]:
    stage = present(history.all("IN_STAGE"))
    yield key("customer", stage and stage.end, history.link)
    for graded in history.each("GRADED").values():
        if fact := present(graded):
            yield key("lead", fact.end)


def rows(counts: Mapping[Place, int]) -> list[dict[str, Any]]:
    """Counts as the `changes` of statements, by tally, in the order in which everybody locks them."""
    entries: defaultdict[tuple[str, str, date], list[dict[str, Any]]] = defaultdict(list)
    for place, number in sorted(counts.items()):
        entries[place.label, place.dealer, place.day].append({"key": place.key, "n": number})
    return [
        {"tally": label, "dealer": dealer, "day": day, "entries": own} for (label, dealer, day), own in entries.items()
    ]
