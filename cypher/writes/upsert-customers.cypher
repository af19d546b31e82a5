// name: upsert-customers
// params: rows, source, recorded, end
// Creates customers, or gives those that are there the profile; counts the new ones, who are in no stage and linked by nothing. Beside
// names stands what they are found by. Tells whether the source is known (if not, the transaction has to be given up), how many were created, and how many updated.
:param rows => [{id: 'customer:li-na', nameZh: '李娜', nameEn: 'Li Na', birthYear: 1990, province: null, city: null, registeredOn: date('2025-07-01'), nameTerms: '_李娜_ 李娜 娜 lina ln na _li_na_ li'}];
:param source => 'source:article';
:param recorded => datetime();
:param end => date('9999-12-31');
OPTIONAL MATCH (source:Source {id: $source}) USING INDEX SEEK source:Source(id)
UNWIND $rows AS row
MERGE (c:Customer {id: row.id})
// A customer that was there has a name. Whoever else creates the same one is waited for.
WITH source, row, c, c.nameZh IS NULL AS new
WITH *, any(k IN keys(row) WHERE coalesce(c[k] <> row[k], c[k] IS NOT NULL OR row[k] IS NOT NULL)) AS differing
FOREACH (one IN CASE WHEN differing THEN [c] ELSE [] END | SET one += row, one.source = $source)
FOREACH (one IN CASE WHEN new THEN [c] ELSE [] END | SET one.recordedFrom = $recorded)
WITH source IS NOT NULL AS known, sum(CASE WHEN new THEN 1 ELSE 0 END) AS created,
  sum(CASE WHEN differing AND NOT new THEN 1 ELSE 0 END) AS updated
CALL (created) {
  WITH {dealer: '', day: $end, entries: [{key: 'customer||NONE', n: created}]} AS change WHERE created > 0
  MERGE (t:StandingTally {dealer: change.dealer, day: change.day}) ON CREATE SET t.keys = [], t.counts = []
  // A tally is locked before its lists are read, so that no count is lost.
  SET t.day = t.day
  WITH t, change, t.counts AS before, t.keys + [e IN change.entries WHERE NOT e.key IN t.keys | e.key] AS keys
  WITH t, keys, [i IN range(0, size(keys) - 1) | coalesce(before[i], 0)
    + reduce(n = 0, e IN change.entries | n + CASE e.key WHEN keys[i] THEN e.n ELSE 0 END)] AS counts
  SET t.keys = [i IN range(0, size(keys) - 1) WHERE counts[i] <> 0 | keys[i]], t.counts = [n IN counts WHERE n <> 0]
}
RETURN known, created, updated
