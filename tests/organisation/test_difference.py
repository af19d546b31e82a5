"""What a change set does, in words: compared day by day."""

from __future__ import annotations

from typing import Any

import pytest

from tests.organisation.test_changes import DAY, LATER, START, applied, fixture_known  # noqa: F401
from touchgraph.model import OPEN_END
from touchgraph.organisation.difference import Difference, differences
from touchgraph.organisation.facts import Snapshot


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"rename": {"id": "dept:a", "nameEn": "X"}},
            [Difference("~", "dept:a", "nameEn", DAY, OPEN_END, "Name", "X")],
        ),
        (
            {"move": {"id": "dept:a1", "parent": "dept:b", "validFrom": LATER}},
            [Difference("~", "dept:a1", "PART_OF", LATER, OPEN_END, "dept:a", "dept:b")],
        ),
        (
            {"staff": {"unit": "dept:a", "position": "position:p", "headcount": 5}},
            [Difference("~", "position:p", "IN_UNIT dept:a headcount", DAY, OPEN_END, "3", "5")],
        ),
        (
            {"create": {"id": "channel:y"}},
            [Difference("+", "channel:y", "nameEn=Name nameZh=名", DAY, OPEN_END)],
        ),
        (
            {"end": {"unit": "dept:a", "subject": "touchpoint:u", "role": "RESPONSIBLE"}},
            [Difference("-", "dept:a", "RESPONSIBLE_FOR touchpoint:u role=RESPONSIBLE scope=region:r", DAY, OPEN_END)],
        ),
        (
            {
                "correct": {
                    "type": "PART_OF",
                    "start": "dept:b",
                    "evidence": {"source": "source:a", "confidence": "INFERRED"},
                    "note": "guessed",
                    "instead": {},
                }
            },
            [
                Difference(
                    "~",
                    "dept:b",
                    "PART_OF evidence",
                    START,
                    OPEN_END,
                    "source:a ¶1 STATED",
                    "source:a INFERRED (guessed)",
                )
            ],
        ),
    ],
)
def test_each_change_is_told_as_what_it_does(
    known: Snapshot, change: dict[str, Any], expected: list[Difference]
) -> None:
    """Properties from → to, the other end from → to, what begins, what ends; nothing of what stays."""
    assert differences(known, applied(known, 2, change).operations()) == expected


def test_what_is_recorded_anew_but_stays_the_same_makes_no_difference(known: Snapshot) -> None:
    """A rename and the same rename back on the same day, in two change sets: the second tells just its own."""
    there = applied(known, 2, {"rename": {"id": "dept:a", "nameEn": "X"}})
    back = applied(there.now, 3, {"rename": {"id": "dept:a", "nameEn": "Name"}}, effective=LATER)
    found = differences(there.now, back.operations())
    assert [(one.what, one.since, one.before, one.after) for one in found] == [("nameEn", LATER, "X", "Name")]
