// name: funnel
// params: place, from, to, by, supposed, asOf, knownAt
// How customers went through the stages at a place (null: nationwide) from one day to another, both included, in all and by MONTH, REGION, AREA,
// DEALER, CHANNEL or GRADE (null: in all only). From roll-ups; where they do not know (known earlier, or `supposed`), from the facts.
:param place => null;
:param from => date('2026-10-01');
:param to => date('2026-10-31');
:param by => 'REGION';
:param supposed => false;
:param asOf => date();
:param knownAt => datetime('9999-12-30T00:00:00Z');
WITH head(COLLECT { MATCH (p:OrgUnit {id: $place})-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->() USING INDEX SEEK p:OrgUnit(id) RETURN p }) AS place,
  COLLECT {
    MATCH (s:LifecycleStage)-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->(state)
    RETURN s ORDER BY state.ordinal, s.id
  } AS stages,
  // The dealers of the place, each with the unit to which it belongs; nationwide, also what has no dealer.
  COLLECT {
    CALL () {
      MATCH (at:OrgUnit {id: $place}) ((x)<-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]-(y)){0,20} (dealer:Dealer) USING INDEX SEEK at:OrgUnit(id)
      RETURN dealer
      UNION
      MATCH (dealer:Dealer) WHERE $place IS NULL
      RETURN dealer
    }
    WITH dealer, head(COLLECT {
        MATCH (dealer) ((x)-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){1,20} (above)
        WHERE ($by = 'AREA' AND above:Area) OR ($by = 'REGION' AND above:Region)
        RETURN above.id
      }) AS above
    RETURN {id: dealer.id, unit: CASE $by WHEN 'DEALER' THEN dealer.id ELSE above END} AS one
    UNION ALL
    WITH $place AS place WHERE place IS NULL
    RETURN {id: '', unit: null} AS one
  } AS dealers
CALL (dealers) {
  CALL (dealers) {
    WITH dealers WHERE NOT $supposed AND $knownAt >= datetime()
    UNWIND dealers AS d
    MATCH (t:FlowTally) WHERE t.dealer = d.id AND $from <= t.day <= $to AND t.day <= $asOf
    WITH t.day AS day, d.unit AS unit, t.keys AS keys, t.counts AS counts
    UNWIND range(0, size(keys) - 1) AS i
    WITH day, unit, keys[i] AS key, counts[i] AS n
    WHERE key STARTS WITH 'in|' OR key STARTS WITH 'out|'
    // As of an earlier day, a stay that ended later had not ended.
    WITH *, CASE WHEN $asOf < date() AND key STARTS WITH 'in|' THEN split(key, '|') END AS k
    WITH *, CASE WHEN day + duration({days: coalesce(toInteger(k[4]), 0)}) > $asOf THEN k[0] + '|' + k[1] + '|' + k[2] + '|' + k[3] + '||' ELSE key END AS key
    RETURN CASE $by WHEN 'MONTH' THEN toString(date.truncate('month', day)) ELSE unit END AS bucket, key, sum(n) AS n
    UNION ALL
    WITH dealers WHERE $supposed OR $knownAt < datetime()
    CALL (dealers) {
      WITH dealers WHERE $place IS NOT NULL
      UNWIND dealers AS d
      MATCH (at:Dealer {id: d.id})<-[s:SERVED_BY WHERE s.recordedFrom <= $knownAt < s.recordedTo]-(c)-[f:IN_STAGE WHERE f.recordedFrom <= $knownAt < f.recordedTo]->(stage) USING INDEX SEEK at:Dealer(id)
      UNWIND [['in', f.validFrom], ['out', f.validTo]] AS event
      WITH c, f, stage, event[0] AS what, event[1] AS day, d.unit AS unit, s WHERE $from <= day <= $to AND day <= $asOf AND s.validFrom <= day < s.validTo
      RETURN c, f, stage, what, day, unit
      UNION ALL
      WITH $place AS place WHERE place IS NULL
      MATCH (c)-[f:IN_STAGE WHERE f.recordedFrom <= $knownAt < f.recordedTo]->(stage)
      UNWIND [['in', f.validFrom], ['out', f.validTo]] AS event
      WITH c, f, stage, event[0] AS what, event[1] AS day WHERE $from <= day <= $to AND day <= $asOf
      RETURN c, f, stage, what, day, CASE WHEN $by IN ['DEALER', 'AREA', 'REGION'] THEN head(COLLECT {
          MATCH (c)-[s:SERVED_BY WHERE s.validFrom <= day < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]->(dealer)
          MATCH (dealer) ((x)-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above)
          WHERE ($by = 'DEALER' AND above = dealer) OR ($by = 'AREA' AND above:Area) OR ($by = 'REGION' AND above:Region)
          RETURN above.id
        }) END AS unit
    }
    WITH day, unit, what + '|' + split(stage.id, ':')[1] + '|' + coalesce(split(f.channel, ':')[1], '') + '|' + coalesce(f.grade, '') AS key,
      CASE WHEN f.validTo > $asOf THEN '||' ELSE '|' + toString(duration.inDays(f.validFrom, f.validTo).days) + '|' + coalesce(split(head(COLLECT {
          MATCH (c)-[g:IN_STAGE WHERE g.validFrom = f.validTo AND g.recordedFrom <= $knownAt < g.recordedTo]->(next) RETURN next.id
        }), ':')[1], '') END AS left
    RETURN CASE $by WHEN 'MONTH' THEN toString(date.truncate('month', day)) ELSE unit END AS bucket, key + left AS key, count(*) AS n
  }
  RETURN collect([bucket, key, n]) AS rows
}
CALL (rows, stages) {
  UNWIND rows AS row
  WITH row[0] AS bucket, split(row[1], '|') AS k, row[2] AS n
  WITH CASE $by WHEN 'CHANNEL' THEN k[2] WHEN 'GRADE' THEN k[3] ELSE coalesce(bucket, '') END AS bucket,
    k[0] AS what, 'stage:' + k[1] AS stage, toInteger(k[4]) AS days, 'stage:' + k[5] AS next, n
  // Each counts in all, and in its group.
  UNWIND CASE WHEN $by IS NULL THEN [null] ELSE [null, bucket] END AS part
  WITH part AS bucket, stage, what, days, next, sum(n) AS n
  WITH *, any(i IN range(0, size(stages) - 2) WHERE stages[i].id = stage
    AND any(s IN stages[i + 1 ..] WHERE s.id = next)) AS later ORDER BY days
  WITH bucket, stage, sum(CASE what WHEN 'in' THEN n ELSE 0 END) AS entered, sum(CASE what WHEN 'out' THEN n ELSE 0 END) AS left,
    sum(CASE WHEN what = 'in' AND later THEN n ELSE 0 END) AS converted,
    collect(CASE what WHEN 'out' THEN {days: days, n: n} END) AS spread
  // The middle of all stays that ended, shortest first: of an even number, that of the two in the middle.
  WITH *, reduce(m = {seen: 0}, d IN spread | {seen: m.seen + d.n,
      low: coalesce(m.low, CASE WHEN 2 * (m.seen + d.n) >= left THEN d.days END),
      high: coalesce(m.high, CASE WHEN 2 * (m.seen + d.n) > left THEN d.days END)}) AS middle
  WITH bucket, collect({stage: stage, entered: entered, left: left, converted: converted, conversion: 1.0 * converted / nullIf(entered, 0),
    medianDays: (middle.low + middle.high) / 2.0}) AS found
  RETURN collect({bucket: bucket, found: found}) AS counted
}
WITH *, [one IN counted WHERE one.bucket IS NULL] AS whole, [one IN counted WHERE one.bucket IS NOT NULL] AS parts,
  [{entered: 0, left: 0, converted: 0}] AS nothing
RETURN place, toString($from) AS from, toString($to) AS to, $by AS by,
  [s IN stages | head([f IN coalesce(head(whole).found, []) + nothing WHERE coalesce(f.stage, s.id) = s.id | f {.*, stage: s}])] AS stages,
  COLLECT {
    UNWIND parts AS part
    RETURN {
      unit: head(COLLECT { MATCH (u:OrgUnit {id: part.bucket}) USING INDEX SEEK u:OrgUnit(id) RETURN u }),
      channel: head(COLLECT { MATCH (c:Channel {id: 'channel:' + part.bucket}) USING INDEX SEEK c:Channel(id) RETURN c }),
      month: CASE $by WHEN 'MONTH' THEN part.bucket END,
      grade: CASE $by WHEN 'GRADE' THEN nullIf(part.bucket, '') END,
      stages: [s IN stages | head([f IN part.found + nothing WHERE coalesce(f.stage, s.id) = s.id | f {.*, stage: s}])]
    } ORDER BY part.bucket
  } AS groups
