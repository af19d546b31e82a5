"""The organisation that is asked about: seed files, the same ones for the same size."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

Item = dict[str, Any]

ROLES = {"ACCOUNTABLE": 8, "RESPONSIBLE": 7, "CONSULTED": 3, "INFORMED": 2}
STAGES = [f"stage:s{n}" for n in range(1, 7)]
CHANNELS = {
    "channel:online": None,
    "channel:offline": None,
    "channel:app": "channel:online",
    "channel:wecom": "channel:online",
    "channel:store": "channel:offline",
    "channel:phone": "channel:offline",
}
BEFORE, FIRST = date(2015, 1, 1), 2016
"""The day on which the organisation begins, and the year of the first change set; each takes effect on 1 January."""


@dataclass(frozen=True)
class Size:
    """How much there is. Change sets are the same however many dealers there are beyond `named_dealers`."""

    dealers: int = 3000
    regions: int = 8
    areas: int = 400
    touchpoints: int = 200
    responsibilities: int = 2000
    change_sets: int = 10
    named_dealers: int = 300

    @property
    def last_day(self) -> date:
        """The day on which the last change set takes effect."""
        return date(FIRST + self.change_sets - 1, 1, 1)


def write(folder: Path, size: Size, seed: int = 1) -> list[Path]:
    """Writes the seed files of an organisation, in the order of time."""
    history = _History(size, Random(seed))
    paths = [_write(folder / "00-base.yaml", 0, BEFORE, _base(size))]
    for number in range(1, size.change_sets + 1):
        day = date(FIRST + number - 1, 1, 1)
        paths.append(_write(folder / f"{number:02}-change.yaml", number, day, {"changes": history.changes()}))
    return paths


def questions(size: Size, count: int, seed: int = 1) -> list[dict[str, str | None]]:
    """Subjects, places and channels to ask ownership of: some nationwide, some at a dealer or an area."""
    random = Random(seed)
    places = [*_dealers(size)[: size.named_dealers], *_areas(size)]
    return [
        {
            "subject": random.choice([*_touchpoints(size), *STAGES]),
            "place": random.choice(places) if random.random() < 0.7 else None,
            "channel": random.choice(list(CHANNELS)) if random.random() < 0.3 else None,
        }
        for _ in range(count)
    ]


def _write(path: Path, number: int, day: date, sections: Mapping[str, Iterable[Item]]) -> Path:
    """A file with an item on each line; JSON is YAML."""
    head = {"id": f"change:c{number}", **_names("变革", "Change", number)}
    lines = ["changeSet:", *(f"  {key}: {value}" for key, value in head.items()), f"  effective: {day}"]
    lines += [
        f"  recorded: {day - timedelta(30)}T00:00:00Z",
        "  evidence: {source: source:bench, confidence: SYNTHETIC}",
    ]
    for section, items in sections.items():
        lines += [f"{section}:", *(f"  - {json.dumps(item, ensure_ascii=False)}" for item in items)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _names(zh: str, en: str, number: int) -> Item:
    return {"nameZh": f"{zh} {number}", "nameEn": f"{en} {number}"}


def _regions(size: Size) -> list[str]:
    return [f"region:r{n}" for n in range(1, size.regions + 1)]


def _areas(size: Size) -> list[str]:
    return [f"area:a{n:03}" for n in range(1, size.areas + 1)]


def _dealers(size: Size) -> list[str]:
    return [f"dealer:d{n:04}" for n in range(1, size.dealers + 1)]


def _touchpoints(size: Size) -> list[str]:
    return [f"touchpoint:t{n:03}" for n in range(1, size.touchpoints + 1)]


def _departments() -> list[str]:
    return [f"dept:d{n}" for n in range(1, 13)] + [f"dept:d{n}-{m}" for n in range(1, 13) for m in range(1, 4)]


def _base(size: Size) -> dict[str, list[Item]]:
    """All that is there from the beginning: units, channels, stages, touchpoints, and how these belong together."""
    touchpoints, stages = _touchpoints(size), STAGES
    groups, categories = max(1, size.touchpoints // 40), max(2, size.touchpoints // 8)
    above = [
        None
        if n < groups
        else touchpoints[n % groups]
        if n < categories
        else touchpoints[groups + n % (categories - groups)]
        for n in range(size.touchpoints)
    ]
    facts = [{"type": "FOLLOWED_BY", "start": a, "end": b} for a, b in pairwise(stages)]
    for n, touchpoint in enumerate(touchpoints):
        serves = {n % 6} if groups <= n < categories else {n % 6, n % 5} if n % 3 == 0 else set()
        facts += [{"type": "SERVES", "start": touchpoint, "end": stages[s]} for s in sorted(serves)]
        facts.append({"type": "USES", "start": touchpoint, "end": list(CHANNELS)[n % 6]})
    entities = _units(size)
    entities += [{"id": s, **_names("阶段", "Stage", n), "ordinal": n} for n, s in enumerate(stages, 1)]
    entities += [_below(c, "渠道", "Channel", n, parent) for n, (c, parent) in enumerate(CHANNELS.items(), 1)]
    entities += [_below(t, "触点", "Touchpoint", n, above[n - 1]) for n, t in enumerate(touchpoints, 1)]
    return {"sources": [{"id": "source:bench", **_names("样本", "Sample", 1)}], "entities": entities, "facts": facts}


def _units(size: Size) -> list[Item]:
    regions, areas = _regions(size), _areas(size)
    units = [_below("company:bench", "公司", "Company", 1, None)]
    units += [_below(c, "中心", "Centre", n, "company:bench") for n, c in enumerate(("centre:front", "centre:back"), 1)]
    units += [
        _below(d, "部", "Department", n, d.partition("-")[0] if "-" in d else "centre:back")
        for n, d in enumerate(_departments(), 1)
    ]
    units += [_below(r, "大区", "Region", n, "centre:front") for n, r in enumerate(regions, 1)]
    units += [_below(a, "小区", "Area", n, regions[n % len(regions)]) for n, a in enumerate(areas, 1)]
    return units + [_below(d, "经销商", "Dealer", n, areas[n % len(areas)]) for n, d in enumerate(_dealers(size), 1)]


def _below(entity: str, zh: str, en: str, number: int, parent: str | None) -> Item:
    return {"id": entity, **_names(zh, en, number), **({"parent": parent} if parent else {})}


class _History:
    """Change sets, one after the other, each on what the others left."""

    def __init__(self, size: Size, random: Random) -> None:
        self._size, self._random = size, random
        self._held: dict[tuple[Any, ...], Item] = {}
        self._handed: set[tuple[str, str]] = set()

    def changes(self) -> list[Item]:
        """A change set: mostly responsibilities given, some moved on or ended, some delegations, areas that move."""
        given = self._size.responsibilities // self._size.change_sets
        moved = given // 10 if self._held else 0
        changes = [{"transfer": self._transfer()} for _ in range(moved)]
        changes += [{"end": self._ended()} for _ in range(moved // 2)]
        changes += [{"assign": self._assign()} for _ in range(given - moved)]
        changes += [{"delegate": d} for d in self._delegations(max(1, given // 50))]
        areas = self._random.sample(_areas(self._size), 2)
        return [*changes, *({"rename": {"id": a, "nameEn": f"Area {self._random.randrange(10**6)}"}} for a in areas)]

    def _assign(self) -> Item:
        """Seldom two units that are accountable for the same."""
        while True:
            drawn = self._drawn()
            line = tuple(drawn.get(name) for name in ("subject", "role", "scope", "channel"))
            if (*line, drawn["unit"]) in self._held:
                continue
            rivals = any(key[:4] == line for key in self._held)
            if drawn["role"] != "ACCOUNTABLE" or not rivals or self._random.random() < 0.1:
                self._held[*line, drawn["unit"]] = drawn
                return drawn

    def _drawn(self) -> Item:
        pick, size = self._random.choice, self._size
        subject = pick([*_touchpoints(size), *STAGES])
        (role,) = self._random.choices(list(ROLES), list(ROLES.values()))
        scope: str | None = None
        unit = pick(_departments())
        match self._random.choices(["", "region", "area", "dealer"], [10, 5, 4, 1])[0]:
            case "region":
                scope = pick(_regions(size))
                unit = pick([unit, scope])
            case "area":
                scope = unit = pick(_areas(size))
            case "dealer":
                scope = unit = pick(_dealers(size)[: size.named_dealers])
        channel = pick(list(CHANNELS)) if self._random.random() < 0.3 else None
        named = {"unit": unit, "subject": subject, "role": role, "scope": scope, "channel": channel}
        return {name: value for name, value in named.items() if value}

    def _lone(self) -> Item:
        """A responsibility, no longer held, that was its unit's only one for the subject in its role."""
        while True:
            key, item = self._random.choice(list(self._held.items()))
            if sum((k[0], k[1], k[4]) == (key[0], key[1], key[4]) for k in self._held) == 1:
                del self._held[key]
                return item

    def _ended(self) -> Item:
        item = self._lone()
        return {name: item[name] for name in ("unit", "subject", "role")}

    def _transfer(self) -> Item:
        """To a department that has nothing to do with the subject yet."""
        item = self._lone()
        busy = {key[4] for key in self._held if key[0] == item["subject"]} | {item["unit"]}
        to = self._random.choice([d for d in _departments() if d not in busy])
        self._held[item["subject"], item["role"], item.get("scope"), item.get("channel"), to] = item | {"unit": to}
        return {"subject": item["subject"], "role": item["role"], "from": item["unit"], "to": to}

    def _delegations(self, count: int) -> list[Item]:
        """Departments hand authority to a region, for it or for all."""
        drawn: list[Item] = []
        while len(drawn) < count:
            unit, region = self._random.choice(_departments()), self._random.choice(_regions(self._size))
            if (unit, region) not in self._handed:
                self._handed.add((unit, region))
                drawn.append({"unit": unit, "to": region, "scope": region})
        return drawn
