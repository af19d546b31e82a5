"""What has an id, and facts about it: how both are believed, and where from."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from touchgraph import model
from touchgraph.answer import sources
from touchgraph.answer.sources import Of, Property, Same
from touchgraph.api.types.arguments import FACT_TYPES
from touchgraph.api.types.declare import (
    BOTH,
    IN,
    OUT,
    computed,
    declared,
    entity,
    facts,
    on_end,
    on_fact,
    on_node,
    on_state,
    reference,
)
from touchgraph.api.types.enums import FactType, NodeKind
from touchgraph.model import ClaimKind, Completeness, Confidence, MandateStrength

ORGANISATION_FACTS = tuple(kind.type for kind in model.FACTS if kind.type != "HAS_STATE")


def _kind_name(entity_id: str) -> str | None:
    kind = model.kind_of(entity_id)
    return kind.name if kind else None


@strawberry.interface(description="Anything that has an id of its own.")
class Node:
    id: strawberry.ID = on_node("id", doc="Stable and readable: a prefix for the kind, a colon, a name.")
    kind: NodeKind = computed(_kind_name, Property("id", Of.NODE))
    name_zh: str = on_state("nameZh")
    name_en: str = on_state("nameEn")


@strawberry.type(description="Why a fact is believed.")
class Evidence:
    source: Source = reference("source", "Source", doc="The document that says so.")
    locator: str | None = on_fact("locator", doc="Where in the document: ¶8 is its eighth paragraph; null: the whole.")
    confidence: Confidence = on_fact("confidence")
    note: str | None = on_fact("note", doc="The reason, where a fact is inferred or made up; null: not told.")


@strawberry.type(description="A document that facts rest on.")
class Source(Node):
    name_zh: str = on_node("nameZh")
    name_en: str = on_node("nameEn")
    publisher: str | None = on_node("publisher")
    published_on: date | None = on_node(
        "publishedOn", "date", doc="The first day of the month, where no day is known; null: not known."
    )
    note: str | None = on_node(
        "note", doc="What else is to be known of it, such as how its date was found; null: nothing."
    )
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
        "clientMutationId",
        doc="The name that whoever applied it gave to the mutation, which is applied once only; null: none.",
    )
    complete: list[Completeness] | None = on_node(
        "complete",
        doc="Of what all is recorded from `effective` on, so that what is not told is not so; null: of nothing.",
    )
    complete_for: list[strawberry.ID] | None = on_node(
        "completeFor", doc="For which units and all below them that is said; null: for the whole organisation."
    )
    evidence: Evidence = declared(Same.FACT)


@strawberry.interface(description="Something that holds for a time (valid) and was known for a time (recorded).")
class Fact:
    type: FactType = declared(sources.FactType())
    valid_from: date | None = on_fact("validFrom", doc="The first day; null: nobody recorded it.")
    valid_to: date | None = on_fact("validTo", doc="The day after the last; null: it still holds.")
    recorded_from: datetime = on_fact("recordedFrom", doc="When it became known.")
    recorded_to: datetime | None = on_fact("recordedTo", doc="When it was corrected; null: it was not.")
    change_set: ChangeSet = reference("changeSet", "ChangeSet", doc="The change set that recorded it.")
    evidence: Evidence = declared(Same.FACT)


@strawberry.type(
    description="What an entity says of itself, for the time that it does: name, level, mandate, place in an order."
)
class State(Fact):
    name_zh: str = on_end("nameZh")
    name_en: str = on_end("nameEn")
    level: int | None = on_end("level", "integer", doc="Of a unit: 1 is directly below the top; null: not recorded.")
    mandate_zh: str | None = on_end("mandateZh")
    mandate_en: str | None = on_end("mandateEn")
    mandate_strength: MandateStrength | None = on_end("mandateStrength")
    ordinal: int | None = on_end(
        "ordinal", "integer", doc="Of a stage or phase: its place in the order; null: of anything else."
    )


@strawberry.interface(description="A node of which something can change over time.")
class Entity(Node):
    state: State = declared(Same.STATE, doc="The state at the moment, with its time and evidence.")
    states: list[State] = facts(
        "HAS_STATE", OUT, ever=True, doc="All states, earliest first, whatever the day asked for."
    )
    evidence: Evidence = declared(Same.STATE, doc="Why it is believed to exist, and to be called so.")
    facts: list[Fact] = facts(
        ORGANISATION_FACTS, BOTH, FACT_TYPES, doc="Every fact that starts or ends here, at the moment."
    )
    claims: list[Claim] = entity("ABOUT", IN, doc="Statements about it.")


@strawberry.type(description="A statement about the whole: a principle, a breakthrough, a strategy, a figure.")
class Claim(Entity):
    claim_kind: ClaimKind = on_state("kind")
    value: float | None = on_state(
        "value", "float", doc="Of a figure: the number; null: of anything else, or not told."
    )
    unit: str | None = on_state("unit", doc="Of a figure: what is counted; null: of anything else, or not told.")
    about: list[Node] = entity("ABOUT", OUT, doc="What it is about.")
