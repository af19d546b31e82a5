"""What frontends write of customers. Payloads show ids, counts, and the graph after the write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry
from pydantic import BaseModel

from touchgraph.customers import write, write_facts, write_items
from touchgraph.plan import Write, Wrote
from touchgraph.schema.customers import Customer, Feedback, Interaction, Lead
from touchgraph.schema.declare import argument, declared
from touchgraph.schema.engine import Writer
from touchgraph.schema.inputs import input_of
from touchgraph.schema.payload import Payload
from touchgraph.sources import Lookup

_CHANGED = "False: the graph said so already, and nothing was written."


def _shown(label: str, argument_: str, name: str) -> Wrote:
    """What was written, with whatever is asked of it."""
    return Wrote(source=Lookup(label), arguments=((argument_, name),))


@strawberry.type(description="What became of a list of customers.")
class UpsertCustomersPayload(Payload):
    ids: list[strawberry.ID] = declared(Wrote("ids"), doc="Those of the input, in their order.")
    customers: list[Customer] = declared(_shown("Customer", "ids", "ids"))
    created: int = declared(Wrote("created"))
    updated: int = declared(Wrote("updated"))
    unchanged: int = declared(Wrote("unchanged"))


@strawberry.type(description="What became of a list of interactions.")
class RecordInteractionsPayload(Payload):
    ids: list[strawberry.ID] = declared(Wrote("ids"), doc="Those of the input, in their order.")
    interactions: list[Interaction] = declared(_shown("Interaction", "ids", "ids"))
    recorded: int = declared(Wrote("recorded"))
    skipped: int = declared(Wrote("skipped"), doc="Those that were there already, with the same content.")


@strawberry.type(description="What was written of a customer.")
class CustomerPayload(Payload):
    customer: Customer = declared(_shown("Customer", "id", "customerId"))
    changed: bool = declared(Wrote("changed"), doc=_CHANGED)


@strawberry.type(description="What was written of a lead.")
class LeadPayload(Payload):
    lead: Lead = declared(_shown("Lead", "id", "leadId"))
    changed: bool = declared(Wrote("changed"), doc=_CHANGED)


@strawberry.type(description="What was written of feedback.")
class FeedbackPayload(Payload):
    feedback: Feedback = declared(_shown("Feedback", "id", "feedbackId"))
    changed: bool = declared(Wrote("changed"), doc=_CHANGED)


def _field(name: str, model: type[BaseModel], doc: str, single: bool = False) -> Any:
    return declared(Write(name, of_customers=True, single=single), argument("input", input_of(model)), doc=doc)


@strawberry.type
class CustomerMutations:
    upsert_customers: UpsertCustomersPayload = _field(
        "upsertCustomers", write_items.UPSERT, "Creates customers, or gives those that are there the profile."
    )
    record_interactions: RecordInteractionsPayload = _field(
        "recordInteractions", write_items.RECORD, "Records what happened; sent again, it is not recorded again.", True
    )
    move_stage: CustomerPayload = _field(
        "moveStage", write_items.MoveStageItem, "Moves a customer to a later stage, or (a correction) to any."
    )
    grade_lead: LeadPayload = _field("gradeLead", write_items.GradeLeadItem, "Grades a lead, which may be new.")
    assign_dealer: CustomerPayload = _field(
        "assignDealer", write_items.AssignDealerItem, "Gives a customer to a dealer."
    )
    set_consent: CustomerPayload = _field(
        "setConsent", write_items.SetConsentItem, "Records that a customer consents to a channel, or no longer does."
    )
    submit_feedback: FeedbackPayload = _field(
        "submitFeedback", write_items.FEEDBACK, "Records what a customer said; sent again, it is not recorded again."
    )
    route_feedback: FeedbackPayload = _field(
        "routeFeedback", write_items.RouteFeedbackItem, "Sends feedback to a phase of the product."
    )


CUSTOMER_WRITERS: Mapping[str, Writer] = {
    "upsertCustomers": write.upsert_customers,
    "recordInteractions": write.record_interactions,
    "moveStage": write_facts.move_stage,
    "gradeLead": write_facts.grade_lead,
    "assignDealer": write_facts.assign_dealer,
    "setConsent": write_facts.set_consent,
    "submitFeedback": write.submit_feedback,
    "routeFeedback": write_facts.route_feedback,
}
