// name: change-facts
// params: type, start, closed, new, leads, recorded, changes
// Closes facts of a customer, a lead or feedback, records others, which start at it, and applies to the tallies what that counts for. `leads`: the lead,
// if it is new. `changes` are in the order of tally, dealer and day, in which everybody locks.
:param type => 'IN_STAGE';
:param start => 'customer:li-na';
:param closed => [];
:param new => [{end: 'stage:deal', own: {validFrom: date('2026-01-05'), validTo: date('9999-12-31'), recordedFrom: datetime(), recordedTo: datetime('9999-12-31T00:00:00Z'), source: 'source:article'}}];
:param leads => [];
:param recorded => datetime();
:param changes => [{tally: 'StandingTally', dealer: '', day: date('9999-12-31'), entries: [{key: 'customer|deal|NONE', n: 1}, {key: 'customer||NONE', n: -1}]}];
CALL () {
  UNWIND $leads AS lead
  MATCH (c:Customer {id: lead.customer}) USING INDEX SEEK c:Customer(id)
  CREATE (l:Lead {id: $start}) SET l += lead.own
  CREATE (l)-[of:OF]->(c) SET of = lead.of
}
MATCH (a:Customer|Lead|Feedback {id: $start})
CALL () { UNWIND $closed AS ref MATCH ()-[f]->() WHERE elementId(f) = ref SET f.recordedTo = $recorded }
CALL (a) {
  UNWIND $new AS row
  MATCH (b:Entity {id: row.end}) USING INDEX SEEK b:Entity(id)
  CREATE (a)-[f:$($type)]->(b) SET f += row.own
}
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
  }
  // A tally is locked before its lists are read, so that no count is lost.
  SET t.day = t.day
  WITH t, change, t.counts AS before, t.keys + [e IN change.entries WHERE NOT e.key IN t.keys | e.key] AS keys
  WITH t, keys, [i IN range(0, size(keys) - 1) | coalesce(before[i], 0)
    + reduce(n = 0, e IN change.entries | n + CASE e.key WHEN keys[i] THEN e.n ELSE 0 END)] AS counts
  SET t.keys = [i IN range(0, size(keys) - 1) WHERE counts[i] <> 0 | keys[i]], t.counts = [n IN counts WHERE n <> 0]
}
