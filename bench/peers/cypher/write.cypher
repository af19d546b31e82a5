// name: write
// params: rows, source, recorded, open, openRecord
// Records interactions, once each, and counts them for the dealer on the day; faults are ids that are not known.
:param rows => [];
:param source => 'source:bench';
:param recorded => datetime();
:param open => date('9999-12-31');
:param openRecord => datetime('9999-12-31T00:00:00Z');
UNWIND $rows AS row
OPTIONAL MATCH (c:Customer {id: row.customer})
OPTIONAL MATCH (t:Touchpoint {id: row.touchpoint})
OPTIONAL MATCH (c)-[f:SERVED_BY]->(d) WHERE f.validTo = $open AND f.recordedTo = $openRecord
MERGE (i:Interaction {id: row.id})
WITH row, c, t, d, i, i.at IS NULL AS new
CALL (row, c, t, d, i, new) {
  WITH * WHERE new AND c IS NOT NULL AND t IS NOT NULL
  SET i += row.own, i.at = datetime(row.at), i.customer = c.id, i.source = $source, i.recordedFrom = $recorded
  CREATE (i)-[:WITH_CUSTOMER]->(c) CREATE (i)-[:AT_TOUCHPOINT]->(t)
  FOREACH (one IN CASE WHEN d IS NULL THEN [] ELSE [d] END | CREATE (i)-[:AT_DEALER]->(one))
}
WITH collect(CASE WHEN c IS NULL OR t IS NULL THEN row.id END) AS faults,
  collect(CASE WHEN new THEN {dealer: coalesce(d.id, ''), day: row.day, key: row.key} END) AS new
CALL (new) {
  UNWIND new AS one
  WITH one.dealer AS dealer, one.day AS day, collect(one.key) AS keys ORDER BY dealer, day
  MERGE (u:UsageTally {dealer: dealer, day: day}) ON CREATE SET u.keys = [], u.counts = []
  SET u.day = u.day
  WITH u, keys, u.keys + [i IN range(0, size(keys) - 1) WHERE NOT keys[i] IN u.keys + keys[..i] | keys[i]] AS counted
  SET u.counts = [i IN range(0, size(counted) - 1) | coalesce(u.counts[i], 0) + size([k IN keys WHERE k = counted[i]])],
    u.keys = counted
}
RETURN faults, size(new) AS recorded
