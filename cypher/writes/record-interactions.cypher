// name: record-interactions
// params: groups, source, recorded, open
// Records interactions, and counts them; what is there already with the same content is skipped. `groups` are by all that many rows share, which is looked up
// once. Tells whether the source is known, what is wrong with which row (unknown fields, fields that differ), and how many were recorded: none, if anything
// is wrong.
:param groups => [{touchpoint: 'touchpoint:test-drive', channel: null, kind: 'VISIT', dealer: null, day: date('2026-01-05'), key: 'test-drive||VISIT', rows: [{number: 0, id: 'interaction:new', customer: 'customer:li-na', at: '2026-01-05T01:00:00Z', outcome: 'COMPLETED'}]}];
:param source => 'source:article';
:param recorded => datetime();
:param open => datetime('9999-12-31T00:00:00Z');
OPTIONAL MATCH (source:Source {id: $source}) USING INDEX SEEK source:Source(id)
UNWIND $groups AS of
OPTIONAL MATCH (t:Touchpoint {id: of.touchpoint}) USING INDEX SEEK t:Touchpoint(id)
  WHERE EXISTS { (t)-[h:HAS_STATE WHERE h.validFrom <= of.day < h.validTo AND h.recordedTo = $open]->() }
OPTIONAL MATCH (named:Dealer {id: of.dealer}) USING INDEX SEEK named:Dealer(id)
  WHERE EXISTS { (named)-[h:HAS_STATE WHERE h.validFrom <= of.day < h.validTo AND h.recordedTo = $open]->() }
OPTIONAL MATCH (via:Channel {id: of.channel}) USING INDEX SEEK via:Channel(id)
  WHERE EXISTS { (via)-[h:HAS_STATE WHERE h.validFrom <= of.day < h.validTo AND h.recordedTo = $open]->() }
WITH source, of, t, named, [field IN [CASE WHEN t IS NULL THEN 'touchpoint' END,
  CASE WHEN of.dealer IS NOT NULL AND named IS NULL THEN 'dealer' END,
  CASE WHEN of.channel IS NOT NULL AND via IS NULL THEN 'channel' END] WHERE field IS NOT NULL] AS unknown
UNWIND of.rows AS row
OPTIONAL MATCH (c:Customer {id: row.customer}) USING INDEX SEEK c:Customer(id)
OPTIONAL MATCH (c)-[s:SERVED_BY]->(serving)
  WHERE of.dealer IS NULL AND s.validFrom <= of.day < s.validTo AND s.recordedTo = $open
// Whoever records the same one meanwhile is waited for.
OPTIONAL MATCH (i:Interaction {id: row.id}) USING INDEX SEEK i:Interaction(id)
WITH source, of, row, c, t, i, coalesce(named, serving) AS d,
  unknown + CASE WHEN c IS NULL THEN ['customer'] ELSE [] END AS unknown
WITH *, CASE WHEN i IS NULL OR size(unknown) > 0 THEN [] ELSE
    CASE WHEN i.at.epochMillis = datetime(row.at).epochMillis THEN [] ELSE ['at'] END
    + [field IN ['channel', 'kind'] WHERE coalesce(i[field], '') <> coalesce(of[field], '')]
    + CASE WHEN coalesce(i.outcome, '') = coalesce(row.outcome, '') THEN [] ELSE ['outcome'] END
    + CASE WHEN EXISTS { (i)-[:WITH_CUSTOMER]->(c) } THEN [] ELSE ['customer'] END
    + CASE WHEN EXISTS { (i)-[:AT_TOUCHPOINT]->(t) } THEN [] ELSE ['touchpoint'] END
    + CASE WHEN of.dealer IS NULL OR EXISTS { (i)-[:AT_DEALER]->(d) } THEN [] ELSE ['dealer'] END
  END AS differing
WITH source IS NOT NULL AS known,
  collect(CASE WHEN size(unknown) > 0 OR size(differing) > 0 THEN [row.number, unknown, differing] END) AS faults,
  collect(CASE WHEN i IS NULL THEN {of: of, row: row, c: c, t: t, d: d} END) AS new
WITH known, faults, CASE WHEN known AND size(faults) = 0 THEN new ELSE [] END AS new
CALL (new) {
  UNWIND new AS one
  WITH one.of AS of, one.row AS row, one.c AS c, one.t AS t, one.d AS d
  CREATE (i:Interaction {id: row.id, at: datetime(row.at), kind: of.kind, channel: of.channel, outcome: row.outcome,
    customer: c.id, source: $source, recordedFrom: $recorded})
  CREATE (i)-[:WITH_CUSTOMER]->(c) CREATE (i)-[:AT_TOUCHPOINT]->(t)
  FOREACH (one IN CASE WHEN d IS NULL THEN [] ELSE [d] END | CREATE (i)-[:AT_DEALER]->(one))
}
CALL (new) {
  UNWIND new AS one
  WITH coalesce(one.d.id, '') AS dealer, one.of.day AS day, one.of.key AS key, count(*) AS n
  WITH dealer, day, collect({key: key, n: n}) AS entries ORDER BY dealer, day
  WITH {dealer: dealer, day: day, entries: entries} AS change
  CALL (change) {
    MERGE (t:UsageTally {dealer: change.dealer, day: change.day}) ON CREATE SET t.keys = [], t.counts = []
    // A tally is locked before its lists are read, so that no count is lost.
    SET t.day = t.day
    WITH t, change, t.counts AS before, t.keys + [e IN change.entries WHERE NOT e.key IN t.keys | e.key] AS keys
    WITH t, keys, [i IN range(0, size(keys) - 1) | coalesce(before[i], 0)
      + reduce(n = 0, e IN change.entries | n + CASE e.key WHEN keys[i] THEN e.n ELSE 0 END)] AS counts
    SET t.keys = [i IN range(0, size(keys) - 1) WHERE counts[i] <> 0 | keys[i]], t.counts = [n IN counts WHERE n <> 0]
  }
}
RETURN known, faults, size(new) AS recorded
