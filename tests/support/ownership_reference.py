"""The rules of ownership, written down a second time: over dictionaries, one question at a time, without any Cypher.

Where the rules leave a choice:
- A subject inherits from its categories, nearest first, then from the stages that it serves, all at one distance; if
  it serves none, from those of the nearest category that serves any.
- Without a place, only nationwide facts answer; without a channel, every channel; with one, the nearest kind first.
- One unit at the best rank owns, also if it does so for several channels: then nothing is shared.
- RESPONSIBLE stands in for ACCOUNTABLE only. Units for different channels share; others have their lowest common
  ancestor, which may be one of them, and are a conflict if they have none.
- Authority goes to one unit at a time, by the narrowest delegation that covers the place, if that has one end;
  positions take over nothing. Status and `inferred` are those before delegation.
- Losers are all candidates that the channel rules out, those of a lower rank, and, for an accountable owner, the
  responsible ones (LOWER_RANK). Only the subject itself can be deliberately unowned.
- A cell of coverage is owned as its touchpoint or stage is. Gaps and conflicts are told of stages and touchpoints:
  a gap lasts while nobody answers, a conflict while its parties are the same; both are cut to the days asked for.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple

Fact = dict[str, Any]
"""id, type, start, end, the four times, and what else its type has (role, scope, channel). HAS_STATE: it exists."""
Spans = list[tuple[str, list[str], date, date]]
Candidate = tuple[Fact, list[str], tuple[int, int, int | None]]
"""A fact whose place fits; the facts up to it and itself; how far subject, place and channel are (None: unfit)."""
FAR, LOST = 999, ("FARTHER_SUBJECT", "WIDER_SCOPE", "OTHER_CHANNEL")


class Answer(NamedTuple):
    """`owners` are units with channels, `path` facts, `losers` facts with reasons; all sorted."""

    status: str
    rule: str | None
    owners: list[tuple[str, str | None]]
    path: list[str]
    losers: list[tuple[str, str]]
    inferred: bool


class Moment:
    """What holds on a day, as known at a time."""

    def __init__(self, facts: list[Fact], day: date, known: datetime) -> None:
        self.above, self.below = defaultdict[Any, list[Fact]](list), defaultdict[Any, list[Fact]](list)
        for f in facts:
            if f["validFrom"] <= day < f["validTo"] and f["recordedFrom"] <= known < f["recordedTo"]:
                self.above[f["type"], f["start"]].append(f)
                self.below[f["type"], f["end"]].append(f)

    def subjects(self) -> list[str]:
        """Stages and touchpoints that exist."""
        return sorted(one for type_, one in self.above if type_ == "HAS_STATE" and one.startswith(("stage:", "touch")))

    def chain(self, one: str | None, type_: str) -> dict[str, list[str]]:
        """An entity and all above it, nearest first, with the facts that lead there."""
        found: dict[str, list[str]] = {one: []} if one else {}
        while one and (up := self.above[type_, one]):
            found[up[0]["end"]], one = [*found[one], up[0]["id"]], up[0]["end"]
        return found

    def bases(self, subject: str) -> list[tuple[str, int, list[str]]]:
        """What the owner may come from, with the distance and the facts that lead there."""
        kinds = self.chain(subject, "KIND_OF")
        serving = next((one for one in kinds if self.above["SERVES", one]), subject)
        stages = [(f["end"], FAR, [*kinds[serving], f["id"]]) for f in self.above["SERVES", serving]]
        return [(one, n, path) for n, (one, path) in enumerate(kinds.items())] + stages

    def candidates(self, subject: str, role: str, places: list[str], channels: list[str]) -> list[Candidate]:
        return [
            (f, [*path, f["id"]], (distance, place, 0 if f["channel"] and not channels else channel))
            for base, distance, path in self.bases(subject)
            for f in self.below["RESPONSIBLE_FOR", base]
            for place, channel in [(nearness(f["scope"], places), nearness(f["channel"], channels))]
            if f["role"] == role and place is not None
        ]

    def ownership(self, subject: str, role: str, place: str | None, channel: str | None) -> Answer | None:
        """Who answers for a subject; None if there is none."""
        if not self.above["HAS_STATE", subject]:
            return None
        places, channels = list(self.chain(place, "PART_OF")), list(self.chain(channel, "KIND_OF"))
        roles = (role, "RESPONSIBLE" if role == "ACCOUNTABLE" else "")
        mine, others = (self.candidates(subject, each, places, channels) for each in roles)
        losers = [(c[0]["id"], "OTHER_CHANNEL") for c in mine + others if c[2][2] is None]
        mine, others = ([c for c in some if c[2][2] is not None] for some in (mine, others))
        inferred, asked = not mine and bool(others), mine or others
        if not asked:
            unowned = self.above["UNOWNED", subject]
            return Answer("DELIBERATELY_UNOWNED" if unowned else "GAP", None, [], [], sorted(losers), False)
        best = min(c[2] for c in asked)
        first = ((c[0]["id"], [n for n in range(3) if c[2][n] != best[n]]) for c in asked)
        losers += [(one, LOST[n[0]]) for one, n in first if n] + [(c[0]["id"], "LOWER_RANK") for c in mine and others]
        status, rule, owners, path = self.decide([c for c in asked if c[2] == best], inferred)
        ends = [(*self.delegate(unit, places), line) for unit, line in owners]
        handed = [f for _, more, _ in ends for f in more]
        by_line = sorted({(unit, line) for unit, _, line in ends}, key=lambda owner: (owner[1] or "", owner[0]))
        return Answer(
            status, "DELEGATED" if handed else rule, by_line, sorted({*path, *handed}), sorted(losers), inferred
        )

    def decide(self, best: list[Candidate], inferred: bool) -> tuple[str, str, set[tuple[str, str | None]], list[str]]:
        """Status, rule, owners and path, of the candidates at the best rank."""
        path = [f for c in best for f in c[1]]
        owners = {(c[0]["start"], c[0]["channel"]) for c in best}
        units, contested = {unit for unit, _ in owners}, len({line for _, line in owners}) < len(owners)
        chains = [self.chain(unit, "PART_OF") for unit in units]
        common = next((one for one in chains[0] if all(one in chain for chain in chains)), None)
        if inferred and contested and common:
            return "OWNED", "COMMON_PARENT", {(common, None)}, path + [f for chain in chains for f in chain[common]]
        rule = "SOLE_RESPONSIBLE" if inferred else "INHERITED" if best[0][2][0] else "DIRECT"
        return "CONFLICT" if contested else "OWNED" if len(units) == 1 else "SHARED_BY_CHANNEL", rule, owners, path

    def delegate(self, unit: str, places: list[str], seen: tuple[str, ...] = ()) -> tuple[str, list[str]]:
        """Where the authority of a unit ends up, and the facts that lead there."""
        to = [f for f in self.above["DELEGATES_TO", unit] if not f["end"].startswith("position:")]
        covering = [(near, f) for f in to if (near := nearness(f["scope"], places)) is not None]
        nearest = [f for near, f in covering if near == min(n for n, _ in covering)]
        if len(nearest) != 1 or nearest[0]["end"] in (*seen, unit):
            return unit, []
        end, path = self.delegate(nearest[0]["end"], places, (*seen, unit))
        return end, [nearest[0]["id"], *path]

    def coverage(self, place: str | None, role: str) -> dict[tuple[str | None, str | None], Answer | None]:
        """For each stage (stage, None), and each touchpoint with each stage that it serves or None: who answers."""
        served = {one: [f["end"] for f in self.above["SERVES", one]] or [None] for one in self.subjects()}
        cells = [(s, one) if one[0] == "t" else (one, None) for one, stages in served.items() for s in stages]
        return {cell: self.ownership(cell[1] or cell[0], role, place, None) for cell in cells}


def nearness(one: str | None, chain: list[str]) -> int | None:
    """Where in a chain it is; FAR for what holds everywhere, None for what is not in the chain."""
    return FAR if one is None else chain.index(one) if one in chain else None


def spans(facts: list[Fact], status: str, days: list[date], known: datetime, place: str | None, role: str) -> Spans:
    """Subjects whose status is GAP or CONFLICT, with the parties and the longest times, half-open; sorted."""
    turns = sorted({*days, *(f[end] for f in facts for end in ("validFrom", "validTo") if days[0] < f[end] < days[1])})
    told, found = Spans(), Spans()
    for since, until in pairwise(turns):
        now = Moment(facts, since, known)
        answers = ((subject, now.ownership(subject, role, place, None)) for subject in now.subjects())
        told += [(s, sorted({u for u, _ in a.owners}), since, until) for s, a in answers if a and a.status == status]
    for subject, parties, since, until in sorted(told):
        goes_on = found[-1:] and (*found[-1][:2], found[-1][3]) == (subject, parties, since)
        found.append((subject, parties, found.pop()[2] if goes_on else since, until))
    return found
