// name: org-diff
// params: fromAsOf, fromKnownAt, toAsOf, toKnownAt
// What is different in the organisation (units, positions, responsibilities) between two moments. Found by the times of facts alone, so that
// what did not change costs nothing. A fact that was recorded anew with the same content is no difference.
:param fromAsOf => date('2025-03-31');
:param fromKnownAt => datetime('9999-12-30T00:00:00Z');
:param toAsOf => date('2025-06-01');
:param toKnownAt => datetime('9999-12-30T00:00:00Z');
WITH CASE WHEN $fromAsOf < $toAsOf THEN $fromAsOf ELSE $toAsOf END AS d, CASE WHEN $fromAsOf < $toAsOf THEN $toAsOf ELSE $fromAsOf END AS e,
  CASE WHEN $fromKnownAt < $toKnownAt THEN $fromKnownAt ELSE $toKnownAt END AS k,
  CASE WHEN $fromKnownAt < $toKnownAt THEN $toKnownAt ELSE $fromKnownAt END AS l
// Only a fact that begins, ends, becomes known or is corrected between the moments can hold at one of them alone.
CALL (d, e, k, l) {
  MATCH ()-[f:HAS_STATE]->() USING INDEX SEEK f:HAS_STATE(validFrom) USING INDEX SEEK f:HAS_STATE(validTo) USING INDEX SEEK f:HAS_STATE(recordedFrom) USING INDEX SEEK f:HAS_STATE(recordedTo)
  WHERE d < f.validFrom <= e OR d < f.validTo <= e OR k < f.recordedFrom <= l OR k < f.recordedTo <= l RETURN f
  UNION ALL
  MATCH ()-[f:PART_OF]->() USING INDEX SEEK f:PART_OF(validFrom) USING INDEX SEEK f:PART_OF(validTo) USING INDEX SEEK f:PART_OF(recordedFrom) USING INDEX SEEK f:PART_OF(recordedTo)
  WHERE d < f.validFrom <= e OR d < f.validTo <= e OR k < f.recordedFrom <= l OR k < f.recordedTo <= l RETURN f
  UNION ALL
  MATCH ()-[f:REPORTS_TO]->() USING INDEX SEEK f:REPORTS_TO(validFrom) USING INDEX SEEK f:REPORTS_TO(validTo) USING INDEX SEEK f:REPORTS_TO(recordedFrom) USING INDEX SEEK f:REPORTS_TO(recordedTo)
  WHERE d < f.validFrom <= e OR d < f.validTo <= e OR k < f.recordedFrom <= l OR k < f.recordedTo <= l RETURN f
  UNION ALL
  MATCH ()-[f:IN_UNIT]->() USING INDEX SEEK f:IN_UNIT(validFrom) USING INDEX SEEK f:IN_UNIT(validTo) USING INDEX SEEK f:IN_UNIT(recordedFrom) USING INDEX SEEK f:IN_UNIT(recordedTo)
  WHERE d < f.validFrom <= e OR d < f.validTo <= e OR k < f.recordedFrom <= l OR k < f.recordedTo <= l RETURN f
  UNION ALL
  MATCH ()-[f:RESPONSIBLE_FOR]->() USING INDEX SEEK f:RESPONSIBLE_FOR(validFrom) USING INDEX SEEK f:RESPONSIBLE_FOR(validTo) USING INDEX SEEK f:RESPONSIBLE_FOR(recordedFrom) USING INDEX SEEK f:RESPONSIBLE_FOR(recordedTo)
  WHERE d < f.validFrom <= e OR d < f.validTo <= e OR k < f.recordedFrom <= l OR k < f.recordedTo <= l RETURN f
  UNION ALL
  MATCH ()-[f:DELEGATES_TO]->() USING INDEX SEEK f:DELEGATES_TO(validFrom) USING INDEX SEEK f:DELEGATES_TO(validTo) USING INDEX SEEK f:DELEGATES_TO(recordedFrom) USING INDEX SEEK f:DELEGATES_TO(recordedTo)
  WHERE d < f.validFrom <= e OR d < f.validTo <= e OR k < f.recordedFrom <= l OR k < f.recordedTo <= l RETURN f
  UNION ALL
  MATCH ()-[f:SUPPORTS]->() USING INDEX SEEK f:SUPPORTS(validFrom) USING INDEX SEEK f:SUPPORTS(validTo) USING INDEX SEEK f:SUPPORTS(recordedFrom) USING INDEX SEEK f:SUPPORTS(recordedTo)
  WHERE d < f.validFrom <= e OR d < f.validTo <= e OR k < f.recordedFrom <= l OR k < f.recordedTo <= l RETURN f
  UNION ALL
  MATCH ()-[f:UNOWNED]->() USING INDEX SEEK f:UNOWNED(validFrom) USING INDEX SEEK f:UNOWNED(validTo) USING INDEX SEEK f:UNOWNED(recordedFrom) USING INDEX SEEK f:UNOWNED(recordedTo)
  WHERE d < f.validFrom <= e OR d < f.validTo <= e OR k < f.recordedFrom <= l OR k < f.recordedTo <= l RETURN f
}
WITH f, startNode(f) AS a, endNode(f) AS b, f.validFrom <= $fromAsOf < f.validTo AND f.recordedFrom <= $fromKnownAt < f.recordedTo AS was,
  f.validFrom <= $toAsOf < f.validTo AND f.recordedFrom <= $toKnownAt < f.recordedTo AS is
WHERE was <> is AND (type(f) <> 'HAS_STATE' OR a:OrgUnit OR a:Position)
// What tells facts apart, and what one says.
WITH f, a, b, was, is, type(f) AS type,
  CASE WHEN type(f) IN ['HAS_STATE', 'PART_OF', 'REPORTS_TO', 'UNOWNED'] THEN null ELSE b END AS other,
  [x IN CASE type(f) WHEN 'HAS_STATE' THEN [b.nameZh, b.nameEn, b.level, b.mandateZh, b.mandateEn, b.mandateStrength]
    ELSE [b.id, f.headcount, f.mandate, f.reason] END | coalesce(toString(x), '')] AS says
WITH type, a, other, coalesce(f.role, '') AS role, coalesce(f.scope, '') AS scope, coalesce(f.channel, '') AS channel, coalesce(f.how, '') AS how,
  head(collect(CASE WHEN was THEN {fact: f, end: b, says: says} END)) AS old, head(collect(CASE WHEN is THEN {fact: f, end: b, says: says} END)) AS new
WHERE coalesce(old.says <> new.says, true)
// At the earlier of the two moments: what was not known of a thing then, and is later, was recorded; that is no change.
WITH *, CASE WHEN $fromAsOf < $toAsOf OR ($fromAsOf = $toAsOf AND $fromKnownAt <= $toKnownAt) THEN old ELSE new END AS first
WITH *, [i IN range(0, 5) WHERE coalesce(old.says[i], '') <> coalesce(new.says[i], '')] AS differing
WITH *, [i IN differing WHERE coalesce(first.says[i], '') <> ''] AS changed
WITH collect({type: type, a: a, old: old, new: new, differing: differing, changed: changed, b: coalesce(new, old).end, role: role, scope: scope, channel: channel}) AS rows
CALL (rows) {
  UNWIND rows AS row
  WITH row, row.type AS type, row.a AS a, row.b AS b, row.old AS old, row.new AS new, row.differing AS differing, row.changed AS changed
  WHERE type <> 'RESPONSIBLE_FOR' OR (old IS NOT NULL AND new IS NOT NULL)
  // The parent and the line of a unit that is created or closed belong to that change.
  WITH *, [old IS NULL, new IS NULL] AS missing,
    CASE WHEN type <> 'HAS_STATE' OR old IS NOT NULL THEN [] ELSE COLLECT {
      MATCH (a)-[p:PART_OF|REPORTS_TO WHERE p.validFrom <= $toAsOf < p.validTo AND p.recordedFrom <= $toKnownAt < p.recordedTo]->()
      RETURN p ORDER BY type(p) } END AS joined,
    CASE WHEN type <> 'HAS_STATE' OR new IS NOT NULL THEN [] ELSE COLLECT {
      MATCH (a)-[p:PART_OF|REPORTS_TO WHERE p.validFrom <= $fromAsOf < p.validTo AND p.recordedFrom <= $fromKnownAt < p.recordedTo]->()
      RETURN p ORDER BY type(p) } END AS left
  WITH *, type IN ['PART_OF', 'REPORTS_TO'] AND EXISTS {
      (a)-[s:HAS_STATE WHERE s.validFrom <= $fromAsOf < s.validTo AND s.recordedFrom <= $fromKnownAt < s.recordedTo]->() } AND EXISTS {
      (a)-[s:HAS_STATE WHERE s.validFrom <= $toAsOf < s.validTo AND s.recordedFrom <= $toKnownAt < s.recordedTo]->() } AS stayed
  WITH *, CASE type
      WHEN 'HAS_STATE' THEN CASE missing WHEN [true, false] THEN ['CREATED'] WHEN [false, true] THEN ['CLOSED'] ELSE
        CASE WHEN old.says[0..2] <> new.says[0..2] THEN ['RENAMED'] ELSE [] END
        + CASE WHEN NOT 2 IN differing THEN [] WHEN 2 IN changed THEN ['RERANKED'] ELSE ['LEVEL_RECORDED'] END
        + CASE WHEN all(i IN differing WHERE i < 3) THEN [] WHEN any(i IN changed WHERE i >= 3) THEN ['MANDATE_CHANGED'] ELSE ['MANDATE_RECORDED'] END END
      WHEN 'PART_OF' THEN CASE WHEN stayed THEN ['MOVED'] ELSE [] END
      WHEN 'REPORTS_TO' THEN CASE WHEN NOT stayed THEN [] WHEN 0 IN changed THEN ['REPORTING_LINE_CHANGED'] ELSE ['REPORTING_LINE_RECORDED'] END
      WHEN 'IN_UNIT' THEN CASE missing WHEN [true, false] THEN ['POSITION_ADDED'] WHEN [false, true] THEN ['POSITION_REMOVED']
        ELSE CASE WHEN 1 IN changed THEN ['HEADCOUNT_CHANGED'] ELSE ['HEADCOUNT_RECORDED'] END END
      WHEN 'RESPONSIBLE_FOR' THEN ['RESPONSIBILITY_CHANGED']
      WHEN 'DELEGATES_TO' THEN CASE WHEN old IS NULL THEN ['DELEGATED'] ELSE ['DELEGATION_ENDED'] END
      WHEN 'SUPPORTS' THEN CASE missing WHEN [true, false] THEN ['SUPPORT_STARTED'] WHEN [false, true] THEN ['SUPPORT_ENDED'] ELSE ['SUPPORT_CHANGED'] END
      ELSE CASE WHEN new IS NULL THEN ['UNOWNED_ENDED'] ELSE ['UNOWNED'] END
    END AS kinds
  UNWIND kinds AS kind
  WITH *, CASE WHEN type = 'RESPONSIBLE_FOR' THEN a END AS holder
  RETURN {kind: kind,
    unit: CASE WHEN type = 'IN_UNIT' THEN b WHEN a:OrgUnit THEN a END, position: CASE WHEN a:Position THEN a END,
    subject: CASE type WHEN 'RESPONSIBLE_FOR' THEN b WHEN 'UNOWNED' THEN a END,
    from: [x IN CASE WHEN type IN ['HAS_STATE', 'IN_UNIT'] THEN [p IN left | endNode(p)] ELSE [coalesce(holder, old.end)] END WHERE x IS NOT NULL],
    to: [x IN CASE WHEN type IN ['HAS_STATE', 'IN_UNIT'] THEN [p IN joined | endNode(p)] ELSE [coalesce(holder, new.end)] END WHERE x IS NOT NULL],
    before: [x IN [old.fact] WHERE x IS NOT NULL] + left, after: [x IN [new.fact] WHERE x IS NOT NULL] + joined} AS change
UNION ALL
  // Responsibilities that are held by others: those of one scope and channel in a group; those that nobody took over or gave up there,
  // with the others of the subject. Accountable and responsible are one line: who answers for the subject.
  WITH rows
  UNWIND rows AS row
  WITH row WHERE row.type = 'RESPONSIBLE_FOR' AND (row.old IS NULL OR row.new IS NULL)
  WITH row.b AS subject, CASE WHEN row.role IN ['ACCOUNTABLE', 'RESPONSIBLE'] THEN '' ELSE row.role END AS line, row.scope AS scope, row.channel AS channel,
    collect(row) AS held
  WITH *, any(row IN held WHERE row.old IS NULL) AND any(row IN held WHERE row.new IS NULL) AS matched
  UNWIND held AS row
  WITH subject, line, CASE WHEN matched THEN [scope, channel] ELSE [] END AS place, row ORDER BY row.a.id, row.role, row.scope, row.channel
  WITH subject, line, place, collect(row) AS held
  WITH *, [row IN held WHERE row.new IS NULL | row.a] AS losers, [row IN held WHERE row.old IS NULL | row.a] AS winners
  WITH *, all(unit IN losers WHERE unit IN winners) AND all(unit IN winners WHERE unit IN losers) AS same
  UNWIND CASE WHEN size(losers) = 0 OR size(winners) = 0 THEN [row IN held | [row]]
    WHEN same THEN COLLECT { UNWIND losers AS unit WITH DISTINCT unit RETURN [row IN held WHERE row.a = unit] }
    ELSE [held] END AS group
  WITH subject, same, COLLECT { UNWIND group AS row WITH row WHERE row.new IS NULL RETURN DISTINCT row.a AS unit ORDER BY unit.id } AS from,
    COLLECT { UNWIND group AS row WITH row WHERE row.old IS NULL RETURN DISTINCT row.a AS unit ORDER BY unit.id } AS to,
    [row IN group WHERE row.new IS NULL | row.old.fact] AS before, [row IN group WHERE row.old IS NULL | row.new.fact] AS after,
    [row IN group | row.scope] AS scopes, $fromAsOf < $toAsOf OR ($fromAsOf = $toAsOf AND $fromKnownAt <= $toKnownAt) AS forward
  WITH *, CASE WHEN forward THEN [$fromAsOf, $fromKnownAt] ELSE [$toAsOf, $toKnownAt] END AS first
  // That nobody held it at the earlier moment is known only where a change set says that all who did are recorded.
  WITH *, (size(from) = 0 AND forward OR size(to) = 0 AND NOT forward) AND NOT EXISTS {
      MATCH (set:ChangeSet)
      WHERE 'RESPONSIBLE_FOR' IN set.complete AND set.effective <= first[0] AND set.recordedFrom <= first[1]
        AND (set.completeFor IS NULL OR all(scope IN scopes WHERE scope IN set.completeFor))
    } AS recorded
  WITH *, CASE WHEN recorded THEN 'RESPONSIBILITY_RECORDED' WHEN size(from) = 0 THEN 'RESPONSIBILITY_GAINED' WHEN size(to) = 0 THEN 'RESPONSIBILITY_LOST'
    WHEN same THEN 'RESPONSIBILITY_CHANGED' ELSE 'RESPONSIBILITY_TRANSFERRED' END AS kind
  RETURN {kind: kind, unit: CASE WHEN kind <> 'RESPONSIBILITY_TRANSFERRED' THEN head(from + to) END, position: null, subject: subject,
    from: from, to: to, before: before, after: after} AS change
}
WITH change, {asOf: $fromAsOf, knownAt: $fromKnownAt} AS was, {asOf: $toAsOf, knownAt: $toKnownAt} AS is,
  CASE WHEN size(change.after) > 0 THEN change.after ELSE change.before END AS evidence,
  ['CREATED', 'CLOSED', 'RENAMED', 'MOVED', 'REPORTING_LINE_CHANGED', 'REPORTING_LINE_RECORDED', 'RERANKED', 'LEVEL_RECORDED', 'MANDATE_CHANGED',
    'MANDATE_RECORDED', 'POSITION_ADDED', 'POSITION_REMOVED', 'HEADCOUNT_CHANGED', 'HEADCOUNT_RECORDED', 'RESPONSIBILITY_TRANSFERRED', 'RESPONSIBILITY_GAINED', 'RESPONSIBILITY_RECORDED', 'RESPONSIBILITY_LOST', 'RESPONSIBILITY_CHANGED', 'DELEGATED',
    'DELEGATION_ENDED', 'SUPPORT_STARTED', 'SUPPORT_ENDED', 'SUPPORT_CHANGED', 'UNOWNED', 'UNOWNED_ENDED'] AS kinds
// Who changed it: the change sets that recorded what holds after; where nothing does, those that ended what held before.
WITH *, head([i IN range(0, size(kinds) - 1) WHERE kinds[i] = change.kind]) AS rank, COLLECT {
    UNWIND evidence AS f
    MATCH (c:ChangeSet {id: f.changeSet}) USING INDEX SEEK c:ChangeSet(id) WHERE size(change.after) > 0 OR f.recordedTo > $toKnownAt RETURN c
    UNION
    UNWIND evidence AS f
    MATCH (c:ChangeSet {recordedFrom: f.recordedTo}) WHERE size(change.after) = 0 AND f.recordedTo <= $toKnownAt RETURN c
  } AS changeSets
ORDER BY rank, change.unit.id, change.position.id, change.subject.id, head(change.to).id, head(change.from).id, head(evidence).role, head(evidence).scope,
  head(evidence).channel, head(evidence).how
WITH collect({kind: change.kind, rank: rank, unit: change.unit, position: change.position, subject: change.subject, from: change.from, to: change.to,
  before: change.before, after: change.after, changeSets: changeSets, evidence: evidence, was: was, is: is,
  latest: {asOf: $toAsOf, knownAt: CASE WHEN $fromKnownAt < $toKnownAt THEN $toKnownAt ELSE $fromKnownAt END},
  moment: CASE WHEN size(change.after) > 0 THEN is ELSE was END}) AS changes
RETURN [{asOf: toString($fromAsOf), knownAt: toString($fromKnownAt)}] AS from, [{asOf: toString($toAsOf), knownAt: toString($toKnownAt)}] AS to,
  size(changes) AS total, COLLECT {
    UNWIND changes AS change
    WITH change.kind AS kind, change.rank AS rank, count(*) AS count ORDER BY rank
    RETURN {kind: kind, count: count}
  } AS counts, changes
