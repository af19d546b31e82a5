"""What names are found by, without a database: the index only cuts at spaces and compares."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.support.names import cuttings, score
from touchgraph.graph.names import query, terms, with_terms

PLAIN = "aBé1²ßİ_-'&.+*?\\\"~^:()/ \u3000\u00a0,·—车联网重庆女𠮷々〇ガ한★😀\u200b\u0301"
KNOWN = st.characters(exclude_categories=["Cn", "Cs"])
LETTERS = st.sampled_from([*PLAIN, "👨\u200d👩\u200d👧"])
NAMES = st.lists(LETTERS, min_size=1, max_size=12).map("".join) | st.text(KNOWN, max_size=20)


@example("Over-the-Air Update")
@example("36.4")
@example("O'Brien and the Smith")
@example("Sales & Service")
@example("网" * 100)
@example("№5, a™b ½ e\u0301x")
@given(NAMES)
def test_a_name_is_found_by_whatever_is_cut_out_of_it(name: str) -> None:
    """By itself, by each run of its words, and by each run of two or more of its Chinese characters."""
    kept = terms(["x", name])
    for text in cuttings(name):
        asked = query(text)
        assert asked is None or score(asked, kept), (text, asked, kept)
        assert asked is not None or not any(map(str.isalnum, text))


@given(NAMES, NAMES)
def test_a_whole_name_counts_more_than_all_else(one: str, other: str) -> None:
    """The score of a name asked for whole is above that of each other one that is found."""
    asked = query(one)
    assume(asked is not None)
    assert score(str(asked), terms([one])) > 100
    if query(other) != asked:
        assert score(str(asked), terms([other])) < 100


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("车联网", ["chelianwang", "clw", "chelian", "lianwang", "che lian wang", "CLW", "ChelianWang"]),
        ("重庆", ["chongqing", "cq"]),
        ("吉林省长春市", ["jilin", "changchun", "ccs"]),
        ("女装", ["nvzhuang"]),
        ("4S店", ["4sdian", "4sd", "dian"]),
        ("大众 汽车", ["dazhongqiche", "dzqc", "dazhong qiche"]),
        ("Ｌｅａｄ　分级", ["lead fenji", "LEAD", "fj"]),
        ("Müller", ["muller", "MÜLLER"]),
    ],
)
def test_chinese_is_found_as_it_is_typed(name: str, typed: list[str]) -> None:
    """In pinyin, in initials, in parts of both; width, case and accents are of no matter."""
    for text in typed:
        assert score(str(query(text)), terms([name])), text


@given(st.text(KNOWN))
def test_no_text_makes_an_operator_of_the_index(text: str) -> None:
    """What is asked is our own marks around letters and digits; no term is so long that the index cuts it."""
    asked = query(text)
    if asked is not None:
        assert re.fullmatch(r"(\+\([^\W_]+\^4 [^\W_]+\*\) )+\w+\*\^\d+", asked), asked
    assert all(len(term.encode("utf-16-le")) <= 2 * 255 for term in terms([text]).split(" "))


def test_terms_stand_beside_names_only() -> None:
    """Properties with both names get terms; others, and what is no text, none."""
    assert with_terms({"level": 1}) == {"level": 1}
    assert with_terms({"nameZh": "网", "nameEn": "Web"})["nameTerms"] == "_网_ 网 wang _web_ web"
    assert terms([None, 7]) == ""
