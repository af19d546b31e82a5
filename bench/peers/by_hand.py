"""Questions about customers by hand: a statement of `cypher/`, made for the question, and its row as an answer.

What a statement returns is one row of lists, as the driver takes long over each row, each map and each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import neo4j

from touchgraph.graph.statements import read_statements
from touchgraph.model import OPEN_END, OPEN_RECORD

STATEMENTS = read_statements(Path(__file__).parent / "cypher")
_PRESENT = {"open": OPEN_END, "openRecord": OPEN_RECORD}


@dataclass(frozen=True)
class Answer:
    """How a question is answered: what it asks as parameters of a statement, whose row is shaped."""

    text: str
    shape: Callable[[neo4j.Record], Any]
    parameters: Callable[[dict[str, Any]], dict[str, Any]] = lambda asked: asked | _PRESENT
    access: str = neo4j.READ_ACCESS


def _named(row: list[Any] | None) -> dict[str, Any] | None:
    return {"id": row[0], "nameZh": row[1]} if row else None


def _customer360(row: neo4j.Record) -> dict[str, Any]:
    names = ("id", "nameZh", "nameEn", "birthYear", "province", "city", "registeredOn")
    stage: list[Any] = row["stages"][0] if row["stages"] else [None, None, []]
    dealer = None
    for unit in reversed(row["units"]):
        dealer = {"id": unit[0], "nameZh": unit[1], "parent": dealer}
    return dict(zip(names, row["customer"], strict=True)) | {
        "vehicles": [{"id": v[0], "vin": v[1], "model": _named(v[2:])} for v in row["vehicles"]],
        "dealer": dealer,
        "stage": _named(stage[:2]),
        "owners": [_named(owner) for owner in stage[2]],
        "interactions": [
            {"id": i[0], "at": i[1], "kind": i[2], "outcome": i[3], "touchpoint": _named(i[4:])}
            for i in row["interactions"]
        ],
    }


def _page100(row: neo4j.Record) -> list[dict[str, Any]]:
    return [
        {
            "id": c[0],
            "nameZh": c[1],
            "nameEn": c[2],
            "dealer": _named(next(iter(c[3]), None)),
            "interactions": [{"id": i[0], "at": i[1], "kind": i[2], "touchpoint": _named(i[3:])} for i in c[4]],
        }
        for c in row["customers"]
    ]


def _orgtree(row: neo4j.Record) -> list[dict[str, Any]]:
    return [_unit(region) for region in row["regions"]]


def _unit(row: list[Any]) -> dict[str, Any]:
    unit = {"id": row[0], "nameZh": row[1]}
    return unit | {"children": [_unit(child) for child in row[2]]} if len(row) > 2 else unit


def _filter(row: neo4j.Record) -> list[dict[str, Any]]:
    return [
        {"id": c[0], "nameZh": c[1], "city": c[2], "birthYear": c[3], "dealer": _named(c[4:])} for c in row["customers"]
    ]


def _rows(asked: dict[str, Any]) -> dict[str, Any]:
    rows = []
    for item in asked["interactions"]:
        at = datetime.fromisoformat(item["at"]).astimezone(UTC)
        own = {"kind": item["kind"], "channel": item["channel"], "outcome": item["outcome"]}
        key = "|".join(name.partition(":")[2] for name in (item["touchpoint"], item["channel"])) + f"|{item['kind']}"
        named = {name: item[name] for name in ("id", "customer", "touchpoint")}
        rows.append({**named, "own": own, "at": at.isoformat(), "day": at.date(), "key": key})
    return {"rows": rows, "source": asked["source"], "recorded": datetime.now(UTC), **_PRESENT}


def _write(row: neo4j.Record) -> dict[str, Any]:
    return {"recorded": row["recorded"], "unknown": row["faults"]}


ANSWERS: Mapping[str, Answer] = {
    name: Answer(STATEMENTS[name].text, shape)
    for name, shape in (
        ("customer360", _customer360),
        ("page100", _page100),
        ("orgtree", _orgtree),
        ("filter", _filter),
    )
} | {"write": Answer(STATEMENTS["write"].text, _write, _rows, neo4j.WRITE_ACCESS)}
