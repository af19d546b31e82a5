"""Change sets through the API: applied whole and once or not at all, told fault by fault, and only supposed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.support.dump import dump
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Address, Graph, open_graph
from touchgraph.graph.statements import Statement
from touchgraph.organisation.store import lock

SCHEMA = build_schema()
EVIDENCE = {"source": "source:memo", "confidence": "STATED", "locator": "¶1"}
FIRST: dict[str, Any] = {
    "id": "change:first",
    "nameZh": "起点",
    "nameEn": "The beginning",
    "effective": "2024-01-01",
    "evidence": EVIDENCE,
    "sources": [{"id": "source:memo", "nameZh": "备忘", "nameEn": "Memo"}],
    "changes": [
        {"create": {"id": "centre:c", "nameZh": "司", "nameEn": "Company"}},
        {"create": {"id": "dept:a", "nameZh": "甲", "nameEn": "A", "parent": "centre:c", "level": 2}},
        {"create": {"id": "dept:b", "nameZh": "乙", "nameEn": "B", "parent": "centre:c"}},
        {"create": {"id": "touchpoint:t", "nameZh": "触", "nameEn": "T"}},
        {"assign": {"unit": "dept:a", "subject": "touchpoint:t", "role": "ACCOUNTABLE"}},
    ],
}
APPLY = """mutation Apply($input: ApplyReorgInput!) { applyReorg(input: $input) {
    clientMutationId changeSet { id nameEn effective clientMutationId evidence { source { id } locator } }
    query { orgUnits { nodes { id nameEn parent { id } } } } } }"""
UNITS = "{ orgUnits { nodes { id nameEn parent { id } responsibilities { subject { id } role } } } }"


async def execute(graph: Graph, query: str, variables: dict[str, Any] | None = None) -> Any:
    """The data of an answer without errors."""
    answer = await SCHEMA.execute(query, variables, context_value={"graph": graph})
    assert answer.errors is None, answer.errors
    return answer.data


async def apply(graph: Graph, *changes: dict[str, Any], **others: Any) -> Any:
    """The payload of a change set."""
    return (await execute(graph, APPLY, {"input": request(*changes, **others)}))["applyReorg"]


def request(*changes: dict[str, Any], **others: Any) -> dict[str, Any]:
    base = {"nameZh": "改", "nameEn": "A change!", "effective": "2025-06-01", "evidence": EVIDENCE}
    return base | {"changes": list(changes)} | others


async def refused(graph: Graph, query: str, variables: dict[str, Any] | None = None) -> Any:
    """The only error of an answer without data."""
    answer = await SCHEMA.execute(query, variables, context_value={"graph": graph})
    assert answer.data is None
    assert answer.errors is not None
    (error,) = answer.errors
    return error


@pytest.fixture(name="small")
async def fixture_small(empty_graph: Graph) -> Graph:
    """A company with two departments and a touchpoint."""
    await execute(empty_graph, APPLY, {"input": FIRST})
    return empty_graph


async def test_the_payload_shows_the_graph_after_the_change(small: Graph) -> None:
    """Payload: the change set with its evidence, under an id made of day and name, and any query, which sees it."""
    payload = await apply(
        small,
        {"rename": {"id": "dept:a", "nameEn": "Alpha"}},
        {"move": {"id": "dept:b", "parent": "dept:a", "validFrom": "2025-07-01"}},
        clientMutationId="m1",
    )
    assert payload["clientMutationId"] == "m1"
    assert payload["changeSet"] == {
        "id": "change:2025-06-01-a-change",
        "nameEn": "A change!",
        "effective": "2025-06-01",
        "clientMutationId": "m1",
        "evidence": {"source": {"id": "source:memo"}, "locator": "¶1"},
    }
    assert payload["query"]["orgUnits"]["nodes"] == [
        {"id": "centre:c", "nameEn": "Company", "parent": None},
        {"id": "dept:a", "nameEn": "Alpha", "parent": {"id": "centre:c"}},
        {"id": "dept:b", "nameEn": "B", "parent": {"id": "dept:a"}},
    ]
    again = await apply(small, {"rename": {"id": "dept:a", "nameEn": "Aleph"}})
    assert again["changeSet"]["id"] == "change:2025-06-01-a-change-2"


async def test_all_faults_are_told_and_nothing_is_written(small: Graph) -> None:
    """Changes that cannot be are told all at once, each with its place; those that could be are not applied either."""
    before = await dump(small)
    changes: list[dict[str, Any]] = [
        {"rename": {"id": "dept:a", "nameEn": "Alpha"}},
        {"move": {"id": "dept:b", "parent": "dept:nobody"}},
        {"close": {"id": "dept:a"}},
        {"create": {"id": "touchpoint:new", "nameZh": "新", "nameEn": "New", "level": 3}},
        {"assign": {"unit": "dept:b", "subject": "touchpoint:new", "role": "RESPONSIBLE"}},
    ]
    error = await refused(small, APPLY, {"input": request(*changes, evidence={**EVIDENCE, "source": "source:gone"})})
    assert error.extensions["code"] == "BAD_USER_INPUT"
    assert error.path == ["applyReorg"]
    faults = [(fault["change"], fault["message"]) for fault in error.extensions["faults"]]
    assert [place for place, _ in faults] == [None, 1, 2, 3]
    for (_, message), told in zip(faults, ("source:gone", "dept:nobody", "still has", "`level`"), strict=True):
        assert told in message
    assert "changes[2]: dept:a still has" in error.message
    assert await dump(small) == before


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([], "nothing to apply"),
        ([{}], "Exactly one|exactly one"),
        ([{"close": {"id": "dept:a"}, "move": {"id": "dept:a", "parent": "dept:b"}}], "Exactly one|exactly one"),
        ([{"rename": {"id": "Not an id"}}], "an id such as"),
    ],
)
async def test_a_request_that_cannot_be_is_refused(small: Graph, changes: list[Any], told: str) -> None:
    """No change, none or two in one place, an id that is none: bad input, and nothing is written."""
    before = await dump(small)
    error = await refused(small, APPLY, {"input": request(*changes)})
    assert error.extensions["code"] == "BAD_USER_INPUT"
    assert any(part in error.message for part in told.split("|"))
    assert await dump(small) == before


async def test_a_unit_is_put_below_those_only_that_may_hold_it(small: Graph) -> None:
    """Applied, corrected, or only supposed: a department below a dealer is refused, with both and their kinds."""
    await apply(small, {"create": {"id": "dealer:d", "nameZh": "店", "nameEn": "D"}})
    before = await dump(small)
    move = {"move": {"id": "dept:b", "parent": "dealer:d"}}
    merge = {"merge": {"ids": ["dealer:d"], "into": "dept:b"}}
    supposed = "query W($c: [ReorgChange!]!) { %s(changes: $c) { __typename } }"
    correct = "mutation C($input: CorrectFactInput!) { correctFact(input: $input) { changeSet { id } } }"
    fact = {"type": "PART_OF", "start": "dept:b", "instead": {"end": "dealer:d"}, "evidence": EVIDENCE}
    errors = [await refused(small, correct, {"input": fact})]
    for change in (move, merge):
        errors += [await refused(small, supposed % name, {"c": [change]}) for name in ("whatIf", "impact")]
        errors.append(await refused(small, APPLY, {"input": request(change)}))
    for error in errors:
        assert error.extensions["code"] == "BAD_USER_INPUT"
        assert "dept:b (Department) cannot " in error.message
        assert "dealer:d (Dealer)" in error.message
    assert await dump(small) == before


async def test_a_mutation_is_applied_once(small: Graph) -> None:
    """The same clientMutationId with the same content gets the same payload again; with other content it is refused."""
    change = {"rename": {"id": "dept:a", "nameEn": "Alpha"}}
    first = await apply(small, change, clientMutationId="once")
    before = await dump(small)
    assert await apply(small, change, clientMutationId="once") == first
    error = await refused(small, APPLY, {"input": request(change, clientMutationId="once", nameEn="Other")})
    assert "change:2025-06-01-a-change" in error.message
    assert error.extensions["code"] == "BAD_USER_INPUT"
    assert await dump(small) == before


async def test_a_mutation_of_two_fields_is_applied_in_order_or_not_at_all(small: Graph) -> None:
    """Each field sees what those before it wrote; if one cannot be, none is kept."""
    query = """mutation Two($a: ApplyReorgInput!, $b: ApplyReorgInput!) {
        a: applyReorg(input: $a) { __typename query { orgUnit(id: "dept:x") { nameEn } } }
        b: applyReorg(input: $b) { query { orgUnit(id: "dept:x") { nameEn } } } }"""
    create = request({"create": {"id": "dept:x", "nameZh": "丙", "nameEn": "X", "parent": "dept:a"}})
    data = await execute(small, query, {"a": create, "b": request({"rename": {"id": "dept:x", "nameEn": "Y"}})})
    assert data == {
        "a": {"__typename": "ApplyReorgPayload", "query": {"orgUnit": {"nameEn": "X"}}},
        "b": {"query": {"orgUnit": {"nameEn": "Y"}}},
    }
    before = await dump(small)
    rename = request({"rename": {"id": "dept:x", "nameEn": "Z"}})
    error = await refused(small, query, {"a": rename, "b": request({"close": {"id": "dept:gone"}})})
    assert error.path == ["b"]
    assert await dump(small) == before


async def test_what_nobody_selects_is_written_all_the_same(small: Graph) -> None:
    """A mutation of whose payload only the type is asked writes as any other."""
    query = "mutation M($input: ApplyReorgInput!) { applyReorg(input: $input) { __typename } }"
    await execute(small, query, {"input": request({"rename": {"id": "dept:a", "nameEn": "Alpha"}})})
    assert (await execute(small, '{ orgUnit(id: "dept:a") { nameEn } }')) == {"orgUnit": {"nameEn": "Alpha"}}


async def test_concurrent_change_sets_are_applied_one_after_the_other(small: Graph) -> None:
    """Moves at the same time: each is applied on what the others left, whole; what would close a cycle is refused."""
    moves = [("dept:a", "dept:b"), ("dept:b", "dept:a")]
    answers = await asyncio.gather(
        *(
            SCHEMA.execute(
                APPLY,
                {"input": request({"move": {"id": one, "parent": other}}, {"rank": {"id": one, "level": 7}})},
                context_value={"graph": small},
            )
            for one, other in moves
        ),
        *(
            SCHEMA.execute(
                APPLY,
                {"input": request({"create": {"id": f"dept:n{n}", "nameZh": "新", "nameEn": "N", "parent": "dept:a"}})},
                context_value={"graph": small},
            )
            for n in range(4)
        ),
    )
    done = [answer.errors is None for answer in answers]
    assert sorted(done[:2]) == [False, True]
    codes = {(error.extensions or {})["code"] for answer in answers for error in answer.errors or ()}
    assert codes <= {"BAD_USER_INPUT", "CONFLICT"}
    assert done[2:] == [True] * 4
    data = await execute(small, "{ orgUnits { nodes { id level parent { id } } } }")
    found: dict[str, Any] = {unit["id"]: unit for unit in data["orgUnits"]["nodes"]}
    for (one, other), applied in zip(moves, done[:2], strict=True):
        assert (found[one]["parent"]["id"] == other, found[one]["level"] == 7) == (applied, applied)
    assert len(found) == 7
    times = await small.run(Statement("MATCH (c:ChangeSet) RETURN count(DISTINCT c.recordedFrom), count(c)"))
    assert times == [[6, 6]]


async def test_the_past_stays_as_it_was_known(small: Graph) -> None:
    """What is asked with asOf and knownAt gets the same answer whatever is applied later."""
    query = 'query Q($t: DateTime!) { at(asOf: "2025-08-01", knownAt: $t) ' + UNITS + " }"
    asked: list[tuple[str, Any]] = []
    changes: list[dict[str, Any]] = [
        {"rename": {"id": "dept:a", "nameEn": "Alpha"}},
        {"transfer": {"subject": "touchpoint:t", "role": "ACCOUNTABLE", "from": "dept:a", "to": "dept:b"}},
        {"merge": {"ids": ["dept:a"], "into": "dept:b"}},
    ]
    for number, change in enumerate(changes):
        await apply(small, change, effective=f"2025-0{7 - number}-01")
        ((time,),) = await small.run(Statement("MATCH (c:ChangeSet) RETURN toString(max(c.recordedFrom))"))
        asked.append((time, await execute(small, query, {"t": time})))
        assert [await execute(small, query, {"t": t}) for t, _ in asked] == [answer for _, answer in asked]
    assert len({str(answer) for _, answer in asked}) == 3


# --- what if ----------------------------------------------------------------------------------------------------------

SUPPOSED = [
    {"create": {"id": "dept:x", "nameZh": "丙", "nameEn": "X", "parent": "dept:a"}},
    {"transfer": {"subject": "touchpoint:t", "role": "ACCOUNTABLE", "from": "dept:a", "to": "dept:x"}},
    {"close": {"id": "dept:b"}},
]
WHAT_IF = (
    "query W($changes: [ReorgChange!]!) { whatIf(changes: $changes) { ...Q } now: at { ...Q } } "
    "fragment Q on Query { orgUnits { nodes { id nameEn parent { id } responsibilities { subject { id } role } } } "
    'search(text: "X") { node { id } } ownership(subject: "touchpoint:t") { status owners { unit { id } } } }'
)


async def test_what_if_answers_as_after_the_changes_and_leaves_no_trace(small: Graph) -> None:
    """Below whatIf is the answer that applying would give, beside it the present one; the graph stays as it was."""
    before = await dump(small)
    present = (await execute(small, WHAT_IF, {"changes": [{"rename": {"id": "dept:a", "nameEn": "Y"}}]}))["now"]
    data = await execute(small, WHAT_IF, {"changes": SUPPOSED})
    assert data["now"] == present
    assert [unit["id"] for unit in data["whatIf"]["orgUnits"]["nodes"]] == ["centre:c", "dept:a", "dept:x"]
    assert data["whatIf"]["search"] == [{"node": {"id": "dept:x"}}]
    assert await dump(small) == before
    await apply(small, *SUPPOSED)
    assert (await execute(small, WHAT_IF, {"changes": []}))["now"] == data["whatIf"]


async def test_what_if_nests_and_takes_the_day_around_it(small: Graph) -> None:
    """A what-if within `at` starts on that day; one within another comes on top of it; aliases do not mix."""
    before = await dump(small)
    query = """{ at(asOf: "2030-01-01") {
        one: whatIf(changes: [{rename: {id: "dept:a", nameEn: "One"}}]) {
          ...N eve: at(asOf: "2029-12-31") { ...N }
          two: whatIf(changes: [{rename: {id: "dept:b", nameEn: "Two"}}], effective: "2029-01-01") {
            ...N eve: at(asOf: "2029-12-31") { ...N } } }
        other: whatIf(changes: [{rename: {id: "dept:b", nameEn: "Other"}}]) { ...N } ...N } }
      fragment N on Query { a: orgUnit(id: "dept:a") { nameEn } b: orgUnit(id: "dept:b") { nameEn } }"""
    data = (await execute(small, query))["at"]

    def names(part: Any) -> str:
        return f"{part['a']['nameEn']} {part['b']['nameEn']}"

    assert list(data) == ["one", "other", "a", "b"]
    assert [names(data), names(data["one"]), names(data["one"]["eve"])] == ["A B", "One B", "A B"]
    assert [names(data["one"]["two"]), names(data["one"]["two"]["eve"])] == ["One Two", "A Two"]
    assert names(data["other"]) == "A Other"
    assert await dump(small) == before


async def test_variables_within_changes_are_this_requests_own(small: Graph) -> None:
    """A document that is kept gets other values for variables inside its changes each time."""
    query = """query W($id: ID!, $name: String!) { whatIf(changes: [{rename: {id: $id, nameEn: $name}}]) {
        orgUnit(id: $id) { nameEn } } }"""
    for one, name in (("dept:a", "P"), ("dept:b", "Q")):
        data = await execute(small, query, {"id": one, "name": name})
        assert data["whatIf"]["orgUnit"]["nameEn"] == name


async def test_a_what_if_that_cannot_be_tells_every_fault(small: Graph) -> None:
    """What cannot be supposed is refused as what cannot be applied, even if nothing is asked below it."""
    before = await dump(small)
    changes = [{"close": {"id": "dept:a"}}, {"move": {"id": "dept:b", "parent": "dept:gone"}}]
    error = await refused(
        small, "query W($c: [ReorgChange!]!) { w: whatIf(changes: $c) { __typename } }", {"c": changes}
    )
    assert [fault["change"] for fault in error.extensions["faults"]] == [0, 1]
    assert error.path == ["w"]
    assert await dump(small) == before


async def test_a_what_if_that_fails_or_is_given_up_leaves_no_trace(small: Graph) -> None:
    """An error in the middle, or a client that goes away, rolls back as well, and nobody has to wait for it."""
    before = await dump(small)
    entered, never = asyncio.Event(), asyncio.Event()

    async def work(tx: Any, fail: bool) -> None:
        await lock(tx)
        await tx.run(Statement("CREATE (:Leftover)"))
        if fail:
            raise ZeroDivisionError
        entered.set()
        await never.wait()

    with pytest.raises(ZeroDivisionError):
        await small.rehearse(lambda tx: work(tx, True))
    assert await dump(small) == before
    task = asyncio.create_task(small.rehearse(lambda tx: work(tx, False)))
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await execute(small, WHAT_IF, {"changes": SUPPOSED})
    assert await dump(small) == before


async def test_readers_do_not_wait_for_a_what_if_and_another_waits_no_longer_than_it_may(
    small: Graph, scratch_address: Address
) -> None:
    """While one what-if is at work, readers see none of it; a second gives up with CONFLICT in the end."""
    entered, leave = asyncio.Event(), asyncio.Event()

    async def work(tx: Any) -> None:
        await lock(tx)
        await tx.run(Statement("MATCH (s:State) SET s.nameEn = 'Dirty'"))
        entered.set()
        await leave.wait()

    task = asyncio.create_task(small.rehearse(work))
    await entered.wait()
    names = await execute(small, UNITS)
    assert {unit["nameEn"] for unit in names["orgUnits"]["nodes"]} == {"Company", "A", "B"}
    async with open_graph(scratch_address, what_if_timeout=timedelta(seconds=1)) as hasty:
        error = await refused(hasty, WHAT_IF, {"changes": SUPPOSED})
    assert error.extensions["code"] == "CONFLICT"
    assert "did not finish in time" in error.message
    leave.set()
    await task
    assert "Dirty" not in str(await dump(small))


async def test_what_ifs_at_once_do_not_see_each_other(small: Graph) -> None:
    """Many what-ifs of different changes: each sees its own, and nothing is left."""
    before = await dump(small)
    query = """query W($name: String!) { whatIf(changes: [{rename: {id: "dept:a", nameEn: $name}}]) {
        orgUnit(id: "dept:a") { nameEn } changeSets { nodes { id } } } }"""
    data = await asyncio.gather(*(execute(small, query, {"name": f"N{n}"}) for n in range(6)))
    assert [one["whatIf"]["orgUnit"]["nameEn"] for one in data] == [f"N{n}" for n in range(6)]
    assert all(len(one["whatIf"]["changeSets"]["nodes"]) == 2 for one in data)
    assert await dump(small) == before
