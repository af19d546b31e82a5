"""Where facts come from: documents, change sets, and statements about the whole."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from touchgraph.answer.sources import Same
from touchgraph.api.types.common import Entity, Evidence, Node
from touchgraph.api.types.declare import OUT, declared, entity, on_node, on_state
from touchgraph.model import ClaimKind


@strawberry.type(description="A document that facts rest on.")
class Source(Node):
    name_zh: str = on_node("nameZh")
    name_en: str = on_node("nameEn")
    publisher: str | None = on_node("publisher")
    published_on: date | None = on_node("publishedOn", "date")
    recorded_from: datetime = on_node("recordedFrom", "datetime", doc="When it became known.")


@strawberry.type(description="Facts that became known together, such as a reorganisation, with their reason.")
class ChangeSet(Node):
    name_zh: str = on_node("nameZh")
    name_en: str = on_node("nameEn")
    reason_zh: str | None = on_node("reasonZh")
    reason_en: str | None = on_node("reasonEn")
    started_on: date | None = on_node("startedOn", "date")
    completed_on: date | None = on_node("completedOn", "date")
    effective: date | None = on_node(
        "effective", "date", doc="From when its facts hold; null: from a day nobody recorded."
    )
    recorded_from: datetime = on_node("recordedFrom", "datetime", doc="When it became known.")
    client_mutation_id: str | None = on_node(
        "clientMutationId", doc="The name that whoever applied it gave to the mutation, which is applied once only."
    )
    evidence: Evidence = declared(Same.FACT)


@strawberry.type(description="A statement about the whole: a principle, a breakthrough, a strategy, a figure.")
class Claim(Entity):
    claim_kind: ClaimKind = on_state("kind")
    value: float | None = on_state("value", "float", doc="Of a figure.")
    unit: str | None = on_state("unit", doc="Of a figure: what is counted.")
    about: list[Node] = entity("ABOUT", OUT, doc="What it is about.")
