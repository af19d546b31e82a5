"""Answers to the question who answers, as the reference gives them and the API is made to."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

Fact = dict[str, Any]
"""id, type, start, end, the four times, confidence, and what else its type has (role, scope, channel)."""


class Complete(NamedTuple):
    """From which day on, since when, and for which units (None: all) everybody who answers is recorded."""

    effective: date
    recorded: datetime
    units: list[str] | None = None


ALL = [Complete(date.min, datetime.min.replace(tzinfo=UTC))]


class Line(NamedTuple):
    """The answer for a channel; None: for every other, or for all."""

    channel: str | None
    status: str
    rule: str | None
    inferred: bool
    confidence: str | None
    units: list[str]


class Answer(NamedTuple):
    """`owners` are units with channels, `path` facts, `losers` facts with reasons, these two sorted."""

    status: str
    rule: str | None
    owners: list[tuple[str, str | None]]
    path: list[str]
    losers: list[tuple[str, str]]
    inferred: bool
    confidence: str | None
    lines: list[Line]


def weakest(facts: list[Fact]) -> str | None:
    """The weakest confidence of facts, None of none."""
    return max((f["confidence"] for f in facts), key=("STATED", "INFERRED", "SYNTHETIC").index, default=None)
