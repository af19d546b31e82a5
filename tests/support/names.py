"""What a name has to be found by, and what the full-text index does, written down a second time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

CHINESE = re.compile("[\u4e00-\u9fff]+")


def runs(parts: Sequence[str], least: int = 1) -> Iterator[Sequence[str]]:
    """All runs of parts, of so many at least."""
    return (parts[a:b] for a in range(len(parts)) for b in range(a + least, len(parts) + 1))


def cuttings(name: str) -> Iterator[str]:
    """A name, each run of its words, however they are told apart, and each run of two or more Chinese characters."""
    yield name
    yield from (" ".join(run) for run in runs(name.split()))
    yield from (" ".join(run) for run in runs("".join(one if _in_word(one) else " " for one in name).split()))
    for run in CHINESE.findall(name):
        yield from (str(part) for part in runs(run, 2))


def _in_word(letter: str) -> bool:
    """Whether it is a letter, a digit, or something on one of them, or between two, that does not part them."""
    return letter.isalnum() or (
        not letter.isspace() and unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cc", "Cf", "Cs")
    )


def score(query: str, terms: str) -> int:
    """How much a query makes of terms as the index does; 0 if it does not find them."""
    kept = terms.split()
    needed = re.findall(r"\+\((\w+)\^4 ", query)
    whole, boost = re.findall(r"\) (\w+)\*\^(\d+)$", query)[0]
    if not all(any(term.startswith(one) for term in kept) for one in needed):
        return 0
    return 1 + int(boost) * any(term.startswith(whole) for term in kept)
