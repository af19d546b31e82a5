"""The rules of ownership, written down a second time: over dictionaries, one question at a time, without any Cypher.

Where the rules leave a choice:
- A subject inherits from its categories, nearest first, then from the stages that it serves, all at one distance; if
  it serves none, from those of the nearest category that serves any.
- Without a place, only nationwide facts answer. Without a channel, the whole question, delegation included, is asked
  for each channel that a fact names (a RESPONSIBLE one too: it may stand in) and for every other. A channel whose own
  facts all lose has no line of its own: it has that of the kind above it, or of every other channel.
- One unit that owns in every line owns, for all channels; a conflict in a line is one of the whole; else lines that
  differ are shared by channel, also where nobody answers in one. The rule told is that farthest from DIRECT.
- RESPONSIBLE stands in for ACCOUNTABLE only. The lowest common ancestor may be one of them; without any, a conflict.
- Authority goes to one unit at a time, by the narrowest delegation that covers the place, if that has one end;
  positions take over nothing. A conflict stays one whoever its parties handed on to.
- Where nobody is recorded, that is a gap only where everybody is said to be; else it is not known.
- Losers decide no line; why is told by the line that they are for. Only the subject itself can be deliberately unowned.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any, NamedTuple

from tests.support.ownership_answers import ALL, Answer, Complete, Fact, Line, weakest

FAR, LOST = 999, ("FARTHER_SUBJECT", "WIDER_SCOPE", "OTHER_CHANNEL")
RULES = ("DIRECT", "INHERITED", "SOLE_RESPONSIBLE", "COMMON_PARENT", "DELEGATED")


class Candidate(NamedTuple):
    """A fact that may answer, the facts up to it and itself, and how far subject and place are."""

    fact: Fact
    path: list[Fact]
    distance: int
    scope: int


class Told(NamedTuple):
    """The answer of a line: owners with the facts that lead to each; who decides it, and why others do not."""

    status: str
    rule: str | None
    inferred: bool
    owners: dict[str, list[Fact]]
    best: list[Candidate]
    lost: dict[str, str]


class Moment:
    """What holds on a day, as known at a time."""

    def __init__(self, facts: list[Fact], day: date, known: datetime, sets: list[Complete] = ALL) -> None:
        self.sets = [one for one in sets if one.effective <= day and one.recorded <= known]
        self.above, self.below = defaultdict[Any, list[Fact]](list), defaultdict[Any, list[Fact]](list)
        for f in facts:
            if f["validFrom"] <= day < f["validTo"] and f["recordedFrom"] <= known < f["recordedTo"]:
                self.above[f["type"], f["start"]].append(f)
                self.below[f["type"], f["end"]].append(f)

    def chain(self, one: str | None, type_: str) -> dict[str, list[Fact]]:
        """An entity and all above it, nearest first, with the facts that lead there."""
        found: dict[str, list[Fact]] = {one: []} if one else {}
        while one and (up := self.above[type_, one]):
            found[up[0]["end"]], one = [*found[one], up[0]], up[0]["end"]
        return found

    def candidates(self, subject: str, roles: tuple[str, ...], places: list[str]) -> list[Candidate]:
        """The facts that may answer, through whatever channel."""
        kinds = self.chain(subject, "KIND_OF")
        serving = next((one for one in kinds if self.above["SERVES", one]), subject)
        bases = [(one, n, path) for n, (one, path) in enumerate(kinds.items())]
        bases += [(f["end"], FAR, [*kinds[serving], f]) for f in self.above["SERVES", serving]]
        return [
            Candidate(f, [*path, f], distance, scope)
            for base, distance, path in bases
            for f in self.below["RESPONSIBLE_FOR", base]
            if f["role"] in roles and (scope := nearness(f["scope"], places)) is not None
        ]

    def ownership(self, subject: str, role: str, place: str | None, channel: str | None) -> Answer | None:
        """Who answers for a subject; None if there is none."""
        if not self.above["HAS_STATE", subject]:
            return None
        places = list(self.chain(place, "PART_OF"))
        found = self.candidates(subject, (role, "RESPONSIBLE") if role == "ACCOUNTABLE" else (role,), places)
        named = [channel] if channel else sorted({c.fact["channel"] or "" for c in found} | {""})
        asked = {one: self.line(subject, role, found, places, one) for one in named}
        told = {one: x for one, x in asked.items() if channel or not one or x.best[0].fact["channel"] == one}
        statuses, units = {x.status for x in told.values()}, sorted({unit for x in told.values() for unit in x.owners})
        whole = statuses == {"OWNED"} and len(units) == 1
        status = "OWNED" if whole else statuses.pop() if len(told) == 1 else "SHARED_BY_CHANNEL"
        owners = [(unit, x.best[0].fact["channel"]) for x in told.values() for unit in sorted(x.owners)]
        path = [f for x in told.values() for way in x.owners.values() for f in way]
        won = [c.fact["id"] for x in told.values() for c in x.best]
        lost = [(c.fact["id"], asked[channel or c.fact["channel"] or ""].lost) for c in found]
        return Answer(
            "CONFLICT" if "CONFLICT" in {x.status for x in told.values()} else status,
            max((x.rule for x in told.values() if x.rule), key=RULES.index, default=None),
            [(units[0], None)] if whole and len(told) > 1 else owners,
            sorted({f["id"] for f in path}),
            sorted((one, reasons[one]) for one, reasons in lost if one not in won),
            any(x.inferred for x in told.values()),
            weakest(path),
            [
                Line(one or None, *x[:3], weakest([f for way in x.owners.values() for f in way]), sorted(x.owners))
                for one, x in told.items()
            ],
        )

    def line(self, subject: str, role: str, found: list[Candidate], places: list[str], channel: str) -> Told:
        """The answer for one channel, or for every channel that no fact names ("")."""
        chain = list(self.chain(channel or None, "KIND_OF"))
        ranks = {c.fact["id"]: (c.distance, c.scope, nearness(c.fact["channel"], chain)) for c in found}
        fitting = [c for c in found if ranks[c.fact["id"]][2] is not None]
        asked = [c for c in fitting if c.fact["role"] == role] or fitting
        lost = {c.fact["id"]: "OTHER_CHANNEL" if c not in fitting else "LOWER_RANK" for c in found if c not in asked}
        if not asked:
            nobody = "GAP" if self.complete(places) else "UNKNOWN"
            status = "DELIBERATELY_UNOWNED" if self.above["UNOWNED", subject] else nobody
            return Told(status, None, False, {}, [], lost)
        least = min(ranks[c.fact["id"]] for c in asked)
        first = {c.fact["id"]: [n for n in range(3) if ranks[c.fact["id"]][n] != least[n]] for c in asked}
        best = [c for c in asked if not first[c.fact["id"]]]
        parties, inferred = defaultdict[str, list[Fact]](list), best[0].fact["role"] != role
        for c in best:
            parties[c.fact["start"]] += c.path
        rule = "SOLE_RESPONSIBLE" if inferred else "INHERITED" if best[0].distance else "DIRECT"
        chains = [self.chain(unit, "PART_OF") for unit in parties]
        common = next((one for one in chains[0] if all(one in above for above in chains)), None)
        if inferred and len(parties) > 1 and common:
            path = [f for way in (*parties.values(), *(above[common] for above in chains)) for f in way]
            rule, parties = "COMMON_PARENT", defaultdict(list, {common: path})
        owners = defaultdict[str, list[Fact]](list)
        for unit, path in parties.items():
            end, handed = self.delegate(unit, places)
            owners[end], rule = [*owners[end], *path, *handed], "DELEGATED" if handed else rule
        lost |= {one: LOST[n[0]] for one, n in first.items() if n}
        return Told("CONFLICT" if len(parties) > 1 else "OWNED", rule, inferred, owners, best, lost)

    def complete(self, places: list[str]) -> bool:
        """Whether everybody who answers at a place is recorded."""
        return any(one.units is None or not {*one.units}.isdisjoint(places) for one in self.sets)

    def delegate(self, unit: str, places: list[str], seen: tuple[str, ...] = ()) -> tuple[str, list[Fact]]:
        """Where the authority of a unit ends up, and the facts that lead there."""
        to = [f for f in self.above["DELEGATES_TO", unit] if not f["end"].startswith("position:")]
        covering = [(near, f) for f in to if (near := nearness(f["scope"], places)) is not None]
        nearest = [f for near, f in covering if near == min(n for n, _ in covering)]
        if len(nearest) != 1 or nearest[0]["end"] in (*seen, unit):
            return unit, []
        end, path = self.delegate(nearest[0]["end"], places, (*seen, unit))
        return end, [nearest[0], *path]


def nearness(one: str | None, chain: list[str]) -> int | None:
    """Where in a chain it is; FAR for what holds everywhere, None for what is not in the chain."""
    return FAR if one is None else chain.index(one) if one in chain else None
