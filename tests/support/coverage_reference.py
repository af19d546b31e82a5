"""What follows from the rules of ownership for many subjects at once, and for one unit; written down a second time."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

from tests.support.ownership_answers import ALL, Answer, Complete, Fact
from tests.support.ownership_reference import Moment, nearness

Cells = dict[tuple[str | None, str | None], Answer]


class Span(NamedTuple):
    """From when until when (half-open) a subject was a gap (`of`: but for these channels), or a conflict `of` units."""

    subject: str
    of: list[str]
    since: date
    until: date


def subjects(now: Moment) -> list[str]:
    """Stages and touchpoints that exist."""
    return sorted(one for type_, one in now.above if type_ == "HAS_STATE" and one.startswith(("stage:", "touch")))


def coverage(now: Moment, place: str | None, role: str) -> Cells:
    """For each stage (stage, None), and each touchpoint with each stage that it serves or None: who answers."""
    served = {one: [f["end"] for f in now.above["SERVES", one]] or [None] for one in subjects(now)}
    cells = [(s, one) if one[0] == "t" else (one, None) for one, stages in served.items() for s in stages]
    asked = {cell: now.ownership(cell[1] or cell[0] or "", role, place, None) for cell in cells}
    return {cell: answer for cell, answer in asked.items() if answer}


def gap(answer: Answer) -> list[str] | None:
    """The channels but for which an answer is a gap, none if for all; None if it is no gap."""
    return [line[0] or "" for line in answer.lines[1:]] if answer.lines[0][1] == "GAP" else None


def spans(
    facts: list[Fact],
    status: str,
    days: list[date],
    known: datetime,
    place: str | None,
    role: str,
    sets: list[Complete] = ALL,
) -> list[Span]:
    """The longest times in which a subject is a GAP for the same channels, or a CONFLICT of the same parties."""
    ends = {*(f[end] for f in facts for end in ("validFrom", "validTo")), *(one.effective for one in sets)}
    turns = sorted({*days, *(day for day in ends if days[0] < day < days[1])})
    told, found = list[Span](), list[Span]()
    for since, until in pairwise(turns):
        now = Moment(facts, since, known, sets)
        for subject in subjects(now):
            answer = now.ownership(subject, role, place, None)
            assert answer is not None
            parties = sorted({unit for unit, _ in answer.owners}) if answer.status == "CONFLICT" else None
            of = gap(answer) if status == "GAP" else parties
            told += [] if of is None else [Span(subject, of, since, until)]
    for one in sorted(told, key=lambda one: (one.subject, one.since)):
        goes_on = found[-1:] and (*found[-1][:2], found[-1].until) == one[:3]
        found.append(one._replace(since=found.pop().since) if goes_on else one)
    return sorted(found)


def portfolio(now: Moment) -> set[tuple[str, str]]:
    """Each responsibility, by its id, with each subject for which it decides: where and through what it holds."""
    told = set()
    for subject in [one for type_, one in now.above if type_ == "HAS_STATE"]:
        for role in ("ACCOUNTABLE", "RESPONSIBLE", "CONSULTED", "INFORMED"):
            for fact in [f for some in now.below.values() for f in some if f["type"] == "RESPONSIBLE_FOR"]:
                if fact["role"] == role and fact["id"] in deciding(now, subject, role, fact):
                    told.add((fact["id"], subject))
    return told


def deciding(now: Moment, subject: str, role: str, fact: Fact) -> list[str]:
    """The facts that decide who has the role at the place and through the channel of a fact."""
    places = list(now.chain(fact["scope"], "PART_OF"))
    channels = list(now.chain(fact["channel"], "KIND_OF"))
    ranked = [
        ((c.distance, c.scope, channel), c.fact["id"])
        for c in now.candidates(subject, (role,), places)
        if (channel := nearness(c.fact["channel"], channels)) is not None
    ]
    return [one for rank, one in ranked if rank == min(ranked)[0]]
