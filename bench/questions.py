"""What is asked, in GraphQL. Whoever takes part in a comparison answers the same questions with the same content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bench import data
from bench.data import Size

OWNERSHIP = """
query Ownership($subject: ID!, $place: ID, $channel: ID, $day: Date!) {
  at(asOf: $day) {
    ownership(subject: $subject, place: $place, channel: $channel) {
      status
      rule
      inferred
      owners { unit { id nameZh nameEn } channel { id } }
      path { type validFrom evidence { source { id } locator confidence } }
      losers { unit { id } reason }
    }
  }
}
"""
COVERAGE = """
query Coverage($place: ID, $day: Date!) {
  at(asOf: $day) {
    coverage(place: $place) {
      total
      owned
      cells { stage { id } touchpoint { id } status rule owners { unit { id } channel { id } } }
    }
  }
}
"""
ORG_DIFF = """
query OrgDiff($from: Date!, $to: Date!) {
  orgDiff(from: {asOf: $from}, to: {asOf: $to}) {
    total
    counts { kind count }
    changes {
      kind
      unit { id }
      subject { id nameEn }
      from { id }
      to { id }
      changeSets { id }
      evidence { source { id } locator confidence }
    }
  }
}
"""


@dataclass(frozen=True)
class Question:
    """A document, and the variables to ask it with, one after the other; `pick` leads to the content of the answer."""

    name: str
    document: str
    pick: list[str]
    variables: list[dict[str, Any]]


def ownership(size: Size, count: int) -> Question:
    """Of several subjects, nationwide and at places, through any channel and through one."""
    asked = [{**one, "day": str(size.last_day)} for one in data.questions(size, count)]
    return Question("ownership", OWNERSHIP, ["data", "at", "ownership"], asked)


def coverage(size: Size) -> Question:
    """Nationwide."""
    return Question("coverage", COVERAGE, ["data", "at", "coverage"], [{"place": None, "day": str(size.last_day)}])


def org_diff(size: Size, change_sets: int = 1) -> Question:
    """Of the whole organisation, over the last change sets."""
    first = date(size.last_day.year - change_sets + 1, 1, 1)
    moments = {"from": str(first - timedelta(1)), "to": str(size.last_day)}
    return Question(f"orgDiff over {change_sets}", ORG_DIFF, ["data", "orgDiff"], [moments])
