"""Values that travel between the layers: how a field comes out of the graph, what was selected, what will be run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Statement:
    """Cypher and the values of its parameters."""

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)
