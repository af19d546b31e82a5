"""Values on their way in and out: arguments made fit for the database, and what it gives made fit for the answer.

A function of `CONVERT` raises InputError when a value cannot be; its message begins with the argument's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from functools import partial
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from touchgraph.answer.plan import Order
from touchgraph.answer.sources import Property, Scalar
from touchgraph.errors import InputError
from touchgraph.graph import names as names_of
from touchgraph.model import BY_NAME, LATEST, OPEN_END, OPEN_RECORD, OPEN_START

DEFAULT_FIRST, MAX_FIRST = 20, 200

# Not a secret: it keeps a cursor from being altered or used elsewhere by mistake, and a cursor opens nothing.
_CURSORS = URLSafeSerializer("touchgraph")
_OPEN_RECORD = OPEN_RECORD.strftime("%Y-%m-%dT")
_OPEN = {OPEN_START.isoformat(), OPEN_END.isoformat()}


def as_of(value: date | None) -> date:
    """The day asked for; today (UTC) when none is."""
    return value or datetime.now(UTC).date()


def until(value: date | None) -> datetime:
    """The end of the day asked for: what happened before it is not later than that day."""
    return _after(as_of(value))


def _start(day: date) -> datetime:
    return datetime.combine(day, clock(), UTC)


def _after(day: date) -> datetime:
    return _start(day + timedelta(days=1)) if day < date.max else datetime.max.replace(tzinfo=UTC)


def between(low: str, high: str, days: bool) -> Callable[[Mapping[str, Any]], list[Any]]:
    """The function from two bounds, by their names, to the pair of them; of days, to the times between them."""

    def convert(asked: Mapping[str, Any]) -> list[Any]:
        first, last = asked.get(low), asked.get(high)
        if first is not None and last is not None and first > last:
            raise InputError(f"{low}: expected nothing after {high}, which is {last}, got {first}")
        if days:
            return [first and _start(first), last and _after(last)]
        return [first, last]

    return convert


def known_at(value: datetime | None) -> datetime:
    """The time asked for; all that is known when none is."""
    return value or LATEST


def time(text: str | None) -> str | None:
    """A time of the database as it stands in an answer; None for the one that means all that is known."""
    return None if text and text.startswith(LATEST.strftime("%Y-%m-%dT")) else _datetime(text)


def period_end(half_open: bool) -> Callable[[Mapping[str, Any]], date | None]:
    """The function from a period to the day `to`, which may be missing: then it is `asOf`.

    A period includes both its days, so it may be one day long; a half-open one ends before its second.
    """

    def convert(period: Mapping[str, Any]) -> date | None:
        first, end = period.get("from"), period.get("to")
        last = end or as_of(period["asOf"])
        if first is not None and (last < first or (half_open and last == first)):
            expected = "a day after" if half_open else "no day before"
            got = f"got {last}" if end else f"the default is the day asked for, {last}"
            raise InputError(f"to: expected {expected} {first}, which is `from`; {got}")
        return end

    return convert


def count(value: int | None, argument: str = "first") -> int:
    """How many rows are asked for; as many as by default when null is."""
    if value is None:
        return DEFAULT_FIRST
    if not 1 <= value <= MAX_FIRST:
        raise InputError(f"{argument}: expected a number from 1 to {MAX_FIRST}, got {value}")
    return value


def limit(value: int | None, argument: str = "first") -> int:
    """One row more than asked for, to see whether there are more."""
    return count(value, argument) + 1


def full_text(value: str) -> str:
    """What a text asks of the full-text index over names."""
    if len(value) > names_of.LONGEST:
        raise InputError(f"text: expected at most {names_of.LONGEST} characters, got {len(value)}")
    query = names_of.query(value)
    if query is None:
        raise InputError(f"text: expected at least one letter, digit or Chinese character, got {value!r}")
    return query


def name(value: Any) -> str | None:
    """The name of an enum member."""
    return None if value is None else str(value)


def names(value: list[Any] | None) -> list[str] | None:
    """The names of enum members."""
    return None if value is None else [str(member) for member in value]


def labels(value: list[Any] | None) -> list[str] | None:
    """The labels of kinds."""
    return None if value is None else [BY_NAME[str(member)].label for member in value]


def same(value: Any) -> Any:
    """The value as it is."""
    return value


CONVERT: Mapping[str, Callable[[Any], Any]] = {
    "asOf": as_of,
    "knownAt": known_at,
    "first": limit,
    "last": partial(limit, argument="last"),
    "text": full_text,
    "confidence": names,
    "role": name,
    "grade": name,
    "kind": name,
}
"""How an argument is made fit for the database, by its name; the others are taken as they are."""

CONVERT_NAMED: Mapping[str, Callable[[Any], Any]] = {
    **CONVERT,
    "first": count,
    "kinds": labels,
    "types": names,
    "order": name,
    "by": name,
}
"""The same, for the parameters of a named statement."""


def encode_cursor(key: list[Any], order: Order) -> str:
    """A cursor that names a row's place in an order."""
    return str(_CURSORS.dumps(key, salt=_salt(order)))


def decode_cursor(order: Order, argument: str = "after") -> Callable[[str], list[Any]]:
    """The function from a cursor to the place that it names."""

    def decode(cursor: str) -> list[Any]:
        try:
            signed = _CURSORS.make_signer(_salt(order)).sign(cursor.rpartition(".")[0])
            if signed != cursor.encode():  # to the letter: Base64 can be written in several ways
                raise BadSignature("another spelling of the signature")
            return list(_CURSORS.loads(cursor, salt=_salt(order)))
        except (BadSignature, UnicodeEncodeError) as error:
            raise InputError(f"{argument}: expected a cursor from a page of the same list and order") from error

    return decode


def lies_before(order: Order, backward: bool) -> Callable[[list[Any], list[Any]], bool]:
    """The function that tells of two places in an order whether the first is the second, or one before it.

    `backward`: as the order is seen from its end.
    """
    read = _READ.get(order.key.type if order.key else "", same)
    down = order.descending != backward

    def tell(place: list[Any], other: list[Any]) -> bool:
        one, two = ([*map(read, each[:-1]), each[-1]] for each in (place, other))
        return one >= two if down else one <= two

    return tell


_READ: Mapping[str, Callable[[str], Any]] = {"date": date.fromisoformat, "datetime": datetime.fromisoformat}
"""How what a place in an order has as text is compared."""


def _salt(order: Order) -> str:
    return f"{order.key.name if order.key else 'id'} {'descending' if order.descending else 'ascending'}"


def leaf(column: Scalar) -> Callable[[Any], Any] | None:
    """How a column's value is written in the answer; None: as it is."""
    kind = column.type if isinstance(column, Property) else "string"
    return {"date": _date, "datetime": _datetime}.get(kind)


def _date(text: str | None) -> str | None:
    return None if text in _OPEN else text


def _datetime(text: str | None) -> str | None:
    """RFC 3339 wants seconds, which the database omits when they are zero."""
    if text is None or text.startswith(_OPEN_RECORD):
        return None
    return text if text[16] == ":" else f"{text[:16]}:00{text[16:]}"
