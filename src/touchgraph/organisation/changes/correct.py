"""Corrections: a fact was wrong. What was known of it stays known until now; from now on, something else is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from touchgraph.errors import InputError
from touchgraph.model import FACT_BY_TYPE, OPEN_END, OPEN_START, Property, kind_of
from touchgraph.organisation.changes import kinds as c
from touchgraph.organisation.changes.work import Work
from touchgraph.organisation.facts import Fact, own
from touchgraph.organisation.rules import problems

_TELLING = ("role", "scope", "channel", "how")


def correct(work: Work, change: c.Correct) -> None:
    """Closes the record of a fact, for all days, and records what is put in its place, if anything."""
    if change.valid_from is not None:
        raise InputError("`validFrom` has no place in a correction: `day` tells which fact, `instead` what is right")
    fact = _wrong(work, change)
    work.end(fact, fact.valid_from)
    if change.instead is not None:
        _record(work, change, fact, change.instead)
    if fact.type == "HAS_STATE":
        check_life(work, change.start)


def _wrong(work: Work, change: c.Correct) -> Fact:
    """The fact that a correction is about. Raises InputError unless there is exactly one."""
    if change.type not in FACT_BY_TYPE:
        raise InputError(f"`type` is {change.type}: expected one of {', '.join(FACT_BY_TYPE)}")
    for entity in filter(None, (change.start, change.end)):
        work.known(entity)
    told = {name: getattr(change, name) for name in _TELLING if name in change.model_fields_set}
    facts = [
        fact
        for fact in work.now.out(change.type, change.start)
        if change.end in (None, fact.end)
        and (change.day is None or fact.valid_from <= change.day < fact.valid_to)
        and all(fact.get(name) == value for name, value in told.items())
    ]
    if not facts:
        on = f" on {change.day}" if change.day else ""
        raise InputError(f"nothing to correct: no {change.type} {change.start} → {change.end or '…'} is known{on}")
    if len(facts) > 1:
        shown = "; ".join(map(str, facts[:3]))
        raise InputError(f"{len(facts)} facts could be meant: {shown}. Tell by `day`, `end`, {', '.join(_TELLING)}")
    return facts[0]


def _record(work: Work, change: c.Correct, fact: Fact, instead: c.Correction) -> None:
    """Records a fact as it should have been; what the correction does not name stays as it was."""
    given = instead.model_dump(exclude_unset=True, by_alias=True)
    since = given.pop("validFrom", fact.valid_from) or OPEN_START
    until = given.pop("validTo", fact.valid_to) or OPEN_END
    end = given.pop("end", fact.end) or fact.end
    of_state = fact.type == "HAS_STATE"
    old: Mapping[str, Any] = work.now.states[fact.end] if of_state else dict(fact.properties)
    new = dict(own({**old, **given}))
    _check_properties(fact, given, new)
    evidence = work.evidence(change)
    if (since, until, end, new, evidence) == (fact.valid_from, fact.valid_to, fact.end, dict(old), fact.evidence):
        raise InputError(f"nothing changes: {fact} is known as that already ({fact.change_set})")
    if of_state:
        if end != fact.end:
            raise InputError("`end` of a state cannot be told: name the properties that were wrong")
        work.state(fact.start, new, since, until, evidence)
    else:
        work.record(fact.type, fact.start, end, since, until, evidence, new)


def _check_properties(fact: Fact, given: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    kind = kind_of(fact.start)
    allowed: tuple[Property, ...] = FACT_BY_TYPE[fact.type].properties
    if fact.type == "HAS_STATE":
        allowed = kind.state if kind else ()
    names = [prop.name for prop in allowed]
    if wrong := [name for name in given if name not in names]:
        expected = ", ".join(("validFrom", "validTo", "end", *names))
        raise InputError(f"{fact.type} of {fact.start} cannot have {', '.join(wrong)}: expected {expected}")
    if missing := [prop.name for prop in allowed if prop.required and prop.name not in new]:
        raise InputError(f"{fact.type} of {fact.start} needs {', '.join(missing)}")


def check_life(work: Work, entity: str) -> None:
    """Raises InputError if something holds at a time at which the entity does not exist any more."""
    wrong = [problem for fact in work.now.touching(entity) for problem in problems(work.now, fact)]
    if wrong:
        more = f"; and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise InputError(f"{'; '.join(wrong[:3])}{more}. Correct or end that first")
