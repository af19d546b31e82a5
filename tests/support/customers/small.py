"""A small organisation for customers: two regions, three areas, four dealers, six stages, and what else they need."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from touchgraph.graph.driver import Graph
from touchgraph.organisation.files.loading import load

DEALERS = ["dealer:d1", "dealer:d2", "dealer:d3", "dealer:d4"]
STAGES = [f"stage:{name}" for name in ("seeding", "acquisition", "nurture", "deal", "retention", "repurchase")]
POOLS = ["pool:traffic", "pool:lead", "pool:incubation", "pool:potential-customer"]
CHANNELS = ["channel:telephone", "channel:wecom", "channel:showroom"]
TOUCHPOINTS = ["touchpoint:livestream", "touchpoint:test-drive", "touchpoint:contract"]
PHASES = ["phase:definition", "phase:facelift"]
SOURCE = "source:crm"
SERVED = {"traffic": [1], "lead": [2], "incubation": [3], "potential-customer": [3, 4]}
"""The stages that each pool serves, by their number: the last pool serves two."""


def _seed() -> str:
    entities = [
        "{id: centre:c, nameZh: 司, nameEn: C}",
        *(f"{{id: region:r{n}, nameZh: 区, nameEn: R{n}, parent: centre:c}}" for n in (1, 2)),
        *(f"{{id: area:a{n}, nameZh: 片, nameEn: A{n}, parent: region:r{(n + 1) // 2}}}" for n in (1, 2, 3)),
        *(f"{{id: dealer:d{n}, nameZh: 店, nameEn: D{n}, parent: area:a{min(n, 3)}}}" for n in (1, 2, 3, 4)),
        "{id: dealer:late, nameZh: 新店, nameEn: Late, parent: area:a3, validFrom: 2026-06-01}",
        *(f"{{id: {stage}, nameZh: 阶段, nameEn: S, ordinal: {n}}}" for n, stage in enumerate(STAGES, 1)),
        *(f"{{id: {phase}, nameZh: 期, nameEn: P, ordinal: {n}}}" for n, phase in enumerate(PHASES, 1)),
        *(f"{{id: {one}, nameZh: 名, nameEn: N}}" for one in (*POOLS, *CHANNELS, *TOUCHPOINTS, "product:p")),
    ]
    facts = [
        *(f"{{type: FOLLOWED_BY, start: {a}, end: {b}}}" for a, b in pairwise(STAGES)),
        *(
            f"{{type: SERVES, start: pool:{pool}, end: {STAGES[number - 1]}}}"
            for pool, numbers in SERVED.items()
            for number in numbers
        ),
        "{type: RESPONSIBLE_FOR, start: region:r1, end: phase:definition, role: ACCOUNTABLE}",
        "{type: RESPONSIBLE_FOR, start: region:r2, end: phase:definition, role: RESPONSIBLE}",
        "{type: RESPONSIBLE_FOR, start: region:r2, end: phase:facelift, role: RESPONSIBLE}",
    ]
    return f"""
changeSet:
  id: change:small
  nameZh: 小
  nameEn: Small
  effective: 2020-01-01
  recorded: 2024-01-01T00:00:00Z
  evidence: {{source: {SOURCE}, confidence: SYNTHETIC}}
sources: [{{id: {SOURCE}, nameZh: 系统, nameEn: CRM}}]
entities: [{", ".join(entities)}]
facts: [{", ".join(facts)}]
"""


async def load_small(graph: Graph, folder: Path) -> Graph:
    """The graph with the small organisation in it."""
    path = folder / "small.yaml"
    path.write_text(_seed(), encoding="utf-8")
    await load(graph, [path])
    return graph
