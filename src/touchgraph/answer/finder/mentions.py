"""Whether what the arguments of a root field name is there: a typing error is no answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from touchgraph import model
from touchgraph.answer import vocabulary
from touchgraph.answer.finder.organisation import entities
from touchgraph.answer.memory import Reader
from touchgraph.answer.plan import Binding, Mention
from touchgraph.answer.records import At, Entity, carries
from touchgraph.errors import InputError, NotThere

NEAREST = 3
"""How many ids that look alike are told at most."""
_SHOWN = 80
"""How many characters of an id are told."""


async def refusal(
    reader: Reader, mentions: Sequence[Mention], at: At, bound: Mapping[Binding, Any]
) -> InputError | None:
    """Why a field is not answered: the first of its arguments that names what is not there, or of another kind.

    Raises GraphError.
    """
    named = [(one, bound[one.id]) for one in mentions if bound[one.id] is not None]
    there = await entities(reader, (entity_id for one, entity_id in named if carries(entity_id, one.label)))
    for one, entity_id in named:
        told = f"{one.argument}: {_short(entity_id)}"
        kind = model.kind_of(entity_id)
        if kind is not None and not carries(entity_id, one.label):
            return InputError(f"{told} is the id of a {kind.label}; expected that of {_expected(one)}")
        entity = there.get(entity_id)
        if entity is None or not (one.ever or entity.exists(at)):
            more = _times(entity, at) if entity else await _nearest(reader, one, entity_id, at)
            return NotThere(f"{told} is not there on {at.day}{more}")
    return None


def _short(entity_id: str) -> str:
    return repr(entity_id if len(entity_id) <= _SHOWN else entity_id[:_SHOWN] + "…")


def _expected(one: Mention) -> str:
    return "something of the organisation" if one.label == "Entity" else f"a {one.label}"


def _times(entity: Entity, at: At) -> str:
    """When it was there, or will be, as known at the time."""
    known = [state.props for state in entity.states if state.is_known(at)]
    if not known:
        return ""
    first, end = min(state["validFrom"] for state in known), max(state["validTo"] for state in known)
    since = "" if first == model.OPEN_START.isoformat() else f" from {first}"
    until = "" if end == model.OPEN_END.isoformat() else f" to the day before {end}"
    return f"; it is{since}{until}"


async def _nearest(reader: Reader, one: Mention, entity_id: str, at: At) -> str:
    """The ids of what is there that are most alike."""
    kind = model.kind_of(entity_id)
    label = one.label if one.label in vocabulary.EVERY else kind.label if kind else ""
    if label not in vocabulary.EVERY:
        return ""
    every = (await reader.ask(vocabulary.EVERY[label], [label]))[label]
    ids = [entity.id for entity in every if entity.exists(at)]
    nearest = await asyncio.to_thread(get_close_matches, entity_id[:_SHOWN], ids, NEAREST)
    return f"; nearest: {', '.join(nearest)}" if nearest else ""
