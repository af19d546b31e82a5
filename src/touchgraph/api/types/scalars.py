"""Days and times as they come from clients: strict in form, so that nothing is guessed of what was meant."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import strawberry
from pydantic import AwareDatetime, TypeAdapter
from strawberry.types.scalar import ScalarDefinition

T = TypeVar("T")
_DAY, _TIME = TypeAdapter(date), TypeAdapter(AwareDatetime)
_FARTHEST = timedelta(hours=18)
"""How far from UTC a zone may be; the database takes no other."""


def _parser(parse: Callable[[str], T], expected: str) -> Callable[[Any], T]:
    def parsed(value: Any) -> T:
        try:
            return parse(json.dumps(value))
        except (ValueError, OverflowError, TypeError) as error:
            raise ValueError(f"expected {expected}; got {json.dumps(value, default=str)[:100]}") from error

    return parsed


def _day(text: str) -> date:
    return _DAY.validate_json(text, strict=True)


def _time(text: str) -> datetime:
    time = _TIME.validate_json(text, strict=True)
    if text[5] != "-" or abs(time.utcoffset() or timedelta()) > _FARTHEST:
        raise ValueError  # seconds since 1970 are no time either
    return time.astimezone(UTC)


SCALARS: Mapping[object, ScalarDefinition] = {
    date: strawberry.scalar(
        name="Date",
        description="A day: `2025-06-01`. It has no zone; where something happened at a time, its day is that in UTC.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        parse_value=_parser(_day, "a day such as 2025-06-01"),
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A time with its zone: `2025-06-01T18:00:00+08:00`, or `Z` for UTC. Answers tell times in UTC.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        parse_value=_parser(_time, "a time with its zone, such as 2025-06-01T18:00:00Z, of at most 18 hours"),
    ),
}
"""The definitions of the scalars, by their types in Python."""
