"""Laws of change sets and of what is only supposed, on random organisations and over real connections."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

import httpx
import pytest
import uvicorn
from graphql import parse

from tests.api.test_mutation import execute, fixture_small, refused, request  # noqa: F401
from tests.conftest import PATIENCE
from tests.support.chance import chance
from tests.support.changes import (
    ALL,
    EVIDENCE,
    NAMES,
    Change,
    Proposer,
    back,
    known_now,
    possible,
    rich,
    stamp,
    tellable,
)
from tests.support.dump import dump
from tests.support.organisations import DAYS, load
from touchgraph.api.app import create_app
from touchgraph.api.engine import Engine
from touchgraph.api.schema import build_schema
from touchgraph.api.types.mutation import WRITERS
from touchgraph.graph.driver import Address, Graph, Transaction, open_graph
from touchgraph.graph.statements import NamedStatement, Statement
from touchgraph.model import LATEST
from touchgraph.organisation import leaving
from touchgraph.organisation.changes.work import Operations, Work
from touchgraph.organisation.store import lock, native, read_snapshot, write
from touchgraph.settings import Settings

ROUNDS, AT_ONCE, MEETINGS = 8, 3, 4
WANTED = {"create": {"id": "touchpoint:wanted", **NAMES}}
"""What each of the first change sets that meet wants to make."""
ALL_OF_IT = """fragment All on Query {
  orgUnits(first: 200) { nodes { id nameEn level mandateEn parent { id } reportsTo { id }
    positions { position { id } headcount } delegations { to { id } scope { id } }
    responsibilities { subject { id } role scope { id } channel { id } } } }
  coverage { cells { stage { id } touchpoint { id } status owners { unit { id } channel { id } } } } }"""
SUPPOSE = f"""query Suppose($day: Date!, $changes: [ReorgChange!]!) {{
  at(asOf: $day) {{ whatIf(changes: $changes) {{ ...All }} }} }} {ALL_OF_IT}"""
SEE = f"query See($day: Date!, $known: DateTime) {{ at(asOf: $day, knownAt: $known) {{ ...All }} }} {ALL_OF_IT}"
APPLY = "mutation Apply($input: ApplyReorgInput!) { applyReorg(input: $input) { changeSet { id } } }"
DIFF = """query Diff($from: Moment!, $to: Moment!) { orgDiff(from: $from, to: $to) { changes {
  kind unit { id } position { id } subject { id } from { id } to { id } before { ...Said } after { ...Said } } } }
fragment Said on Fact {
  ... on State { nameZh nameEn level mandateEn } ... on PositionAssignment { headcount } ... on Unowned { reason }
  ... on Responsibility { role scope { id } channel { id } } ... on Delegation { scope { id } } }"""
RENAME = 'changes: [{rename: {id: "dept:a", nameEn: "Alpha"}}]'


async def apply(graph: Graph, name: str, day: date, changes: list[Change]) -> Any:
    """What comes of a change set."""
    given = {"id": name, "nameZh": "改", "nameEn": "Change", "effective": str(day), "evidence": EVIDENCE}
    variables = {"input": {**given, "changes": changes}}
    return await build_schema().execute(APPLY, variables, context_value={"graph": graph})


async def recorded(graph: Graph) -> dict[str, datetime]:
    """The change sets by the time at which they became known."""
    rows = await graph.run(Statement("MATCH (c:ChangeSet) RETURN c.id, c.recordedFrom ORDER BY c.recordedFrom"))
    return {name: native(time) for name, time in rows}


def told(changes: Iterable[Change]) -> list[str]:
    """Changes as texts to compare, in whatever order."""
    return sorted(json.dumps(change, sort_keys=True) for change in changes)


# --- change sets ----------------------------------------------------------------------------------------------------


async def test_what_is_applied_is_what_was_supposed_and_what_the_difference_tells(empty_graph: Graph) -> None:
    """For random changes c: whatIf(c){q} is q after c; the difference over c gives c back; the past stays as known."""
    draw, seen, past = chance(8), set[str](), list[tuple[dict[str, str], Any]]()
    (facts,) = rich(1)
    await load(empty_graph, facts)
    for number in range(ROUNDS):
        known, day = await known_now(empty_graph), draw.choice(DAYS)
        changes: list[Change] = []
        while not changes:
            some = tellable(known, day, Proposer(draw, known, day).changes(12, ALL))
            changes = possible(Work(known, stamp("change:x", LATEST, day)), some)
        seen |= {kind for change in changes for kind in change}
        supposed = await execute(empty_graph, SUPPOSE, {"day": str(day), "changes": changes})
        assert (await apply(empty_graph, f"change:n{number}", day, changes)).errors is None
        time = (await recorded(empty_graph))[f"change:n{number}"]
        moments = [{"asOf": str(day), "knownAt": t.isoformat()} for t in (time - timedelta(microseconds=1), time)]
        now = await execute(empty_graph, SEE, {"day": str(day), "known": moments[1]["knownAt"]})
        assert supposed["at"]["whatIf"] == now["at"]
        diff = await execute(empty_graph, DIFF, {"from": moments[0], "to": moments[1]})
        assert told(map(back, diff["orgDiff"]["changes"])) == told(changes)
        past.append(({"day": str(day), "known": moments[1]["knownAt"]}, now))
    assert len(seen) > 8, seen
    assert [await execute(empty_graph, SEE, moment) for moment, _ in past] == [answer for _, answer in past]


async def test_change_sets_at_once_end_as_one_after_the_other(empty_graph: Graph) -> None:
    """Random ones that meet: what is known then is what those not refused give, in the order of their times."""
    draw, refusals = chance(5), 0
    (facts,) = rich(1)
    await load(empty_graph, facts)
    for number in range(MEETINGS):
        known, day = await known_now(empty_graph), draw.choice(DAYS)
        sets = {
            f"change:m{number}-{n}": possible(
                Work(known, stamp("change:x", LATEST, day)),
                chain([WANTED] if number == 0 else [], Proposer(draw, known, day).changes(10, ALL)),
            )
            for n in range(AT_ONCE)
        }
        answers = await asyncio.gather(*(apply(empty_graph, name, day, changes) for name, changes in sets.items()))
        refused = {name for name, answer in zip(sets, answers, strict=True) if answer.errors}
        codes = {(error.extensions or {})["code"] for answer in answers for error in answer.errors or ()}
        assert codes <= {"BAD_USER_INPUT", "CONFLICT"}
        refusals += len(refused)
        for name, time in (await recorded(empty_graph)).items():
            if name in sets:
                work = Work(known, stamp(name, time, day))
                assert possible(work, iter(sets[name])) == sets[name]
                assert name not in refused
                known = work.now
        assert set(await empty_graph.read(read_snapshot)) == set(known)
    assert AT_ONCE - 1 <= refusals < MEETINGS * AT_ONCE, "what all of the first want, one gets"


# --- what if --------------------------------------------------------------------------------------------------------


async def test_each_what_if_comes_on_top_of_all_around_it(small: Graph) -> None:
    """Three within one another: the innermost sees all that is supposed around it."""
    before = await dump(small)
    query = """{ whatIf(changes: [{rename: {id: "dept:a", nameEn: "One"}}]) {
        whatIf(changes: [{rename: {id: "dept:b", nameEn: "Two"}}]) {
          whatIf(changes: [{rename: {id: "centre:c", nameEn: "Three"}}]) { orgUnits { nodes { nameEn } } } } } }"""
    data = (await execute(small, query))["whatIf"]["whatIf"]["whatIf"]
    assert [unit["nameEn"] for unit in data["orgUnits"]["nodes"]] == ["Three", "One", "Two"]
    assert await dump(small) == before


@pytest.mark.parametrize("field", [f"whatIf({RENAME}) {{ __typename }}", f"impact({RENAME}) {{ units }}"])
async def test_a_mutation_supposes_nothing(small: Graph, field: str) -> None:
    """All that a mutation does is kept, so a what-if in its payload is refused, and the mutation with it."""
    before = await dump(small)
    query = f"mutation M($input: ApplyReorgInput!) {{ applyReorg(input: $input) {{ query {{ {field} }} }} }}"
    error = await refused(small, query, {"input": request({"rank": {"id": "dept:a", "level": 7}})})
    assert error.extensions["code"] == "BAD_USER_INPUT"
    assert "within a mutation" in error.message
    assert await dump(small) == before


async def test_a_what_if_whose_question_fails_leaves_no_trace(small: Graph) -> None:
    """A value that is refused below it, and a statement that fails: both after the changes are written."""
    before = await dump(small)
    error = await refused(small, f"{{ whatIf({RENAME}) {{ orgUnits(first: 0) {{ totalCount }} }} }}")
    assert error.extensions["code"] == "BAD_USER_INPUT"
    broken = NamedStatement("search", (), "", "RETURN 1 / 0 AS node, 0 AS score")
    engine = Engine(build_schema()._schema, {"search": broken}, 1, WRITERS)
    answer = await engine.answer(small, parse(f'{{ whatIf({RENAME}) {{ search(text: "a") {{ score }} }} }}'), None, {})
    assert [(e.extensions or {})["code"] for e in answer.errors or ()] == ["INTERNAL_SERVER_ERROR"]
    assert await dump(small) == before


async def test_a_what_if_has_a_limit_and_says_so(
    small: Graph, scratch_address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that takes longer than the setting says is ended with the code of a timeout, and leaves no trace."""
    before = await dump(small)

    async def slowly(tx: Transaction, operations: Operations, _: object) -> None:
        await write(tx, operations)
        await tx.run(Statement("UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN sum(a * b)"))

    monkeypatch.setattr(leaving, "write", slowly)
    async with open_graph(scratch_address, what_if_timeout=timedelta(seconds=1)) as hasty:
        error = await refused(hasty, f"{{ w: whatIf({RENAME}) {{ __typename }} }}")
    assert (error.extensions["code"], error.path) == ("DATABASE_TIMEOUT", ["w"])
    assert "1 seconds (TOUCHGRAPH_WHAT_IF_TIMEOUT)" in error.message
    assert await dump(small) == before


@asynccontextmanager
async def served(address: Address) -> AsyncIterator[str]:
    """Where the application over a database is served, over TCP."""
    app = create_app(Settings(query_timeout=PATIENCE, what_if_timeout=PATIENCE), address)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = asyncio.create_task(server.serve([listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"
        server.should_exit = True
        await task


async def test_a_client_that_goes_away_leaves_no_trace(
    small: Graph, scratch_address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real connection is dropped in the middle of a what-if: nobody ever sees the changes, and nobody has to wait."""
    before = await dump(small)
    written, gone = asyncio.Event(), asyncio.Event()

    async def interrupted(tx: Transaction, operations: Operations, _: object) -> None:
        await write(tx, operations)
        written.set()
        await gone.wait()

    monkeypatch.setattr(leaving, "write", interrupted)
    query = f"{{ whatIf({RENAME}) {{ orgUnits {{ nodes {{ nameEn }} }} }} impact({RENAME}) {{ units }} }}"
    async with served(scratch_address) as url:
        async with httpx.AsyncClient() as client:
            asking = asyncio.create_task(client.post(url, json={"query": query}, timeout=60))
            await asyncio.wait_for(written.wait(), PATIENCE.total_seconds())
            assert await dump(small) == before
            asking.cancel()
        assert await dump(small) == before
        gone.set()
        await small.rehearse(lock)
        assert await dump(small) == before
        monkeypatch.undo()
        async with httpx.AsyncClient() as client:
            answer = await client.post(url, json={"query": query}, timeout=60)
    assert answer.json()["data"]["impact"] == {"units": 1}
    assert await dump(small) == before
