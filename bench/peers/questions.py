"""What is asked about customers: the same of everybody, by documents of `queries/` in everybody's own words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from bench.contestants import FRESH, Contestant, graphql, plain
from bench.population import SOURCE, STAGES, batch
from bench.questions import Question
from touchgraph.customers.writing.items import MAX_ROWS
from touchgraph.graph.driver import Address
from touchgraph.model import OPEN_END, OPEN_RECORD

Variables = list[dict[str, Any]]
Customers = Mapping[str, str]
"""Customers, and the dealers who serve them."""

TOUCHGRAPH, APOLLO, DATALOADER = "touchgraph", "@neo4j/graphql", "Strawberry with DataLoaders"
HTTP, DRIVER = "the driver over HTTP", "the driver"
READING = ("customer360", "page100", "orgtree", "filter")
WRITING, BY_CYPHER = "write", "write-by-cypher"

_QUERIES = Path(__file__).parent / "queries"
_FOLDERS = {TOUCHGRAPH: "touchgraph", APOLLO: "apollo", DATALOADER: "dataloader"}
_ENDS = ("customer", "touchpoint", "dealer")
_FIELDS = ("nameZh", "nameEn", "birthYear", "province", "city", "registeredOn", "link", "stage { id }", "dealer { id }")
_PICKS = {
    "customer360": {TOUCHGRAPH: "customer", APOLLO: "customers", DATALOADER: "customer"},
    "page100": {TOUCHGRAPH: "customers", APOLLO: "customers", DATALOADER: "customers"},
    "orgtree": {TOUCHGRAPH: "orgUnits", APOLLO: "regions", DATALOADER: "regions"},
    "filter": {TOUCHGRAPH: "customers", APOLLO: "customers", DATALOADER: "customers"},
    WRITING: {
        TOUCHGRAPH: "recordInteractions recorded",
        APOLLO: "createInteractions info nodesCreated",
        DATALOADER: "recordInteractions",
    },
    BY_CYPHER: {APOLLO: "recordInteractions"},
}


def contestant(who: str, name: str, at: str | Address, variables: Variables, told: str = "") -> Contestant:
    """Somebody who answers a question, at a URL or (the driver) from a database; `told` belongs to the question."""
    label = f"{name}{told}: {who}"
    if who not in _FOLDERS:
        own = Question(name, "", [], variables)
        return plain(label, own, bolt=at) if isinstance(at, Address) else plain(label, own, url=at)
    assert isinstance(at, str)
    document = (_QUERIES / _FOLDERS[who] / f"{name}.graphql").read_text(encoding="utf-8")
    pick = ["data", *_PICKS[name][who].split()]
    return graphql(label, at, Question(name + told, document, pick, _in_words_of(who, name, variables)))


def _in_words_of(who: str, name: str, variables: Variables) -> Variables:
    """@neo4j/graphql has no word for the present, and connects what it creates to what it is told to."""
    if who == APOLLO and name == "filter":
        return [each | {"open": str(OPEN_END), "openRecord": OPEN_RECORD.isoformat()} for each in variables]
    if name not in (WRITING, BY_CYPHER):
        return variables
    if who == APOLLO and name == WRITING:
        return [{"input": [_connected(row, each["source"]) for row in each["interactions"]]} for each in variables]
    return [each | {"interactions": [_without(row, "dealer") for row in each["interactions"]]} for each in variables]


def _connected(row: Mapping[str, Any], source: str) -> dict[str, Any]:
    ends = {end: {"connect": [{"where": {"node": {"id": {"eq": row[end]}}}}]} for end in _ENDS}
    return {**_without(row, *_ENDS), **ends, "customerId": row["customer"], "source": source, "recordedFrom": row["at"]}


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def reading(name: str, customers: Customers) -> Variables:
    """What a question is asked with."""
    match name:
        case "customer360":
            return [{"id": customer} for customer in customers]
        case "page100":
            return [{"first": 100, "interactions": 10}]
        case "filter":
            places = [f"region:r{number}" for number in (2, 5, 7)]
            named = {"channel": "channel:wecom", "first": 20}
            return [{"region": region, "stage": stage, **named} for region, stage in product(places, STAGES[1:])]
    return [{}]


def writing(who: str, customers: Customers, rows: int) -> Variables:
    """A batch of interactions, new ones each time that it is sent."""
    return [{"source": SOURCE, "interactions": batch(who, customers, rows, FRESH)}]


def story(customer: str, dealer: str, interactions: int) -> Iterator[str]:
    """What is sent to touchgraph for there to be a customer with so many interactions; again, it changes nothing."""
    told = f'source: "{SOURCE}", customer: "{customer}", day: "2025-07-01"'
    profile = f'{{id: "{customer}", nameZh: "李娜", nameEn: "Li Na", registeredOn: "2025-07-01"}}'
    yield _body(f"""mutation {{
      upsertCustomers(input: {{source: "{SOURCE}", customers: [{profile}]}}) {{ created }}
      assignDealer(input: {{{told}, dealer: "{dealer}"}}) {{ changed }}
      moveStage(input: {{{told}, stage: "{STAGES[1]}"}}) {{ changed }} }}""")
    document = (_QUERIES / _FOLDERS[TOUCHGRAPH] / f"{WRITING}.graphql").read_text(encoding="utf-8")
    rows = batch(str(interactions), {customer: dealer}, interactions, "story")
    for number, row in enumerate(rows):
        row["at"] = (datetime(2025, 7, 2, tzinfo=UTC) + timedelta(minutes=30 * number)).isoformat()
    for start in range(0, interactions, MAX_ROWS):
        yield _body(document, source=SOURCE, interactions=rows[start : start + MAX_ROWS])


def _body(document: str, **variables: Any) -> str:
    return json.dumps({"query": document, "variables": variables})


def flood(url: str, customer: str, distinct: int) -> Contestant:
    """Queries about a customer of which no two are the same: other names, other fields."""
    documents = [
        f'query Q{number} {{ c{number}: customer(id: "{customer}") {{ id {" ".join(fields)} }} }}'
        for number in range(distinct)
        for fields in [[field for bit, field in enumerate(_FIELDS) if number >> bit & 1]]
    ]
    return Contestant("flood", "flood", [json.dumps({"query": document}) for document in documents], ["data"], url)
