"""What a text may be made of, as one rule for all ways in: models of what is sent, files, and the SQL of an import.

A name is one line: something in it can be seen, and nothing in it cannot, but for white space between words and for the
two joiners that Persian, Indic and other scripts need between letters. A longer text may have line breaks and tabs, and
whatever comes along with what people paste, but nothing that controls a terminal or turns the reading round.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

Ranges = tuple[tuple[int, int], ...]
"""Code points, first and last."""

_CONTROLS: Ranges = ((0x00, 0x1F), (0x7F, 0x9F))
_CONTROLS_BUT_LINES: Ranges = ((0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0x7F, 0x9F))
_TURNING: Ranges = ((0x202A, 0x202E), (0x2066, 0x2069))
"""What makes the letters after it be read in another direction."""
_UNSEEN: Ranges = (
    *((one, one) for one in (0xAD, 0x61C, 0x180E, 0x200B, 0xFEFF, 0xE0001)),
    *((0x200E, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0xFFF9, 0xFFFB), (0x1BCA0, 0x1BCA3)),
    *((0x1D173, 0x1D17A), (0xE0020, 0xE007F)),
)
"""Characters that format and are not seen, and the separators of lines and paragraphs."""
_JOINERS: Ranges = ((0x200C, 0x200D),)
_SPACES: Ranges = (
    *((0x09, 0x0D), (0x20, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A)),
    *((0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)),
)
_BLANKS: Ranges = (
    *((0x34F, 0x34F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2800, 0x2800), (0x3164, 0x3164)),
    *((0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0100, 0xE01EF)),
)
"""Letters and marks that leave no trace by themselves: fillers, selectors of variants, the blank of Braille."""
_ASCII: Ranges = ((0x00, 0x7F),)
_SURROGATES: Ranges = ((0xD800, 0xDFFF),)


def _patterns(escape: Callable[[int], str], more: Ranges = ()) -> dict[str, str]:
    """Regular expressions in the syntax that `re` and RE2 share; `more` are code points that no text may have.

    `seen` has to be found in every text; `edge` and `name` must not in a name, nor `text` in any other.
    """

    def one(*ranges: Ranges, of: str = "") -> str:
        return f"[{of}{''.join(f'{escape(a)}-{escape(b)}' for some in ranges for a, b in some)}]"

    space, joiner, beside = one(_SPACES), one(_JOINERS), one(_ASCII, _SPACES, _JOINERS)
    return {
        "seen": one(_CONTROLS, _UNSEEN, _JOINERS, _SPACES, _BLANKS, more, of="^"),
        "edge": f"^{space}|{space}$",
        "name": f"{one(_CONTROLS, _UNSEEN, more)}|^{joiner}|{joiner}$|{beside}{joiner}|{joiner}{beside}",
        "text": one(_CONTROLS_BUT_LINES, _TURNING, more),
    }


IN_SQL = _patterns(lambda point: f"\\x{{{point:X}}}")
"""For RE2, to which surrogates never come."""
_HERE = {name: re.compile(text) for name, text in _patterns(lambda point: f"\\U{point:08x}", _SURROGATES).items()}


def wrong_name(text: str) -> str | None:
    """What is wrong with a name, to be said after it; None if nothing is."""
    if _HERE["seen"].search(text) and _HERE["edge"].search(text):
        return "begins or ends with white space"
    return _wrong(text, "name")


def wrong_text(text: str) -> str | None:
    """What is wrong with a text that may have several lines, to be said after it; None if nothing is."""
    return _wrong(text, "text")


def _wrong(text: str, rule: str) -> str | None:
    if found := _HERE[rule].search(text):
        last = found.end() - 1
        place = last if _JOINERS[0][0] <= ord(text[last]) <= _JOINERS[0][1] else found.start()
        nameless = "half of a character" if unicodedata.category(text[place]) == "Cs" else "a control character"
        name = unicodedata.name(text[place], nameless)
        return f"has U+{ord(text[place]):04X} ({name}) as character {place + 1}, which it may not have there"
    return None if _HERE["seen"].search(text) else "has nothing in it that can be seen"
