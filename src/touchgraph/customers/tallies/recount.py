"""What tallies have to hold, counted from the facts as known now: `dealer`, `day`, `key`, and how often, `n`."""

from __future__ import annotations

from typing import Any

from touchgraph.graph.statements import Statement, named_statement, statement
from touchgraph.model import FLOW, OPEN_END, OPEN_RECORD, STANDING, USAGE

_FILES = {FLOW: "rollups/flow", USAGE: "rollups/usage", STANDING: "rollups/standing"}
_NOTHING: dict[str, Any] = {"dealers": [], "customers": [], "after": None, "until": None, "told": []}
COUNTED_OF = {FLOW: "Customer", USAGE: "Interaction", STANDING: "Customer"}
"""By label, what is counted."""


def recounted(label: str, **of: Any) -> Statement:
    """The statement that counts what tallies of a label have to hold; what is counted, `of` says.

    It is that of `dealers`, of `customers`, or, of those whose ids lie after `after`, up to `until`, that without a
    dealer. What the tallies of the dealers `told` hold is taken off.
    """
    values = {"open": OPEN_RECORD, "end": OPEN_END, **_NOTHING, **of}
    return statement(_FILES[label], **{name: values[name] for name in named_statement(_FILES[label]).params})
