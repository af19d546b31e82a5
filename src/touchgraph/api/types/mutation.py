"""The root of every mutation: what it writes, and what its payload shows of the graph after that."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import strawberry

from touchgraph.answer.plan import Write, Wrote
from touchgraph.answer.sources import Lookup
from touchgraph.api.engine import Writer
from touchgraph.api.types.changes import ApplyReorgInput, CorrectFactInput
from touchgraph.api.types.customer_mutations import CUSTOMER_WRITERS, CustomerMutations
from touchgraph.api.types.declare import argument, declared
from touchgraph.api.types.facts import ChangeSet
from touchgraph.api.types.payload import Payload
from touchgraph.customers.following import follow
from touchgraph.organisation import proposed

_CHANGE_SET = Wrote(source=Lookup("ChangeSet"), arguments=(("id", "changeSet"),))


@strawberry.type(description="What a change set did.")
class ApplyReorgPayload(Payload):
    change_set: ChangeSet | None = declared(_CHANGE_SET)


@strawberry.type(description="What a correction did.")
class CorrectFactPayload(Payload):
    change_set: ChangeSet | None = declared(_CHANGE_SET)


@strawberry.type(description="Fields are done in order, all of them or none.")
class Mutation(CustomerMutations):
    apply_reorg: ApplyReorgPayload = declared(
        Write("applyReorg"),
        argument("input", ApplyReorgInput),
        doc="Applies a change set: all of it, or nothing, with every fault told.",
    )
    correct_fact: CorrectFactPayload = declared(
        Write("correctFact"),
        argument("input", CorrectFactInput),
        doc="Records that a fact was wrong, and what is right; `at(knownAt:)` before it still tells the wrong one.",
    )


WRITERS: Mapping[str, Writer] = {
    "applyReorg": partial(proposed.apply_reorg, follow=follow),
    "correctFact": partial(proposed.correct_fact, follow=follow),
    "whatIf": partial(proposed.what_if, follow=follow),
    "impact": partial(proposed.impact, follow=follow),
    **CUSTOMER_WRITERS,
}
"""The functions of all fields that write, by the name in their source."""
