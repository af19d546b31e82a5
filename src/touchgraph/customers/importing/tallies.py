"""The tallies of a first import, for the import tool: what `cypher/rollups/` counts in the graph, counted in the files.

There it takes longer than the import itself. That both count the same is tested on random worlds, and `check --rollups`
tells.
"""

from __future__ import annotations

from touchgraph.customers.importing.stage import Stage
from touchgraph.customers.importing.tool import Given, give_query
from touchgraph.customers.sql import quoted
from touchgraph.customers.tables import BY_TABLE, Column
from touchgraph.model import FLOW, LINKED_AS, LINKED_BY, NOBODY, OPEN_END, OPEN_RECORD, STANDING, USAGE

_TYPES = {"string": "VARCHAR", "integer": "BIGINT", "date": "DATE", "datetime": "TIMESTAMP"}
_END = f"DATE '{OPEN_END}'"
_KNOWN = f"recordedTo = TIMESTAMP '{OPEN_RECORD:%Y-%m-%d}'"


def _part(name: str) -> str:
    """An id (or null) as it stands in a key: without its prefix."""
    return f"coalesce(split_part({name}, ':', 2), '')"


def _consents(channel: str) -> str:
    return f"bool_or(channel = '{channel}')"


_LINK = " ".join(
    f"WHEN telephone = {telephone} AND wecom = {wecom} THEN '{link}'" for (telephone, wecom), link in LINKED_AS.items()
)
_FACTS = f"""
served AS (SELECT customer, dealer, validFrom, validTo FROM dealer_assignments WHERE {_KNOWN}),
stays AS (
  SELECT customer, validFrom, validTo, {_part("stage")} AS stage, {_part("channel")} AS channel,
    coalesce(grade, '') AS grade
  FROM stage_history WHERE {_KNOWN}),
graded AS (
  SELECT l.customer, g.lead, {_part("g.pool")} AS pool, g.validFrom, g.validTo
  FROM lead_grades g JOIN leads l ON l.id = g.lead WHERE g.{_KNOWN})"""

_FLOWS = f"""
left_ AS (
  SELECT s.*, concat_ws('|', s.stage, s.channel, s.grade, CASE WHEN s.validTo = {_END} THEN '|'
    ELSE concat_ws('|', s.validTo - s.validFrom, coalesce(n.stage, '')) END) AS own
  FROM stays s LEFT JOIN stays n ON n.customer = s.customer AND n.validFrom = s.validTo),
events AS (
  SELECT customer, validFrom AS day, 'in|' || own AS key FROM left_
  UNION ALL SELECT customer, validTo, 'out|' || own FROM left_
  UNION ALL SELECT customer, validFrom, 'lead-in|' || pool FROM graded g
    ANTI JOIN graded h ON h.lead = g.lead AND h.pool = g.pool AND h.validTo = g.validFrom
  UNION ALL SELECT customer, validTo, 'lead-out|' || pool FROM graded g
    ANTI JOIN graded h ON h.lead = g.lead AND h.pool = g.pool AND h.validFrom = g.validTo),
counted AS (
  SELECT s.dealer, e.day, e.key FROM events e
  LEFT JOIN served s ON s.customer = e.customer AND s.validFrom <= e.day AND e.day < s.validTo WHERE e.day < {_END})"""

_STANDING = f"""
now_served AS (SELECT customer, dealer FROM served WHERE validTo = {_END}),
now_in AS (SELECT customer, stage FROM stays WHERE validTo = {_END}),
links AS (
  SELECT customer, {", ".join(f"{_consents(channel)} AS {channel.partition(':')[2]}" for channel in LINKED_BY)}
  FROM consents WHERE validTo = {_END} AND {_KNOWN} GROUP BY customer),
linked AS (SELECT customer, CASE {_LINK} END AS link FROM links),
keys AS (
  SELECT c.id AS customer,
    concat_ws('|', 'customer', coalesce(stage, ''), coalesce(link, '{LINKED_AS[False, False]}')) AS key
  FROM customers c LEFT JOIN now_in i ON i.customer = c.id LEFT JOIN linked l ON l.customer = c.id
  UNION ALL SELECT customer, 'lead|' || pool FROM graded WHERE validTo = {_END}),
counted AS (SELECT dealer, {_END} AS day, key FROM keys LEFT JOIN now_served s ON s.customer = keys.customer)"""

_USAGE = f"""
counted AS (
  SELECT dealer, "at"::DATE AS day, concat_ws('|', {_part("touchpoint")}, {_part("channel")}, kind) AS key
  FROM interactions)"""


PART = 100_000
"""How many customers are counted at once: what is joined and put in order has to fit into memory."""
_HEADER = (":ID", "dealer:string", "day:date", "keys:string[]", "counts:long[]")


def give_tallies(stage: Stage, given: Given) -> None:
    """Gives the tallies of all rows."""
    staged = {file.table.name for file in stage.files}
    ((customers,),) = stage.rows(f"SELECT count(*) FROM {_rows('customers', staged)}")
    parts = 1 + customers // PART
    for label, counted in ((FLOW, _FLOWS), (STANDING, _STANDING), (USAGE, _USAGE)):
        stage.rows("CREATE OR REPLACE TABLE tallied (dealer VARCHAR, day DATE, key VARCHAR, n BIGINT)")
        for part in range(parts):
            tables = [f"{name} AS ({_part_of(name, staged, part, parts)})" for name in BY_TABLE]
            stage.rows(f"""
INSERT INTO tallied WITH {", ".join(tables)}, {_FACTS}, {counted}
SELECT coalesce(dealer, '{NOBODY}'), day, key, count(*) FROM counted GROUP BY ALL""")
        for part in range(parts):
            _give(stage, given, label, part, parts)
    stage.rows("DROP TABLE tallied")


def _give(stage: Stage, given: Given, label: str, part: int, parts: int) -> None:
    """Gives the tallies of a part of the dealers."""
    text = f"""
WITH sums AS (
  SELECT dealer, day, key, sum(n)::BIGINT AS n FROM tallied WHERE hash(dealer) % {parts} = {part} GROUP BY ALL)
SELECT concat_ws('|', '{label}', dealer, day) AS id, dealer, day, string_agg(key, ';' ORDER BY key) AS keys,
  string_agg(n, ';' ORDER BY key) AS counts
FROM sums GROUP BY dealer, day"""
    files, rows = give_query(stage, given, f"{label}-{part}", _HEADER, text, quoted_columns="dealer")
    given.add_nodes([label], files, rows, multiline=False)


def _part_of(name: str, staged: set[str], part: int, parts: int) -> str:
    """The rows of a table that are of a part of the customers; all, where they do not tell the customer."""
    column = "id" if name == "customers" else "customer"
    rows = f"SELECT * FROM {_rows(name, staged)}"
    if column not in {each.name for each in BY_TABLE[name].columns}:
        return rows
    return f"{rows} WHERE hash({column}) % {parts} = {part}"


def _rows(name: str, staged: set[str]) -> str:
    """The good rows of a table; none, if there is no file of it."""
    if name in staged:
        return f"good_{name}"
    return f"(SELECT {', '.join(map(_nothing, BY_TABLE[name].columns))} WHERE false)"


def _nothing(column: Column) -> str:
    return f"NULL::{_TYPES[column.type]} AS {quoted(column.name)}"
