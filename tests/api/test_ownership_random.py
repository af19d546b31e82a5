"""Ownership and coverage agree with their rules, as the reference has them, on hundreds of random organisations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.coverage_reference import Span, coverage, portfolio, spans
from tests.support.organisations import (
    CHANNELS,
    DAYS,
    PLACES,
    SUBJECTS,
    TIMES,
    Fact,
    load,
    named,
    numbered,
    organisations,
)
from tests.support.ownership_answers import Answer, Complete, Line
from tests.support.ownership_cases import CASES, DAY, KNOWN, world
from tests.support.ownership_reference import Moment
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement

SCHEMA = build_schema()
ORGANISATIONS, QUESTIONS_EACH, AT_ONCE, MATRICES = 500, 2, 20, 60
SETS = [
    Complete(DAYS[2], TIMES[1]),
    Complete(DAYS[1], TIMES[0], [numbered(unit, n) for unit in ("area:1", "dealer:2") for n in range(ORGANISATIONS)]),
]
"""What is complete: everything from some day on, known since some time; before it, some places."""
FACTS = "path { evidence { locator } }"
LINES = "lines { channel { id } status rule inferred confidence units { id } }"
WHO = f"status rule confidence owners {{ unit {{ id }} channel {{ id }} }} {LINES}"
FIELDS = f"{WHO} inferred {FACTS} losers {{ unit {{ id }} reason fact {{ evidence {{ locator }} }} }}"
MATRIX = f"""query Matrix($day: Date!, $known: DateTime!, $place: ID, $role: Role!) {{
    at(asOf: $day, knownAt: $known) {{ coverage(place: $place, role: $role) {{
        total owned ownedByConfidence {{ confidence count }} partlyOwned {{ ...Cell }}
        unknown {{ ...Cell }} cells {{ ...Cell }} }} }} }}
    fragment Cell on CoverageCell {{ stage {{ id }} touchpoint {{ id }} {WHO} }}"""
PORTFOLIO = """query Portfolio($unit: ID!, $day: Date!, $known: DateTime!) {
    at(asOf: $day, knownAt: $known) { portfolio(unit: $unit, transitive: false) { groups { items {
        subject { id } responsibility { evidence { locator } } } } } } }"""
TIMES_QUERY = """query Times($known: DateTime!, $from: Date!, $to: Date!, $place: ID, $role: Role!) {
    at(knownAt: $known) {
        gaps(from: $from, to: $to, place: $place, role: $role) { subject { id } otherThan { id } validFrom validTo }
        conflicts(from: $from, to: $to, place: $place, role: $role) { subject { id } units { id } validFrom validTo }
    } }"""


@dataclass(frozen=True)
class Question:
    subject: str
    role: str
    place: str | None
    channel: str | None
    day: date
    known: datetime

    def field(self, number: int, organisation: int) -> str:
        """The question as a field of a query."""
        ids = {name: numbered(getattr(self, name), organisation) for name in ("subject", "place", "channel")}
        arguments = ", ".join([f"role: {self.role}", *(f'{k}: "{v}"' for k, v in ids.items() if v)])
        moment = f'asOf: "{self.day}", knownAt: "{self.known.isoformat()}"'
        return f"q{number}: at({moment}) {{ ownership({arguments}) {{ {FIELDS} }} }}"

    def expected(self, facts: list[Fact], organisation: int) -> Answer | None:
        """What the reference answers; nothing where something is named that is not there."""
        subject, place, channel = (numbered(one, organisation) for one in (self.subject, self.place, self.channel))
        now = Moment(facts, self.day, self.known, SETS)
        if not all(now.above["HAS_STATE", one] for one in (subject, place, channel) if one):
            return None
        return now.ownership(subject, self.role, place, channel)


QUESTIONS = st.builds(
    Question,
    st.sampled_from([*SUBJECTS, *["touchpoint:1", "touchpoint:1", "touchpoint:2", "stage:1"] * 6]),
    st.sampled_from(["ACCOUNTABLE"] * 4 + ["RESPONSIBLE", "CONSULTED"]),
    st.sampled_from([None, None, *PLACES]),
    st.sampled_from([*[None] * 4, *CHANNELS]),
    st.sampled_from([date(2024, 1, 1), *DAYS]),
    st.sampled_from(TIMES),
)
Case = tuple[int, Question]


def draw(count: int) -> tuple[list[list[Fact]], list[Case]]:
    """So many organisations with ids of their own, and questions to each."""
    worlds: list[list[Fact]] = []
    cases: list[Case] = []

    @settings(max_examples=count, suppress_health_check=list(HealthCheck))
    @given(organisations(), st.lists(QUESTIONS, min_size=QUESTIONS_EACH, max_size=QUESTIONS_EACH))
    def collect(facts: list[Fact], questions: list[Question]) -> None:
        cases.extend((len(worlds), question) for question in questions)
        worlds.append(named(facts, len(worlds)))

    collect()
    return worlds, cases


def told(found: dict[str, Any] | None) -> Answer | None:
    """An answer of the API in the form of the reference."""
    if found is None:
        return None
    path = sorted(fact["evidence"]["locator"] for fact in found["path"])
    losers = sorted((loser["fact"]["evidence"]["locator"], loser["reason"]) for loser in found["losers"])
    return short(found)._replace(path=path, losers=losers, inferred=found["inferred"])


async def ask(graph: Graph, cases: Sequence[Case]) -> list[Answer | None]:
    """Answers to several questions in one request."""
    query = "{ " + " ".join(question.field(n, number) for n, (number, question) in enumerate(cases)) + " }"
    result = await SCHEMA.execute(query, context_value={"graph": graph})
    assert {error.extensions["code"] for error in result.errors or () if error.extensions} <= {"NOT_FOUND"}
    assert result.data is not None
    return [told(result.data[f"q{n}"]["ownership"]) for n in range(len(cases))]


def batches(cases: list[Case]) -> Iterator[list[Case]]:
    """As many questions as fit into one request, at a time."""
    return (cases[start : start + AT_ONCE] for start in range(0, len(cases), AT_ONCE))


async def fill(graph: Graph, facts: list[Fact]) -> None:
    """Loads facts; how to answer is planned anew, for plans made for little data are slow with much."""
    await load(graph, facts, SETS)
    await graph.run(Statement("CALL db.prepareForReplanning()"))


async def shrunk(graph: Graph, facts: list[Fact], case: Case) -> list[Fact]:
    """The organisation without the facts that a disagreement does not need."""
    for fact in [fact for fact in facts if fact["type"] != "HAS_STATE"]:
        fewer = [other for other in facts if other is not fact]
        await graph.run(Statement("MATCH (n) DETACH DELETE n"))
        await load(graph, fewer, SETS)
        if await ask(graph, [case]) != [case[1].expected(fewer, case[0])]:
            facts = fewer
    await graph.run(Statement("MATCH (n) DETACH DELETE n"))
    await load(graph, facts, SETS)
    return facts


async def test_the_cases_written_by_hand(empty_graph: Graph) -> None:
    """The API answers each case as the rules do."""
    asked = [(n, Question(c.subject, c.role, c.place, c.channel, DAY, KNOWN)) for n, c in enumerate(CASES)]
    await fill(empty_graph, [fact for n, case in enumerate(CASES) for fact in named(world(*case.facts), n)])
    answers = [answer for some in batches(asked) for answer in await ask(empty_graph, some)]
    due = [question.expected(named(world(*CASES[n].facts), n), n) for n, question in asked]
    assert {c.says: a for c, a in zip(CASES, answers, strict=True)} == {
        c.says: a for c, a in zip(CASES, due, strict=True)
    }


async def test_ownership_follows_its_rules(empty_graph: Graph) -> None:
    """For random organisations and questions: status, rule, owners, path and losers are those of the reference."""
    worlds, cases = draw(ORGANISATIONS)
    assert len(worlds) >= ORGANISATIONS
    await fill(empty_graph, [fact for facts in worlds for fact in facts])
    wrong: list[Case] = []
    assert sum(one.expected(worlds[n], n) is not None for n, one in cases) > len(cases) * 0.6
    for some in batches(cases):
        pairs = zip(some, await ask(empty_graph, some), strict=True)
        wrong += [case for case, found in pairs if found != case[1].expected(worlds[case[0]], case[0])]
    for case in wrong[:1]:
        facts = await shrunk(empty_graph, worlds[case[0]], case)
        found, due = await ask(empty_graph, [case]), case[1].expected(facts, case[0])
        raise AssertionError(f"{len(wrong)} differ, first {case}: {found}; with {facts} it should be {due}")


async def test_coverage_follows_the_same_rules(empty_graph: Graph) -> None:
    """For random organisations: the cells of the matrix, and what is in them, are those of the reference."""
    worlds, cases = draw(MATRICES)
    await fill(empty_graph, [fact for facts in worlds for fact in facts])
    for number, one in cases[:: MATRICES * QUESTIONS_EACH // 12]:
        place = numbered(one.place, number)
        variables = {"day": str(one.day), "known": one.known.isoformat(), "place": place, "role": one.role}
        result = await SCHEMA.execute(MATRIX, variables, context_value={"graph": empty_graph})
        assert result.errors is None
        assert result.data is not None
        matrix = result.data["at"]["coverage"]
        found = {ids(cell): short(cell) for cell in matrix["cells"]}
        due = {
            cell: answer._replace(path=[], losers=[], inferred=False)
            for facts in worlds
            for cell, answer in coverage(Moment(facts, one.day, one.known, SETS), place, one.role).items()
        }
        assert found == due, one
        partly = {cell for cell, answer in due.items() if len(answer.lines) > 1 and answer.lines[0].status == "GAP"}
        assert set(map(ids, matrix["partlyOwned"])) == partly
        unknown = {cell for cell, answer in due.items() if answer.status == "UNKNOWN"}
        assert set(map(ids, matrix["unknown"])) == unknown
        owned = [answer for answer in due.values() if answer.status in ("OWNED", "SHARED_BY_CHANNEL")]
        assert (matrix["total"], matrix["owned"]) == (len(due), len(owned))
        assert [(one["confidence"], one["count"]) for one in matrix["ownedByConfidence"]] == [
            (name, sum(answer.confidence == name for answer in owned)) for name in ("STATED", "INFERRED", "SYNTHETIC")
        ]


async def test_portfolios_follow_the_same_rules(empty_graph: Graph) -> None:
    """For random organisations: a unit holds what its responsibilities decide, each where and through what it holds."""
    worlds, cases = draw(MATRICES)
    await fill(empty_graph, [fact for facts in worlds for fact in facts])
    for number, one in cases[:: MATRICES * QUESTIONS_EACH // 30]:
        now = Moment(worlds[number], one.day, one.known)
        holders = {fact["start"] for facts in now.below.values() for fact in facts if fact["type"] == "RESPONSIBLE_FOR"}
        found = []
        for unit in sorted(holders):
            variables = {"unit": unit, "day": str(one.day), "known": one.known.isoformat()}
            result = await SCHEMA.execute(PORTFOLIO, variables, context_value={"graph": empty_graph})
            assert result.errors is None
            assert result.data is not None
            items = [item for group in result.data["at"]["portfolio"]["groups"] for item in group["items"]]
            found += [(item["responsibility"]["evidence"]["locator"], item["subject"]["id"]) for item in items]
        assert sorted(found) == sorted(portfolio(now)), one


async def test_gaps_and_conflicts_last_as_long_as_they_do(empty_graph: Graph) -> None:
    """For random organisations: gaps and conflicts, with parties and the longest times, are those of the reference."""
    worlds, cases = draw(MATRICES)
    await fill(empty_graph, [fact for facts in worlds for fact in facts])
    days = [date(2024, 12, 1), date(2025, 12, 1)]
    for number, one in cases[:: MATRICES * QUESTIONS_EACH // 6]:
        place = numbered(one.place, number)
        period = {"known": one.known.isoformat(), "from": str(days[0]), "to": str(days[1])}
        variables = {**period, "place": place, "role": one.role}
        result = await SCHEMA.execute(TIMES_QUERY, variables, context_value={"graph": empty_graph})
        assert result.errors is None
        assert result.data is not None
        for field, status in (("gaps", "GAP"), ("conflicts", "CONFLICT")):
            due = [span for facts in worlds for span in spans(facts, status, days, one.known, place, one.role, SETS)]
            assert sorted(map(lasting, result.data["at"][field])) == sorted(due), one


def lasting(found: dict[str, Any]) -> Span:
    """A gap or conflict of an answer in the form of the reference."""
    of = [one["id"] for one in (found["units"] if "units" in found else found["otherThan"])]
    return Span(found["subject"]["id"], of, *(date.fromisoformat(found[end]) for end in ("validFrom", "validTo")))


def ids(cell: dict[str, Any]) -> tuple[str | None, str | None]:
    """Stage and touchpoint of a cell."""
    return cell["stage"] and cell["stage"]["id"], cell["touchpoint"] and cell["touchpoint"]["id"]


def short(found: dict[str, Any]) -> Answer:
    """What an answer and a cell of the matrix have in common, in the form of the reference."""
    owners = [(owner["unit"]["id"], owner["channel"] and owner["channel"]["id"]) for owner in found["owners"]]
    lines = [
        Line(
            line["channel"] and line["channel"]["id"],
            line["status"],
            line["rule"],
            line["inferred"],
            line["confidence"],
            [unit["id"] for unit in line["units"]],
        )
        for line in found["lines"]
    ]
    return Answer(found["status"], found["rule"], owners, [], [], False, found["confidence"], lines)
