"""Differences between moments of five hundred random organisations are those that comparing all facts gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from tests.api.test_org_diff import agree, ask
from tests.support.chance import chance
from tests.support.reference import At, World
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement
from touchgraph.model import FACT_BY_TYPE, OPEN_END, OPEN_RECORD, kind_of, quote

ORGANISATIONS, PARTS = 500, 5
"""How many there are, and in how many loads: an answer about all of them at once would be too large."""
DAYS = [date(2025, month, 1) for month in (1, 4, 7)]
TIMES = [datetime(2025, month, 1, tzinfo=UTC) for month in (1, 6)]
MOMENTS = [At(day, time) for day in (date(2025, 2, 1), date(2025, 8, 1)) for time in (TIMES[0], TIMES[1])]
PAIRS = [(MOMENTS[i], MOMENTS[j]) for i, j in ((0, 3), (3, 0), (0, 1), (0, 2), (1, 2), (1, 1))]
"""Other in both times, backwards, other in one of them, other in both the opposite way, the same."""
UNITS = ["company:w", "dept:w1", "dept:w2", "dept:w3"]
SUBJECTS = ["touchpoint:w1", "touchpoint:w2"]
ENTITIES = [*UNITS, *SUBJECTS, "position:w", "channel:w"]
CREATE_ENTITIES = """
UNWIND range(1, $count) AS number
UNWIND $entities AS entity
CREATE (n:Entity {id: replace(entity.id, ':w', ':o' + toString(number) + '-')})
SET n:$(entity.labels)
"""
CREATE_BASE = """
CREATE (:Source:Entity {id: 'source:a', nameZh: '文', nameEn: 'Text', recordedFrom: $times[0]})
WITH 1 AS one UNWIND range(0, 1) AS n
CREATE (:ChangeSet:Entity {id: 'change:' + toString(n), nameZh: '变', nameEn: 'Set', recordedFrom: $times[n]})
"""


@dataclass
class Organisation:
    """Random facts over the same few entities; of one key, no two hold and are known at once."""

    draw: Random
    facts: list[dict[str, Any]] = field(default_factory=list)
    lives: dict[str, tuple[date, date]] = field(default_factory=dict)

    def make(self) -> Organisation:
        for entity in ENTITIES:
            first = self.draw.choice([DAYS[0], DAYS[0], DAYS[1]]) if entity.startswith("dept") else DAYS[0]
            last = self.draw.choice([OPEN_END, OPEN_END, DAYS[2]]) if entity.startswith("dept") else OPEN_END
            self.lives[entity] = first, last
            self.states(entity, first, last)
        for _ in range(self.draw.randint(4, 12)):
            self.fact()
        return self

    def states(self, entity: str, first: date, last: date) -> None:
        """One state; or two, with a change between them, or a correction."""
        days = [first, *(day for day in DAYS if first < day < last and self.draw.random() < 0.4), last]
        for since, until in pairwise(days):
            corrected = self.draw.random() < 0.2
            self.state(entity, since, until, TIMES[0], TIMES[1] if corrected else OPEN_RECORD)
            if corrected:
                self.state(entity, since, until, TIMES[1], OPEN_RECORD)

    def state(self, entity: str, since: date, until: date, recorded: datetime, closed: datetime) -> None:
        says: dict[str, Any] = {"nameZh": "名", "nameEn": self.draw.choice(["A", "B"])}
        if entity in UNITS:
            says |= {"level": self.draw.choice([1, 2, None]), "mandateEn": self.draw.choice([None, "M"])}
        self.facts.append(self.times("HAS_STATE", entity, says, since, until, recorded, closed))

    def times(self, type_: str, start: str, end: Any, *times: Any, **own: Any) -> dict[str, Any]:
        keys = ("validFrom", "validTo", "recordedFrom", "recordedTo")
        change_set = f"change:{TIMES.index(times[2])}"
        return {
            "type": type_,
            "start": start,
            "end": end,
            **own,
            **dict(zip(keys, times, strict=True)),
            "by": change_set,
        }

    def fact(self) -> None:
        pick = self.draw.choice
        kinds: list[tuple[str, str, str, dict[str, Any]]] = [
            ("PART_OF", pick(UNITS[1:]), "company:w", {}),
            ("PART_OF", "dept:w3", pick(UNITS[:3]), {}),
            ("REPORTS_TO", pick(UNITS[1:]), "position:w", {}),
            ("IN_UNIT", "position:w", pick(UNITS), {"headcount": pick([None, 1, 2])}),
            ("DELEGATES_TO", "dept:w1", pick(["dept:w2", "position:w"]), {"scope": pick([None, "dept:w1"])}),
            ("SUPPORTS", pick(UNITS[2:]), "dept:w1", {"how": "ENABLES", "mandate": pick([None, "x", "y"])}),
            ("UNOWNED", pick(SUBJECTS), "company:w", {"reason": pick(["x", "y"])}),
            *[("RESPONSIBLE_FOR", pick(UNITS), pick(SUBJECTS), self.duty()) for _ in range(5)],
        ]
        type_, start, end, own = pick(kinds)
        ends = [self.lives[entity] for entity in (start, end, *filter(None, [own.get("scope")]))]
        since = max(pick(DAYS), *(first for first, _ in ends))
        until = min(pick([OPEN_END, *DAYS]), *(last for _, last in ends))
        recorded, closed = pick([(TIMES[0], OPEN_RECORD), (TIMES[0], TIMES[1]), (TIMES[1], OPEN_RECORD)])
        fact = self.times(type_, start, end, since, until, recorded, closed, **own)
        if since < until and not any(clash(fact, other) for other in self.facts):
            self.facts.append(fact)

    def duty(self) -> dict[str, Any]:
        pick = self.draw.choice
        role = pick(["ACCOUNTABLE", "RESPONSIBLE", "RESPONSIBLE", "CONSULTED"])
        own = {"scope": pick([None, None, "dept:w1"]), "channel": pick([None, None, "channel:w"])}
        return {"role": role, "mandate": pick([None, "x"]), **own}


def clash(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two facts with the same key hold and are known at once."""
    kind = FACT_BY_TYPE[one["type"]]
    keys = ("type", "start", *(() if kind.single else ("end",)), *kind.key)
    return (
        all(one.get(key) == other.get(key) for key in keys)
        and one["validFrom"] < other["validTo"]
        and other["validFrom"] < one["validTo"]
        and one["recordedFrom"] < other["recordedTo"]
        and other["recordedFrom"] < one["recordedTo"]
    )


def numbered(value: Any, number: int) -> Any:
    return value.replace(":w", f":o{number}-") if isinstance(value, str) else value


async def fill(graph: Graph, organisations: list[Organisation]) -> None:
    """Writes all organisations, each with ids of its own."""
    entities = [{"id": entity, "labels": list(kind.labels)} for entity in ENTITIES if (kind := kind_of(entity))]
    await graph.run(Statement(CREATE_ENTITIES, {"count": len(organisations), "entities": entities}))
    await graph.run(Statement(CREATE_BASE, {"times": TIMES}))
    rows: dict[str, list[dict[str, Any]]] = {}
    for number, organisation in enumerate(organisations, 1):
        for fact in organisation.facts:
            own = {k: numbered(v, number) for k, v in fact.items() if k not in ("type", "start", "end", "by")}
            own |= {"changeSet": fact["by"], "source": "source:a", "confidence": "STATED"}
            row = {"start": numbered(fact["start"], number), "end": numbered(fact["end"], number), "own": own}
            rows.setdefault(fact["type"], []).append(row)
    for type_, some in rows.items():
        end = "CREATE (b:State) SET b = row.end" if type_ == "HAS_STATE" else "MATCH (b:Entity {id: row.end})"
        text = f"MATCH (a:Entity {{id: row.start}}) {end} CREATE (a)-[f:{quote(type_)}]->(b) SET f = row.own"
        await graph.run(Statement(f"UNWIND $rows AS row {text}", {"rows": some}))


@pytest.mark.parametrize("part", range(PARTS))
async def test_random_organisations_differ_as_comparing_all_facts_says(empty_graph: Graph, part: int) -> None:
    """Valid and recorded time, forwards and backwards: each difference is told, with the facts on both sides."""
    draw = chance(part)
    organisations = [Organisation(draw).make() for _ in range(ORGANISATIONS // PARTS)]
    await fill(empty_graph, organisations)
    world = await World.read(empty_graph)
    for before, after in PAIRS:
        diff = await ask(empty_graph, before, after)
        agree(world, diff, before, after)
        assert (diff["total"] == 0) if before == after else (diff["total"] > len(organisations))
