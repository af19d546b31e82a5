"""What changes do, in numbers: the graph as known before and after them, compared wherever it can differ.

Who answers at a place depends on the places above it only as far as facts name these as their scope. So it is enough
to ask nationwide, at the scopes, and at units that got another place: all below has the answers of the nearest of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from touchgraph.graph.driver import Transaction
from touchgraph.graph.statements import Statement, named_statement, statement
from touchgraph.model import has_label, kind_of
from touchgraph.organisation.changes.work import Operations
from touchgraph.organisation.facts import Fact
from touchgraph.organisation.store import native

OF_UNITS = ("HAS_STATE", "PART_OF", "REPORTS_TO", "IN_UNIT")
"""Types of the facts by which a unit changes."""


class Answer(NamedTuple):
    """Who answers for a subject, each with the channel if it is for one only.

    `gap`: None, or the channels for which it is no gap, each with those above it: nobody answers for any other.
    """

    status: str
    owners: frozenset[tuple[str, str | None]]
    gap: tuple[tuple[str, ...], ...] | None = None

    def leaves_open(self, before: Answer) -> bool:
        """Whether it is a gap where it was none before: for some channel at least."""
        if self.gap is None or before.gap is None:
            return self.gap is not None
        answered = {chain[0] for chain in self.gap}
        return not all(answered.intersection(chain) for chain in before.gap)


Answers = dict[str, Answer]
Asked = tuple[datetime, str | None]
"""As known when, and where."""
_NOBODY = Answer("", frozenset())
_OWNERS = "[owner IN {} | [owner.unit.id, owner.channel.id]]"


@dataclass(frozen=True)
class Place:
    """The answers at a place (None: nationwide) before and after; `above` is the nearest other place above it."""

    id: str | None
    above: str | None
    old: Answers
    new: Answers

    def changed(self) -> set[str]:
        """The subjects that get another owner here."""
        both = self.old.keys() | self.new.keys()
        return {one for one in both if self.old.get(one, _NOBODY).owners != self.new.get(one, _NOBODY).owners}

    def arising(self, status: str) -> dict[str, set[str]]:
        """The subjects that become a gap or conflict here; of a gap, the channels through which somebody answers."""
        return {
            one: {chain[0] for chain in new.gap or ()}
            for one, new in self.new.items()
            for old in (self.old.get(one, _NOBODY),)
            if (new.leaves_open(old) if status == "GAP" else status == new.status != old.status)
        }


async def measure(tx: Transaction, done: Operations, day: date, known_at: datetime) -> dict[str, Any]:
    """What operations, which are written, change on a day, as known at a time: numbers, and what arises where.

    It takes a fixed number of statements, however many places there are.
    """
    times = {"asOf": day, "before": min(known_at, done.recorded - timedelta(microseconds=1)), "knownAt": known_at}
    differences = _differences(done, day) if done.recorded <= known_at else set()
    units = {end if type_ == "IN_UNIT" else start for type_, start, end in differences}
    places = await _places(tx, times, [start for type_, start, _ in differences if type_ == "PART_OF"])
    changed = {(place.id or "", subject) for place in places.values() for subject in place.changed()}
    of_matrix = {(place, subject) for place, subject in changed if not subject.startswith("pool:")}
    where = {
        "places": [place for place in places if place is not None],
        "changed": [list(pair) for pair in changed],
        "changedPlaces": list({place for place, _ in of_matrix}),
    }
    ((dealers, customers, leads),) = await tx.run(statement("queries/impact-reach", **times, **where))
    return {
        "units": sum(has_label(kind, "OrgUnit") for unit in units if (kind := kind_of(unit))),
        "positions": sum(type_ == "IN_UNIT" for type_, _, _ in differences),
        "touchpoints": len({subject for _, subject in of_matrix if subject.startswith("touchpoint:")}),
        "dealers": dealers,
        "customers": customers,
        "leads": leads,
        "arising": [one for status in ("GAP", "CONFLICT") for one in _arising(places, status)],
        "moment": {"asOf": day, "knownAt": known_at},
    }


def _differences(done: Operations, day: date) -> set[tuple[str, str, str]]:
    """What is different of units on a day: type and start of facts and, of positions in units, the end."""

    def said(facts: Iterable[Fact]) -> set[Any]:
        of_day = [fact for fact in facts if fact.type in OF_UNITS and fact.valid_from <= day < fact.valid_to]
        return {(fact.type, fact.start, fact.end, fact.get("headcount")) for fact in of_day}

    changed = said(done.closed) ^ said(done.recorded_facts)
    return {(type_, start, end if type_ == "IN_UNIT" else "") for type_, start, end, _ in changed}


def _arising(places: Mapping[str | None, Place], status: str) -> list[dict[str, Any]]:
    """Where a status arises; not told again where it comes with the answers of the place above."""
    arising = {place.id: place.arising(status) for place in places.values()}
    return [
        {"status": status, "subject": subject, "place": place.id, "otherThan": sorted(channels)}
        for place in places.values()
        for subject, channels in arising[place.id].items()
        for above in (arising[place.above].get(subject) if place.id else None,)
        if (above is None or not above <= channels) and not subject.startswith("pool:")
    ]


async def _places(tx: Transaction, times: Mapping[str, Any], moved: list[str]) -> dict[str | None, Place]:
    """All places where answers can differ, by id, with the answers there."""
    places = await tx.run(statement("queries/impact-places", **times, moved=moved))
    rows, old, new = [[None, None, []], *places], times["before"], times["knownAt"]
    found = await _answers(
        tx, times["asOf"], {(known, at) for id_, was, _ in rows for known, at in ((old, was), (new, id_))}
    )
    ids = {id_ for id_, _, _ in rows}
    return {
        id_: Place(id_, next((unit for unit in above if unit in ids), None), found[old, was], found[new, id_])
        for id_, was, above in rows
    }


async def _answers(tx: Transaction, day: date, asked: set[Asked]) -> dict[Asked, Answers]:
    """Who is accountable, at each time and place, for stages and touchpoints, and for pools that hold leads."""
    pools = await tx.run(_POOLS)
    given = [{"knownAt": known, "place": place} for known, place in asked]
    of_pools = [{**one, "subject": pool} for one in given for (pool,) in pools]
    found: dict[Asked, Answers] = {one: {} for one in asked}
    for asking, rows in ((_of_matrix, given), (_of_pools, of_pools)):
        for known, place, answers in await tx.run(asking(rows, day)) if rows else ():
            for subject, status, owners, gap in answers:
                told = Answer(status, frozenset(map(tuple, owners)), None if gap is None else tuple(map(tuple, gap)))
                found[native(known), place][subject] = told
    return found


def statements() -> Iterable[Statement]:
    """All that is asked of the graph, as statements that ask for nothing: once run, they are planned."""
    return (
        _POOLS,
        _of_matrix([], None),
        _of_pools([], None),
        *(
            Statement(_text(name), dict.fromkeys(named_statement(f"queries/{name}").params))
            for name in ("impact-places", "impact-reach")
        ),
    )


_POOLS = Statement("MATCH (pool:Pool) WHERE EXISTS { (pool)<-[:GRADED]-() } RETURN pool.id")


def _of_matrix(rows: Sequence[Any], day: date | None) -> Statement:
    gap = "CASE WHEN cell.lines[0].status = 'GAP' THEN [line IN tail(cell.lines) | line.chain] END"
    answer = f"[coalesce(cell.touchpoint.id, cell.stage.id), cell.status, {_OWNERS.format('cell.owners')}, {gap}]"
    return _for_each("coverage", ("knownAt", "place"), f"[cell IN cells | {answer}]", rows, day)


def _of_pools(rows: Sequence[Any], day: date | None) -> Statement:
    answers = f"[[subject.id, status, {_OWNERS.format('owners')}, null]]"  # gaps are told of the matrix only
    return _for_each("ownership", ("knownAt", "place", "subject", "channel"), answers, rows, day)


def _for_each(name: str, given: Sequence[str], answers: str, rows: Sequence[Any], day: date | None) -> Statement:
    """A named statement for each of `$rows`; variables with names of their own stand in for its parameters."""
    text = re.sub(rf"\$({'|'.join(given)})\b", r"given_\1", _text(name))
    variables = ", ".join(f"given_{one}" for one in given)
    taken = ", ".join(f"given.{one} AS given_{one}" for one in given)
    called = f"CALL ({variables}) {{ {text} }} RETURN given_knownAt, given_place, {answers}"
    params = {"rows": rows, "asOf": day, "role": "ACCOUNTABLE", "from": None, "to": None}
    return Statement(f"UNWIND $rows AS given WITH {taken} {called}", params)


def _text(name: str) -> str:
    return named_statement(f"queries/{name}").text
