// name: timeline
// params: id, types, order, knownAt
// The history of an entity: what began, ended or changed on which day, since when that is known, and until when it was believed if it was
// corrected. `types` (null: all) are types of facts, `order` is that of the days, ASC or DESC.
:param id => 'dept:product-operations';
:param types => null;
:param order => 'ASC';
:param knownAt => datetime('9999-12-30T00:00:00Z');
MATCH (at:Entity {id: $id})-[f:HAS_STATE|PART_OF|REPORTS_TO|IN_UNIT|RESPONSIBLE_FOR|DELEGATES_TO|SUPPORTS|KIND_OF|SERVES|USES|FOLLOWED_BY|UNOWNED|ABOUT]-() USING INDEX SEEK at:Entity(id)
WHERE f.recordedFrom <= $knownAt AND ($types IS NULL OR type(f) IN $types)
WITH DISTINCT f, type(f) AS type, startNode(f) AS a, endNode(f) AS b
// Records that tell of the same thing at different times; `says` is what one says, `why` its evidence.
WITH type, a, CASE WHEN type IN ['HAS_STATE', 'PART_OF', 'REPORTS_TO', 'KIND_OF', 'UNOWNED'] THEN null ELSE b END AS other,
  coalesce(f.role, '') AS role, coalesce(f.scope, '') AS scope, coalesce(f.channel, '') AS channel, coalesce(f.how, '') AS how,
  collect({fact: f, why: [x IN [f.source, f.locator, f.confidence, f.note] | coalesce(x, '')],
    says: [x IN CASE type WHEN 'HAS_STATE' THEN [b.nameZh, b.nameEn, b.level, b.mandateZh, b.mandateEn, b.mandateStrength, b.ordinal, b.kind, b.value, b.unit]
      ELSE [b.id, f.headcount, f.mandate, f.reason] END | coalesce(toString(x), '')]}) AS records
// For each day on which one begins or ends: what held on the day before and what on it, as known at each time at which that changed.
WITH *, COLLECT {
    UNWIND records AS one
    UNWIND [one.fact.recordedFrom, one.fact.recordedTo] AS time
    WITH DISTINCT time WHERE time <= $knownAt
    RETURN time ORDER BY time
  } AS times, COLLECT {
    UNWIND records AS one
    UNWIND [one.fact.validFrom, one.fact.validTo] AS day
    WITH DISTINCT day WHERE day < date('9999-12-31')
    RETURN day
  } AS days
UNWIND days AS day
WITH *, [time IN times | {time: time,
    before: head([one IN records WHERE one.fact.validFrom < day <= one.fact.validTo AND one.fact.recordedFrom <= time < one.fact.recordedTo]),
    after: head([one IN records WHERE one.fact.validFrom <= day < one.fact.validTo AND one.fact.recordedFrom <= time < one.fact.recordedTo])}] AS views
WITH *, [view IN views | CASE WHEN view.before.fact = view.after.fact OR (view.before IS NULL AND view.after IS NULL) THEN []
    ELSE [coalesce(view.before.says + view.before.why, []), coalesce(view.after.says + view.after.why, [])] END] AS told
UNWIND [i IN range(0, size(views) - 1) WHERE size(told[i]) > 0 AND (i = 0 OR told[i - 1] <> told[i])] AS i
WITH type, a, other, role, scope, channel, how, day, views[i] AS view,
  views[head([j IN range(i + 1, size(views) - 1) WHERE told[j] <> told[i]])].time AS until
ORDER BY day, view.time, type, a.id, other.id, role, scope, channel, how
WITH collect({day: day, time: view.time, until: until, before: view.before, after: view.after, type: type}) AS entries
WITH CASE $order WHEN 'DESC' THEN reverse(entries) ELSE entries END AS entries
UNWIND range(0, size(entries) - 1) AS place
WITH place, entries[place] AS entry
WITH *, entry.before AS before, entry.after AS after, entry.time AS time, entry.day AS day, entry.until AS until
RETURN place, entry.type AS type,
  CASE WHEN before IS NULL THEN 'BEGAN' WHEN after IS NULL THEN 'ENDED' WHEN before.says = after.says THEN 'RESTATED' ELSE 'CHANGED' END AS kind,
  CASE WHEN day > date('0001-01-01') THEN toString(day) END AS day, toString(time) AS knownSince, toString(until) AS correctedAt,
  before.fact AS before, after.fact AS after,
  head(COLLECT {
    MATCH (c:ChangeSet {id: CASE time WHEN after.fact.recordedFrom THEN after.fact.changeSet WHEN before.fact.recordedFrom THEN before.fact.changeSet END}) USING INDEX SEEK c:ChangeSet(id) RETURN c
    UNION ALL MATCH (c:ChangeSet {recordedFrom: time}) RETURN c
  }) AS changeSet, head(COLLECT { MATCH (c:ChangeSet {recordedFrom: until}) RETURN c }) AS correctedBy,
  {asOf: day - duration({days: 1}), knownAt: time} AS was, {asOf: day, knownAt: time} AS is, {asOf: day, knownAt: until} AS later
