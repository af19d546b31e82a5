"""Change sets after the reform: plans, corrections of plans and of the past, and changes that undo one another."""

from __future__ import annotations

from pathlib import Path

HEAD = """
changeSet:
  id: change:{name}
  nameZh: 以后
  nameEn: Later
  effective: {effective}
  recorded: {recorded}
  evidence: {{source: source:synthetic, confidence: SYNTHETIC}}
changes:
"""
AUTUMN = """
  - create: {id: dept:growth, nameZh: 增长部, nameEn: Growth, level: 2, parent: dept:marketing}
  - move: {id: area:r1-01, parent: region:r2}
  - rename: {id: area:r1-01, nameEn: Moved Area}
  - rename: {id: position:area-manager, nameEn: Head of Area}
  - staff: {unit: area:r1-01, position: position:area-member, headcount: 3}
  - staff: {unit: area:r1-02, position: position:area-marketing-manager, headcount: 0}
  - merge: {ids: [dept:new-media-marketing, dept:terminal-marketing], into: dept:growth}
  - transfer: {subject: stage:nurture, role: ACCOUNTABLE, from: dept:lead-operations, to: dept:growth}
  - end: {unit: dept:product-operations, subject: phase:facelift, role: CONSULTED}
  - end: {unit: dept:sales, subject: stage:deal, role: ACCOUNTABLE}
  - assign: {unit: region:r1, subject: stage:deal, role: ACCOUNTABLE, scope: region:r1}
  - assign: {unit: region:r2, subject: stage:deal, role: ACCOUNTABLE, scope: region:r2}
  - assign: {unit: dept:product-communication, subject: stage:seeding, role: ACCOUNTABLE}
  - end: {unit: dept:product-communication, subject: stage:seeding, role: RESPONSIBLE}
  - endFact: {type: DELEGATES_TO, start: committee:product-marketing, end: position:product-line-member}
  - endFact: {type: SUPPORTS, start: dept:product-operations, end: dept:sales, how: HORIZONTAL}
  - unown: {subject: stage:repurchase, reason: Not yet}
  - report: {id: dept:sales, position: position:evp}
  - rank: {id: dealer:d0047, level: 5}
  - mandate: {id: dealer:d0047, mandateEn: Sells}
  - close: {id: dealer:d0048}
facts:
  - {type: IN_UNIT, start: position:area-member, end: dept:sales}
"""
WINTER = """
  - move: {id: area:r1-01, parent: region:r1}
  - rank: {id: dept:growth, level: 1}
  - close: {id: position:product-line-member}
  - report: {id: dept:sales, position: position:area-manager}
  - staff: {unit: dept:sales, position: position:area-member, headcount: 4}
  - end: {unit: dept:customer-operations, subject: standard:sales-process, role: ACCOUNTABLE}
  - assign: {unit: dept:sales, subject: standard:sales-process, role: RESPONSIBLE}
  - assign: {unit: dept:sales, subject: stage:repurchase, role: ACCOUNTABLE}
  - endFact: {type: SUPPORTS, start: dept:product-operations, end: dept:channel, how: HORIZONTAL}
facts:
  - {type: SUPPORTS, start: dept:product-operations, end: dept:channel, how: HORIZONTAL, mandate: With dealers}
"""
CORRECTION = """
  - move: {id: area:r1-01, parent: region:r3}
  - end: {unit: dept:lead-operations, subject: capability:lead-grading, role: ACCOUNTABLE}
    validFrom: 0001-01-01
  - rename: {id: dept:growth, nameZh: 增长中心}
  - mandate: {id: dept:lead-operations, mandateEn: Grades leads}
    validFrom: 2025-05-31
"""


def later(folder: Path) -> list[Path]:
    """The files of three change sets, in their order: planned in July, planned in August, a correction in December."""
    sets = {
        "autumn": (AUTUMN, "2025-09-01", "2025-07-01T08:00:00Z"),
        "winter": (WINTER, "2025-11-01", "2025-08-01T08:00:00Z"),
        "correction": (CORRECTION, "2025-10-01", "2025-12-01T08:00:00Z"),
    }
    paths = []
    for name, (changes, effective, recorded) in sets.items():
        path = folder / f"{name}.yaml"
        path.write_text(HEAD.format(name=name, effective=effective, recorded=recorded) + changes, encoding="utf-8")
        paths.append(path)
    return paths
