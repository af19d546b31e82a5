"""Random small organisations that keep the rules of `check`, and the loading of hundreds in a few statements."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.support.ownership_answers import ALL, Complete
from touchgraph.graph.driver import Graph, Transaction
from touchgraph.graph.names import with_terms
from touchgraph.graph.statements import Statement
from touchgraph.model import FACT_BY_TYPE, OPEN_END, OPEN_RECORD, OPEN_START, kind_of, quote

Fact = dict[str, Any]
Box = tuple[date, date, datetime, datetime]
"""validFrom, validTo, recordedFrom, recordedTo."""

DAYS = [date(2025, month, 1) for month in (1, 4, 7, 10)]
TIMES = [datetime(2025, month, 1, tzinfo=UTC) for month in (1, 6, 11)]
"""When facts may begin or end, and when they may become known or be corrected."""

# Who may be part of whom: what stands earlier is below what stands later.
PARENTS = {
    "dealer:1": ["area:1", "area:2"],
    "dealer:2": ["area:1", "area:2"],
    "area:1": ["region:1", "region:2"],
    "area:2": ["region:1", "region:2"],
    "region:1": ["centre:front", "centre:back"],
    "region:2": ["centre:front", "centre:back"],
    "dept:3": ["dept:1", "dept:2"],
    "dept:2": ["dept:1", "centre:back"],
    "dept:1": ["centre:back", "centre:front"],
    "committee:1": ["centre:back", "company:1"],
    "centre:front": ["company:1"],
    "centre:back": ["company:1"],
}
UNITS = [*PARENTS, "company:1"]
PLACES = ["dealer:1", "dealer:2", "area:1", "area:2", "region:1", "region:2", "company:1"]
CHANNELS = ["channel:1", "channel:2", "channel:3", "channel:4"]
STAGES = ["stage:1", "stage:2"]
TOUCHPOINTS = ["touchpoint:1", "touchpoint:2", "touchpoint:3", "touchpoint:4"]
SUBJECTS = [*TOUCHPOINTS, *STAGES, "pool:1", "standard:1", "channel:1", "channel:2"]
POSITIONS = ["position:1"]
ENTITIES = [*UNITS, *POSITIONS, *TOUCHPOINTS, *STAGES, "pool:1", "standard:1", *CHANNELS]
ALWAYS = ["dealer:1", "touchpoint:1", "touchpoint:2", "stage:1"]
REFERENCES = ("start", "end", "scope", "channel")
TIME_NAMES = ("validFrom", "validTo", "recordedFrom", "recordedTo")


def _histories() -> list[list[Box]]:
    """How a fact may come to be known: for good, for some days, late, corrected once or twice, or withdrawn."""
    spans = [*pairwise(DAYS), (DAYS[0], DAYS[2]), (OPEN_START, DAYS[1]), (DAYS[1], OPEN_END), (DAYS[2], OPEN_END)]
    first, second, third = TIMES
    always = (OPEN_START, OPEN_END)
    once = [[(*span, first, OPEN_RECORD)] for span in spans]
    late = [[(*always, second, OPEN_RECORD)], [(*spans[1], third, OPEN_RECORD)], [(*always, first, second)]]
    corrected = [[(*always, first, second), (*span, second, OPEN_RECORD)] for span in spans[2:]]
    twice = [[(*spans[0], first, second), (*spans[3], second, third), (*always, third, OPEN_RECORD)]]
    return [[(*always, first, OPEN_RECORD)]] * 20 + once + late + corrected + twice


HISTORIES = st.sampled_from(_histories())
MOVES: st.SearchStrategy[tuple[list[Box], list[Box]]] = st.sampled_from(
    [
        ([(OPEN_START, DAYS[1], TIMES[0], OPEN_RECORD)], [(DAYS[1], OPEN_END, TIMES[0], OPEN_RECORD)]),
        ([(OPEN_START, DAYS[2], TIMES[0], OPEN_RECORD)], [(DAYS[2], OPEN_END, TIMES[1], OPEN_RECORD)]),
        ([(OPEN_START, OPEN_END, TIMES[0], TIMES[1])], [(OPEN_START, OPEN_END, TIMES[1], OPEN_RECORD)]),
        ([], [(OPEN_START, OPEN_END, TIMES[0], OPEN_RECORD)]),
        ([], [(DAYS[1], OPEN_END, TIMES[0], TIMES[2])]),
    ]
)
"""How long a unit is part of its first parent, and of its last."""
BUSY = [*UNITS, *["dept:1", "dept:2", "dept:3", "region:1", "centre:back"] * 3]
"""Units to draw from, so that several are named for the same, and hand it to each other."""
LINES = st.tuples(
    st.sampled_from([TOUCHPOINTS[:1], TOUCHPOINTS[:1], TOUCHPOINTS[1:2], TOUCHPOINTS, STAGES, STAGES, SUBJECTS]),
    st.sampled_from(["ACCOUNTABLE"] * 3 + ["RESPONSIBLE"] * 3 + ["CONSULTED"]),
    st.sampled_from([None] * 9 + PLACES),
    st.lists(
        st.tuples(
            st.sampled_from(BUSY),
            st.sampled_from([None] * 4 + CHANNELS),
            st.integers(0, 9),
            HISTORIES,
            st.sampled_from(["alike"] * 20 + [None] * 3 + PLACES),
        ),
        min_size=2,
        max_size=4,
    ),
)
"""Subjects, role, scope, and who competes for them: unit, channel, which of the subjects, when, and another scope."""
DELEGATIONS = st.tuples(
    st.sampled_from(BUSY), st.sampled_from([*BUSY, *POSITIONS]), st.sampled_from([None, None, *PLACES]), HISTORIES
)
SERVICES = st.tuples(st.sampled_from([*TOUCHPOINTS, "pool:1"]), st.sampled_from(STAGES), HISTORIES)
LIFETIMES = st.lists(st.tuples(st.sampled_from(ENTITIES), HISTORIES), max_size=3)


class Drawn:
    """An organisation in the making: facts are cut to the lifetimes of their ends, and left out where they clash."""

    def __init__(self, lifetimes: dict[str, list[Box]], sure: Random) -> None:
        self.lifetimes = lifetimes
        self.sure = sure
        self.facts: list[Fact] = []
        self.taken: defaultdict[tuple[Any, ...], list[Box]] = defaultdict(list)
        for entity, boxes in lifetimes.items():
            for box in boxes:
                self.put(box, {"type": "HAS_STATE", "start": entity, "end": f"state:{len(self.facts)}"})

    def add(self, type_: str, start: str, end: str, history: list[Box], **properties: Any) -> None:
        """Adds a fact, as long as it can be."""
        kind = FACT_BY_TYPE[type_]
        fact = {"type": type_, "start": start, "end": end, "scope": None, "channel": None, **properties}
        key = (type_, start) if kind.single else (type_, start, end, *(fact[name] for name in kind.key))
        boxes = history
        for entity in {fact[name] for name in REFERENCES} - {None}:
            boxes = [cut for a in boxes for b in self.lifetimes[entity] if (cut := common(a, b))]
        for box in boxes:
            if not any(common(box, other) for other in self.taken[key]):
                self.taken[key].append(box)
                self.put(box, fact)

    def put(self, box: Box, fact: Fact) -> None:
        (confidence,) = self.sure.choices(["STATED", "INFERRED", "SYNTHETIC"], [8, 2, 1])
        times = dict(zip(TIME_NAMES, box, strict=True))
        self.facts.append({"scope": None, "channel": None, **fact, **times, "confidence": confidence})
        self.facts[-1]["id"] = f"fact:{len(self.facts)}"


def common(a: Box, b: Box) -> Box | None:
    """The days and times that two have in common."""
    cut = (max(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), min(a[3], b[3]))
    return cut if cut[0] < cut[1] and cut[2] < cut[3] else None


def _leads(steps: set[tuple[str, str]], start: str, end: str) -> bool:
    """Whether steps lead from one to the other, or they are the same."""
    return start == end or any(_leads(steps, b, end) for a, b in steps if a == start)


@st.composite
def organisations(draw: st.DrawFn) -> list[Fact]:
    """The facts of an organisation: a tree that changes, categories, stages, responsibilities, delegations, marks."""
    always: list[Box] = [(OPEN_START, OPEN_END, TIMES[0], OPEN_RECORD)]
    sure = Random(draw(st.integers(0, 999)))  # noqa: S311
    drawn = Drawn({**dict.fromkeys(ENTITIES, always), **dict(draw(LIFETIMES))}, sure)
    moves = draw(st.dictionaries(st.sampled_from(list(PARENTS)), MOVES, max_size=4))
    for child, parents in PARENTS.items():
        before, after = moves.get(child, (always, []))
        drawn.add("PART_OF", child, parents[0], before)
        drawn.add("PART_OF", child, parents[-1], after)
    for below in (CHANNELS, TOUCHPOINTS):
        for n, one in enumerate(below[:-1]):
            above = draw(st.sampled_from([None, *below[n + 1 :], below[n + 1]]))
            if above:
                drawn.add("KIND_OF", one, above, draw(HISTORIES))
    for start, end, history in draw(st.lists(SERVICES, min_size=1, max_size=5)):
        drawn.add("SERVES", start, end, history)
    for subjects, role, scope, competing in draw(st.lists(LINES, min_size=3, max_size=6)):
        for unit, channel, n, history, other in competing:
            subject, where = subjects[n % len(subjects)], scope if other == "alike" else other
            drawn.add("RESPONSIBLE_FOR", unit, subject, history, role=role, scope=where, channel=channel)
    handed: set[tuple[str, str]] = set()
    for unit, to, scope, history in draw(st.lists(DELEGATIONS, max_size=6)):
        if not _leads(handed, to, unit):
            handed.add((unit, to))
            drawn.add("DELEGATES_TO", unit, to, history, scope=scope)
    for subject, history in draw(st.lists(st.tuples(st.sampled_from(SUBJECTS), HISTORIES), max_size=2)):
        drawn.add("UNOWNED", subject, "company:1", history, reason="so it is")
    return _mentioned(drawn.facts)


def _mentioned(facts: list[Fact]) -> list[Fact]:
    """The facts without those of units and subjects that nothing is said of: there would be many."""
    of_itself = ("HAS_STATE", "PART_OF")
    used = {*ALWAYS, *(fact[name] for fact in facts if fact["type"] not in of_itself for name in REFERENCES)}
    for fact in [fact for child in PARENTS for fact in facts if fact["type"] == "PART_OF" and fact["start"] == child]:
        if fact["start"] in used:
            used.add(fact["end"])
    return [fact for fact in facts if fact["type"] not in of_itself or fact["start"] in used]


def named(facts: list[Fact], number: int) -> list[Fact]:
    """The same organisation with a number in every id, so that many fit into one graph: `dept:w0017-1`."""
    ids = {*REFERENCES, "id"}
    return [{k: numbered(v, number) if k in ids else v for k, v in fact.items()} for fact in facts]


def numbered(entity: Any, number: int) -> Any:
    """An id (or None) as that of a numbered organisation; all of a length, for Neo4j plans anew for another one."""
    return entity and entity.replace(":", f":w{number:04}-")


async def load(graph: Graph, facts: list[Fact], sets: list[Complete] = ALL) -> None:
    """Puts organisations into an empty graph: a statement for each label and each type of fact, however many they are.

    The graph must have its constraints; its statistics do not know what is new yet, hence the hints.
    The id of a fact becomes its locator, so that answers can tell which fact they mean. `sets`: what is complete.
    """
    by_label, by_type = defaultdict[tuple[str, ...], set[str]](set), defaultdict[str, list[Fact]](list)
    for fact in facts:
        by_type[fact["type"]].append(_row(fact))
        if fact["type"] == "HAS_STATE":
            kind = kind_of(fact["start"])
            assert kind is not None
            by_label[kind.labels].add(fact["start"])

    async def work(tx: Transaction) -> None:
        await tx.run(Statement(PROVENANCE, {"names": NAMES, "day": OPEN_START, "time": TIMES[0]}))
        of_sets = [[n, one.effective, max(one.recorded, TIMES[0]), one.units] for n, one in enumerate(sets)]
        await tx.run(Statement(COMPLETE, {"rows": of_sets, "names": NAMES}))
        for labels, ids in by_label.items():
            text = f"UNWIND $ids AS id CREATE (n:{':'.join(map(quote, labels))} {{id: id}})"
            await tx.run(Statement(text, {"ids": sorted(ids)}))
        states = by_type.pop("HAS_STATE", [])
        await tx.run(Statement(STATES, {"rows": states, "names": NAMES}))
        for type_, rows in by_type.items():
            create = f"CREATE (a)-[f:{quote(type_)}]->(b) SET f = row.properties"
            text = f"""UNWIND $rows AS row MATCH (a:Entity {{id: row.start}}), (b:Entity {{id: row.end}})
                USING INDEX a:Entity(id) USING INDEX b:Entity(id) {create}"""
            await tx.run(Statement(text, {"rows": rows}))

    await graph.write(work)


NAMES = with_terms({"nameZh": "名", "nameEn": "Name"})
PROVENANCE = """
MERGE (s:Source:Entity {id: 'source:random'}) SET s += $names, s.recordedFrom = $time
MERGE (c:ChangeSet:Entity {id: 'change:random'}) SET c += $names, c.recordedFrom = $time, c.effective = $day,
  c.contentHash = 'random', c.source = s.id, c.confidence = 'SYNTHETIC'
"""
COMPLETE = """
UNWIND $rows AS row MERGE (c:ChangeSet:Entity {id: 'change:complete-' + row[0]})
SET c += $names, c.effective = row[1], c.recordedFrom = row[2], c.completeFor = row[3],
  c.complete = ['RESPONSIBLE_FOR'], c.contentHash = 'complete', c.source = 'source:random', c.confidence = 'SYNTHETIC'
"""
STATES = """
UNWIND $rows AS row MATCH (n:Entity {id: row.start}) USING INDEX n:Entity(id)
CREATE (n)-[f:HAS_STATE]->(s:State {id: row.end})
SET f = row.properties, s += $names, s.ordinal = CASE WHEN n:LifecycleStage THEN 1 END
"""


def _row(fact: Fact) -> Fact:
    """A fact as the loader's statements take it."""
    left = {k: v for k, v in fact.items() if k not in ("id", "type", "start", "end") and v is not None}
    more = {"changeSet": "change:random", "source": "source:random", "locator": fact["id"]}
    return {"start": fact["start"], "end": fact["end"], "properties": {**left, **more}}
