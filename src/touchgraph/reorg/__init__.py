"""Change sets: what is known, what changes, and what has to be written for it.

`plan_changes` is pure: a snapshot of what is known and a list of changes give `Operations`. `read_snapshot` and `write`
are its two ends in the database. Nothing is ever updated or deleted: a fact is closed, and a new one recorded.
"""

from __future__ import annotations

from touchgraph.reorg.apply import apply, plan_changes
from touchgraph.reorg.changes import CHANGES, AnyChange, parse_change
from touchgraph.reorg.facts import Evidence, Fact, Snapshot
from touchgraph.reorg.items import EntityItem, EvidenceItem, FactItem, explain
from touchgraph.reorg.store import lock, read_snapshot, write
from touchgraph.reorg.work import Operations, Stamp, Work

__all__ = [
    "CHANGES",
    "AnyChange",
    "EntityItem",
    "Evidence",
    "EvidenceItem",
    "Fact",
    "FactItem",
    "Operations",
    "Snapshot",
    "Stamp",
    "Work",
    "apply",
    "explain",
    "lock",
    "parse_change",
    "plan_changes",
    "read_snapshot",
    "write",
]
