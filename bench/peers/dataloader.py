"""A GraphQL service as most people write it: Strawberry, a resolver for every hop, a DataLoader behind each of them.

`python -m bench.peers.dataloader`, a port; the database by the variables NEO4J_*.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime
from functools import cache, partial
from typing import Any, TypeVar

import strawberry
import uvicorn
from fastapi import FastAPI
from neo4j import AsyncDriver, AsyncGraphDatabase, RoutingControl
from strawberry.dataloader import DataLoader
from strawberry.fastapi import GraphQLRouter

HOLDS = "{0}.validTo = date('9999-12-31') AND {0}.recordedTo = datetime('9999-12-31T00:00:00Z')"
NAMED = f"MATCH (x)-[h:HAS_STATE]->(s) WHERE {HOLDS.format('h')}"
PRESENT = HOLDS.format("f")
KNOWN = "{id: x.id, name_zh: s.nameZh}"
DEALER = f"UNWIND $keys AS key MATCH (:Customer {{id: key}})-[f:SERVED_BY]->(x) WHERE {PRESENT} {NAMED}"
STAGE = f"UNWIND $keys AS key MATCH (:Customer {{id: key}})-[f:IN_STAGE]->(x) WHERE {PRESENT} {NAMED}"
PARENT = f"UNWIND $keys AS key MATCH (:OrgUnit {{id: key}})-[f:PART_OF]->(x) WHERE {PRESENT} {NAMED}"
MODEL = f"UNWIND $keys AS key MATCH (:Vehicle {{id: key}})-[f:IS_MODEL]->(x) WHERE {PRESENT} {NAMED}"
TOUCHPOINT = f"UNWIND $keys AS key MATCH (:Interaction {{id: key}})-[:AT_TOUCHPOINT]->(x) {NAMED}"
ONE = f" RETURN key, {KNOWN} AS value"
CHILDREN = f"""UNWIND $keys AS key MATCH (:OrgUnit {{id: key}})<-[f:PART_OF]-(x) WHERE {PRESENT} {NAMED}
WITH key, x, s ORDER BY x.id RETURN key, collect({KNOWN}) AS value"""
OWNERS = f"""UNWIND $keys AS key MATCH (:LifecycleStage {{id: key}})<-[f:RESPONSIBLE_FOR]-(x)
WHERE f.role = 'ACCOUNTABLE' AND f.scope IS NULL AND {PRESENT} {NAMED}
WITH key, f, x, s ORDER BY coalesce(f.channel, ''), x.id RETURN key, collect({KNOWN}) AS value"""
VEHICLES = f"""UNWIND $keys AS key MATCH (:Customer {{id: key}})-[f:OWNS]->(v) WHERE {PRESENT}
WITH key, v ORDER BY v.id RETURN key, collect({{id: v.id, vin: v.vin}}) AS value"""
INTERACTIONS = """UNWIND $keys AS key CALL (key) {
  MATCH (:Customer {id: key})<-[:WITH_CUSTOMER]-(i:Interaction)
  WITH i ORDER BY i.at DESC, i.id DESC LIMIT $first
  RETURN collect({id: i.id, at: i.at, kind: i.kind, outcome: i.outcome}) AS value
} RETURN key, value"""
_CUSTOMER = """{id: c.id, name_zh: c.nameZh, name_en: c.nameEn, birth_year: c.birthYear, province: c.province,
  city: c.city, registered_on: c.registeredOn} AS customer"""
CUSTOMER = f"MATCH (c:Customer {{id: $id}}) RETURN {_CUSTOMER}"
CUSTOMERS = f"MATCH (c:Customer) WITH c ORDER BY c.id LIMIT $first RETURN {_CUSTOMER}"
FILTERED = f"""MATCH (c:Customer)
WHERE EXISTS {{ MATCH (c)-[f:IN_STAGE]->(:LifecycleStage {{id: $stage}}) WHERE {PRESENT} }}
  AND EXISTS {{ MATCH (c)-[f:CONSENTS_TO]->(:Channel {{id: $linked_by}}) WHERE {PRESENT} }}
  AND EXISTS {{ MATCH (c)-[f:SERVED_BY]->()-[g:PART_OF]->()-[h:PART_OF]->(:Region {{id: $region}})
    WHERE {PRESENT} AND {HOLDS.format("g")} AND {HOLDS.format("h")} }}
WITH c ORDER BY c.id LIMIT $first RETURN {_CUSTOMER}"""
REGIONS = f"MATCH (x:Region) {NAMED} RETURN x.id AS id, s.nameZh AS name_zh ORDER BY id"
RECORD = f"""UNWIND $rows AS row
MATCH (c:Customer {{id: row.customer}}) MATCH (t:Touchpoint {{id: row.touchpoint}})
OPTIONAL MATCH (c)-[f:SERVED_BY]->(d) WHERE {PRESENT}
MERGE (i:Interaction {{id: row.id}})
ON CREATE SET i.at = row.at, i.kind = row.kind, i.channel = row.channel, i.outcome = row.outcome,
  i.customer = row.customer, i.source = $source, i.recordedFrom = datetime()
MERGE (i)-[:WITH_CUSTOMER]->(c) MERGE (i)-[:AT_TOUCHPOINT]->(t)
FOREACH (one IN CASE WHEN d IS NULL THEN [] ELSE [d] END | MERGE (i)-[:AT_DEALER]->(one))
RETURN count(i) AS recorded"""

Info = strawberry.Info[dict[str, Any], None]
T = TypeVar("T")


async def load(driver: AsyncDriver, statement: str, keys: list[str], **parameters: Any) -> list[Any]:
    """What a statement says of each key."""
    records, _, _ = await driver.execute_query(statement, keys=keys, routing_=RoutingControl.READ, **parameters)
    found = {record["key"]: record["value"] for record in records}
    return [found.get(key) for key in keys]


@strawberry.type
class Named:
    id: strawberry.ID
    name_zh: str | None


@strawberry.type
class Unit(Named):
    @strawberry.field
    async def parent(self, info: Info) -> Unit | None:
        return _made(Unit, await info.context["parent"].load(self.id))

    @strawberry.field
    async def children(self, info: Info) -> list[Unit]:
        return [Unit(**unit) for unit in await info.context["children"].load(self.id) or ()]


@strawberry.type
class Vehicle:
    id: strawberry.ID
    vin: str

    @strawberry.field
    async def model(self, info: Info) -> Named | None:
        return _made(Named, await info.context["model"].load(self.id))


@strawberry.type
class Interaction:
    id: strawberry.ID
    at: datetime
    kind: str
    outcome: str

    @strawberry.field
    async def touchpoint(self, info: Info) -> Named | None:
        return _made(Named, await info.context["touchpoint"].load(self.id))


@strawberry.type
class Customer:
    id: strawberry.ID
    name_zh: str
    name_en: str
    birth_year: int | None
    province: str | None
    city: str | None
    registered_on: date

    @strawberry.field
    async def dealer(self, info: Info) -> Unit | None:
        return _made(Unit, await info.context["dealer"].load(self.id))

    @strawberry.field
    async def stage(self, info: Info) -> Named | None:
        return _made(Named, await info.context["stage"].load(self.id))

    @strawberry.field
    async def owners(self, info: Info) -> list[Named]:
        stage = await info.context["stage"].load(self.id)
        return [Named(**unit) for unit in (stage and await info.context["owners"].load(stage["id"])) or ()]

    @strawberry.field
    async def vehicles(self, info: Info) -> list[Vehicle]:
        return [Vehicle(**vehicle) for vehicle in await info.context["vehicles"].load(self.id) or ()]

    @strawberry.field
    async def interactions(self, info: Info, first: int = 20) -> list[Interaction]:
        found = await info.context["interactions"](first).load(self.id) or ()
        return [Interaction(**one | {"at": one["at"].to_native()}) for one in found]


def _made(kind: Callable[..., T], values: dict[str, Any] | None) -> T | None:
    return kind(**values) if values else None


def _customer(record: Any) -> Customer:
    values = record["customer"]
    return Customer(**values | {"registered_on": values["registered_on"].to_native()})


@strawberry.type
class Query:
    @strawberry.field
    async def customer(self, info: Info, id: strawberry.ID) -> Customer | None:  # noqa: A002
        records, _, _ = await info.context["driver"].execute_query(CUSTOMER, id=id, routing_=RoutingControl.READ)
        return _customer(records[0]) if records else None

    @strawberry.field
    async def customers(
        self,
        info: Info,
        first: int = 20,
        stage: strawberry.ID | None = None,
        region: strawberry.ID | None = None,
        linked_by: strawberry.ID | None = None,
    ) -> list[Customer]:
        asked = {"first": first, "stage": stage, "region": region, "linked_by": linked_by}
        statement = FILTERED if stage else CUSTOMERS
        records, _, _ = await info.context["driver"].execute_query(statement, asked, routing_=RoutingControl.READ)
        return [_customer(record) for record in records]

    @strawberry.field
    async def regions(self, info: Info) -> list[Unit]:
        records, _, _ = await info.context["driver"].execute_query(REGIONS, routing_=RoutingControl.READ)
        return [Unit(**record) for record in records]


@strawberry.input
class InteractionInput:
    id: strawberry.ID
    customer: strawberry.ID
    touchpoint: strawberry.ID
    channel: strawberry.ID
    kind: str
    outcome: str
    at: datetime


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def record_interactions(self, info: Info, interactions: list[InteractionInput], source: strawberry.ID) -> int:
        rows = [vars(interaction) for interaction in interactions]
        records, _, _ = await info.context["driver"].execute_query(RECORD, rows=rows, source=source)
        return int(records[0]["recorded"])


def create_app() -> FastAPI:
    """The service."""
    drivers: list[AsyncDriver] = []
    statements = {
        "dealer": DEALER + ONE,
        "stage": STAGE + ONE,
        "parent": PARENT + ONE,
        "model": MODEL + ONE,
        "touchpoint": TOUCHPOINT + ONE,
        "children": CHILDREN,
        "owners": OWNERS,
        "vehicles": VEHICLES,
    }

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        auth = (os.environ["NEO4J_USERNAME"], os.environ["NEO4J_PASSWORD"])
        async with AsyncGraphDatabase.driver(
            os.environ["NEO4J_URI"], auth=auth, notifications_min_severity="OFF", telemetry_disabled=True
        ) as driver:
            drivers.append(driver)
            yield

    async def context() -> dict[str, Any]:
        (driver,) = drivers
        loaders = {name: DataLoader(partial(load, driver, text)) for name, text in statements.items()}
        interactions = cache(lambda first: DataLoader(partial(load, driver, INTERACTIONS, first=first)))
        return {"driver": driver, "interactions": interactions, **loaders}

    app = FastAPI(lifespan=lifespan)
    app.include_router(GraphQLRouter(strawberry.Schema(Query, Mutation), context_getter=context), prefix="/graphql")
    return app


if __name__ == "__main__":
    uvicorn.run(create_app(), port=int(sys.argv[1]), access_log=False, log_level="warning")
