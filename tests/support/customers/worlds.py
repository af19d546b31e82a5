"""Random worlds of a few customers, as the tables of an import: all that roll-ups count, in every order of days.

Each world has dealers of its own, and so tallies of its own; what has no dealer is counted for all worlds together.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.customers.importing import Tables
from tests.support.customers.small import CHANNELS, POOLS, SOURCE, STAGES, TOUCHPOINTS
from touchgraph.customers.tables import TABLES
from touchgraph.model import Grade, InteractionKind

Draw = Callable[[st.SearchStrategy[Any]], Any]
World = Tables

FIRST = date(2025, 3, 1)
DAYS = 8
"""What happens, happens on so many days: often on the same, or on the next one."""
RECORDED, CORRECTED = "2025-05-01T00:00:00Z", "2025-06-01T00:00:00Z"
TIMES = [f"{hour}:30:00{zone}" for hour in ("00", "12", "23") for zone in ("Z", "+08:00", "-03:00")]
"""Some are of another day by the clocks of UTC, by which days are counted."""
GRADES = [str(grade) for grade in Grade]
PERIOD = tuple[date, date | None]


def dealers(world: int) -> list[str]:
    """The dealers of a world."""
    return [f"dealer:w{world}-a", f"dealer:w{world}-b"]


def organisation(worlds: int) -> str:
    """A seed file of the dealers of all worlds, to be loaded after the small organisation."""
    units = (f"{{id: {one}, nameZh: 店, nameEn: D, parent: area:a1}}" for n in range(worlds) for one in dealers(n))
    return f"""
changeSet:
  id: change:worlds
  nameZh: 多
  nameEn: Worlds
  effective: 2020-01-01
  recorded: 2024-01-02T00:00:00Z
  evidence: {{source: {SOURCE}, confidence: SYNTHETIC}}
entities: [{", ".join(units)}]
"""


def some(count: int) -> list[World]:
    """So many worlds, always the same."""
    found: list[World] = []

    @settings(
        max_examples=count, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def collect(data: st.DataObject) -> None:
        found.append(_world(data.draw, len(found)))

    collect()
    return found[:count]


def _world(draw: Draw, number: int) -> World:
    world: World = {table.name: [] for table in TABLES}
    for customer in range(draw(st.integers(1, 4))):
        _customer(draw, world, number, f"{number}-{customer}")
    return world


def _customer(draw: Draw, world: World, number: int, name: str) -> None:
    customer, own = f"customer:w{name}", dealers(number)
    _add(world, "customers", id=customer, nameZh="客", nameEn="C", registeredOn=FIRST)
    _facts(draw, world, "dealer_assignments", {"customer": customer}, {"dealer": st.sampled_from(own)})
    stays = {"stage": st.sampled_from(STAGES), "channel": _or_none(CHANNELS), "grade": _or_none(GRADES)}
    _facts(draw, world, "stage_history", {"customer": customer}, stays)
    for channel in CHANNELS:
        _facts(draw, world, "consents", {"customer": customer, "channel": channel}, {})
    for one in range(draw(st.integers(0, 2))):
        lead = f"lead:w{name}-{one}"
        _add(world, "leads", id=lead, createdOn=FIRST, customer=customer)
        graded = {"pool": st.sampled_from(POOLS), "grade": st.sampled_from(GRADES)}
        _facts(draw, world, "lead_grades", {"lead": lead}, graded)
    for one in range(draw(st.integers(0, 3))):
        _add(
            world,
            "interactions",
            id=f"interaction:w{name}-{one}",
            at=f"{FIRST + timedelta(draw(st.integers(0, DAYS)))}T{draw(st.sampled_from(TIMES))}",
            kind=draw(st.sampled_from(list(InteractionKind))),
            outcome="NONE",
            customer=customer,
            touchpoint=draw(st.sampled_from(TOUCHPOINTS)),
            channel=draw(_or_none(CHANNELS)),
            dealer=draw(_or_none(own)),
        )


def _facts(
    draw: Draw, world: World, table: str, start: dict[str, str], values: dict[str, st.SearchStrategy[Any]]
) -> None:
    """Facts one after the other, with days between them or none; sometimes, others were known before these."""
    corrected = draw(st.integers(0, 3)) == 0
    if corrected:
        _known(draw, world, table, start, values, recordedFrom=RECORDED, recordedTo=CORRECTED)
    _known(draw, world, table, start, values, recordedFrom=CORRECTED if corrected else RECORDED)


def _known(
    draw: Draw,
    world: World,
    table: str,
    start: dict[str, str],
    values: dict[str, st.SearchStrategy[Any]],
    **recorded: str,
) -> None:
    for since, until in _periods(draw):
        own = {name: draw(value) for name, value in values.items()}
        _add(world, table, **start, **own, validFrom=since, validTo=until, **recorded)


def _periods(draw: Draw) -> list[PERIOD]:
    """Some periods of days that do not overlap; the last may go on."""
    cuts = sorted(draw(st.sets(st.integers(0, DAYS), min_size=draw(st.integers(0, 4)), max_size=6)))
    days = [FIRST + timedelta(cut) for cut in cuts]
    ends: list[date | None] = [*days[1:], None]
    return [period for period in zip(days, ends, strict=False) if draw(st.integers(0, 4)) > 0]


def _or_none(values: list[str]) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(values)


def _add(world: World, table: str, **given: Any) -> None:
    """Adds a row; what is not given, or None, is empty."""
    given = {"source": SOURCE, "recordedFrom": RECORDED, **given}
    columns = next(one for one in TABLES if one.name == table).columns
    world[table].append({one.name: str(given[one.name]) if given.get(one.name) else "" for one in columns})
