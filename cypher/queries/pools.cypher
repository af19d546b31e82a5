// name: pools
// params: place, from, to, supposed, asOf, knownAt
// How many customers and leads of a place (null: nationwide) are in each pool, and how many came in and went out from one day to another, both
// included (null: the thirty days up to the day asked for). Sizes are from roll-ups at present, as of an earlier day from the facts; flows are
// from roll-ups. As known earlier, or `supposed`, all is from the facts.
:param place => null;
:param from => null;
:param to => null;
:param supposed => false;
:param asOf => date();
:param knownAt => datetime('9999-12-30T00:00:00Z');
WITH head(COLLECT { MATCH (p:OrgUnit {id: $place})-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->() USING INDEX SEEK p:OrgUnit(id) RETURN p }) AS place, coalesce($to, $asOf) AS until
WITH place, until, coalesce($from, until - duration({days: 29})) AS since, NOT $supposed AND $knownAt >= datetime() AS rolled,
  COLLECT {
    MATCH (pool:Pool)-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->()
    RETURN {pool: pool, id: split(pool.id, ':')[1],
      stages: COLLECT { MATCH (pool)-[s:SERVES WHERE s.validFrom <= $asOf < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]->(stage:LifecycleStage) RETURN split(stage.id, ':')[1] },
      ordinal: head(COLLECT {
        MATCH (pool)-[s:SERVES WHERE s.validFrom <= $asOf < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]->(stage:LifecycleStage)-[g:HAS_STATE WHERE g.validFrom <= $asOf < g.validTo AND g.recordedFrom <= $knownAt < g.recordedTo]->(state)
        RETURN state.ordinal ORDER BY state.ordinal
      })} AS one
  } AS pools,
  COLLECT {
    MATCH (at:OrgUnit {id: $place}) ((x)<-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]-(y)){0,20} (dealer:Dealer) USING INDEX SEEK at:OrgUnit(id)
    RETURN DISTINCT dealer.id AS id
    UNION ALL
    MATCH (dealer:Dealer) WHERE $place IS NULL
    RETURN dealer.id AS id
    UNION ALL
    WITH $place AS asked WHERE asked IS NULL
    RETURN '' AS id
  } AS dealers
// How often each key of the roll-ups: `in|stage|…|next`, `out|…`, `lead-in|pool`, `lead-out|pool`, `customer|stage`, `lead|pool`.
CALL (dealers, since, until, rolled) {
  CALL (dealers, since, until, rolled) {
    WITH dealers, since, until WHERE rolled
    UNWIND dealers AS dealer
    MATCH (t:FlowTally) WHERE t.dealer = dealer AND since <= t.day <= until AND t.day <= $asOf
    WITH t.keys AS keys, t.counts AS counts
    UNWIND range(0, size(keys) - 1) AS i
    WITH keys[i] AS key, counts[i] AS n
    RETURN key, sum(n) AS n
    UNION ALL
    WITH dealers WHERE rolled AND $asOf >= date()
    UNWIND dealers AS dealer
    MATCH (t:StandingTally) WHERE t.dealer = dealer AND t.day = date('9999-12-31')
    WITH t.keys AS keys, t.counts AS counts
    UNWIND range(0, size(keys) - 1) AS i
    WITH keys[i] AS key, counts[i] AS n
    RETURN key, sum(n) AS n
    UNION ALL
    WITH dealers WHERE NOT (rolled AND $asOf >= date()) AND $place IS NOT NULL
    UNWIND dealers AS dealer
    MATCH (at:Dealer {id: dealer})<-[s:SERVED_BY WHERE s.validFrom <= $asOf < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]-(c) USING INDEX SEEK at:Dealer(id)
    UNWIND COLLECT {
        MATCH (c)-[f:IN_STAGE WHERE f.validFrom <= $asOf < f.validTo AND f.recordedFrom <= $knownAt < f.recordedTo]->(stage) RETURN 'customer|' + split(stage.id, ':')[1] AS key
        UNION ALL
        MATCH (c)<-[of:OF WHERE of.recordedFrom <= $knownAt < of.recordedTo]-()-[f:GRADED WHERE f.validFrom <= $asOf < f.validTo AND f.recordedFrom <= $knownAt < f.recordedTo]->(pool) RETURN 'lead|' + split(pool.id, ':')[1] AS key
      } AS key
    RETURN key, count(*) AS n
    UNION ALL
    WITH $place AS asked WHERE asked IS NULL AND NOT (rolled AND $asOf >= date())
    CALL () {
      MATCH (c)-[f:IN_STAGE WHERE f.validFrom <= $asOf < f.validTo AND f.recordedFrom <= $knownAt < f.recordedTo]->(stage) RETURN 'customer|' AS what, stage AS end
      UNION ALL
      MATCH (c)<-[of:OF WHERE of.recordedFrom <= $knownAt < of.recordedTo]-(l)-[f:GRADED WHERE f.validFrom <= $asOf < f.validTo AND f.recordedFrom <= $knownAt < f.recordedTo]->(pool) RETURN 'lead|' AS what, pool AS end
    }
    WITH what, end, count(*) AS n
    RETURN what + split(end.id, ':')[1] AS key, n
    UNION ALL
    WITH dealers, since, until WHERE NOT rolled
    CALL (dealers) {
      WITH dealers WHERE $place IS NOT NULL
      UNWIND dealers AS dealer
      MATCH (at:Dealer {id: dealer})<-[s:SERVED_BY WHERE s.recordedFrom <= $knownAt < s.recordedTo]-(c) USING INDEX SEEK at:Dealer(id)
      CALL (c) {
        MATCH (c)-[f:IN_STAGE WHERE f.recordedFrom <= $knownAt < f.recordedTo]->(e) RETURN c AS a, f, e
        UNION ALL
        MATCH (c)<-[of:OF WHERE of.recordedFrom <= $knownAt < of.recordedTo]-(a)-[f:GRADED WHERE f.recordedFrom <= $knownAt < f.recordedTo]->(e) RETURN a, f, e
      }
      RETURN a, f, e, s.validFrom AS first, s.validTo AS last
      UNION ALL
      WITH $place AS asked WHERE asked IS NULL
      CALL () {
        MATCH (a)-[f:IN_STAGE WHERE f.recordedFrom <= $knownAt < f.recordedTo]->(e) RETURN a, f, e
        UNION ALL
        MATCH ()<-[of:OF WHERE of.recordedFrom <= $knownAt < of.recordedTo]-(a)-[f:GRADED WHERE f.recordedFrom <= $knownAt < f.recordedTo]->(e) RETURN a, f, e
      }
      RETURN a, f, e, date('0001-01-01') AS first, date('9999-12-31') AS last
    }
    UNWIND [['in', f.validFrom], ['out', f.validTo]] AS event
    WITH since, until, first, last, a, f, e, event[0] AS what, event[1] AS day
    WHERE since <= day <= until AND day <= $asOf AND first <= day < last
    // What held until then, or holds from then on.
    WITH e, what, head(COLLECT {
        MATCH (a)-[g:IN_STAGE|GRADED WHERE g.recordedFrom <= $knownAt < g.recordedTo]->(beside)
        WHERE (what = 'in' AND g.validTo = f.validFrom) OR (what = 'out' AND g.validFrom = f.validTo)
        RETURN beside
      }) AS beside
    WITH CASE
        WHEN e:LifecycleStage THEN what + '|' + split(e.id, ':')[1] + '||||' + coalesce(split(CASE what WHEN 'out' THEN beside.id END, ':')[1], '')
        WHEN coalesce(beside <> e, true) THEN 'lead-' + what + '|' + split(e.id, ':')[1]
      END AS key
    RETURN key, count(*) AS n
  }
  WITH key, sum(n) AS n WHERE key IS NOT NULL
  WITH split(key, '|') AS k, n
  // Who goes from one stage of a pool to another does not leave it.
  WITH k[0] AS what, k[1] AS id, CASE k[0] WHEN 'out' THEN k[5] END AS next, sum(n) AS n
  RETURN collect({what: what, id: id, next: next, n: n}) AS counted
}
RETURN place, toString(since) AS from, toString(until) AS to, COLLECT {
    UNWIND pools AS one
    WITH one, one.stages AS stages, reduce(n = 0, c IN counted | n + CASE
        WHEN c.what = 'out' AND c.id IN one.stages AND c.next IN one.stages THEN c.n ELSE 0 END) AS within
    RETURN {pool: one.pool,
      customers: reduce(n = 0, c IN counted | n + CASE WHEN c.what = 'customer' AND c.id IN stages THEN c.n ELSE 0 END),
      inflow: reduce(n = -within, c IN counted | n + CASE WHEN c.what = 'in' AND c.id IN stages THEN c.n ELSE 0 END),
      outflow: reduce(n = -within, c IN counted | n + CASE WHEN c.what = 'out' AND c.id IN stages THEN c.n ELSE 0 END),
      leads: reduce(n = 0, c IN counted | n + CASE WHEN c.what = 'lead' AND c.id = one.id THEN c.n ELSE 0 END),
      leadInflow: reduce(n = 0, c IN counted | n + CASE WHEN c.what = 'lead-in' AND c.id = one.id THEN c.n ELSE 0 END),
      leadOutflow: reduce(n = 0, c IN counted | n + CASE WHEN c.what = 'lead-out' AND c.id = one.id THEN c.n ELSE 0 END)}
    ORDER BY one.ordinal, one.id
  } AS pools
