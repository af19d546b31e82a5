"""Each rule of `touchgraph check`, broken by hand in a real database, and told of by exactly that rule."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from touchgraph.graph.driver import Graph, Transaction
from touchgraph.graph.statements import Statement
from touchgraph.organisation.check import RULES, Finding, check, findings
from touchgraph.organisation.files.loading import load

SEED = """
changeSet:
  id: change:one
  nameZh: 一
  nameEn: One
  effective: 2025-01-01
  recorded: 2025-06-01T00:00:00Z
  evidence: {source: source:a, confidence: STATED}
sources: [{id: source:a, nameZh: 文, nameEn: Text}]
entities:
  - {id: centre:c, nameZh: 公司, nameEn: Company}
  - {id: dept:a, nameZh: 甲, nameEn: A, level: 1, parent: centre:c}
  - {id: dept:b, nameZh: 乙, nameEn: B, parent: dept:a}
  - {id: touchpoint:t, nameZh: 点, nameEn: T}
  - {id: channel:x, nameZh: 线, nameEn: X}
facts:
  - {type: RESPONSIBLE_FOR, start: dept:a, end: touchpoint:t, role: ACCOUNTABLE, channel: channel:x}
  - {type: DELEGATES_TO, start: dept:a, end: dept:b}
"""

SECOND = """
changeSet:
  id: change:two
  nameZh: 二
  nameEn: Two
  effective: 2025-05-31
  recorded: 2025-06-02T00:00:00Z
  evidence: {source: source:a, confidence: STATED}
changes:
  - rename: {id: dept:b, nameEn: B2}
  - move: {id: dept:b, parent: centre:c}
  - move: {id: dept:a, parent: dept:b}
  - close: {id: channel:x, successor: channel:y}
  - end: {unit: dept:a, subject: touchpoint:t, role: ACCOUNTABLE, validFrom: 2025-01-01}
"""
SECOND = SECOND.replace("changes:", "entities: [{id: channel:y, nameZh: 络, nameEn: Y}]\nchanges:")

TIMES = (
    "{validFrom: date('2025-01-01'), validTo: date('9999-12-31'), recordedFrom: datetime('2025-06-01T00:00:00Z'), "
    "recordedTo: datetime('9999-12-31T00:00:00Z'), changeSet: 'change:one', source: 'source:a', confidence: 'STATED'}"
)
PART = "MATCH (:Entity {id: 'dept:b'})-[f:PART_OF]->() "
OWNS = "MATCH (a:Entity {id: 'dept:a'})-[f:RESPONSIBLE_FOR]->(t) "
COPY = "SET g = properties(f)"

BROKEN: list[tuple[str, str, str]] = [
    ("labels, ends", "MATCH (n {id: 'dept:a'}) REMOVE n:OrgUnit", "dept:a has the labels"),
    ("labels, ends", "MATCH (n {id: 'dept:a'}) REMOVE n:Entity", "dept:a has the labels"),
    ("labels", "MATCH (n {id: 'dept:a'}) SET n:Subject", "dept:a has the labels"),
    ("labels", "CREATE (:Source)", "a node without id has the labels :Source"),
    ("labels", "CREATE (:Entity {id: 7})", "7 has the labels :Entity, expected an id with a known prefix"),
    ("required-property", "MATCH (n:Source) REMOVE n.nameEn", "source:a has no nameEn"),
    ("required-property", "MATCH ({id: 'dept:a'})-->(s:State) REMOVE s.nameZh", "has no nameZh"),
    ("required-property", PART + "REMOVE f.changeSet", "PART_OF dept:b → dept:a from 2025-01-01 has no changeSet"),
    ("required-property", PART + "REMOVE f.validFrom", "PART_OF dept:b → dept:a has no validFrom"),
    ("required-property", OWNS + "REMOVE f.role", "has no role"),
    ("property-type", "MATCH (c:ChangeSet) SET c.effective = 'soon'", "effective is STRING NOT NULL, expected DATE"),
    ("property-type", "MATCH ({id: 'dept:a'})-->(s:State) SET s.level = 1.5", "level is FLOAT NOT NULL"),
    ("property-type", PART + "SET f.note = 3", "note is INTEGER NOT NULL, expected STRING"),
    ("property-type", PART + "SET f.recordedTo = localdatetime('9999-12-31T00:00:00')", "expected ZONED DATETIME"),
    ("property-value", OWNS + "SET f.role = 'BOSS'", "role is BOSS, expected one of ACCOUNTABLE, RESPONSIBLE"),
    ("property-value", "MATCH (c:ChangeSet) SET c.confidence = 'SURE'", "change:one: confidence is SURE"),
    ("property-value", "MATCH ({id: 'dept:a'})-->(s:State) SET s.mandateStrength = 'HUGE'", "is HUGE"),
    ("unknown-property", PART + "SET f.headcount = 3", "has an unknown headcount"),
    ("unknown-property", "MATCH ({id: 'touchpoint:t'})-->(s:State) SET s.level = 1", "has an unknown level"),
    ("unknown-property", "MATCH (n {id: 'dept:a'}) SET n.nameEn = 'A'", "dept:a has an unknown nameEn"),
    ("state", "CREATE (:Pool:Subject:Entity {id: 'pool:p'})", "pool:p has no state"),
    ("state", "CREATE (:State {id: 'state:0', nameZh: 'x', nameEn: 'x'})", "state:0 belongs to 0 entities"),
    ("names", "MATCH ({id: 'dept:a'})-->(s:State) SET s.nameEn = 'Other'", "dept:a is not found by its names"),
    ("names", "MATCH (n:Source) REMOVE n.nameTerms", "source:a is not found by its names"),
    (
        "ends",
        f"MATCH (a {{id: 'touchpoint:t'}}), (b {{id: 'dept:a'}}) CREATE (a)-[:PART_OF {TIMES}]->(b)",
        "PART_OF touchpoint:t → dept:a from 2025-01-01: it cannot join",
    ),
    (
        "ends",
        f"MATCH (a {{id: 'touchpoint:t'}}), (b {{id: 'channel:x'}}) CREATE (a)-[:KIND_OF {TIMES}]->(b)",
        "KIND_OF touchpoint:t → channel:x",
    ),
    (
        "place, state",
        f"MATCH (b {{id: 'dept:a'}}) CREATE (:Dealer:OrgUnit:Entity {{id: 'dealer:d'}})-[:PART_OF {TIMES}]->(b)",
        "PART_OF dealer:d → dept:a from 2025-01-01: a Dealer cannot stand below a Department",
    ),
    ("interval", OWNS + "SET f.validTo = f.validFrom", "validFrom is not before validTo"),
    ("interval", OWNS + "SET f.recordedTo = f.recordedFrom", "recordedFrom is not before recordedTo"),
    ("overlap", OWNS + f"CREATE (a)-[g:RESPONSIBLE_FOR]->(t) {COPY}", "told twice"),
    ("overlap", f"MATCH (a)-[f:PART_OF]->(b {{id: 'dept:a'}}) CREATE (a)-[g:PART_OF]->(b) {COPY}", "told twice"),
    (
        "second",
        f"{PART} MATCH (b {{id: 'dept:b'}}), (c {{id: 'centre:c'}}) CREATE (b)-[g:PART_OF]->(c) {COPY}",
        "a second one beside",
    ),
    (
        "cycle",
        f"MATCH (a {{id: 'dept:b'}}), (b {{id: 'dept:a'}}) CREATE (a)-[:DELEGATES_TO {TIMES}]->(b)",
        "part of a cycle",
    ),
    ("cycle", f"MATCH (a {{id: 'channel:x'}}) CREATE (a)-[:KIND_OF {TIMES}]->(a)", "KIND_OF channel:x → channel:x"),
    ("reference", PART + "SET f.source = 'source:z'", "source source:z is no Source"),
    ("reference", PART + "SET f.changeSet = 'source:a'", "changeSet source:a is no ChangeSet"),
    ("reference", OWNS + "SET f.scope = 'region:z'", "scope region:z is no OrgUnit"),
    ("reference", OWNS + "SET f.channel = 'touchpoint:t'", "channel touchpoint:t is no Channel"),
    ("reference", "MATCH (c:ChangeSet) SET c.source = 'source:z'", "change:one: source source:z is no Source"),
    ("lifetime", OWNS + "SET f.validFrom = date('2024-12-31')", "does not exist all that time"),
    ("lifetime", OWNS + "SET f.recordedFrom = datetime('2025-05-31T00:00:00Z')", "does not exist all that time"),
    (
        "lifetime",
        "MATCH ({id: 'channel:x'})-[f:HAS_STATE]->() SET f.validTo = date('2025-05-31')",
        "RESPONSIBLE_FOR dept:a → touchpoint:t from 2025-01-01: channel:x does not exist",
    ),
    (
        "lifetime",
        "MATCH ({id: 'channel:x'})-[f:HAS_STATE]->() SET f.recordedTo = datetime('2025-06-01T12:00:00Z')",
        "channel:x does not exist",
    ),
]

Loader = Callable[..., Awaitable[Graph]]


@pytest.fixture(name="loaded")
def fixture_loaded(empty_graph: Graph, tmp_path: Path) -> Loader:
    """Loads texts as seed files into an empty graph."""

    async def loaded(*texts: str) -> Graph:
        paths = [tmp_path / f"{number}.yaml" for number, _ in enumerate(texts)]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text)
        await load(empty_graph, paths)
        return empty_graph

    return loaded


async def test_a_load_breaks_no_rule(loaded: Loader) -> None:
    """What was loaded is clean, also where facts were closed, cut short, and turned round over time."""
    graph = await loaded(SEED, SECOND)
    assert await check(graph) == []


async def test_the_seed_breaks_no_rule(graph: Graph) -> None:
    """The files that come with the project are clean."""
    assert await check(graph) == []


async def test_each_rule_is_told_of_by_name(loaded: Loader) -> None:
    """What is wrong is found by the rules that it breaks and no others, with the place."""
    graph = await loaded(SEED)
    for rules, breaking, message in BROKEN:
        found = await findings_within(graph, breaking)
        assert {finding.rule for finding in found} == set(rules.split(", ")), (breaking, found)
        assert any(message in finding.message for finding in found), (breaking, found)
    assert await check(graph) == []


def test_every_rule_is_explained_and_broken() -> None:
    """Each rule has a line of explanation and a case above."""
    assert {rule for rules, _, _ in BROKEN for rule in rules.split(", ")} == RULES.keys()
    assert all(text.endswith(".") and len(text) < 120 for text in RULES.values())


async def test_a_cycle_that_never_holds_at_one_time_is_none(loaded: Loader) -> None:
    """Two units may change places: above in one year, below in the next."""
    graph = await loaded(SEED)
    await graph.run(Statement("MATCH ()-[f:DELEGATES_TO]->() SET f.validTo = date('2025-05-31')"))
    turned = TIMES.replace("2025-01-01", "2025-05-31")
    create = f"MATCH (a {{id: 'dept:b'}}), (b {{id: 'dept:a'}}) CREATE (a)-[:DELEGATES_TO {turned}]->(b)"
    await graph.run(Statement(create))
    assert await check(graph) == []


async def test_a_fact_that_was_corrected_is_no_second_one(loaded: Loader) -> None:
    """What was known before a correction may contradict what is known since."""
    graph = await loaded(SEED)
    at = datetime(2025, 6, 2, tzinfo=UTC)
    await graph.run(Statement(PART + "SET f.recordedTo = $at", {"at": at}))
    create = f"MATCH (a {{id: 'dept:b'}}), (b {{id: 'centre:c'}}) CREATE (a)-[f:PART_OF {TIMES}]->(b)"
    await graph.run(Statement(create + " SET f.recordedFrom = $at", {"at": at}))
    assert await check(graph) == []


class RolledBackError(Exception):
    pass


async def findings_within(graph: Graph, breaking: str) -> list[Finding]:
    """What is found after a statement that is not kept."""
    found: list[Finding] = []

    async def work(tx: Transaction) -> None:
        await tx.run(Statement(breaking))
        found.extend(await findings(tx))
        raise RolledBackError

    with pytest.raises(RolledBackError):
        await graph.write(work)
    return found
