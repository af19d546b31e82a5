"""What the payload of every mutation shows beside what it wrote."""

from __future__ import annotations

import strawberry

from touchgraph.plan import Wrote
from touchgraph.schema.declare import declared
from touchgraph.schema.query import Query
from touchgraph.sources import Context


@strawberry.type
class Payload:
    client_mutation_id: str | None = declared(Wrote("clientMutationId"))
    query: Query = declared(Context.AT, doc="Any question, answered after the write.")
