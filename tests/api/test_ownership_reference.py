"""The reference of the rules of ownership is right: by cases written by hand, by laws, by the facts of the reform."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.coverage_reference import coverage, gap, spans, subjects
from tests.support.organisations import CHANNELS, DAYS, PLACES, SUBJECTS, TIMES, organisations
from tests.support.ownership_answers import Fact
from tests.support.ownership_cases import CASES, DAY, KNOWN, Case, expected, world
from tests.support.ownership_reference import Moment
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement
from touchgraph.model import LATEST, OPEN_END, OPEN_RECORD, OPEN_START

AskOf = tuple[str, str, str | None, str | None]
MomentOf = tuple[date, datetime]
ALWAYS = {
    "confidence": "STATED",
    "validFrom": OPEN_START,
    "validTo": OPEN_END,
    "recordedFrom": TIMES[0],
    "recordedTo": OPEN_RECORD,
}
ASKS: st.SearchStrategy[AskOf] = st.tuples(
    st.sampled_from([*SUBJECTS, *SUBJECTS[:2] * 6]),
    st.sampled_from(["ACCOUNTABLE", "ACCOUNTABLE", "RESPONSIBLE"]),
    st.sampled_from([None, *PLACES]),
    st.sampled_from([None, *CHANNELS]),
)
MOMENTS = st.tuples(st.sampled_from(DAYS), st.sampled_from(TIMES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_a_case_has_its_answer(case: Case) -> None:
    """The case's sentence holds of the reference."""
    asked = Moment(world(*case.facts), DAY, KNOWN).ownership(case.subject, case.role, case.place, case.channel)
    assert asked == expected(case)


def test_a_chain_of_delegations_ends_where_it_would_go_round() -> None:
    """Two units that hand to each other, which writing refuses, do not keep the reference busy for ever."""
    facts = world("dept:1 ACCOUNTABLE touchpoint:1", "dept:1 DELEGATES_TO dept:2", "dept:2 DELEGATES_TO dept:1")
    answer = Moment(facts, DAY, KNOWN).ownership("touchpoint:1", "ACCOUNTABLE", None, None)
    assert answer is not None
    assert answer.owners == [("dept:2", None)]


def test_what_does_not_exist_has_no_ownership() -> None:
    """Of an unknown subject there is no answer."""
    assert Moment(world(), DAY, KNOWN).ownership("touchpoint:9", "ACCOUNTABLE", None, None) is None


# --- laws ----------------------------------------------------------------------------------------------------------


@given(organisations(), ASKS, MOMENTS)
def test_the_nearest_fact_decides(facts: list[Fact], ask: AskOf, moment: MomentOf) -> None:
    """A new unit named for the subject itself, the place itself and the channel itself owns, alone unless tied."""
    subject, role, place, channel = ask
    assume(place and channel)
    day, known = moment
    tied = {"end": subject, "role": role, "scope": place, "channel": channel}
    facts = [f for f in facts if not tied.items() <= f.items()]
    more = {"type": "RESPONSIBLE_FOR", "start": "dept:new", **tied, "id": "new"}
    answer = Moment([*facts, {**more, **ALWAYS}], day, known).ownership(subject, role, place, channel)
    before = Moment(facts, day, known).ownership(subject, role, place, channel)
    assert (answer is None) == (before is None)
    if answer:
        found = (answer.status, answer.rule, answer.owners, answer.path)
        assert found == ("OWNED", "DIRECT", [("dept:new", channel)], ["new"])


@given(organisations(), ASKS, MOMENTS)
def test_without_a_channel_each_channel_is_told_its_answer(facts: list[Fact], ask: AskOf, moment: MomentOf) -> None:
    """What a channel is answered is what its line says: its own, that of the nearest kind above it, or the others'."""
    subject, role, place, _ = ask
    now = Moment(facts, *moment)
    whole = now.ownership(subject, role, place, None)
    assume(whole)
    assert whole is not None
    lines = {line.channel: line for line in whole.lines}
    for channel in (*CHANNELS, "channel:new"):
        answer = now.ownership(subject, role, place, channel)
        assert answer is not None
        line = next((lines[one] for one in now.chain(channel, "KIND_OF") if one in lines), lines[None])
        assert answer.lines == [line._replace(channel=channel)]
        told = sorted({unit for unit, _ in answer.owners})
        assert (answer.status, answer.rule, answer.confidence, told) == (*line[1:3], *line[4:])
    if whole.status == "OWNED":
        assert all(line.units == [whole.owners[0][0]] for line in whole.lines)


@given(organisations(), ASKS, MOMENTS)
def test_losers_decide_nothing(facts: list[Fact], ask: AskOf, moment: MomentOf) -> None:
    """Without those that lost, the answer is the same; and nobody both lost and won."""
    answer = Moment(facts, *moment).ownership(*ask)
    assume(answer)
    assert answer is not None
    lost = {fact for fact, _ in answer.losers}
    assert lost.isdisjoint(answer.path)
    again = Moment([f for f in facts if f["id"] not in lost], *moment).ownership(*ask)
    assert again == answer._replace(losers=[])


@given(organisations(), ASKS, MOMENTS)
def test_what_is_recorded_later_changes_nothing(facts: list[Fact], ask: AskOf, moment: MomentOf) -> None:
    """As known at a time, an answer is the same with and without what was recorded and corrected since."""
    _, known = moment
    then = [
        {**f, "recordedTo": f["recordedTo"] if f["recordedTo"] <= known else OPEN_RECORD}
        for f in facts
        if f["recordedFrom"] <= known
    ]
    assert Moment(then, *moment).ownership(*ask) == Moment(facts, *moment).ownership(*ask)


@given(organisations(), st.sampled_from(["GAP", "CONFLICT"]), st.sampled_from([None, *PLACES]), st.sampled_from(TIMES))
def test_intervals_hold_the_days_with_the_status(
    facts: list[Fact], status: str, place: str | None, known: datetime
) -> None:
    """A day is within an interval exactly if the status is so on it; intervals neither touch nor overlap."""
    days = [date(2024, 12, 1), date(2025, 12, 1)]
    found = spans(facts, status, days, known, place, "ACCOUNTABLE")
    for day in (days[0], *DAYS, date(2025, 5, 17), date(2025, 11, 30)):
        now = Moment(facts, day, known)
        answers = {one: a for one in subjects(now) if (a := now.ownership(one, "ACCOUNTABLE", place, None))}
        told = {one: sorted({unit for unit, _ in a.owners}) for one, a in answers.items() if a.status == status}
        if status == "GAP":
            told = {one: but for one, a in answers.items() if (but := gap(a)) is not None}
        assert told == {one.subject: one.of for one in found if one.since <= day < one.until}
    for one, other in pairwise(found):
        assert one[:2] != other[:2] or one.until < other.since
    assert all(days[0] <= one.since < one.until <= days[1] for one in found)


def test_a_conflict_ends_where_its_parties_change() -> None:
    """Conflicts are told for as long as their parties are the same, gaps for as long as nobody answers."""
    facts = world(
        "dept:1 ACCOUNTABLE touchpoint:1 from=2025-02-01 to=2025-05-01",
        "dept:2 ACCOUNTABLE touchpoint:1 from=2025-03-01 to=2025-05-01",
        "dept:3 ACCOUNTABLE touchpoint:1 from=2025-04-01 to=2025-05-01",
    )
    year = [date(2025, 1, 1), date(2026, 1, 1)]
    assert spans(facts, "CONFLICT", year, KNOWN, None, "ACCOUNTABLE") == [
        ("touchpoint:1", ["dept:1", "dept:2"], date(2025, 3, 1), date(2025, 4, 1)),
        ("touchpoint:1", ["dept:1", "dept:2", "dept:3"], date(2025, 4, 1), date(2025, 5, 1)),
    ]
    assert spans(facts, "GAP", year, KNOWN, None, "ACCOUNTABLE") == [
        ("touchpoint:1", [], date(2025, 1, 1), date(2025, 2, 1)),
        ("touchpoint:1", [], date(2025, 5, 1), date(2026, 1, 1)),
    ]


def test_a_gap_ends_where_a_channel_is_answered_for() -> None:
    """A gap for all channels is another one than that for all but some."""
    facts = world("dept:1 ACCOUNTABLE touchpoint:1 #channel:1 from=2025-03-01")
    year = [date(2025, 1, 1), date(2026, 1, 1)]
    assert spans(facts, "GAP", year, KNOWN, None, "ACCOUNTABLE") == [
        ("touchpoint:1", [], date(2025, 1, 1), date(2025, 3, 1)),
        ("touchpoint:1", ["channel:1"], date(2025, 3, 1), date(2026, 1, 1)),
    ]


# --- the reform ----------------------------------------------------------------------------------------------------


async def reform(graph: Graph) -> list[Fact]:
    """The facts in the graph, as the reference takes them."""
    rows = await graph.run(
        Statement("MATCH (a:Entity)-[f]->(b) RETURN elementId(f), type(f), a.id, b.id, properties(f)")
    )
    return [
        {"id": name, "type": type_, "start": start, "end": end, "scope": None, "channel": None, **properties}
        for name, type_, start, end, properties in rows
    ]


BOTH = [("dept:terminal-marketing", "channel:offline"), ("dept:new-media-marketing", "channel:online")]
OPERATIONS = [("dept:customer-operations", None)]


@pytest.mark.parametrize(
    ("subject", "channel", "status", "rule", "owners"),
    [
        ("stage:seeding", None, "OWNED", "COMMON_PARENT", [("dept:marketing", None)]),
        ("stage:acquisition", None, "SHARED_BY_CHANNEL", "DIRECT", BOTH),
        ("stage:acquisition", "channel:wecom", "OWNED", "DIRECT", BOTH[1:]),
        ("stage:acquisition", "channel:showroom", "OWNED", "DIRECT", BOTH[:1]),
        ("touchpoint:connected-car", None, "OWNED", "INHERITED", OPERATIONS),
        ("touchpoint:cultural-products", None, "OWNED", "INHERITED", OPERATIONS),
        ("touchpoint:recall", None, "OWNED", "INHERITED", [("dept:after-sales", None)]),
        ("capability:customer-experience", None, "OWNED", "DIRECT", OPERATIONS),
        ("stage:repurchase", None, "GAP", None, []),
    ],
)
async def test_the_reform_comes_out_as_described(
    graph: Graph, subject: str, channel: str | None, status: str, rule: str | None, owners: list[tuple[str, str | None]]
) -> None:
    """M3, M4, C4, aftercare and the gap of repurchase, after the reform: status, rule and owners."""
    answer = Moment(await reform(graph), DAY, LATEST).ownership(subject, "ACCOUNTABLE", None, channel)
    assert answer is not None
    assert (answer.status, answer.rule, answer.owners) == (status, rule, owners)


async def test_the_gap_of_repurchase_lasts(graph: Graph) -> None:
    """Nobody answers for repurchase in 2025, before the reform or after it, so it is one gap; the matrix shows it."""
    facts = await reform(graph)
    year = [date(2025, 1, 1), date(2026, 1, 1)]
    gaps = spans(facts, "GAP", year, LATEST, None, "ACCOUNTABLE")
    assert [gap for gap in gaps if gap[0] == "stage:repurchase"] == [("stage:repurchase", [], *year)]
    assert coverage(Moment(facts, DAY, LATEST), None, "ACCOUNTABLE")["stage:repurchase", None].status == "GAP"
