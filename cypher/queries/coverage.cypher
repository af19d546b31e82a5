// name: coverage
// params: role, place, from, to, asOf, knownAt
// The matrix of lifecycle stages and touchpoints: for each stage, each touchpoint that serves it, and each touchpoint that serves none,
// who answers in a role at a place (null: nationwide). The rules are those of `ownership`, for all subjects at once.
// With `from` and `to`, no matrix, but how long gaps and conflicts lasted between these days (half-open).
:param role => 'ACCOUNTABLE';
:param place => null;
:param from => null;
:param to => null;
:param asOf => date('2025-06-01');
:param knownAt => datetime('9999-12-30T00:00:00Z');
// The day asked for; or the first of several, and each on which something begins or ends that an answer may depend on.
WITH CASE WHEN $from IS NULL THEN [$asOf] ELSE COLLECT {
    UNWIND [$from] + COLLECT {
      MATCH ()-[f:RESPONSIBLE_FOR|DELEGATES_TO|UNOWNED|PART_OF|KIND_OF|SERVES]->() WHERE f.recordedFrom <= $knownAt < f.recordedTo
      UNWIND [f.validFrom, f.validTo] AS day
      RETURN DISTINCT day
    } + COLLECT {
      MATCH (:LifecycleStage|Touchpoint)-[f:HAS_STATE]->() WHERE f.recordedFrom <= $knownAt < f.recordedTo
      UNWIND [f.validFrom, f.validTo] AS day
      RETURN DISTINCT day
    } AS day
    WITH DISTINCT day WHERE $from <= day < $to
    RETURN day ORDER BY day
  } END AS days
UNWIND range(0, size(days) - 1) AS n
WITH days[n] AS day, coalesce(days[n + 1], $to) AS until
WITH day, until, COLLECT {
    MATCH (at:OrgUnit {id: $place}) ((x)-[r:PART_OF WHERE r.validFrom <= day < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above) USING INDEX SEEK at:OrgUnit(id)
    RETURN above.id ORDER BY size(r)
  } AS places
MATCH (subject:LifecycleStage|Touchpoint) USING SCAN subject:LifecycleStage USING SCAN subject:Touchpoint
WHERE EXISTS { (subject)-[h:HAS_STATE WHERE h.validFrom <= day < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->() }
WITH day, until, places, subject,
  COLLECT {
    MATCH (subject) ((x)-[r:KIND_OF WHERE r.validFrom <= day < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (base)
    RETURN {base: base, distance: size(r), stages: COLLECT {
      MATCH (base)-[s:SERVES WHERE s.validFrom <= day < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]->(stage:LifecycleStage)
      RETURN stage ORDER BY stage.id
    }} ORDER BY size(r)
  } AS kinds
// What it inherits from: its categories, then the stages of the nearest of them that serves any.
WITH *, coalesce(head([kind IN kinds WHERE size(kind.stages) > 0]).stages, []) AS served
WITH *, kinds + [stage IN served | {base: stage, distance: 999}] AS bases
// Many inherit from the same: what is said of each is read once.
UNWIND bases AS base
WITH day, until, places, base.base AS node, collect({subject: subject, kinds: kinds, distance: base.distance}) AS heirs
WITH *, COLLECT {
    MATCH (unit)-[f:RESPONSIBLE_FOR WHERE f.validFrom <= day < f.validTo AND f.recordedFrom <= $knownAt < f.recordedTo]->(node)
    WHERE (f.role = $role OR ($role = 'ACCOUNTABLE' AND f.role = 'RESPONSIBLE')) AND (f.scope IS NULL OR f.scope IN places)
    RETURN {unit: unit, channel: f.channel, role: f.role,
      rank: CASE WHEN f.channel IS NULL THEN 999 ELSE 0 END
        + 1000 * coalesce(head([i IN range(0, size(places) - 1) WHERE places[i] = f.scope]), 999)}
  } AS said
UNWIND heirs AS heir
WITH day, until, places, heir.subject AS subject, head(collect(heir.kinds)) AS kinds,
  collect([c IN said | {unit: c.unit, channel: c.channel, role: c.role, distance: heir.distance, rank: heir.distance * 1000000 + c.rank}]) AS candidates
WITH *, reduce(all = [], some IN candidates | all + some) AS candidates
WITH *, [c IN candidates WHERE c.role = $role] AS first
WITH *, CASE WHEN size(first) > 0 THEN first ELSE candidates END AS asked
WITH *, reduce(least = null, c IN asked | CASE WHEN least <= c.rank THEN least ELSE c.rank END) AS least
WITH *, [c IN asked WHERE c.rank = least] AS best
WITH *, size(best) > 0 AND size(first) = 0 AS inferred,
  any(c IN best WHERE any(other IN best WHERE other.unit <> c.unit AND coalesce(other.channel, '') = coalesce(c.channel, ''))) AS contested
// Several who are responsible: the nearest unit above all of them.
WITH *, CASE WHEN inferred AND contested THEN head(COLLECT {
    UNWIND best AS c
    WITH DISTINCT c.unit AS unit
    MATCH (unit) ((x)-[r:PART_OF WHERE r.validFrom <= day < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above)
    WITH above, count(unit) AS units, max(size(r)) AS depth
    WHERE units = size(COLLECT { UNWIND best AS c RETURN DISTINCT c.unit.id })
    RETURN above ORDER BY depth, above.id LIMIT 1
  }) END AS common
WITH *, CASE WHEN common IS NOT NULL THEN [{unit: common, channel: null}] ELSE COLLECT {
    UNWIND best AS c
    WITH DISTINCT c.unit AS unit, c.channel AS channel
    RETURN {unit: unit, channel: channel}
  } END AS parties
// From each of them to whom it handed authority for the place, while that is one unit. Those that end at the same unit are told once.
WITH *, COLLECT {
    UNWIND range(0, size(parties) - 1) AS i
    WITH parties[i] AS party, parties[i].unit AS unit, i
    MATCH (unit) ((x)-[d:DELEGATES_TO WHERE d.validFrom <= day < d.validTo AND d.recordedFrom <= $knownAt < d.recordedTo]->(y:OrgUnit)
      WHERE (d.scope IS NULL OR d.scope IN places) AND NOT EXISTS {
        (x)-[e:DELEGATES_TO WHERE e.validFrom <= day < e.validTo AND e.recordedFrom <= $knownAt < e.recordedTo]->(z:OrgUnit)
        WHERE z <> y AND (e.scope IS NULL OR e.scope IN places)
          AND coalesce(head([k IN range(0, size(places) - 1) WHERE places[k] = e.scope]), 999)
            <= coalesce(head([k IN range(0, size(places) - 1) WHERE places[k] = d.scope]), 999)
      }){0,20} (last)
    WITH i, party.channel AS line, last, size(d) AS steps ORDER BY i, steps DESC
    WITH i, line, head(collect({unit: last, steps: steps})) AS end
    WITH end.unit AS unit, line, max(end.steps) > 0 AS delegated
    OPTIONAL MATCH (channel:Channel {id: line}) USING INDEX SEEK channel:Channel(id)
    RETURN {unit: unit, channel: channel, delegated: delegated} ORDER BY coalesce(line, ''), unit.id
  } AS owners
WITH day, until, subject, owners,
  [kind IN kinds WHERE kind.distance = 0 | kind.stages][0] AS stages,
  CASE
    WHEN size(best) = 0 AND EXISTS { (subject)-[u:UNOWNED WHERE u.validFrom <= day < u.validTo AND u.recordedFrom <= $knownAt < u.recordedTo]->() } THEN 'DELIBERATELY_UNOWNED'
    WHEN size(best) = 0 THEN 'GAP'
    WHEN common IS NULL AND contested THEN 'CONFLICT'
    WHEN common IS NULL AND any(party IN parties WHERE party.unit <> head(parties).unit) THEN 'SHARED_BY_CHANNEL'
    ELSE 'OWNED'
  END AS status,
  CASE
    WHEN size(best) = 0 THEN null
    WHEN any(owner IN owners WHERE owner.delegated) THEN 'DELEGATED'
    WHEN common IS NOT NULL THEN 'COMMON_PARENT'
    WHEN inferred THEN 'SOLE_RESPONSIBLE'
    WHEN head(best).distance = 0 THEN 'DIRECT'
    ELSE 'INHERITED'
  END AS rule
WITH subject, collect({status: status, rule: rule, owners: owners, stages: stages, since: day, until: until,
    units: CASE WHEN status = 'CONFLICT' THEN COLLECT { UNWIND owners AS owner WITH DISTINCT owner.unit AS unit RETURN unit ORDER BY unit.id } ELSE [] END}) AS turns
// A gap lasts while nobody answers, a conflict while its parties are the same.
WITH subject, head(turns) AS now, CASE WHEN $from IS NULL THEN [] ELSE
    reduce(times = [], t IN [t IN turns WHERE t.status IN ['GAP', 'CONFLICT']] | CASE
      WHEN times[-1].until = t.since AND times[-1].status = t.status AND times[-1].units = t.units
      THEN times[..-1] + [{status: t.status, units: t.units, since: times[-1].since, until: t.until}]
      ELSE times + [{status: t.status, units: t.units, since: t.since, until: t.until}] END) END AS times
// A cell for a stage itself, or for a touchpoint with each stage that it serves.
UNWIND CASE WHEN $from IS NOT NULL THEN [null] WHEN subject:LifecycleStage THEN [subject] WHEN size(now.stages) > 0 THEN now.stages ELSE [null] END AS stage
OPTIONAL MATCH (stage)-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->(placed)
WITH {stage: stage, touchpoint: CASE WHEN subject:Touchpoint THEN subject END, status: now.status, rule: now.rule, owners: now.owners} AS cell,
  [time IN times | {subject: subject, status: time.status, units: time.units, validFrom: toString(time.since), validTo: toString(time.until),
    moment: {asOf: time.since, knownAt: $knownAt}}] AS times, coalesce(placed.ordinal, 999) AS ordinal, subject:Touchpoint AS below, subject.id AS id
ORDER BY ordinal, below, id
WITH collect(cell) AS cells, collect(times) AS times
WITH CASE WHEN $from IS NULL THEN cells ELSE [] END AS cells, reduce(all = [], some IN times | all + some) AS times
WITH *, [cell IN cells WHERE cell.status = 'GAP'] AS gaps, [cell IN cells WHERE cell.status = 'CONFLICT'] AS conflicts,
  [cell IN cells WHERE cell.status = 'DELIBERATELY_UNOWNED'] AS unowned
RETURN $role AS role, head(COLLECT { MATCH (p:OrgUnit {id: $place}) USING INDEX SEEK p:OrgUnit(id) RETURN p }) AS place, cells, gaps, conflicts, unowned,
  size(cells) AS total, size(cells) - size(gaps) - size(conflicts) - size(unowned) AS owned,
  [time IN times WHERE time.status = 'GAP'] AS gapTimes, [time IN times WHERE time.status = 'CONFLICT'] AS conflictTimes
