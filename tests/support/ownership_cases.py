"""Small organisations written by hand, each with a question and the answer that the rules of ownership give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tests.support.ownership_answers import Answer, Fact, Line, weakest
from touchgraph.model import OPEN_END, OPEN_RECORD, OPEN_START

DAY, KNOWN = date(2025, 6, 1), datetime(2025, 6, 1, tzinfo=UTC)
RECORDED = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """`owners` as in `unit` or `unit#channel`; `path` and `losers` by the places of facts among `facts`, from 0.

    `lines` are told where there are several, as in `other GAP` (every other channel) and `channel:1 OWNED DIRECT 0 1`,
    with the places of the facts that lead to their owners.
    """

    says: str
    facts: tuple[str, ...]
    status: str
    rule: str | None = None
    owners: str = ""
    path: str = ""
    losers: str = ""
    subject: str = "touchpoint:1"
    role: str = "ACCOUNTABLE"
    place: str | None = None
    channel: str | None = None
    lines: tuple[str, ...] = ()


def world(*lines: str) -> list[Fact]:
    """Facts like `dept:1 ACCOUNTABLE touchpoint:1 @area:1 #channel:1 from=2025-04-01 INFERRED`, and all they name."""
    facts = [_fact(f"fact:{n}", *line.split()) for n, line in enumerate(lines)]
    named = {f[name] for f in facts for name in ("start", "end", "scope", "channel")} - {None}
    states = (_fact(f"exists:{one}", one, "HAS_STATE", f"state:{one}") for one in sorted({*named, "touchpoint:1"}))
    return [*facts, *states]


def _fact(name: str, start: str, type_: str, end: str, *more: str) -> Fact:
    role = type_ if type_ in ("ACCOUNTABLE", "RESPONSIBLE", "CONSULTED") else None
    fact: dict[str, Any] = {
        "id": name,
        "type": "RESPONSIBLE_FOR" if role else type_,
        "start": start,
        "end": end,
        "scope": next((one[1:] for one in more if one[0] == "@"), None),
        "channel": next((one[1:] for one in more if one[0] == "#"), None),
        "validFrom": next((date.fromisoformat(one[5:]) for one in more if one.startswith("from=")), OPEN_START),
        "validTo": next((date.fromisoformat(one[3:]) for one in more if one.startswith("to=")), OPEN_END),
        "confidence": next((one for one in more if one in ("INFERRED", "SYNTHETIC")), "STATED"),
        "recordedFrom": RECORDED,
        "recordedTo": OPEN_RECORD,
    }
    return fact | ({"role": role} if role else {}) | ({"reason": "so it is"} if type_ == "UNOWNED" else {})


PLACES = ("dealer:1 PART_OF area:1", "area:1 PART_OF region:1")
KINDS = ("channel:1 KIND_OF channel:2",)
A, R, T = "ACCOUNTABLE", "RESPONSIBLE", "touchpoint:1"

CASES = [
    Case("Whom a subject names answers for it.", (f"dept:1 {A} {T}",), "OWNED", "DIRECT", "dept:1", "0"),
    Case(
        "A category comes before its own category, and both before stages.",
        (
            f"{T} KIND_OF touchpoint:2",
            "touchpoint:2 KIND_OF touchpoint:3",
            f"{T} SERVES stage:1",
            f"dept:1 {A} touchpoint:2",
            f"dept:2 {A} touchpoint:3",
            f"dept:3 {A} stage:1",
        ),
        *("OWNED", "INHERITED", "dept:1", "0 3", "4:FARTHER_SUBJECT 5:FARTHER_SUBJECT"),
    ),
    Case(
        "What serves no stage inherits from the stage of its nearest category that serves one.",
        (f"{T} KIND_OF touchpoint:2", "touchpoint:2 SERVES stage:1", f"dept:1 {A} stage:1"),
        *("OWNED", "INHERITED", "dept:1", "0 1 2"),
    ),
    Case(
        "A nearer subject comes before a narrower scope.",
        (*PLACES, f"{T} SERVES stage:1", f"dept:1 {A} {T}", f"dept:2 {A} stage:1 @dealer:1"),
        *("OWNED", "DIRECT", "dept:1", "3", "4:FARTHER_SUBJECT"),
        place="dealer:1",
    ),
    Case(
        "The place itself comes before what it is part of, and that before everywhere.",
        (*PLACES, f"dept:1 {A} {T}", f"dept:2 {A} {T} @region:1", f"dept:3 {A} {T} @area:1"),
        *("OWNED", "DIRECT", "dept:3", "4", "2:WIDER_SCOPE 3:WIDER_SCOPE"),
        place="dealer:1",
    ),
    Case(
        "What is limited to another place is no candidate.",
        (*PLACES, f"dept:1 {A} {T} @dealer:1", f"dept:2 {A} {T} @region:2"),
        *("GAP",),
        place="area:1",
    ),
    Case("Nationwide, what is limited to a place does not answer.", (f"dept:1 {A} {T} @region:1",), "GAP"),
    Case(
        "A narrower scope comes before a named channel.",
        (*PLACES, f"dept:1 {A} {T} @region:1", f"dept:2 {A} {T} #channel:1"),
        *("OWNED", "DIRECT", "dept:1", "2", "3:WIDER_SCOPE"),
        place="area:1",
    ),
    Case(
        "A fact that names a channel takes over nothing else.",
        (f"dept:1 {A} {T}", f"dept:2 {A} {T} #channel:1"),
        *("SHARED_BY_CHANNEL", "DIRECT", "dept:1 dept:2#channel:1", "0 1"),
        lines=("other OWNED DIRECT 0", "channel:1 OWNED DIRECT 1"),
    ),
    Case(
        "Through that channel it comes before one that names none.",
        (f"dept:1 {A} {T}", f"dept:2 {A} {T} #channel:1"),
        *("OWNED", "DIRECT", "dept:2#channel:1", "1", "0:OTHER_CHANNEL"),
        channel="channel:1",
    ),
    Case(
        "Of two units in one region, one for a channel: at a dealer there, each has its own.",
        (*PLACES, f"dept:1 {A} stage:1 @region:1", f"dept:2 {A} stage:1 @region:1 #channel:1"),
        *("SHARED_BY_CHANNEL", "DIRECT", "dept:1 dept:2#channel:1", "2 3"),
        subject="stage:1",
        place="dealer:1",
        lines=("other OWNED DIRECT 2", "channel:1 OWNED DIRECT 3"),
    ),
    Case(
        "Through another channel, the one that names none.",
        (
            *PLACES,
            f"dept:1 {A} stage:1 @region:1",
            f"dept:2 {A} stage:1 @region:1 #channel:1",
            "channel:2 KIND_OF channel:3",
        ),
        *("OWNED", "DIRECT", "dept:1", "2", "3:OTHER_CHANNEL"),
        subject="stage:1",
        place="dealer:1",
        channel="channel:2",
    ),
    Case(
        "What is named for one channel only is a gap for every other.",
        (f"dept:1 {A} {T} #channel:1",),
        *("SHARED_BY_CHANNEL", "DIRECT", "dept:1#channel:1", "0"),
        lines=("other GAP", "channel:1 OWNED DIRECT 0"),
    ),
    Case(
        "What is named for one channel only may be unowned on purpose for every other.",
        (f"dept:1 {A} {T} #channel:1", f"{T} UNOWNED company:1"),
        *("SHARED_BY_CHANNEL", "DIRECT", "dept:1#channel:1", "0"),
        lines=("other DELIBERATELY_UNOWNED", "channel:1 OWNED DIRECT 0"),
    ),
    Case(
        "One unit for a channel and for every other owns.",
        (f"dept:1 {A} {T}", f"dept:1 {A} {T} #channel:1"),
        *("OWNED", "DIRECT", "dept:1", "0 1"),
        lines=("other OWNED DIRECT 0", "channel:1 OWNED DIRECT 1"),
    ),
    Case(
        "A nearer subject's channel takes over that channel only; the rest is inherited.",
        (f"{T} SERVES stage:1", f"dept:1 {A} stage:1", f"dept:2 {A} {T} #channel:1"),
        *("SHARED_BY_CHANNEL", "INHERITED", "dept:1 dept:2#channel:1", "0 1 2"),
        lines=("other OWNED INHERITED 0 1", "channel:1 OWNED DIRECT 2"),
    ),
    Case(
        "A narrower scope's channel takes over that channel only.",
        (*PLACES, f"dept:1 {A} {T}", f"area:1 {A} {T} @area:1 #channel:1"),
        *("SHARED_BY_CHANNEL", "DIRECT", "dept:1 area:1#channel:1", "2 3"),
        place="dealer:1",
        lines=("other OWNED DIRECT 2", "channel:1 OWNED DIRECT 3"),
    ),
    Case(
        "A channel has its own line beside that of its kind.",
        (*KINDS, f"dept:1 {A} {T}", f"dept:2 {A} {T} #channel:2", f"dept:3 {A} {T} #channel:1"),
        *("SHARED_BY_CHANNEL", "DIRECT", "dept:1 dept:3#channel:1 dept:2#channel:2", "1 2 3"),
        lines=("other OWNED DIRECT 1", "channel:1 OWNED DIRECT 3", "channel:2 OWNED DIRECT 2"),
    ),
    Case(
        "A channel whose own facts lose to those of its kind has no line.",
        (
            *KINDS,
            f"{T} KIND_OF touchpoint:2",
            f"dept:1 {A} {T} #channel:2",
            f"dept:2 {A} touchpoint:2 #channel:1",
            f"dept:3 {A} touchpoint:2",
        ),
        *("SHARED_BY_CHANNEL", "INHERITED", "dept:3 dept:1#channel:2", "1 2 4", "3:FARTHER_SUBJECT"),
        lines=("other OWNED INHERITED 1 4", "channel:2 OWNED DIRECT 2"),
    ),
    Case(
        "Where one is accountable for a channel, one that is responsible answers for every other.",
        (f"dept:1 {A} {T} #channel:1", f"dept:2 {R} {T}"),
        *("SHARED_BY_CHANNEL", "SOLE_RESPONSIBLE", "dept:2 dept:1#channel:1", "0 1"),
        lines=("other OWNED SOLE_RESPONSIBLE 1", "channel:1 OWNED DIRECT 0"),
    ),
    Case(
        "Several who are responsible for a channel have their common parent answer for that.",
        (
            "dept:1 PART_OF dept:3",
            "dept:2 PART_OF dept:3",
            f"dept:1 {R} {T} #channel:1",
            f"dept:2 {R} {T} #channel:1",
            f"dept:4 {R} {T}",
        ),
        *("SHARED_BY_CHANNEL", "COMMON_PARENT", "dept:4 dept:3#channel:1", "0 1 2 3 4"),
        lines=("other OWNED SOLE_RESPONSIBLE 4", "channel:1 OWNED COMMON_PARENT dept:3 0 1 2 3"),
    ),
    Case(
        "Units for different channels that handed on to one leave it the owner.",
        (f"dept:1 {A} {T}", f"dept:2 {A} {T} #channel:1", "dept:1 DELEGATES_TO dept:2"),
        *("OWNED", "DELEGATED", "dept:2", "0 1 2"),
        lines=("other OWNED DELEGATED dept:2 0 2", "channel:1 OWNED DIRECT 1"),
    ),
    Case(
        "A path is as sure as the weakest of its facts.",
        (f"{T} SERVES stage:1 INFERRED", f"dept:1 {A} stage:1", f"dept:2 {A} stage:1 #channel:1 SYNTHETIC"),
        *("SHARED_BY_CHANNEL", "INHERITED", "dept:1 dept:2#channel:1", "0 1 2"),
        lines=("other OWNED INHERITED 0 1", "channel:1 OWNED INHERITED 0 2"),
    ),
    Case(
        "The channel itself comes before its kind.",
        (*KINDS, f"dept:1 {A} {T} #channel:1", f"dept:2 {A} {T} #channel:2"),
        *("OWNED", "DIRECT", "dept:1#channel:1", "1", "2:OTHER_CHANNEL"),
        channel="channel:1",
    ),
    Case(
        "A kind answers for its channels, a channel not for its kind.",
        (*KINDS, f"dept:1 {A} {T} #channel:1"),
        *("GAP", None, "", "", "1:OTHER_CHANNEL"),
        channel="channel:2",
    ),
    Case(
        "Units for different channels share.",
        (f"dept:1 {A} {T} #channel:1", f"dept:2 {A} {T} #channel:2"),
        *("SHARED_BY_CHANNEL", "DIRECT", "dept:1#channel:1 dept:2#channel:2", "0 1"),
        lines=("other GAP", "channel:1 OWNED DIRECT 0", "channel:2 OWNED DIRECT 1"),
    ),
    Case(
        "One unit for several channels does not answer for every other.",
        (f"dept:1 {A} {T} #channel:1", f"dept:1 {A} {T} #channel:2"),
        *("SHARED_BY_CHANNEL", "DIRECT", "dept:1#channel:1 dept:1#channel:2", "0 1"),
        lines=("other GAP", "channel:1 OWNED DIRECT 0", "channel:2 OWNED DIRECT 1"),
    ),
    Case(
        "Several units for one of several channels are a conflict.",
        (f"dept:1 {A} {T} #channel:1", f"dept:2 {A} {T} #channel:1", f"dept:2 {A} {T} #channel:2"),
        *("CONFLICT", "DIRECT", "dept:1#channel:1 dept:2#channel:1 dept:2#channel:2", "0 1 2"),
        lines=("other GAP", "channel:1 CONFLICT DIRECT 0 1", "channel:2 OWNED DIRECT 2"),
    ),
    Case(
        "Owners of two stages are in conflict.",
        (f"{T} SERVES stage:1", f"{T} SERVES stage:2", f"dept:1 {A} stage:1", f"dept:2 {A} stage:2"),
        *("CONFLICT", "INHERITED", "dept:1 dept:2", "0 1 2 3"),
    ),
    Case(
        "One unit that owns two stages answers by both, and keeps its channel.",
        (
            *KINDS,
            f"{T} SERVES stage:1",
            f"{T} SERVES stage:2",
            f"dept:1 {A} stage:1 #channel:2",
            f"dept:1 {A} stage:2 #channel:2",
        ),
        *("OWNED", "INHERITED", "dept:1#channel:2", "1 2 3 4"),
        channel="channel:1",
    ),
    Case(
        "Where nobody is accountable, the one that is responsible answers.",
        (f"dept:1 {R} {T}", "dept:2 CONSULTED touchpoint:1"),
        *("OWNED", "SOLE_RESPONSIBLE", "dept:1", "0"),
    ),
    Case(
        "An inherited accountable unit comes before a responsible one.",
        (f"{T} SERVES stage:1", f"dept:1 {A} stage:1", f"dept:2 {R} {T}"),
        *("OWNED", "INHERITED", "dept:1", "0 1", "2:LOWER_RANK"),
    ),
    Case(
        "Several responsible units have their common parent answer.",
        ("dept:1 PART_OF dept:3", "dept:2 PART_OF dept:3", f"dept:1 {R} {T}", f"dept:2 {R} {T}"),
        *("OWNED", "COMMON_PARENT", "dept:3", "0 1 2 3"),
    ),
    Case(
        "The common parent may be one of them; no fact is told twice.",
        (
            "dept:1 PART_OF dept:2",
            "dept:2 PART_OF dept:3",
            f"{T} SERVES stage:1",
            *(f"dept:{n} {R} stage:1" for n in (1, 2, 3)),
        ),
        *("OWNED", "COMMON_PARENT", "dept:3", "0 1 2 3 4 5"),
    ),
    Case(
        "Responsible units without a common parent are in conflict.",
        ("dept:1 PART_OF centre:1", "dept:2 PART_OF centre:2", f"dept:1 {R} {T}", f"dept:2 {R} {T}"),
        *("CONFLICT", "SOLE_RESPONSIBLE", "dept:1 dept:2", "2 3"),
    ),
    Case(
        "Responsible units for different channels share.",
        ("dept:1 PART_OF dept:3", "dept:2 PART_OF dept:3", f"dept:1 {R} {T} #channel:1", f"dept:2 {R} {T} #channel:2"),
        *("SHARED_BY_CHANNEL", "SOLE_RESPONSIBLE", "dept:1#channel:1 dept:2#channel:2", "2 3"),
        lines=("other GAP", "channel:1 OWNED SOLE_RESPONSIBLE 2", "channel:2 OWNED SOLE_RESPONSIBLE 3"),
    ),
    Case("Nobody stands in for those consulted.", (f"dept:1 {R} {T}",), "GAP", role="CONSULTED"),
    Case("What is marked so is unowned on purpose.", (f"{T} UNOWNED company:1",), "DELIBERATELY_UNOWNED"),
    Case(
        "A category's mark is not its members'.", (f"{T} KIND_OF touchpoint:2", "touchpoint:2 UNOWNED company:1"), "GAP"
    ),
    Case(
        "An owner comes before a mark.",
        (f"dept:1 {R} {T}", f"{T} UNOWNED company:1"),
        *("OWNED", "SOLE_RESPONSIBLE", "dept:1", "0"),
    ),
    Case(
        "Authority is followed to its end.",
        (f"dept:1 {A} {T}", "dept:1 DELEGATES_TO dept:2", "dept:2 DELEGATES_TO dept:3"),
        *("OWNED", "DELEGATED", "dept:3", "0 1 2"),
    ),
    Case(
        "The narrowest delegation that covers the place is followed.",
        (*PLACES, f"dept:1 {A} {T}", "dept:1 DELEGATES_TO dept:2", "dept:1 DELEGATES_TO area:1 @area:1"),
        *("OWNED", "DELEGATED", "area:1", "2 4"),
        place="dealer:1",
    ),
    Case(
        "Of two delegations to one unit, the narrower is followed.",
        (*PLACES, f"dept:1 {A} {T}", "dept:1 DELEGATES_TO area:1", "dept:1 DELEGATES_TO area:1 @area:1"),
        *("OWNED", "DELEGATED", "area:1", "2 4"),
        place="dealer:1",
    ),
    Case(
        "A delegation for a place is not one for the nation.",
        (f"dept:1 {A} {T}", "dept:1 DELEGATES_TO dept:2 @region:1"),
        *("OWNED", "DIRECT", "dept:1", "0"),
    ),
    Case(
        "Authority handed to two at once stays where it was.",
        (f"dept:1 {A} {T}", "dept:1 DELEGATES_TO dept:2", "dept:1 DELEGATES_TO dept:3"),
        *("OWNED", "DIRECT", "dept:1", "0"),
    ),
    Case(
        "Positions take over nothing.",
        (f"committee:1 {A} {T}", "committee:1 DELEGATES_TO position:1"),
        *("OWNED", "DIRECT", "committee:1", "0"),
    ),
    Case(
        "An inferred owner hands on, too.",
        (
            "dept:1 PART_OF dept:3",
            "dept:2 PART_OF dept:3",
            f"dept:1 {R} {T}",
            f"dept:2 {R} {T}",
            "dept:3 DELEGATES_TO dept:4",
        ),
        *("OWNED", "DELEGATED", "dept:4", "0 1 2 3 4"),
    ),
    Case(
        "Parties that handed on to one unit are told as that unit, once, in a conflict still.",
        (f"dept:1 {A} {T}", f"dept:2 {A} {T}", "dept:1 DELEGATES_TO dept:2"),
        *("CONFLICT", "DELEGATED", "dept:2", "0 1 2"),
    ),
    Case(
        "Owners are told in the order of channels and units, also after handing on.",
        (f"dept:1 {A} {T}", f"dept:2 {A} {T}", "dept:1 DELEGATES_TO dept:3"),
        *("CONFLICT", "DELEGATED", "dept:2 dept:3", "0 1 2"),
    ),
    Case(
        "Channels have kinds to inherit from.",
        (*KINDS, f"dept:1 {A} channel:2"),
        *("OWNED", "INHERITED", "dept:1", "0 1"),
        subject="channel:1",
    ),
    Case(
        "A pool inherits from its stage.",
        ("pool:1 SERVES stage:1", f"dept:1 {A} stage:1"),
        *("OWNED", "INHERITED", "dept:1", "0 1"),
        subject="pool:1",
    ),
    Case(
        "A stage inherits from nothing.",
        (f"{T} SERVES stage:1", f"dept:1 {A} {T}", "stage:1 FOLLOWED_BY stage:2", f"dept:2 {A} stage:2"),
        *("GAP",),
        subject="stage:1",
    ),
    Case("What was over before the day is over.", (f"dept:1 {A} {T} to=2025-06-01",), "GAP"),
]


def expected(case: Case) -> Answer:
    """The answer to a case's question."""
    owners = [(unit, channel or None) for unit, _, channel in (one.partition("#") for one in case.owners.split())]
    losers = [(f"fact:{n}", reason) for n, _, reason in (one.partition(":") for one in case.losers.split())]
    units = sorted({unit for unit, _ in owners})
    whole = _line(case, case.channel, case.status, case.rule, *units, *case.path.split())
    told = [line.split() for line in case.lines]
    lines = [_line(case, None if one == "other" else one, *rest) for one, *rest in told] or [whole]
    path = sorted(f"fact:{n}" for n in case.path.split())
    return Answer(case.status, case.rule, owners, path, losers, whole.inferred, whole.confidence, lines)


def _line(case: Case, channel: str | None, status: str, rule: str | None = None, *more: str) -> Line:
    """A line: its facts by their places, its units if they are others than who is responsible by these."""
    path = [_fact("", *case.facts[int(n)].split()) for n in more if n.isdigit()]
    named = [one for one in more if not one.isdigit()] or [f["start"] for f in path if f["type"] == "RESPONSIBLE_FOR"]
    inferred = case.role == A and any(f.get("role") == R for f in path)
    return Line(channel, status, rule, inferred, weakest(path), sorted(set(named)))
