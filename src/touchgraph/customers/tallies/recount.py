"""What tallies have to hold, counted from the facts as known now: statements that yield `dealer`, `day`, `key`, `n`."""

from __future__ import annotations

from touchgraph.customers.tallies.keep import SEPARATOR
from touchgraph.model import FLOW, LINKED_AS, LINKED_BY, NOBODY, STANDING, USAGE


def _key(*parts: str) -> str:
    return f" + '{SEPARATOR}' + ".join(parts)


def _part(expression: str) -> str:
    """An id (or null) as it stands in a key: without its prefix."""
    return f"coalesce(split({expression}, ':')[1], '')"


def _consents(channel: str) -> str:
    return (
        f"EXISTS {{ (c)-[f:CONSENTS_TO]->(:Channel {{id: '{channel}'}}) "
        "WHERE f.validTo = $end AND f.recordedTo = $open }"
    )


_LINK = " ".join(
    f"WHEN telephone = {str(telephone).lower()} AND wecom = {str(wecom).lower()} THEN '{link}'"
    for (telephone, wecom), link in LINKED_AS.items()
)
_AFTER_NEXT = _part("head([g IN stays WHERE g[1] = f[2] | g[0]])")

_FLOW = f"""
WITH *, COLLECT {{
    MATCH (c)-[f:IN_STAGE]->(e) WHERE f.recordedTo = $open RETURN [e.id, f.validFrom, f.validTo, f.channel, f.grade]
  }} AS stays, COLLECT {{
    MATCH (c)<-[of:OF]-(l:Lead) WHERE of.recordedTo = $open
    RETURN COLLECT {{
      MATCH (l)-[f:GRADED]->(e) WHERE f.recordedTo = $open RETURN [e.id, f.validFrom, f.validTo]
    }} AS grades
  }} AS leads
CALL (stays, leads) {{
  UNWIND stays AS f
  WITH f, {_key(_part("f[0]"), _part("f[3]"), "coalesce(f[4], '')")} AS own, CASE WHEN f[2] = $end THEN '{SEPARATOR}'
    ELSE {_key("toString(duration.inDays(f[1], f[2]).days)", _AFTER_NEXT)} END AS left
  UNWIND [['in', f[1]], ['out', f[2]]] AS event
  RETURN event[1] AS day, {_key("event[0]", "own", "left")} AS key
  UNION ALL
  UNWIND leads AS grades
  UNWIND grades AS f
  UNWIND CASE WHEN any(g IN grades WHERE g[0] = f[0] AND g[2] = f[1]) THEN [] ELSE [['lead-in', f[1]]] END
    + CASE WHEN any(g IN grades WHERE g[0] = f[0] AND g[1] = f[2]) THEN [] ELSE [['lead-out', f[2]]] END AS event
  RETURN event[1] AS day, {_key("event[0]", _part("f[0]"))} AS key
}}
WITH * WHERE day < $end"""
"""On which days something began or ended for the customer `c`."""

_STANDING = f"""
WITH *, {", ".join(f"{_consents(channel)} AS {channel.partition(':')[2]}" for channel in LINKED_BY)},
  head(COLLECT {{ MATCH (c)-[f:IN_STAGE]->(e) WHERE f.validTo = $end AND f.recordedTo = $open RETURN e.id }}) AS stage
WITH *, [{_key("'customer'", _part("stage"), f"CASE {_LINK} END")}] + COLLECT {{
    MATCH (c)<-[of:OF]-(:Lead)-[f:GRADED]->(e) WHERE of.recordedTo = $open AND f.validTo = $end AND f.recordedTo = $open
    RETURN {_key("'lead'", _part("e.id"))} AS lead
  }} AS keys
UNWIND keys AS key
WITH *, $end AS day"""
"""What the customer `c` is at present."""

_USAGE = f"""
MATCH (i)-[:AT_TOUCHPOINT]->(t)
WITH *, date(i.at) AS day, {_key(_part("t.id"), _part("i.channel"), "i.kind")} AS key"""
"""The interaction `i`."""

_SERVED = """
UNWIND $dealers AS dealer
MATCH (:Dealer {id: dealer})<-[s:SERVED_BY]-(c) WHERE s.recordedTo = $open"""
_UNSERVED = f"""
MATCH (c:Customer) WHERE $after < c.id <= $until
WITH c, '{NOBODY}' AS dealer,
  COLLECT {{ MATCH (c)-[s:SERVED_BY]->() WHERE s.recordedTo = $open RETURN [s.validFrom, s.validTo] }} AS served"""
_COUNTED = "RETURN dealer, day, key, count(*) AS n"
_SERVED_EVER = """
WITH c, COLLECT {
  MATCH (c)-[s:SERVED_BY]->(d) WHERE s.recordedTo = $open RETURN [s.validFrom, s.validTo, d.id]
} AS served
"""


def _dealer(when: str) -> str:
    return f"WITH *, coalesce(head([s IN served WHERE {when} | s[2]]), '{NOBODY}') AS dealer"


OF_DEALERS = {
    FLOW: f"{_SERVED} {_FLOW} AND s.validFrom <= day < s.validTo {_COUNTED}",
    USAGE: f"UNWIND $dealers AS dealer MATCH (:Dealer {{id: dealer}})<-[:AT_DEALER]-(i) {_USAGE} {_COUNTED}",
    STANDING: f"{_SERVED} AND s.validTo = $end {_STANDING} {_COUNTED}",
}
"""By label, for the dealers `$dealers`."""
OF_NOBODY = {
    FLOW: f"{_UNSERVED} {_FLOW} AND none(s IN served WHERE s[0] <= day < s[1]) {_COUNTED}",
    USAGE: f"""MATCH (i:Interaction) WHERE $after < i.id <= $until AND NOT EXISTS {{ (i)-[:AT_DEALER]->() }}
WITH i, '{NOBODY}' AS dealer {_USAGE} {_COUNTED}""",
    STANDING: f"{_UNSERVED} WITH * WHERE none(s IN served WHERE s[1] = $end) {_STANDING} {_COUNTED}",
}
"""By label, for what has no dealer, among customers or interactions with ids after `$after`, up to `$until`."""
OF_CUSTOMERS = {
    FLOW: f"{_SERVED_EVER} {_FLOW} {_dealer('s[0] <= day < s[1]')} {_COUNTED}",
    STANDING: f"{_SERVED_EVER} {_STANDING} {_dealer('s[1] = $end')} {_COUNTED}",
}
"""By label, for the customers `c` of the rows before it."""
COUNTED_OF = {FLOW: "Customer", USAGE: "Interaction", STANDING: "Customer"}
"""By label, whose ids these are."""
