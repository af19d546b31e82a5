"""Rules that Neo4j Community cannot constrain, verified in the database by Cypher.

Each rule returns one line for everything that breaks it. A load never breaks one: it validates before it writes. So a
finding tells of somebody who wrote to the graph by other means, or of a fault of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from touchgraph.graph.driver import Graph, Transaction
from touchgraph.graph.statements import Statement
from touchgraph.model import (
    BY_PREFIX,
    ENTITIES,
    FACT_PROPERTIES,
    FACTS,
    GROUPS,
    REFERENCES,
    STATE_LABEL,
    FactKind,
    Property,
    quote,
)
from touchgraph.organisation.rules import same_family

LIMIT = 1_000
"""At most so many findings from one statement: a graph that breaks a rule everywhere should still be told of."""


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
    return sorted(
        {
            Finding(rule, message)
            for rule, statements in _rules().items()
            for statement in statements
            for (message,) in await tx.run(Statement(f"{statement.text} LIMIT {LIMIT}", statement.params))
        }
    )


RULES: dict[str, str] = {
    "labels": "An entity carries the label that its id's prefix names, that label's groups, and Entity; nothing else.",
    "required-property": "Entities, states and facts have the properties that the model requires.",
    "property-type": "Properties have the type that the model gives them.",
    "property-value": "Properties with a closed range have a value of it.",
    "unknown-property": "Entities, states and facts have no properties that the model does not know.",
    "state": "An entity has a state at some time, and a state belongs to one entity.",
    "ends": "A fact starts and ends at the labels that the model allows.",
    "interval": "validFrom is before validTo, and recordedFrom before recordedTo.",
    "overlap": "The same fact is not told twice of one moment.",
    "second": "Where the model allows one fact at a time (one parent, one state), there are not two.",
    "cycle": "A hierarchy or a chain of delegation never comes back to where it started, at any moment.",
    "reference": "Scope, channel, source and change set are ids of entities of that kind.",
    "lifetime": "What a fact joins or refers to exists as long as the fact holds.",
}
"""Every rule by name, with what it demands."""

_STATEFUL = "|".join(quote(kind.label) for kind in ENTITIES if kind.state)
_FACT_TYPES = "|".join(quote(kind.type) for kind in FACTS)
_FACT = f"MATCH (a)-[f:{_FACT_TYPES}]->(b) "
_TOLD = (
    "type(f) + ' ' + coalesce(a.id, '?') + ' → ' + coalesce(b.id, '?') + coalesce(' from ' + toString(f.validFrom), '')"
)


def _rules() -> dict[str, list[Statement]]:
    """The statements of each rule: few, because planning a statement takes longer than running it."""
    return {
        "labels": [_labels()],
        "required-property": _properties(_REQUIRED),
        "property-type": _properties(_TYPE),
        "property-value": _properties(_VALUE),
        "unknown-property": _properties(_UNKNOWN),
        "state": [_no_state(), _stray_state()],
        "ends": [_ends()],
        "interval": [_interval()],
        "overlap": [_overlap()],
        "second": [_second()],
        "cycle": [_cycle(kind) for kind in FACTS if kind.acyclic],
        "reference": [_references(), _source_of_change_sets()],
        "lifetime": [_lifetime()],
    }


# --- Properties ---------------------------------------------------------------------------------------------------
# What is matched is `x`, how it is told of `told`, what the model says of its properties `properties`.

_REQUIRED = "UNWIND properties AS p WITH * WHERE p.required AND x[p.name] IS NULL RETURN told + ' has no ' + p.name"
_TYPE = (
    "UNWIND properties AS p WITH *, valueType(x[p.name]) AS found "
    "WHERE x[p.name] IS NOT NULL AND found <> p.type + ' NOT NULL' "
    "RETURN told + ': ' + p.name + ' is ' + found + ', expected ' + p.type"
)
_VALUE = (
    "UNWIND properties AS p WITH * WHERE p.allowed IS NOT NULL AND NOT x[p.name] IN p.allowed "
    "RETURN told + ': ' + p.name + ' is ' + coalesce(toStringOrNull(x[p.name]), 'no text') "
    "+ ', expected one of ' + reduce(s = p.allowed[0], v IN p.allowed[1..] | s + ', ' + v)"
)
_UNKNOWN = (
    "UNWIND [k IN keys(x) WHERE NOT k IN [p IN properties | p.name]] AS name RETURN told + ' has an unknown ' + name"
)


def _properties(condition: str) -> list[Statement]:
    """Statements on entities, states and facts; those without a known id are left to the rules `labels` and `state`."""
    identity = Property("id", required=True)
    nodes = {kind.prefix: _told_of((identity, *kind.properties)) for kind in ENTITIES}
    states = {kind.prefix: _told_of((identity, *kind.state)) for kind in ENTITIES if kind.state}
    facts = {kind.type: _told_of((*FACT_PROPERTIES, *kind.properties)) for kind in FACTS}
    prefix = "split(toStringOrNull(n.id), ':')[0]"
    texts = (
        (f"MATCH (n:Entity) WITH n AS x, n.id AS told, $known[{prefix}] AS properties ", nodes),
        (
            "MATCH (n:Entity)-[:HAS_STATE]->(x) WITH DISTINCT x, n.id + coalesce(' ' + x.id, ': a state') AS told, "
            f"$known[{prefix}] AS properties ",
            states,
        ),
        (f"{_FACT} WITH f AS x, {_TOLD} AS told, $known[type(f)] AS properties ", facts),
    )
    return [Statement(match + condition, {"known": known}) for match, known in texts]


def _told_of(properties: Iterable[Property]) -> list[dict[str, Any]]:
    types = {"datetime": "ZONED DATETIME"}
    return [
        {
            "name": prop.name,
            "required": prop.required,
            "type": types.get(prop.type, prop.type.upper()),
            "allowed": [str(value) for value in prop.values] if prop.values else None,
        }
        for prop in properties
    ]


# --- Entities -----------------------------------------------------------------------------------------------------


def _written(labels: str) -> str:
    return f"reduce(s = '', l IN {labels} | s + ':' + l)"


def _labels() -> Statement:
    any_label = "|".join(quote(label) for label in ("Entity", *GROUPS, *(kind.label for kind in ENTITIES)))
    return Statement(
        f"MATCH (n:{any_label}) WITH n, $labels[split(toStringOrNull(n.id), ':')[0]] AS expected "
        "WHERE expected IS NULL OR any(l IN labels(n) WHERE NOT l IN expected) OR size(labels(n)) <> size(expected) "
        f"RETURN coalesce(toStringOrNull(n.id), 'a node without id') + ' has the labels ' + {_written('labels(n)')} "
        f"+ ', expected ' + coalesce({_written('expected')}, 'an id with a known prefix')",
        {"labels": {prefix: list(kind.labels) for prefix, kind in BY_PREFIX.items()}},
    )


def _no_state() -> Statement:
    return Statement(f"MATCH (n:{_STATEFUL}) WHERE NOT EXISTS {{ (n)-[:HAS_STATE]->() }} RETURN n.id + ' has no state'")


def _stray_state() -> Statement:
    return Statement(
        f"MATCH (s:{quote(STATE_LABEL)}) OPTIONAL MATCH (s)<-[:HAS_STATE]-(n) WITH s, count(DISTINCT n) AS owners "
        "WHERE owners <> 1 RETURN coalesce(s.id, 'a state') + ' belongs to ' + owners + ' entities'"
    )


# --- Facts --------------------------------------------------------------------------------------------------------


def _ends() -> Statement:
    ends = {k.type: {"start": k.start, "end": k.end, "family": k.start if same_family(k) else None} for k in FACTS}
    return Statement(
        f"{_FACT} WITH *, $ends[type(f)] AS may WHERE none(l IN labels(a) WHERE l IN may.start) "
        "OR none(l IN labels(b) WHERE l IN may.end) "
        "OR none(l IN coalesce(may.family, labels(a)) WHERE l IN labels(a) AND (may.family IS NULL OR l IN labels(b))) "
        f"RETURN {_TOLD} + ': it cannot join ' + {_written('labels(a)')} + ' and ' + {_written('labels(b)')}",
        {"ends": {type_: {k: v and list(v) for k, v in may.items()} for type_, may in ends.items()}},
    )


def _interval() -> Statement:
    return Statement(
        f"{_FACT} UNWIND ['valid', 'recorded'] AS time WITH * WHERE f[time + 'From'] >= f[time + 'To'] "
        f"RETURN {_TOLD} + ': ' + time + 'From is not before ' + time + 'To'"
    )


_BOTH_TIMES = (
    "elementId(f) < elementId(g) AND f.validFrom < g.validTo AND g.validFrom < f.validTo "
    "AND f.recordedFrom < g.recordedTo AND g.recordedFrom < f.recordedTo"
)

# The planner of Neo4j 2026.08 fails where it could use the indexes of times for f and g; WITH keeps it from them.
_APART = "WITH {}, f, g, type(f) = type(g) AS alike WHERE alike"


def _overlap() -> Statement:
    return Statement(
        f"{_FACT} MATCH (a)-[g:{_FACT_TYPES}]->(b) {_APART.format('a, b')} AND {_BOTH_TIMES} "
        "AND all(k IN $keys[type(f)] WHERE f[k] = g[k] OR (f[k] IS NULL AND g[k] IS NULL)) "
        f"RETURN {_TOLD} + ': told twice'",
        {"keys": {kind.type: list(kind.key) for kind in FACTS}},
    )


def _second() -> Statement:
    single = "|".join(quote(kind.type) for kind in FACTS if kind.single)
    return Statement(
        f"MATCH (a)-[f:{single}]->(b) MATCH (a)-[g:{single}]->(c) {_APART.format('a, b, c')} "
        f"AND b <> c AND {_BOTH_TIMES} "
        f"RETURN {_TOLD} + ': a second one beside ' + coalesce(c.id, '?')"
    )


def _cycle(kind: FactKind) -> Statement:
    """Walks on only over what is valid on the first fact's first day, which is the latest first day of any cycle."""
    type_ = quote(kind.type)
    return Statement(
        f"MATCH (a)-[f:{type_}]->(b) MATCH (b) (()-[r:{type_} WHERE r.validFrom <= f.validFrom < r.validTo "
        "AND r.recordedFrom < f.recordedTo AND f.recordedFrom < r.recordedTo]->())* (a) WITH a, b, f, "
        "reduce(t = f.recordedFrom, x IN r | CASE WHEN x.recordedFrom > t THEN x.recordedFrom ELSE t END) AS since, "
        "reduce(t = f.recordedTo, x IN r | CASE WHEN x.recordedTo < t THEN x.recordedTo ELSE t END) AS until "
        f"WHERE since < until RETURN {_TOLD} + ': part of a cycle'"
    )


def _references() -> Statement:
    return Statement(
        f"{_FACT} UNWIND $references AS r WITH * WHERE f[r.name] IS NOT NULL "
        "AND NOT EXISTS { MATCH (e:Entity {id: f[r.name]}) WHERE r.label IN labels(e) } "
        f"RETURN {_TOLD} + ': ' + r.name + ' ' + coalesce(toStringOrNull(f[r.name]), '?') + ' is no ' + r.label",
        {"references": [{"name": name, "label": label} for name, label in REFERENCES.items()]},
    )


def _source_of_change_sets() -> Statement:
    return Statement(
        "MATCH (c:ChangeSet) WHERE c.source IS NOT NULL AND NOT EXISTS { MATCH (:Source {id: c.source}) } "
        "RETURN c.id + ': source ' + coalesce(toStringOrNull(c.source), '?') + ' is no Source'"
    )


def _lifetime() -> Statement:
    """Looks at the corners only: where some of the fact's time is not covered by states, one such corner is not either.

    A corner is the first day of the fact or the end of a state, at the time when the fact or the end of a state became
    known: an uncovered moment can be pushed back in both times until it meets one of these.
    """
    others = "|".join(quote(kind.type) for kind in FACTS if kind.type != "HAS_STATE")
    return Statement(
        f"MATCH (a)-[f:{others}]->(b) MATCH (e:Entity) WHERE e.id IN [a.id, b.id, f.scope, f.channel] "
        f"AND e:{_STATEFUL} AND EXISTS {{ (e)-[:HAS_STATE]->() }} "
        "WITH a, b, f, e, COLLECT { MATCH (e)-[s:HAS_STATE]->() RETURN s } AS states "
        "WHERE any(day IN [f.validFrom] + [s IN states | s.validTo] WHERE f.validFrom <= day < f.validTo "
        "AND any(known IN [f.recordedFrom] + [s IN states | s.recordedTo] "
        "WHERE f.recordedFrom <= known < f.recordedTo AND none(s IN states "
        "WHERE s.validFrom <= day < s.validTo AND s.recordedFrom <= known < s.recordedTo))) "
        f"RETURN {_TOLD} + ': ' + e.id + ' does not exist all that time'"
    )
