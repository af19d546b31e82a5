"""What the payload of every mutation shows beside what it wrote."""

from __future__ import annotations

import strawberry

from touchgraph.answer.plan import Wrote
from touchgraph.answer.sources import Context
from touchgraph.api.types.declare import declared
from touchgraph.api.types.query import Query


@strawberry.type
class Payload:
    client_mutation_id: str | None = declared(Wrote("clientMutationId"))
    query: Query = declared(Context.AT, doc="Any question, answered after the write.")
