"""Values on their way in and out."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from touchgraph.answer import values
from touchgraph.answer.plan import Order
from touchgraph.answer.sources import Of, Property
from touchgraph.errors import InputError

ORDERS = st.builds(Order, st.sampled_from([None, Property("nameZh"), Property("level", type="integer")]), st.booleans())
KEYS = st.lists(st.text() | st.integers(-(2**31), 2**31), min_size=1, max_size=2)


@given(KEYS, ORDERS)
def test_a_cursor_leads_back_to_its_place(key: list[object], order: Order) -> None:
    """What is encoded is what is decoded, in the same order."""
    assert values.decode_cursor(order)(values.encode_cursor(key, order)) == key


@given(KEYS, ORDERS, ORDERS)
def test_a_cursor_of_another_order_is_refused(key: list[object], mine: Order, other: Order) -> None:
    """A cursor is of use in the order that it came from only."""
    cursor = values.encode_cursor(key, mine)
    if mine == other:
        return
    with pytest.raises(InputError, match="after"):
        values.decode_cursor(other)(cursor)


@example(["a"], Order(), 3, "\ud800")  # no encoding has it
@example(["a"], Order(), 34, "9")  # the same bytes in Base64
@given(KEYS, ORDERS, st.integers(0, 999), st.characters())
def test_a_cursor_with_a_changed_character_is_refused(
    key: list[object], order: Order, place: int, changed: str
) -> None:
    """Whoever alters a cursor is told so, and nothing else happens."""
    cursor = values.encode_cursor(key, order)
    place %= len(cursor)
    assume(changed != cursor[place])
    decode = values.decode_cursor(order)
    with pytest.raises(InputError, match=r"^after"):
        decode(cursor[:place] + changed + cursor[place + 1 :])


@pytest.mark.parametrize("first", [0, -1, 201, 100_000])
def test_a_page_is_of_1_to_200(first: int) -> None:
    """Sizes outside the bounds are refused with the bounds in the message."""
    with pytest.raises(InputError, match="1 to 200"):
        values.limit(first)


@pytest.mark.parametrize(("first", "limit"), [(None, 21), (1, 2), (200, 201)])
def test_a_page_asks_for_one_row_more(first: int | None, limit: int) -> None:
    """One row more than asked for tells whether there is a next page; null asks for the default."""
    assert values.limit(first) == limit


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("营销", "+(营销^4 营销*) _营销_*^100"),
        ("Lead 营销", "+(lead^4 lead*) +(营销^4 营销*) _lead_营销_*^200"),
        ("OR & 4S店", "+(or^4 or*) +(4s^4 4s*) +(店^4 店*) _or_4s_店_*^300"),
        ('a) OR (b* "', "+(a^4 a*) +(or^4 or*) +(b^4 b*) _a_or_b_*^300"),
    ],
)
def test_a_search_text_becomes_words_of_the_index(text: str, query: str) -> None:
    """Each word is needed, by its beginning; the whole name counts most; the index's own syntax never gets through."""
    assert values.full_text(text) == query


@pytest.mark.parametrize("text", ["", " \u3000", "\ud800", "\u200b", "& _ !", "★😀", "网" * 201])
def test_a_text_in_which_nothing_can_be_looked_for_is_refused(text: str) -> None:
    """The error names the argument, and what was expected."""
    with pytest.raises(InputError, match=r"^text: expected at (least|most)"):
        values.full_text(text)


def test_without_a_day_it_is_today() -> None:
    """`asOf` is today in UTC, and `knownAt` all that is known."""
    assert values.as_of(None) == datetime.now(UTC).date()
    assert values.known_at(None).year == 9999
    assert values.as_of(date(2025, 3, 31)) == date(2025, 3, 31)


@pytest.mark.parametrize(
    ("kind", "text", "written"),
    [
        ("date", "2025-05-31", "2025-05-31"),
        ("date", "9999-12-31", None),
        ("date", "0001-01-01", None),
        ("date", None, None),
        ("datetime", "2025-06-01T00:00Z", "2025-06-01T00:00:00Z"),
        ("datetime", "2025-06-01T00:00:01.5Z", "2025-06-01T00:00:01.5Z"),
        ("datetime", "9999-12-31T00:00Z", None),
    ],
)
def test_dates_are_written_whole_and_open_ends_are_null(kind: str, text: str | None, written: str | None) -> None:
    """Times have seconds, as RFC 3339 wants, and the open ends of the graph are null in the answer."""
    convert = values.leaf(Property("validTo", Of.FACT, kind))  # type: ignore[arg-type]
    assert convert is not None
    assert convert(text) == written
