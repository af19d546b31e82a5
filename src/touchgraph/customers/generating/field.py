"""Areas and dealers made up in addition to those of the seed files: a seed file, with a change set of its own."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from touchgraph.customers.generating.world import SOURCE, World, chance, rows_of
from touchgraph.errors import InputError
from touchgraph.model import OPEN_END, OPEN_START, Confidence
from touchgraph.organisation.facts import Fact

DEALERS_OF_AN_AREA = 7.5
"""How many dealers an area has on average: 400 areas have 3,000."""
MOST = 9_999
"""So many have ids of four digits."""
_DIGITS = "〇一二三四五六七八九"


class Places:
    """The cities of each region; one with twice the people comes up twice as often."""

    def __init__(self, regions: Sequence[str]) -> None:
        self.slots: dict[str, list[dict[str, str]]] = {region: [] for region in regions}
        for row in rows_of("places.csv"):
            region = regions[(int(row["region"]) - 1) % len(regions)]
            self.slots[region] += [row] * int(row["weight"])

    def slot(self, seed: int, number: int, region: str) -> int:
        """Where a dealer is, as a place in the list of its region."""
        return chance(seed, "slot", number, len(self.slots[region]))


def with_dealers(world: World, count: int, seed: int) -> tuple[World, str | None]:
    """The world with so many dealers, and the seed file that makes those which it has not; None if there are none."""
    if not len(world.dealers) <= count <= MOST:
        raise InputError(f"--dealers: expected {len(world.dealers)} (those of the seed files) to {MOST}, got {count}")
    if count == len(world.dealers):
        return world, None
    field = _Field(world, seed)
    field.add_areas(round(count / DEALERS_OF_AN_AREA) - len(world.ids("area")))
    field.add_dealers(count - len(world.dealers))
    return replace(world, dealers=[*world.dealers, *field.dealers], recorded=field.recorded), field.text()


class _Field:
    """What is added, line by line."""

    def __init__(self, world: World, seed: int) -> None:
        self._world, self._seed = world, seed
        self.recorded = world.recorded + timedelta(days=1)
        self.dealers: list[tuple[str, str]] = []
        self._areas: list[tuple[str, str]] = []
        self._entities: list[str] = []
        self._states: list[str] = []
        self._facts: list[str] = []

    def add_areas(self, count: int) -> None:
        """Adds areas, the regions taking turns. Each is like the first one of its region, but for the name."""
        there = Counter(self._region(area) for area in self._world.ids("area"))
        for number in range(count):
            region = self._world.regions[number % len(self._world.regions)]
            there[region] += 1
            area = f"area:{region.partition(':')[2]}-{there[region]:02d}"
            self._areas.append((area, region))
            model = next(one for one in self._world.ids("area") if self._region(one) == region)
            zh, en = _alike(self._world.names(region), self._world.names(model))
            names = {"nameZh": f"{zh}第{_numeral(there[region])}小区", "nameEn": f"{en}Area {there[region]}"}
            self._like(model, area, names, region)

    def _region(self, area: str) -> str:
        return self._world.known.out("PART_OF", area)[-1].end

    def _like(self, model: str, area: str, names: dict[str, str], region: str) -> None:
        known = self._world.known
        for number, fact in enumerate(known.out("HAS_STATE", model)):
            own = {"id": area, **known.states[fact.end], **names, **_days(fact)}
            if number == 0:
                self._entities.append(_item(own))
            else:
                self._states.append(_item(own))
        self._put_below(area, region)
        for fact in sorted(known.into("IN_UNIT", model), key=lambda fact: (fact.start, fact.valid_from)):
            ends = {"type": fact.type, "start": fact.start, "end": area}
            self._facts.append(_item(ends | dict(fact.properties) | _days(fact)))

    def add_dealers(self, count: int) -> None:
        """Adds dealers, the new areas (all, if there are none) taking turns; named after cities."""
        areas = self._areas or [(area, self._region(area)) for area in self._world.ids("area")]
        places = Places(self._world.regions)
        models = [
            (self._world.names(region), self._world.names(dealer))
            for dealer, region in self._world.dealers
            if region == self._world.regions[0]
        ]
        there: Counter[str] = Counter()
        for number in range(len(self._world.dealers), len(self._world.dealers) + count):
            area, region = areas[number % len(areas)]
            dealer = f"dealer:d{number + 1:04d}"
            self.dealers.append((dealer, region))
            city = places.slots[region][places.slot(self._seed, number, region)]
            names, like = models[chance(self._seed, "model", number, len(models))]
            zh, en = (one.removeprefix(alike) for one, alike in zip(like, _alike(names, like), strict=True))
            there[city["city"] + zh] += 1
            zh, en = _repeated(f"{city['city']}{zh}", f"{city['cityEn']} {en}", there[city["city"] + zh])
            self._entities.append(_item({"id": dealer, "nameZh": zh, "nameEn": en}))
            self._put_below(dealer, area)

    def _put_below(self, unit: str, parent: str) -> None:
        """A fact of its own, as those of a file come after all states: only then has the parent its whole life."""
        self._facts.append(_item({"type": "PART_OF", "start": unit, "end": parent}))

    def text(self) -> str:
        """The file."""
        head = {
            "id": "change:field-made-up",
            "nameZh": "演示用的更多小区和经销商",
            "nameEn": "More areas and dealers for demonstration",
            "effective": OPEN_START,
            "recorded": self.recorded,
            "evidence": {"source": SOURCE, "confidence": Confidence.SYNTHETIC},
        }
        parts = [f"changeSet: {_value(head)}"]
        for name, items in (("entities", self._entities), ("states", self._states), ("facts", self._facts)):
            parts += [f"{name}:", *items] if items else []
        return "\n".join(parts) + "\n"


def _alike(names: tuple[str, str], others: tuple[str, str]) -> tuple[str, str]:
    """With what both names begin, in both languages."""
    zh, en = (os.path.commonprefix(pair) for pair in zip(names, others, strict=True))  # noqa: RUF071  (no paths)
    return zh, en


def _repeated(zh: str, en: str, number: int) -> tuple[str, str]:
    return (zh, en) if number == 1 else (f"{zh[:-1]}{_numeral(number)}{zh[-1]}", f"{en} {number}")


def _numeral(number: int) -> str:
    """A number below a hundred in Chinese; beyond, its digits."""
    tens, ones = divmod(number, 10)
    if tens > 9:
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    ten = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return ten + (_DIGITS[ones] if ones else "")


def _days(fact: Fact) -> dict[str, date]:
    days = {"validFrom": fact.valid_from, "validTo": fact.valid_to}
    return {name: day for name, day in days.items() if day not in (OPEN_START, OPEN_END)}


def _item(values: dict[str, Any]) -> str:
    return f"  - {_value(values)}"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_value(one)}" for name, one in value.items()) + "}"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)
