"""The measure: one statement through the plain driver, the answer by hand, orjson. No GraphQL.

The statement is a file of `cypher/queries/`, or, of customers, made for the question (`bench.peers.by_hand`).

In the client's own process it is the driver alone; as a process of its own (`python -m bench.plain`, a port;
the database by the variables NEO4J_*), a minimal ASGI application around it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import neo4j
import orjson
import uvicorn
import uvloop
from neo4j import AsyncDriver, AsyncGraphDatabase

from bench.peers import by_hand
from bench.peers.by_hand import Answer
from touchgraph.graph.driver import Address
from touchgraph.graph.statements import read_statements
from touchgraph.model import LATEST
from touchgraph.resources import folder

STATEMENTS = read_statements(folder("cypher") / "queries")


@asynccontextmanager
async def open_driver(address: Address) -> AsyncIterator[AsyncDriver]:
    """The driver, set up as touchgraph does."""
    auth = (address.username, address.password)
    async with AsyncGraphDatabase.driver(
        address.uri, auth=auth, notifications_min_severity="OFF", telemetry_disabled=True
    ) as driver:
        yield driver


async def answer(driver: AsyncDriver, body: bytes) -> bytes:
    """The answer to `{question, …}`, in one auto-committed statement: the fewest round trips that there are."""
    asked = orjson.loads(body)
    one = ANSWERS[asked.pop("question")]
    async with driver.session(default_access_mode=one.access) as session:
        record = await (await session.run(one.text, one.parameters(asked))).single()
    return orjson.dumps(record and one.shape(record))


def _on_a_day(asked: dict[str, Any]) -> dict[str, Any]:
    day = date.fromisoformat(asked.pop("day"))
    return {"role": "ACCOUNTABLE", "asOf": day, "knownAt": LATEST, "from": None, "to": None, **asked}


def _ownership(row: neo4j.Record) -> dict[str, Any]:
    names = {entity: (zh, en) for entity, zh, en in row["names"]}
    return {
        "status": row["status"],
        "rule": row["rule"],
        "inferred": row["inferred"],
        "owners": [
            {
                "unit": {"id": id_, "nameZh": names[id_][0], "nameEn": names[id_][1]},
                "channel": _with_id(owner["channel"]),
            }
            for owner in row["owners"]
            for id_ in [owner["unit"]["id"]]
        ],
        "path": [_fact(fact) for fact in row["path"]],
        "losers": [{"unit": _with_id(loser["unit"]), "reason": loser["reason"]} for loser in row["losers"]],
    }


def _coverage(row: neo4j.Record) -> dict[str, Any]:
    cells = [
        {
            "stage": _with_id(cell["stage"]),
            "touchpoint": _with_id(cell["touchpoint"]),
            "status": cell["status"],
            "rule": cell["rule"],
            "owners": [{"unit": _with_id(o["unit"]), "channel": _with_id(o["channel"])} for o in cell["owners"]],
        }
        for cell in row["cells"]
    ]
    return {"total": row["total"], "owned": row["owned"], "cells": cells}


def _with_id(node: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if node is None else {"id": node["id"]}


def _fact(fact: Any) -> dict[str, Any]:
    evidence = {"source": {"id": fact["source"]}, "locator": fact.get("locator"), "confidence": fact["confidence"]}
    return {"type": fact.type, "validFrom": fact["validFrom"].iso_format(), "evidence": evidence}


ANSWERS: Mapping[str, Answer] = {
    "ownership": Answer(STATEMENTS["ownership"].text, _ownership, _on_a_day),
    "coverage": Answer(STATEMENTS["coverage"].text, _coverage, _on_a_day),
    **by_hand.ANSWERS,
}


async def serve(address: Address, port: int) -> None:
    """Serves answers over HTTP until a signal comes."""
    async with open_driver(address) as driver:

        async def app(scope: Any, receive: Any, send: Any) -> None:
            assert scope["type"] == "http"
            body, more = b"", True
            while more:
                message = await receive()
                body, more = body + message["body"], message["more_body"]
            content = await answer(driver, body)
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": content})

        config = uvicorn.Config(app, port=port, lifespan="off", access_log=False, log_level="warning")
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    uvloop.run(serve(Address(*(os.environ[f"NEO4J_{n}"] for n in ("URI", "USERNAME", "PASSWORD"))), int(sys.argv[1])))
