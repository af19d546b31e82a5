"""The statements by which the organisation is read: a fixed vocabulary, so that no question has to be planned.

A word takes keys and tells, for each of them, what the graph has of it: of all days and times, whatever a document
selects. Its text follows from the model, or from a statement of `cypher/queries/`, and never from a document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from touchgraph import model
from touchgraph.answer.records import Entity, Fact
from touchgraph.answer.sources import Direction, Named
from touchgraph.graph.driver import plain
from touchgraph.model import Property, quote

Rows = Sequence[Sequence[Any]]

_EACH = "UNWIND range(0, size($keys) - 1) AS i WITH i, $keys[i] AS key"
_BY_ID = f"MATCH {model.with_id('n', 'key', 'Entity')}"
_NODE = tuple({p.name: p for kind in model.ENTITIES for p in kind.properties}.values())
_OWN = tuple({p.name: p for kind in model.FACTS for p in kind.properties}.values())
_FACT = (*model.FACT_PROPERTIES, *_OWN)
_FACT_NAMES = tuple(p.name for p in _FACT)
_STATE_NAMES = tuple(p.name for p in model.STATE_PROPERTIES)


@dataclass(frozen=True, eq=False)
class Word:
    """A statement over `$keys`; its rows begin with the place of their key. `read` makes a value of a key's rows.

    `lasting`: it asks for nothing but the organisation. `size` counts the values in what was made.
    """

    name: str
    text: str
    read: Callable[[Rows], Any]
    size: Callable[[Any], int]

    @cached_property
    def lasting(self) -> bool:
        """Whether it asks for nothing but the organisation, and so finds the same until that changes."""
        return not model.tells_of_customers(self.text)


def _micros(time: str) -> str:
    return f"{time}.epochSeconds * 1000000 + {time}.microsecond"


def _values(variable: str, properties: Iterable[Property]) -> str:
    terms = (f"{variable}.{quote(p.name)}" for p in properties)
    dated = (p.type in ("date", "datetime") for p in properties)
    return ", ".join(f"toString({term})" if is_time else term for term, is_time in zip(terms, dated, strict=True))


def _fact(fact: str, start: str, end: str) -> str:
    ends = f"{start}.id, {end}.id, {_micros(f'{fact}.recordedFrom')}, {_micros(f'{fact}.recordedTo')}"
    return f"elementId({fact}), type({fact}), {ends}, {_values(fact, _FACT)}"


_STATES = f"""COLLECT {{
    MATCH (n)-[f:HAS_STATE]->(s) RETURN [{_fact("f", "n", "s")}, {_values("s", model.STATE_PROPERTIES)}]
  }}"""
_ENTITY = f"n.id, {_micros('n.recordedFrom')}, {_values('n', _NODE)}, {_STATES}"


def _state(row: Sequence[Any]) -> Fact:
    cut = len(row) - len(_STATE_NAMES)
    return Fact(row[:cut], _FACT_NAMES, dict(zip(_STATE_NAMES, row[cut:], strict=True)))


def _entity(row: Sequence[Any]) -> Entity:
    entity_id, recorded, *props, states = row
    of_node = {"id": entity_id, **dict(zip((p.name for p in _NODE), props, strict=True))}
    return Entity(entity_id, of_node, recorded, tuple(map(_state, states)))


def _one_entity(rows: Rows) -> Entity | None:
    return _entity(rows[0]) if rows else None


def _entities(rows: Rows) -> tuple[Entity, ...]:
    return tuple(map(_entity, rows))


def _facts(rows: Rows) -> tuple[Fact, ...]:
    return tuple(Fact(row, _FACT_NAMES) for row in rows)


def _one_fact(rows: Rows) -> Fact | None:
    return _state(rows[0]) if rows else None


def _pairs(rows: Rows) -> tuple[tuple[str, str], ...]:
    return tuple((entity, fact) for entity, fact in rows)


def _total(found: Iterable[Any]) -> int:
    return 1 + sum(int(one.size) for one in found)


def _size(found: Any) -> int:
    return 1 if found is None else int(found.size)


ENTITY = Word("entity", f"{_EACH} {_BY_ID} RETURN i, {_ENTITY}", _one_entity, _size)
"""An entity by its id."""
FACT = Word(
    "fact",
    f"{_EACH} MATCH (a)-[f]->(b) WHERE elementId(f) = key\n"
    f"RETURN i, {_fact('f', 'a', 'b')}, {_values('b', model.STATE_PROPERTIES)}",
    _one_fact,
    _size,
)
"""A fact by what the database calls it."""
NAMES = Word(
    "names",
    f"{_EACH} CALL db.index.fulltext.queryNodes('names', key) YIELD node AS s\n"
    "MATCH (n:Entity)-[f:HAS_STATE]->(s) RETURN i, n.id, elementId(f)",
    _pairs,
    len,
)
"""The entities, and the facts of their states, whose names a full-text query finds."""


def _every(label: str) -> Word:
    """All entities of a label."""
    return Word(f"every {label}", f"{_EACH} MATCH (n:{quote(label)}) RETURN i, {_ENTITY}", _entities, _total)


def _page(label: str, descending: bool) -> Word:
    """Entities of a label in the order of their ids, `$limit` of them, that come after a key."""
    after, order = ("<", " DESC") if descending else (">", "")
    text = f"""{_EACH} CALL (key) {{
  MATCH (n:{quote(label)}) USING INDEX SEEK n:{quote(label)}(id) WHERE n.id {after} key
  RETURN n ORDER BY n.id{order} LIMIT $limit
}}
RETURN i, {_ENTITY}"""
    return Word(f"page of {label}{order}", text, _entities, _total)


def _hop(types: Sequence[str], direction: Direction) -> Word:
    """The facts of some types that start or end at an entity."""
    left, right = {Direction.OUT: ("-", "->"), Direction.IN: ("<-", "-"), Direction.BOTH: ("-", "-")}[direction]
    pattern = f"(n){left}[f:{'|'.join(map(quote, types))}]{right}(m)"
    ends = {Direction.OUT: ("n", "m"), Direction.IN: ("m", "n"), Direction.BOTH: ("startNode(f)", "endNode(f)")}
    text = f"{_EACH} {_BY_ID} MATCH {pattern} RETURN i, {_fact('f', *ends[direction])}"
    return Word(f"{left}{'|'.join(types)}{right}", text, _facts, _total)


EVERY = {label: _every(label) for kind in model.ENTITIES for label in kind.labels if label != "Entity"}
PAGES = {(label, descending): _page(label, descending) for label in EVERY for descending in (False, True)}
HOPS = {
    (kind.type, direction): _hop((kind.type,), direction)
    for kind in model.FACTS
    if kind.type != "HAS_STATE"
    for direction in (Direction.OUT, Direction.IN)
}
FACTS = _hop([kind.type for kind in model.FACTS if kind.type != "HAS_STATE"], Direction.BOTH)
"""All facts, except its states, that start or end at an entity."""


_FIRST = (ENTITY, *HOPS.values(), FACT, NAMES, FACTS)
WORDS = (*_FIRST, *EVERY.values(), *PAGES.values())
"""All words of the organisation, those first that most questions need."""
FIRST = len(_FIRST)
"""How many these are."""


def questions(sources: Iterable[Named], statements: Mapping[str, str]) -> Mapping[str, Word]:
    """The words of named statements, with the columns that some sources take of them."""
    columns: dict[str, dict[str, None]] = {}
    order: dict[str, str] = {}
    for source in sources:
        node = {} if source.record else {"node": None}
        columns.setdefault(source.statement, node).update(dict.fromkeys(source.locals))
        order[source.statement] = source.locals[0] if source.record else f"{source.locals[0]} DESC, node.id"
    return {name: _question(name, statements[name], tuple(some), order[name]) for name, some in columns.items()}


def _question(name: str, text: str, columns: tuple[str, ...], order: str) -> Word:
    params = dict.fromkeys(re.findall(r"\$(\w+)", text))
    given = ", ".join(f"{_TIMES.get(param, 'key.' + quote(param))} AS {_variable(param)}" for param in params)
    variables = ", ".join(map(_variable, params))
    inner = re.sub(r"\$(\w+)", lambda m: _variable(m[1]), text)
    # A subquery sees only what it is given.
    inner = re.sub(r"\bCALL \((?=(.))", lambda m: f"CALL ({variables}{'' if m[1] == ')' else ', '}", inner)
    told = ", ".join(map(quote, columns))
    return Word(
        name,
        f"{_EACH} WITH i, {given}\nCALL ({variables}) {{\n{inner}\n}}\nRETURN i, {told} ORDER BY i, {order}",
        lambda rows: [dict(zip(columns, plain(list(row)), strict=True)) for row in rows],
        _count,
    )


_TIMES = {"asOf": "date(key.asOf)", "knownAt": "datetime(key.knownAt)"}
"""They come as text, as the driver takes longer for a time than for all else."""


def _variable(parameter: str) -> str:
    """The variable that takes the place of a parameter; a statement has none of such a name."""
    return quote(f"${parameter}")


def _count(value: Any) -> int:
    if isinstance(value, list):
        return 1 + sum(map(_count, value))
    return 1 + sum(map(_count, value.values())) if isinstance(value, dict) else 1
