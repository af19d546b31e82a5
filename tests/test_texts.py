"""What a name and a longer text may be made of: one rule, in Python and in SQL, on every way in."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchgraph.customers.importing.checks import NO_NAME, NO_TEXT, checks, reason_of
from touchgraph.customers.tables import TABLES, Column, Table
from touchgraph.customers.writing import items
from touchgraph.errors import InvalidChanges, InvalidRows
from touchgraph.model import BY_LABEL, CUSTOMER_ENTITIES, ENTITIES, FACTS, OPEN_END
from touchgraph.model.texts import wrong_name, wrong_text
from touchgraph.organisation.facts import Evidence, Fact, Snapshot, state_id
from touchgraph.organisation.proposed import plan_value

WRITTEN = {0x0600 + n for n in range(6)} | {0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
"""Signs of Arabic, Syriac and Kaithi that format, and are seen."""
HIEROGLYPHS = range(0x13430, 0x13440)
"""What puts hieroglyphs above and beside one another."""
JOINERS = "\u200c\u200d"
ODD = [
    *"\u200b\u200c\u200d\u202e\u2066\u3164\u2800\u0301\ufe0f\ufeff\u00ad\u3000\u2028\t\n\r\x00\x07\x1b ",
    "a",
    "张",
    "م",
    "क",
    "\u094d",
    "👨",
]
BAD_NAMES = [
    "\u200b",
    "\u200d\u200d",
    "\x07",
    "\t",
    "A\u200bB",
    "A\x00",
    "A\nB",
    "A\u202eB",
    "A\u200dB",
    " A",
    "A\u3000",
    "\u3164",
]
BAD_TEXTS = ["\u200b", "\n", "A\x07", "A\x00", "A\u202eB", "\u3164\n"]
GOOD_NAMES = ["张三", "O'Brien & the Smiths", "é", "e\u0301", "می\u200cخواهم", "क्\u200dष", "36.4", "李\u3000娜"]


def test_no_character_that_cannot_be_seen_is_part_of_a_name() -> None:
    """Of all characters: those that control, format, or are half of one are refused, and told; no others are."""
    refused = {point for point in range(0x110000) if wrong_name(f"张{chr(point)}三")}
    unseen = {point for point in range(0x110000) if unicodedata.category(chr(point)) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert refused - {0x2065} == unseen - WRITTEN - set(HIEROGLYPHS) - set(map(ord, JOINERS))
    for point in unseen & refused:
        told = wrong_name(f"张{chr(point)}三")
        assert told
        assert f"U+{point:04X} (" in told
        assert "as character 2" in told


def test_a_name_has_something_that_can_be_seen() -> None:
    """A character that leaves nothing in the form in which texts are compared (NFKC) is no name by itself."""
    fillers = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    for point in range(0x110000):
        if unicodedata.category(chr(point)) in ("Cn", "Co", "Cs"):
            continue
        seen = [
            c
            for c in unicodedata.normalize("NFKC", chr(point))
            if unicodedata.category(c)[0] in "LMNPS"
            and c not in fillers
            and "VARIATION SELECTOR" not in unicodedata.name(c, "")
        ]
        signs = point in WRITTEN or point in HIEROGLYPHS
        assert bool(seen or signs) == (wrong_name(chr(point)) is None), hex(point)


def test_names_that_people_have_are_names() -> None:
    """Letters with marks, joiners within scripts, punctuation, and white space between words."""
    assert [name for name in GOOD_NAMES if wrong_name(name)] == []
    assert [name for name in BAD_NAMES if not wrong_name(name)] == []


def test_a_longer_text_may_have_lines() -> None:
    """Line breaks, tabs and what comes along when one pastes are fine; what controls or turns round is not."""
    assert [text for text in (*GOOD_NAMES, "a\r\n\tb\n", "👨\u200d👩", "a\u200bb", "\ufeffa") if wrong_text(text)] == []
    assert [text for text in BAD_TEXTS if not wrong_text(text)] == []


@given(
    st.lists(st.text(st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=["Cs"])), max_size=6), min_size=1)
)
def test_an_import_tells_what_a_request_is_told(texts: list[str]) -> None:
    """The conditions in SQL are true of exactly the texts that Python refuses, and their reason is what it says."""
    names, said = BY_COLUMN["customers", "nameEn"], BY_COLUMN["feedback", "text"]
    for column, wrong in ((names, wrong_name), (said, wrong_text)):
        check = next(
            one for one in checks(column[0]) if one.reason in (NO_NAME, NO_TEXT) and one.column == column[1].name
        )
        with duckdb.connect() as db:
            made = 'CREATE TABLE given AS SELECT x AS "nameEn", x AS "text" FROM (SELECT unnest($1::VARCHAR[]) AS x)'
            db.execute(made, [texts])
            rows = db.table("given").project(check.wrong)
            assert [bool(row[0]) for row in rows.fetchall()] == [wrong(text) is not None for text in texts]
        assert all(reason_of(check.reason, text) == wrong(text) for text in texts if wrong(text))


BY_COLUMN: dict[tuple[str, str], tuple[Table, Column]] = {
    (table.name, column.name): (table, column) for table in TABLES for column in table.columns
}


def test_texts_with_lines_are_those_that_tell_something() -> None:
    """Mandates, reasons, notes and what customers said may have lines; every other text is a name, or as short."""
    kinds = (*ENTITIES, *CUSTOMER_ENTITIES)
    properties = [
        *(p for kind in kinds for p in (*kind.state, *kind.properties)),
        *(p for k in FACTS for p in k.properties),
    ]
    told = {"mandateZh", "mandateEn", "mandate", "reasonZh", "reasonEn", "reason", "note", "text"}
    assert {prop.name for prop in properties if prop.lines} == told
    assert all(prop.type == "string" and not prop.values for prop in properties if prop.lines)
    assert BY_LABEL["Customer"].properties[0].name == "nameZh"


def supposed() -> Snapshot:
    """A department, of which changes may be told."""
    values = {"nameZh": "部", "nameEn": "A"}
    state = state_id("dept:a", values)
    known = datetime(2025, 1, 1, tzinfo=UTC)
    fact = Fact(
        "HAS_STATE", "dept:a", state, date(1, 1, 1), OPEN_END, Evidence("source:a", "STATED"), "change:a", known
    )
    return Snapshot(["source:a", "dept:a"], {state: values}, [fact])


def refused(change: dict[str, Any]) -> str:
    """What is told of a change that a client sends."""
    about = {
        "id": "change:b",
        "nameZh": "变",
        "nameEn": "B",
        "effective": date(2025, 5, 31),
        "recorded": datetime(2025, 6, 1, tzinfo=UTC),
        "evidence": {"source": "source:a", "confidence": "STATED"},
    }
    with pytest.raises(InvalidChanges) as caught:
        plan_value({"changeSet": about, "changes": [change]}, supposed())
    return str(caught.value)


@pytest.mark.parametrize("name", BAD_NAMES)
def test_no_way_in_takes_a_bad_name(name: str) -> None:
    """Change sets of files and of clients, in whatever change, and profiles of customers tell the field and why."""
    why = wrong_name(name)
    assert f"`nameEn` {why}" in refused({"create": {"id": "dept:b", "nameZh": "部", "nameEn": name}})
    assert f"`nameZh` {why}" in refused({"rename": {"id": "dept:a", "nameZh": name}})
    correct = {"type": "HAS_STATE", "start": "dept:a", "instead": {"nameEn": name}}
    assert f"`instead.nameEn` {why}" in refused({"correct": correct})
    customer = {"id": "customer:li", "nameZh": "李娜", "nameEn": name, "registeredOn": date(2026, 1, 2)}
    with pytest.raises(InvalidRows) as caught:
        items.read(items.UPSERT, {"source": "source:a", "customers": [customer]}, "customers")
    assert [(fault.row, fault.field, fault.message) for fault in caught.value.faults] == [
        (0, "nameEn", f"`nameEn` {why}")
    ]


@pytest.mark.parametrize("text", BAD_TEXTS)
def test_no_way_in_takes_a_bad_text(text: str) -> None:
    """The same for mandates, notes and reasons, and for what customers say."""
    why = wrong_text(text)
    assert f"`mandateEn` {why}" in refused({"mandate": {"id": "dept:a", "mandateEn": text}})
    assert f"`note` {why}" in refused({"rename": {"id": "dept:a", "nameZh": "新", "note": text}})
    said = {"id": "feedback:1", "at": datetime(2026, 1, 2, tzinfo=UTC), "theme": "RANGE", "customer": "customer:li"}
    with pytest.raises(InvalidRows, match="text"):
        items.read(items.FEEDBACK, {"source": "source:a", "text": text, **said})
