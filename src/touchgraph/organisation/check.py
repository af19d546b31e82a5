"""Rules that Neo4j Community cannot constrain, verified in the database by the statements of `cypher/checks/`.

Each rule returns one line for everything that breaks it. A load never breaks one: it validates before it writes. So a
finding tells of somebody who wrote to the graph by other means, or of a fault of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from touchgraph.graph.driver import Graph, Transaction
from touchgraph.graph.names import terms
from touchgraph.graph.statements import Statement, statement
from touchgraph.model import (
    BELOW,
    BY_PREFIX,
    ENTITIES,
    FACT_PROPERTIES,
    FACTS,
    GROUPS,
    REFERENCES,
    TERMS,
    Property,
)
from touchgraph.organisation.rules import same_family

LIMIT = 1_000
"""At most so many findings of a rule from one statement: a graph that breaks it everywhere should still be told of."""


@dataclass(frozen=True, order=True)
class Finding:
    """A rule that is broken, and where."""

    rule: str
    message: str


async def check(graph: Graph) -> list[Finding]:
    """Everything in the graph that breaks a rule, sorted; empty when all is well. Raises GraphError."""
    return await graph.read(findings)


async def findings(tx: Transaction) -> list[Finding]:
    """Everything that breaks a rule, as a transaction sees the graph; sorted."""
    broken = {Finding(*row) for one in _statements() for row in await tx.run(one)}
    names = statement("checks/names", labels=[kind.label for kind in ENTITIES])
    return sorted(broken.union(lost(await tx.run(names))))


def lost(rows: Iterable[Sequence[Any]]) -> Iterator[Finding]:
    """Whatever is not found by its names, of rows of an id, both names, and the terms that stand beside them."""
    wrong = (entity for entity, *names, kept in rows if None not in names and terms(names) != kept)
    yield from islice((Finding("names", f"{entity} is not found by its names") for entity in wrong), LIMIT)


RULES: dict[str, str] = {
    "labels": "An entity carries the label that its id's prefix names, that label's groups, and Entity; nothing else.",
    "required-property": "Entities, states and facts have the properties that the model requires.",
    "property-type": "Properties have the type that the model gives them.",
    "property-value": "Properties with a closed range have a value of it.",
    "unknown-property": "Entities, states and facts have no properties that the model does not know.",
    "state": "An entity has a state at some time, and a state belongs to one entity.",
    "ends": "A fact starts and ends at the labels that the model allows.",
    "place": "A unit stands below a unit of a kind below which the model lets it stand.",
    "interval": "validFrom is before validTo, and recordedFrom before recordedTo.",
    "overlap": "The same fact is not told twice of one moment.",
    "second": "Where the model allows one fact at a time (one parent, one state), there are not two.",
    "cycle": "A hierarchy or a chain of delegation never comes back to where it started, at any moment.",
    "reference": "Scope, channel, source and change set are ids of entities of that kind.",
    "lifetime": "What a fact joins or refers to exists as long as the fact holds.",
    "names": "Beside names stand the terms by which they are found.",
}
"""Every rule by name, with what it demands."""


def _statements() -> list[Statement]:
    """The statements that tell of all rules: few, because planning a statement takes longer than running it.

    Each returns rules and messages. What the model says is in their parameters, but for the types of facts: those stand
    in the statements themselves, as the planner does not know how many facts there are of a type that is a parameter.
    """
    stateful = [kind.label for kind in ENTITIES if kind.state]
    labels = {prefix: list(kind.labels) for prefix, kind in BY_PREFIX.items()}
    references = [{"name": name, "label": label} for name, label in REFERENCES.items()]
    known = ["Entity", *GROUPS, *(kind.label for kind in ENTITIES)]
    return [
        statement("checks/labels", known=known, labels=labels, most=LIMIT),
        _properties(),
        statement("checks/no-state", stateful=stateful, most=LIMIT),
        statement("checks/stray-state", most=LIMIT),
        _ends(),
        statement("checks/place", below={label: list(above) for label, above in BELOW.items()}, most=LIMIT),
        statement("checks/interval", most=LIMIT),
        statement("checks/overlap", keys={kind.type: list(kind.key) for kind in FACTS}, most=LIMIT),
        statement("checks/second", most=LIMIT),
        statement("checks/cycle", most=LIMIT),
        statement("checks/reference", references=references, most=LIMIT),
        statement("checks/source-of-change-set", most=LIMIT),
        statement("checks/lifetime", stateful=stateful, most=LIMIT),
    ]


def _properties() -> Statement:
    own = (Property("id", required=True), Property(TERMS))
    return statement(
        "checks/properties",
        entities={k.prefix: _told_of((*own[: 1 if k.state else 2], *k.properties)) for k in ENTITIES},
        states={kind.prefix: _told_of((*own, *kind.state)) for kind in ENTITIES if kind.state},
        facts={kind.type: _told_of((*FACT_PROPERTIES, *kind.properties)) for kind in FACTS},
        most=LIMIT,
    )


def _told_of(properties: Iterable[Property]) -> list[dict[str, Any]]:
    types = {"datetime": "ZONED DATETIME", "strings": "LIST<STRING NOT NULL>"}
    return [
        {
            "name": prop.name,
            "required": prop.required,
            "type": types.get(prop.type, prop.type.upper()),
            "allowed": [str(value) for value in prop.values] if prop.values and prop.type != "strings" else None,
        }
        for prop in properties
    ]


def _ends() -> Statement:
    ends = {
        kind.type: {"start": kind.start, "end": kind.end, "family": kind.start if same_family(kind) else None}
        for kind in FACTS
    }
    told = {type_: {name: labels and list(labels) for name, labels in may.items()} for type_, may in ends.items()}
    return statement("checks/ends", ends=told, most=LIMIT)
