"""What frontends write of customers. Payloads show ids, counts, and the graph after the write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry
from pydantic import BaseModel

from touchgraph.answer.plan import Write, Wrote
from touchgraph.answer.sources import Lookup
from touchgraph.api.engine import Writer
from touchgraph.api.types.customers import Customer, Feedback, Interaction, Lead
from touchgraph.api.types.declare import argument, declared
from touchgraph.api.types.inputs import input_of
from touchgraph.api.types.payload import Payload
from touchgraph.customers.writing import batches, facts, items

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
        "upsertCustomers", items.UPSERT, "Creates customers, or gives those that are there the profile."
    )
    record_interactions: RecordInteractionsPayload = _field(
        "recordInteractions", items.RECORD, "Records what happened; sent again, it is not recorded again.", True
    )
    move_stage: CustomerPayload = _field(
        "moveStage", items.MoveStageItem, "Moves a customer to a later stage, or (a correction) to any."
    )
    grade_lead: LeadPayload = _field("gradeLead", items.GradeLeadItem, "Grades a lead, which may be new.")
    assign_dealer: CustomerPayload = _field("assignDealer", items.AssignDealerItem, "Gives a customer to a dealer.")
    set_consent: CustomerPayload = _field(
        "setConsent", items.SetConsentItem, "Records that a customer consents to a channel, or no longer does."
    )
    submit_feedback: FeedbackPayload = _field(
        "submitFeedback", items.FEEDBACK, "Records what a customer said; sent again, it is not recorded again."
    )
    route_feedback: FeedbackPayload = _field(
        "routeFeedback", items.RouteFeedbackItem, "Sends feedback to a phase of the product."
    )


CUSTOMER_WRITERS: Mapping[str, Writer] = {
    "upsertCustomers": batches.upsert_customers,
    "recordInteractions": batches.record_interactions,
    "moveStage": facts.move_stage,
    "gradeLead": facts.grade_lead,
    "assignDealer": facts.assign_dealer,
    "setConsent": facts.set_consent,
    "submitFeedback": batches.submit_feedback,
    "routeFeedback": facts.route_feedback,
}
