"""What frontends write of one customer's facts: stage, dealer, consent, grade of a lead, way of feedback.

Each function takes a transaction and the arguments of a field of the API, and returns what the answer is made from. The
customer is locked and read by a first statement, and written by a second, together with what it counts for; no other
customer waits. Nothing is kept between runs, so it can be run again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from touchgraph.customers.history import Facts, Held, History, rewritten
from touchgraph.customers.tallies.keep import difference, rows
from touchgraph.customers.writing import items
from touchgraph.customers.writing.batches import Result, answer, unknown
from touchgraph.errors import InvalidRows, RowFault
from touchgraph.graph.driver import Transaction
from touchgraph.graph.statements import Statement, statement
from touchgraph.model import OPEN_RECORD
from touchgraph.organisation.store import native


async def move_stage(tx: Transaction, arguments: Mapping[str, Any]) -> Result:
    """Lets a customer be in a stage from a day on. Raises InvalidRows."""
    request, day = _request(items.MoveStageItem, arguments)
    known = await _read(tx, request, day, {"stage": "LifecycleStage", "channel": "Channel"})
    stages = known.history.all("IN_STAGE")
    own = {"channel": request.channel, "grade": request.grade or _grade(known.history, day)}
    before = next((stay for stay in stages if stay.holds(day)), None)
    if before and not request.correction and known.ordinals[request.stage] < known.ordinals[before.end]:
        why = (
            f"{request.stage} comes before {before.end}, where {request.customer} is since {before.since}; "
            "`correction: true` goes back"
        )
        raise InvalidRows([RowFault(None, "stage", why)])
    changed = await _change(tx, known, "IN_STAGE", request.customer, request, _held(request, request.stage, day, own))
    return answer(request, customerId=request.customer, changed=changed)


def _grade(history: History, day: date) -> str | None:
    """The grade of the customer's lead on a day; of several leads, of the one graded last."""
    graded = [fact for facts in history.each("GRADED").values() for fact in facts if fact.holds(day)]
    return max(graded, key=lambda fact: fact.since).own["grade"] if graded else None


async def assign_dealer(tx: Transaction, arguments: Mapping[str, Any]) -> Result:
    """Lets a dealer serve a customer from a day on. Raises InvalidRows."""
    request, day = _request(items.AssignDealerItem, arguments)
    known = await _read(tx, request, day, {"dealer": "Dealer"})
    changed = await _change(tx, known, "SERVED_BY", request.customer, request, _held(request, request.dealer, day))
    return answer(request, customerId=request.customer, changed=changed)


async def set_consent(tx: Transaction, arguments: Mapping[str, Any]) -> Result:
    """Records that a customer consents to a channel from a day on, or no longer does. Raises InvalidRows."""
    request, day = _request(items.SetConsentItem, arguments)
    known = await _read(tx, request, day, {"channel": "Channel"})
    held = _held(request, request.channel, day)
    changed = await _change(tx, known, "CONSENTS_TO", request.customer, request, held, ends=not request.consents)
    return answer(request, customerId=request.customer, changed=changed)


async def grade_lead(tx: Transaction, arguments: Mapping[str, Any]) -> Result:
    """Gives a lead, which may be new, a grade and a pool from a day on. Raises InvalidRows."""
    request, day = _request(items.GradeLeadItem, arguments)
    known = await _read(tx, request, day, {"pool": "Pool", "channel": "Channel"})
    if known.owner is not None and request.customer not in (None, known.owner):
        why = f"{request.lead} is of {known.owner or 'no customer'}, not of {request.customer}"
        raise InvalidRows([RowFault(None, "customer", why)])
    own = {"grade": request.grade, "score": request.score}
    changed = await _change(tx, known, "GRADED", request.lead, request, _held(request, request.pool, day, own))
    return answer(request, leadId=request.lead, changed=changed)


async def route_feedback(tx: Transaction, arguments: Mapping[str, Any]) -> Result:
    """Lets feedback go to a phase of a product from a day on. Raises InvalidRows."""
    request, day = _request(items.RouteFeedbackItem, arguments)
    known = await _read(tx, request, day, {"phase": "ProductPhase"})
    changed = await _change(tx, known, "ROUTED_TO", request.feedback, request, _held(request, request.phase, day))
    return answer(request, feedbackId=request.feedback, changed=changed)


def _request(model: type[items.Dated], arguments: Mapping[str, Any]) -> tuple[Any, date]:
    request = items.read(model, arguments["input"])
    return request, request.day or datetime.now(UTC).date()


def _held(request: Any, end: str, day: date, own: Mapping[str, Any] | None = None) -> Held:
    return Held(end, day, own=_own(own or {}), source=request.source)


def _own(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


# --- Reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """What was read, and when what follows from it is recorded.

    `owner`: of a lead, the customer that it is of ('' for none), or None for a lead that is new.
    """

    identity: str
    owner: str | None
    history: History
    ordinals: Mapping[str, int]
    recorded: datetime


async def _read(tx: Transaction, request: Any, day: date, labels: Mapping[str, str]) -> _Known:
    """Locks and reads; `labels` are those of the entities that fields of the request name. Raises InvalidRows."""
    given = {name: getattr(request, name) for name in type(request).model_fields}
    named = [
        {"field": name, "label": label, "id": given[name]}
        for name, label in {"source": "Source", **labels}.items()
        if given[name] is not None
    ]
    ((identity, owner, missing, found, ordinals),) = await tx.run(_reading(given, named=named, day=day))
    faults = [RowFault(None, name, unknown(given[name], name != "source" and day)) for name in missing]
    if identity is None:
        faults.append(_nobody(given))
    if faults:
        raise InvalidRows(faults)
    facts: dict[tuple[str, str], Facts] = {}
    for type_, of, end, since, until, own, source, ref, _ in found:
        held = Held(end, native(since), native(until), _own(own), source, ref)
        facts[type_, of] = (*facts.get((type_, of), ()), held)
    return _Known(identity, owner, History(facts), dict(ordinals), _next([native(fact[-1]) for fact in found]))


def _reading(given: Mapping[str, Any], **asked: Any) -> Statement:
    """The statement that locks and reads the customer, or the feedback, that a request is about."""
    asked |= {"today": datetime.now(UTC).date(), "open": OPEN_RECORD}
    if "feedback" in given:
        return statement("writes/read-feedback", feedback=given["feedback"], **asked)
    of = {name: given.get(name) for name in ("customer", "lead", "stage")}
    return statement("writes/read-customer", **of, **asked)


def _nobody(given: Mapping[str, Any]) -> RowFault:
    """The fault of a customer or feedback that is not there."""
    name = "feedback" if "feedback" in given else "customer"
    if given[name] is None:
        return RowFault(None, name, f"{given['lead']} is new: name the customer that it is of")
    return RowFault(None, name, unknown(given[name]))


def _next(times: list[datetime]) -> datetime:
    """Now, or just after what was recorded last: what was known at some time does not change any more."""
    return max([datetime.now(UTC), *(time + timedelta(microseconds=1) for time in times)])


# --- Writing ---------------------------------------------------------------------------------------------------------


async def _change(
    tx: Transaction, known: _Known, type_: str, start: str, request: Any, held: Held, ends: bool = False
) -> bool:
    """Writes that a fact holds from its first day on, or (`ends`) no longer does; tells whether that is news."""
    of = held.end if type_ == "CONSENTS_TO" else start
    before = known.history.each(type_).get(of, ())
    after = rewritten(before, held.since, None if ends else held, request.correction, alike=type_ == "GRADED")
    closed = [fact.ref for fact in before if fact not in after]
    new = [_row(fact, known.recorded) for fact in after if fact not in before]
    if not closed and not new:
        return False
    lead = [_lead(known, request, held)] if type_ == "GRADED" and known.owner is None else []
    change = statement(
        "writes/change-facts",
        type=type_,
        start=start,
        closed=closed,
        new=new,
        leads=lead,
        recorded=known.recorded,
        changes=rows(difference(known.history, known.history.having(type_, of, after))),
    )
    await tx.run(change)
    return True


def _row(fact: Held, recorded: datetime) -> dict[str, Any]:
    """A fact as the graph has it."""
    times = {"validFrom": fact.since, "validTo": fact.until, "recordedFrom": recorded, "recordedTo": OPEN_RECORD}
    return {"end": fact.end, "own": {**fact.own, **times, "source": fact.source}}


def _lead(known: _Known, request: Any, held: Held) -> dict[str, Any]:
    """A lead that is new, and whose it is."""
    own = {"createdOn": held.since, "channel": request.channel, "source": held.source, "recordedFrom": known.recorded}
    of = _row(Held(known.identity, held.since, source=held.source), known.recorded)["own"]
    return {"customer": known.identity, "own": own, "of": of}
