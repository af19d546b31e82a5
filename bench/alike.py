"""Makes answers to the same question comparable that differ in shape only.

Some servers give connections, others lists, some a list where there can be one only. So a list of one is that one, an
object with one field is that field, and nothing is left out; times are told in UTC. It is done to the answers of all.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

_TIME = re.compile(r"\d{4}-\d\d-\d\dT")


def alike(content: Any) -> Any:
    """The content without its wrapping."""
    if isinstance(content, dict):
        fields = {name: value for name, value in ((n, alike(v)) for n, v in content.items()) if value is not None}
        return next(iter(fields.values())) if len(fields) == 1 else fields or None
    if isinstance(content, list):
        items = [alike(item) for item in content]
        return items[0] if len(items) == 1 else items or None
    if isinstance(content, str) and _TIME.match(content):
        return datetime.fromisoformat(content).astimezone(UTC).isoformat()
    return content
