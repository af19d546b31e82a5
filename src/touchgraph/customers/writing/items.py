"""What clients send to be written, as models that follow from the tables of customers; nothing lies in the future."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, cast, get_args

from pydantic import AwareDatetime, Field, ValidationError, create_model

from touchgraph.errors import InvalidRows, RowFault
from touchgraph.model import BY_LABEL, Grade
from touchgraph.organisation.changes.items import Count, Id, Item, Name, explain, model_field

MAX_ROWS = 1_000
"""At most so many rows in one mutation."""


class Request(Item):
    """What every mutation is told; `source` is the document or system that says so."""

    client_mutation_id: Name | None = None
    source: Id


class Dated(Request):
    day: date | None = None
    correction: bool = False


class MoveStageItem(Dated):
    """A customer's stage from `day` (default: today) on, until it is moved again.

    `channel`: through which it got there; `grade`: of its lead then, by default the one that the graph knows.
    `correction: true` replaces what is recorded from that day on, and may go back to an earlier stage.
    """

    customer: Id
    stage: Id
    channel: Id | None = None
    grade: Annotated[Grade, Field(strict=False)] | None = None


class GradeLeadItem(Dated):
    """A lead's grade and pool from `day` (default: today) on; a lead that is new takes its `customer` and `channel`."""

    lead: Id
    customer: Id | None = None
    channel: Id | None = None
    pool: Id
    grade: Annotated[Grade, Field(strict=False)]
    score: Count | None = None


class AssignDealerItem(Dated):
    """The dealer that serves a customer from `day` (default: today) on."""

    customer: Id
    dealer: Id


class SetConsentItem(Dated):
    """Whether a customer consents to be reached through a channel, from `day` (default: today) on."""

    customer: Id
    channel: Id
    consents: bool


class RouteFeedbackItem(Dated):
    """The phase of a product to which feedback goes from `day` (default: today) on."""

    feedback: Id
    phase: Id


def _model(label: str, doc: str, base: type[Item] = Item, name: str = "", **besides: Any) -> Any:
    """A model of an entity: its properties in the graph, but for those that are ours to write."""
    own = {p.name: model_field(p) for p in BY_LABEL[label].properties if p.name not in ("source", "recordedFrom")}
    fields = {"id": (Id, ...), **own, **besides}
    return create_model(f"{name or label}Item", __base__=base, __doc__=doc, **cast("Any", fields))


_REFERENCE = (Id | None, None)
CUSTOMER = _model("Customer", "The whole profile of a customer; what is left out, it no longer says.")
INTERACTION = _model(
    "Interaction",
    "What happened; without a `dealer`, it is counted for the one that served the customer on that day.",
    customer=(Id, ...),
    touchpoint=(Id, ...),
    dealer=_REFERENCE,
    channel=_REFERENCE,
)
FEEDBACK = _model(
    "Feedback",
    "What a customer said, of a product or of none.",
    Request,
    name="SubmitFeedback",
    customer=(Id, ...),
    product=_REFERENCE,
)
UPSERT: Any = create_model(
    "UpsertCustomersItem",
    __base__=Request,
    __doc__=f"At most {MAX_ROWS} customers, known by id: new ones are created, others get the profile.",
    customers=(list[CUSTOMER], ...),  # type: ignore[valid-type]
)
RECORD: Any = create_model(
    "RecordInteractionsItem",
    __base__=Request,
    __doc__=f"At most {MAX_ROWS} interactions; one that is there already, with the same content, is skipped.",
    interactions=(list[INTERACTION], ...),  # type: ignore[valid-type]
)

_CREATED: dict[str, type[Item]] = {
    "customer": CUSTOMER,
    "interaction": INTERACTION,
    "feedback": FEEDBACK,
    "lead": GradeLeadItem,
}
"""Models by the prefix of the ids of what they may create."""


def read(model: type[Request], given: Mapping[str, Any], rows: str = "") -> Any:
    """The request that was given; `rows` names its list, if it has one. Raises InvalidRows with every fault."""
    if rows and len(given[rows]) > MAX_ROWS:
        why = f"{len(given[rows])} rows; at most {MAX_ROWS} can be written at once: send several mutations"
        raise InvalidRows([RowFault(None, rows, why)])
    try:
        request = model.model_validate(given)
    except ValidationError as error:
        raise InvalidRows([_fault(one, rows) for one in error.errors()], rows) from None
    items: list[tuple[int | None, Any]] = list(enumerate(getattr(request, rows))) if rows else [(None, request)]
    kind = type(items[0][1]) if items else Request
    faults = [*_to_come(kind, items), *_of_other_kind(kind, items)]
    if rows:
        faults += _twice([item.id for _, item in items])
    if faults:
        raise InvalidRows(sorted(faults, key=lambda fault: fault.row or 0), rows)
    return request


def _fault(error: Any, rows: str) -> RowFault:
    where = error["loc"]
    row = where[1] if rows and where[0] == rows and len(where) > 1 else None
    return RowFault(row, str(where[-1]), explain(error | {"loc": where[-1:]}))


def _to_come(kind: type[Item], items: list[tuple[int | None, Any]]) -> Iterator[RowFault]:
    """Faults of days and times that are yet to come (UTC)."""
    now = datetime.now(UTC)
    for name, field in kind.model_fields.items():
        types = get_args(field.annotation) or (field.annotation,)
        latest: Any = now.date() if date in types else now if AwareDatetime in types else None
        for row, item in items if latest else ():
            value = getattr(item, name)
            if value is not None and value > latest:
                yield RowFault(row, name, f"{value} is in the future; now is {now:%Y-%m-%d %H:%M} UTC")


def _of_other_kind(kind: type[Item], items: list[tuple[int | None, Any]]) -> Iterator[RowFault]:
    """Faults of ids under which something new would be created that they do not name."""
    named = next((named for named, model in _CREATED.items() if issubclass(kind, model)), None)
    if named is None:
        return
    name = "lead" if named == "lead" else "id"
    for row, item in items:
        identity = getattr(item, name)
        if not identity.startswith(f"{named}:"):
            yield RowFault(row, name, f"{identity} does not begin with {named}:")


def _twice(ids: list[str]) -> list[RowFault]:
    first = {identity: row for row, identity in reversed(list(enumerate(ids)))}
    return [
        RowFault(row, "id", f"{identity} is that of row {first[identity]} too")
        for row, identity in enumerate(ids)
        if first[identity] != row
    ]
