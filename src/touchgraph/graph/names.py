"""How things are found by their names: what is kept beside names, and what a text asks of it, by one set of rules.

A name is folded (compatible forms made one, lower case, no accents) and cut into words: runs of Chinese characters, and
runs of other letters and digits. It is found by the beginning of whatever may be typed of it:

- a word; of a run of Chinese characters, what is left of it from each character on (车联网, 联网, 网);
- the same of a Chinese name in pinyin and in initials (chelianwang, lianwang, wang; clw, lw).

These terms, with spaces between them, are kept beside the names (`model.TERMS`), and a full-text index cuts them at the
spaces and does nothing else to them. A text is folded and cut as names are, and each of its words has to be the
beginning of a term. So whatever is cut out of a name at the bounds of words or Chinese characters finds it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from touchgraph.model import NAMES, TERMS

LONGEST = 200
"""How many characters a text may have that names are looked for by."""
_TERM, _WHOLE = 32, 120
"""How many characters of a term are kept and asked for, and of a whole name; the index would cut terms after 255."""
_CHINESE = (
    r"\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3100-\u312f\u3400-\u4dbf\u4e00-\u9fff"
    r"\uac00-\ud7af\U00020000-\U0003ffff"
)
_WORDS = re.compile(rf"[{_CHINESE}]+|[^\W{_CHINESE}]+")
_IS_CHINESE = re.compile(f"[{_CHINESE}]").match


def terms(names: Iterable[object]) -> str:
    """What is kept of names; nothing of what is no text."""
    found = (term for name in names if isinstance(name, str) for term in _terms(name))
    return " ".join(dict.fromkeys(term if term[0] == "_" else term[:_TERM] for term in found))


def with_terms(own: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a node, with terms if it has names."""
    return {**own, TERMS: terms(own.get(name) for name in NAMES)} if own.keys() >= set(NAMES) else dict(own)


def load() -> None:
    """Has at hand what pinyin takes, so that who first writes a name need not wait for it."""
    _syllables("网")


def query(text: str) -> str | None:
    """What a text asks of the full-text index, or None if there is no word in it. Words are made of no operators.

    Each word has to be found; whole terms count more than beginnings, and a whole name more than all else together: of
    a word, the index makes at most 4 times the logarithm of the number of all names, which is less than 25.
    """
    words = _WORDS.findall(_folded(text))
    asked = list(dict.fromkeys(word[:_TERM] for word in words))[:LONGEST]
    if not asked:
        return None
    return " ".join([*(f"+({word}^4 {word}*)" for word in asked), f"{_whole(words)}*^{100 * len(asked)}"])


def _terms(name: str) -> Iterator[str]:
    words = _WORDS.findall(_folded(name))
    if words:
        yield _whole(words)
    for word in words:
        yield from (word[start:] for start in range(len(word))) if _IS_CHINESE(word) else (word,)
    if any(map(_IS_CHINESE, words)):
        yield from _sounds(words)


def _sounds(words: Sequence[str]) -> Iterator[str]:
    """What is left of a name from each Chinese character on, as it sounds; other words stay as they are: 4sdian, 4sd.

    Many characters have several sounds. Each is taken as it sounds in its run, and as it does where a run begins there:
    省长春市 is sheng, zhang, …; whoever looks for the second half of it types changchun.
    """
    after: list[tuple[str, str]] = []
    for word in reversed(words):
        if not _IS_CHINESE(word):
            after = [(word, word), *after]
            yield from _joined(after)
            continue
        within = _syllables(word)
        for start in range(len(word)):
            yield from _joined([*within[start:], *after])
            yield from _joined([*_syllables(word[start : start + _TERM]), *after])
        after = [*within, *after]


def _joined(parts: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Syllables, and initials; a single initial is the beginning of its syllable."""
    syllables, initials = zip(*parts[:_TERM], strict=True)
    yield "".join(syllables)
    if len(initials) > 1:
        yield "".join(initials)


def _whole(words: Sequence[str]) -> str:
    """A whole name. Nothing else has such marks, and the last keeps it from being the beginning of a longer one."""
    return f"_{'_'.join(words)}_"[:_WHOLE]


def _folded(text: str) -> str:
    """The text in the form in which it is compared; letter by letter, so that a part of it has a part of its form."""
    text = text.replace("_", " ")
    if text.isascii() and text.isprintable():
        return text.lower()
    return unicodedata.normalize("NFC", "".join(map(_letter, text)))


@lru_cache(10_000)
def _letter(letter: str) -> str:
    """A letter without its accents; a sign made of letters (№) is a word of its own."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", letter).casefold())
    kept = "".join(one for one in apart if one.isspace() or _counts(one))
    return kept if letter.isalnum() or not any(map(str.isalnum, kept)) else f" {kept} "


def _counts(letter: str) -> bool:
    """Whether it is no accent and nothing that cannot be seen, such as half of a letter."""
    category = unicodedata.category(letter)
    return category[0] != "M" and category not in ("Cc", "Cf", "Cs")


@lru_cache(20_000)
def _syllables(word: str) -> tuple[tuple[str, str], ...]:
    """The syllables of a run of Chinese characters in pinyin, with their initials; what has none stays as it is."""
    from pypinyin import lazy_pinyin  # takes a third of a second and 55 MB, which commands that write no names spare

    found = (_folded(syllable) for syllable in lazy_pinyin(word, errors=cast("Any", list)))
    return tuple((syllable, syllable[0]) for syllable in found if syllable)


__all__ = ["LONGEST", "load", "query", "terms", "with_terms"]
