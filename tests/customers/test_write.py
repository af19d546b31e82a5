"""Mutations about customers: done whole and once or not at all, shown by their payload, told row by row when wrong."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.support.customers.small import SOURCE, load_small
from tests.support.dump import dump
from touchgraph.api.schema import build_schema
from touchgraph.customers.tallies.rebuild import check_rollups
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement

SCHEMA = build_schema()
TODAY = datetime.now(UTC).date()
SHOWN = {
    "upsertCustomers": "ids created updated unchanged customers { id nameEn city stage { id } }",
    "recordInteractions": "ids recorded skipped interactions { id at dealer { id } touchpoint { id } customer { id } }",
    "moveStage": "changed customer { stageHistory { stage { id } validFrom validTo channel { id } grade } }",
    "assignDealer": "changed customer { dealer { id } dealerHistory { dealer { id } validFrom validTo } }",
    "setConsent": "changed customer { link consents { channel { id } } }",
    "gradeLead": "changed lead { customer { id } createdOn grade { grade score pool { id } } }",
    "submitFeedback": "changed feedback { id at theme text customer { id } product { id } phase { id } }",
    "routeFeedback": "changed feedback { phase { id } routes { phase { id } validFrom validTo } }",
}
LI: dict[str, Any] = {"id": "customer:li", "nameZh": "李娜", "nameEn": "Li Na", "registeredOn": "2026-01-02"}
ZHANG = {**LI, "id": "customer:zhang", "nameEn": "Zhang", "city": "长春市"}
VIEW = {
    "id": "interaction:1",
    "at": "2026-03-01T23:30:00Z",
    "kind": "VIEW",
    "outcome": "NONE",
    "customer": "customer:li",
    "touchpoint": "touchpoint:livestream",
}
SAID = {
    "id": "feedback:1",
    "at": "2026-03-02T08:00:00+08:00",
    "theme": "RANGE",
    "text": "续航",
    "customer": "customer:li",
}
LEAD = {"lead": "lead:1", "customer": "customer:li", "pool": "pool:lead", "grade": "LOW"}


def day(back: int) -> str:
    return (TODAY - timedelta(days=back)).isoformat()


async def execute(graph: Graph, query: str, **variables: Any) -> Any:
    return await SCHEMA.execute(query, variables, context_value={"graph": graph})


async def do(graph: Graph, name: str, **given: Any) -> Any:
    """The payload of a mutation."""
    answer = await execute(graph, _mutation(name), input={"source": SOURCE, **given})
    assert answer.errors is None, answer.errors
    return answer.data[name]


def _mutation(name: str, shown: str = "") -> str:
    type_ = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation M($input: {type_}!) {{ {name}(input: $input) {{ {shown or SHOWN[name]} }} }}"


@pytest.fixture(name="small")
async def fixture_small(empty_graph: Graph, tmp_path: Path) -> Graph:
    """The small organisation, and a customer."""
    await load_small(empty_graph, tmp_path)
    await do(empty_graph, "upsertCustomers", customers=[LI])
    return empty_graph


async def test_each_mutation_does_what_it_says_and_shows_it(small: Graph) -> None:
    """Payloads tell what became of the input, and show the customer, lead, interaction or feedback after the write."""
    payload = await do(small, "upsertCustomers", customers=[LI, ZHANG, {**LI, "id": "customer:wu"}])
    assert [payload[name] for name in ("created", "updated", "unchanged")] == [2, 0, 1]
    payload = await do(small, "upsertCustomers", customers=[ZHANG | {"city": None}])
    assert (payload["updated"], payload["customers"][0]["city"]) == (1, None)

    payload = await do(small, "assignDealer", customer="customer:li", dealer="dealer:d1", day="2026-03-01")
    assert payload["customer"]["dealer"] == {"id": "dealer:d1"}
    views = [VIEW, {**VIEW, "id": "interaction:2", "dealer": "dealer:d2", "at": "2026-03-02T00:30:00+08:00"}]
    payload = await do(small, "recordInteractions", interactions=views)
    assert (payload["recorded"], payload["skipped"]) == (2, 0)
    told = [(one["at"], one["dealer"]["id"]) for one in payload["interactions"]]
    assert told == [("2026-03-01T23:30:00Z", "dealer:d1"), ("2026-03-01T16:30:00Z", "dealer:d2")]

    payload = await do(small, "gradeLead", **LEAD, day=day(3))
    assert payload["lead"]["createdOn"] == day(3)
    payload = await do(small, "gradeLead", lead="lead:1", pool="pool:incubation", grade="HIGH", score=90, day=day(1))
    assert payload["lead"]["customer"] == {"id": "customer:li"}
    assert payload["lead"]["grade"] == {"grade": "HIGH", "score": 90, "pool": {"id": "pool:incubation"}}

    await do(small, "moveStage", customer="customer:li", stage="stage:seeding", day=day(5), channel="channel:wecom")
    payload = await do(small, "moveStage", customer="customer:li", stage="stage:nurture", day=day(1))
    assert payload["customer"]["stageHistory"] == [
        {
            "stage": {"id": "stage:seeding"},
            "validFrom": day(5),
            "validTo": day(1),
            "channel": {"id": "channel:wecom"},
            "grade": None,
        },
        {"stage": {"id": "stage:nurture"}, "validFrom": day(1), "validTo": None, "channel": None, "grade": "HIGH"},
    ]

    links = []
    for channel, consents in (("telephone", True), ("wecom", True), ("telephone", False)):
        given = {"customer": "customer:li", "channel": f"channel:{channel}", "consents": consents}
        links.append((await do(small, "setConsent", **given))["customer"]["link"])
    assert links == ["TELEPHONE", "BOTH", "WECOM"]

    payload = await do(small, "submitFeedback", **SAID, product="product:p")
    assert payload["feedback"]["at"] == "2026-03-02T00:00:00Z"
    assert payload["feedback"]["product"] == {"id": "product:p"}
    payload = await do(small, "routeFeedback", feedback="feedback:1", phase="phase:definition")
    assert payload["feedback"]["phase"] == {"id": "phase:definition"}
    assert await check_rollups(small) == []


async def test_the_same_again_changes_nothing(small: Graph) -> None:
    """Every mutation sent twice is written once, and says so."""
    await do(small, "moveStage", customer="customer:li", stage="stage:seeding", day=day(5))
    twice: list[tuple[str, dict[str, Any]]] = [
        ("upsertCustomers", {"customers": [LI, ZHANG]}),
        ("recordInteractions", {"interactions": [VIEW]}),
        ("moveStage", {"customer": "customer:li", "stage": "stage:deal", "channel": "channel:wecom"}),
        ("assignDealer", {"customer": "customer:li", "dealer": "dealer:d1"}),
        ("setConsent", {"customer": "customer:li", "channel": "channel:wecom", "consents": True}),
        ("gradeLead", LEAD),
        ("submitFeedback", SAID),
        ("routeFeedback", {"feedback": "feedback:1", "phase": "phase:facelift"}),
    ]
    for name, given in twice:
        first = await do(small, name, **given)
        before = await dump(small)
        again = await do(small, name, **given)
        assert await dump(small) == before, name
        told = {"changed", "created", "updated", "unchanged", "recorded", "skipped"}
        assert {k: v for k, v in again.items() if k not in told} == {k: v for k, v in first.items() if k not in told}
        assert again.get("changed", False) is False
        assert (again.get("created", 0), again.get("updated", 0), again.get("recorded", 0)) == (0, 0, 0)


async def test_a_move_on_the_same_day_replaces_the_one_before(small: Graph) -> None:
    """Only the last one of a day holds; as known before, the first one still does."""
    await do(small, "moveStage", customer="customer:li", stage="stage:seeding", day=day(5))
    await do(small, "moveStage", customer="customer:li", stage="stage:acquisition")
    known = datetime.now(UTC).isoformat()
    await do(small, "moveStage", customer="customer:li", stage="stage:nurture")
    query = """query Q($known: DateTime) { before: at(knownAt: $known) { customer(id: "customer:li") { ...S } }
        customer(id: "customer:li") { ...S } } fragment S on Customer { stageHistory { stage { id } validTo } }"""
    data = (await execute(small, query, known=known)).data
    histories = [
        [(one["stage"]["id"], one["validTo"]) for one in data_["customer"]["stageHistory"]]
        for data_ in (data["before"], data)
    ]
    seeding = ("stage:seeding", day(0))
    assert histories == [[seeding, ("stage:acquisition", None)], [seeding, ("stage:nurture", None)]]


async def test_a_correction_goes_back_and_is_told_as_such(small: Graph) -> None:
    """What was known before is still told as of then, by the customer and by the counts."""
    for stage, back in (("seeding", 9), ("acquisition", 6), ("deal", 2)):
        await do(small, "moveStage", customer="customer:li", stage=f"stage:{stage}", day=day(back))
    known = datetime.now(UTC).isoformat()
    given = {"customer": "customer:li", "stage": "stage:nurture", "day": day(4)}
    payload = await do(small, "moveStage", **given, correction=True)
    assert [one["stage"]["id"] for one in payload["customer"]["stageHistory"]] == [
        "stage:seeding",
        "stage:acquisition",
        "stage:nurture",
    ]
    query = """query Q($known: DateTime, $from: Date!, $to: Date!) {
        before: at(knownAt: $known) { ...Q } now: at { ...Q } }
        fragment Q on Query { customer(id: "customer:li") { stage { id } }
            funnel(from: $from, to: $to) { stages { stage { id } entered left } } }"""
    answer = await execute(small, query, known=known, **{"from": day(9), "to": day(0)})
    told = {
        when: (
            found["customer"]["stage"]["id"],
            [(one["entered"], one["left"]) for one in found["funnel"]["stages"][:4]],
        )
        for when, found in answer.data.items()
    }
    assert told == {
        "before": ("stage:deal", [(1, 1), (1, 1), (0, 0), (1, 0)]),
        "now": ("stage:nurture", [(1, 1), (1, 1), (1, 0), (0, 0)]),
    }
    assert await check_rollups(small) == []


TOMORROW = (TODAY + timedelta(days=1)).isoformat()
REFUSED: list[tuple[str, dict[str, Any], list[tuple[int | None, str, str]]]] = [
    (
        "upsertCustomers",
        {"customers": [{**LI, "id": f"customer:{n}"} for n in range(1001)]},
        [(None, "customers", "1000")],
    ),
    ("upsertCustomers", {"customers": [ZHANG, {**LI, "id": "lead:x"}]}, [(1, "id", "customer:")]),
    ("upsertCustomers", {"customers": [{**LI, "registeredOn": TOMORROW}]}, [(0, "registeredOn", "future")]),
    ("upsertCustomers", {"customers": [ZHANG], "source": "source:gone"}, [(None, "source", "source:gone")]),
    (
        "recordInteractions",
        {"interactions": [{**VIEW, "id": "interaction:9"}, {**VIEW, "id": "interaction:8", "customer": "customer:x"}]},
        [(1, "customer", "customer:x is not known")],
    ),
    (
        "recordInteractions",
        {"interactions": [{**VIEW, "id": "interaction:9", "dealer": "dealer:late", "touchpoint": "touchpoint:x"}]},
        [(0, "touchpoint", "touchpoint:x"), (0, "dealer", "does not exist on 2026-03-01")],
    ),
    (
        "recordInteractions",
        {"interactions": [{**VIEW, "id": "interaction:9"}, {**VIEW, "id": "interaction:9"}]},
        [(1, "id", "row 0")],
    ),
    (
        "recordInteractions",
        {"interactions": [{**VIEW, "kind": "CALL", "touchpoint": "touchpoint:contract"}]},
        [(0, "id", "other content (kind, touchpoint)")],
    ),
    ("moveStage", {"customer": "customer:x", "stage": "stage:deal"}, [(None, "customer", "customer:x")]),
    ("moveStage", {"customer": "customer:li", "stage": "stage:seeding"}, [(None, "stage", "`correction: true`")]),
    (
        "moveStage",
        {"customer": "customer:li", "stage": "stage:deal", "day": day(9)},
        [(None, "day", "`correction: true`")],
    ),
    ("moveStage", {"customer": "customer:li", "stage": "pool:lead"}, [(None, "stage", "pool:lead is not known")]),
    ("moveStage", {"customer": "customer:li", "stage": "stage:deal", "day": TOMORROW}, [(None, "day", "future")]),
    ("assignDealer", {"customer": "customer:li", "dealer": "dealer:x"}, [(None, "dealer", "dealer:x is not known")]),
    (
        "setConsent",
        {"customer": "customer:x", "channel": "channel:x", "consents": True},
        [(None, "channel", "channel:x"), (None, "customer", "customer:x")],
    ),
    ("gradeLead", {**LEAD, "lead": "lead:new", "customer": None}, [(None, "customer", "lead:new is new")]),
    ("gradeLead", {**LEAD, "customer": "customer:zhang"}, [(None, "customer", "lead:1 is of customer:li")]),
    ("gradeLead", {**LEAD, "score": -1}, [(None, "score", "0")]),
    ("submitFeedback", {**SAID, "theme": "PRICE"}, [(None, "id", "other content (theme)")]),
    ("submitFeedback", {**SAID, "id": "feedback:2", "product": "product:x"}, [(None, "product", "product:x")]),
    ("routeFeedback", {"feedback": "feedback:x", "phase": "phase:facelift"}, [(None, "feedback", "feedback:x")]),
]


async def test_what_cannot_be_is_told_and_nothing_is_written(small: Graph) -> None:
    """Each fault by row and field, with a code; what else stands in the mutation is not written either."""
    await do(small, "upsertCustomers", customers=[ZHANG])
    await do(small, "moveStage", customer="customer:li", stage="stage:nurture", day=day(1))
    await do(small, "gradeLead", **LEAD)
    await do(small, "recordInteractions", interactions=[VIEW])
    await do(small, "submitFeedback", **SAID)
    before = await dump(small)
    for (name, given, expected), shown in product(REFUSED, ("", "clientMutationId")):
        answer = await execute(small, _mutation(name, shown), input={"source": SOURCE, **given})
        assert answer.data is None
        (error,) = answer.errors
        assert (error.extensions["code"], error.path) == ("BAD_USER_INPUT", [name]), error
        faults = [(fault["row"], fault["field"], fault["message"]) for fault in error.extensions["faults"]]
        assert [fault[:2] for fault in faults] == [one[:2] for one in expected], (name, faults)
        for (*_, message), (row, field, told) in zip(faults, expected, strict=True):
            assert told in message, (name, message)
            place = field if row is None else f"{next(iter(given))}[{row}].{field}"
            assert f"{place}: {message}" in str(error)
    assert await dump(small) == before


async def test_several_record_of_the_same_customers_at_once(small: Graph, caplog: pytest.LogCaptureFixture) -> None:
    """Batches about the same customers are no reason to wait for one another, however much happened to them before."""
    customers = [LI, ZHANG, {**LI, "id": "customer:wu"}]
    await do(small, "upsertCustomers", customers=customers)

    async def record(batch: int) -> int:
        views = [
            {**VIEW, "id": f"interaction:{batch}-{n}", "customer": customers[(n + batch) % 3]["id"]} for n in range(200)
        ]
        return int((await do(small, "recordInteractions", interactions=views))["recorded"])

    assert await record(0) == 200
    assert await asyncio.gather(*(record(batch) for batch in range(1, 13))) == [200] * 12
    assert "Deadlock" not in caplog.text
    assert await check_rollups(small) == []


async def test_the_same_batch_sent_by_several_at_once_is_recorded_once(
    small: Graph, statements: list[Statement]
) -> None:
    """Whoever comes later waits, and skips what is there; what shows only counts is one statement for each."""
    views = [{**VIEW, "id": f"interaction:{n}"} for n in range(200)]
    query = _mutation("recordInteractions", "recorded skipped")
    given = {"source": SOURCE, "interactions": views}
    answers = await asyncio.gather(*(execute(small, query, input=given) for _ in range(8)))
    assert [answer.errors for answer in answers] == [None] * 8
    counts = sorted(tuple(answer.data["recordInteractions"].values()) for answer in answers)
    assert counts == [(0, 200)] * 7 + [(200, 0)]
    assert len(statements) == 8
    assert await check_rollups(small) == []


async def test_several_mutations_are_all_done_or_none(small: Graph) -> None:
    """A later field sees what an earlier one wrote, and its fault takes that back."""
    query = """mutation M($stage: ID!) {
        setConsent(input: {source: "source:crm", customer: "customer:li", channel: "channel:wecom", consents: true}) {
            clientMutationId }
        moveStage(input: {source: "source:crm", clientMutationId: "m", customer: "customer:li", stage: $stage}) {
            clientMutationId customer { link } query { dualLink { links { link customers converted } } } } }"""
    before = await dump(small)
    answer = await execute(small, query, stage="stage:x")
    assert answer.data is None
    assert answer.errors[0].path == ["moveStage"]
    assert await dump(small) == before
    answer = await execute(small, query, stage="stage:deal")
    assert answer.errors is None
    moved = answer.data["moveStage"]
    assert (moved["clientMutationId"], moved["customer"]) == ("m", {"link": "WECOM"})
    assert {"link": "WECOM", "customers": 1, "converted": 1} in moved["query"]["dualLink"]["links"]


@pytest.mark.parametrize(
    "given", ['customer: "customer:li"', 'customer: "customer:li", stage: "stage:deal", day: "soon"', "stage: 1.5"]
)
async def test_a_value_of_another_type_is_bad_input(small: Graph, given: str) -> None:
    """A field that is missing, a day that is none: told before anything is asked of the database."""
    query = f'mutation {{ moveStage(input: {{source: "{SOURCE}", {given}}}) {{ changed }} }}'
    answer = await execute(small, query)
    assert answer.data is None
    assert {error.extensions["code"] for error in answer.errors} == {"BAD_USER_INPUT"}
