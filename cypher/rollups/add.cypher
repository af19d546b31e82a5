// name: add
// params: changes
// Adds to tallies what changes their counts, or takes it off where it is negative; `changes` in the order of tally, dealer and day, in which everybody locks.
:param changes => [{tally: 'StandingTally', dealer: 'dealer:d0001', day: date('9999-12-31'), entries: [{key: 'customer|deal|NONE', n: 1}, {key: 'customer||NONE', n: -1}]}];
UNWIND $changes AS change
CALL (change) {
  CALL (change) {
    WITH change WHERE change.tally = 'FlowTally'
    MERGE (t:FlowTally {dealer: change.dealer, day: change.day}) ON CREATE SET t.keys = [], t.counts = []
    RETURN t
    UNION ALL
    WITH change WHERE change.tally = 'StandingTally'
    MERGE (t:StandingTally {dealer: change.dealer, day: change.day}) ON CREATE SET t.keys = [], t.counts = []
    RETURN t
    UNION ALL
    WITH change WHERE change.tally = 'UsageTally'
    MERGE (t:UsageTally {dealer: change.dealer, day: change.day}) ON CREATE SET t.keys = [], t.counts = []
    RETURN t
  }
  // A tally is locked before its lists are read, so that no count is lost.
  SET t.day = t.day
  WITH t, change, t.counts AS before, t.keys + [e IN change.entries WHERE NOT e.key IN t.keys | e.key] AS keys
  WITH t, keys, [i IN range(0, size(keys) - 1) | coalesce(before[i], 0)
    + reduce(n = 0, e IN change.entries | n + CASE e.key WHEN keys[i] THEN e.n ELSE 0 END)] AS counts
  SET t.keys = [i IN range(0, size(keys) - 1) WHERE counts[i] <> 0 | keys[i]], t.counts = [n IN counts WHERE n <> 0]
}
