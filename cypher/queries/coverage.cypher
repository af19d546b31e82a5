// name: coverage
// params: role, place, asOf, knownAt
// The matrix of lifecycle stages and touchpoints: for each stage, each touchpoint that serves it, and each touchpoint that serves none,
// who answers in a role at a place (null: nationwide). The rules are those of `ownership`, for all subjects at once.
:param role => 'ACCOUNTABLE';
:param place => null;
:param asOf => date('2025-06-01');
:param knownAt => datetime('9999-12-30T00:00:00Z');
WITH COLLECT {
    MATCH (:OrgUnit {id: $place}) ((x)-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above)
    RETURN above.id ORDER BY size(r)
  } AS places
MATCH (subject:LifecycleStage|Touchpoint)-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->(state)
WITH places, subject, state,
  COLLECT {
    MATCH (subject) ((x)-[r:KIND_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (base)
    RETURN {base: base, distance: size(r), stages: COLLECT {
      MATCH (base)-[s:SERVES WHERE s.validFrom <= $asOf < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]->(stage:LifecycleStage)
      RETURN stage ORDER BY stage.id
    }} ORDER BY size(r)
  } AS kinds
// What it inherits from: its categories, then the stages of the nearest of them that serves any.
WITH *, coalesce(head([kind IN kinds WHERE size(kind.stages) > 0]).stages, []) AS served
WITH *, kinds + [stage IN served | {base: stage, distance: 999}] AS bases
WITH *, COLLECT {
    UNWIND bases AS base
    WITH base, base.base AS node
    MATCH (unit)-[f:RESPONSIBLE_FOR WHERE f.validFrom <= $asOf < f.validTo AND f.recordedFrom <= $knownAt < f.recordedTo]->(node)
    WHERE (f.role = $role OR ($role = 'ACCOUNTABLE' AND f.role = 'RESPONSIBLE')) AND (f.scope IS NULL OR f.scope IN places)
    RETURN {unit: unit, channel: f.channel, role: f.role, distance: base.distance,
      rank: base.distance * 1000000 + CASE WHEN f.channel IS NULL THEN 999 ELSE 0 END
        + 1000 * coalesce(head([i IN range(0, size(places) - 1) WHERE places[i] = f.scope]), 999)}
  } AS candidates
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
    MATCH (unit) ((x)-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above)
    WITH above, count(unit) AS units, max(size(r)) AS depth
    WHERE units = size(COLLECT { UNWIND best AS c RETURN DISTINCT c.unit.id })
    RETURN above ORDER BY depth, above.id LIMIT 1
  }) END AS common
WITH *, CASE WHEN common IS NOT NULL THEN [{unit: common, channel: null}] ELSE COLLECT {
    UNWIND best AS c
    WITH DISTINCT c.unit AS unit, c.channel AS channel
    RETURN {unit: unit, channel: channel} ORDER BY coalesce(channel, ''), unit.id
  } END AS parties
// From each of them to whom it handed authority for the place, while that is one unit.
WITH *, COLLECT {
    UNWIND range(0, size(parties) - 1) AS i
    WITH parties[i] AS party, parties[i].unit AS unit, i
    MATCH (unit) ((x)-[d:DELEGATES_TO WHERE d.validFrom <= $asOf < d.validTo AND d.recordedFrom <= $knownAt < d.recordedTo]->(y:OrgUnit)
      WHERE (d.scope IS NULL OR d.scope IN places) AND NOT EXISTS {
        (x)-[e:DELEGATES_TO WHERE e.validFrom <= $asOf < e.validTo AND e.recordedFrom <= $knownAt < e.recordedTo]->(z:OrgUnit)
        WHERE z <> y AND (e.scope IS NULL OR e.scope IN places)
          AND coalesce(head([k IN range(0, size(places) - 1) WHERE places[k] = e.scope]), 999)
            <= coalesce(head([k IN range(0, size(places) - 1) WHERE places[k] = d.scope]), 999)
      }){0,20} (last)
    OPTIONAL MATCH (line:Channel {id: party.channel})
    WITH i, line, last, size(d) AS steps ORDER BY i, steps DESC
    WITH i, head(collect({unit: last, channel: line, delegated: steps > 0})) AS owner
    RETURN owner ORDER BY i
  } AS owners
WITH subject, state, owners,
  [kind IN kinds WHERE kind.distance = 0 | kind.stages][0] AS stages,
  CASE
    WHEN size(best) = 0 AND EXISTS { (subject)-[u:UNOWNED WHERE u.validFrom <= $asOf < u.validTo AND u.recordedFrom <= $knownAt < u.recordedTo]->() } THEN 'DELIBERATELY_UNOWNED'
    WHEN size(best) = 0 THEN 'GAP'
    WHEN common IS NULL AND contested THEN 'CONFLICT'
    WHEN size(owners) > 1 THEN 'SHARED_BY_CHANNEL'
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
// A cell for a stage itself, or for a touchpoint with each stage that it serves.
UNWIND CASE WHEN subject:LifecycleStage THEN [subject] WHEN size(stages) > 0 THEN stages ELSE [null] END AS stage
OPTIONAL MATCH (stage)-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->(placed)
WITH {stage: stage, touchpoint: CASE WHEN subject:Touchpoint THEN subject END, status: status, rule: rule, owners: owners} AS cell,
  coalesce(placed.ordinal, 999) AS ordinal, subject:Touchpoint AS below, subject.id AS id
ORDER BY ordinal, below, id
WITH collect(cell) AS cells
WITH cells, [cell IN cells WHERE cell.status = 'GAP'] AS gaps, [cell IN cells WHERE cell.status = 'CONFLICT'] AS conflicts,
  [cell IN cells WHERE cell.status = 'DELIBERATELY_UNOWNED'] AS unowned
RETURN $role AS role, head(COLLECT { MATCH (p:OrgUnit {id: $place}) RETURN p }) AS place, cells, gaps, conflicts, unowned,
  size(cells) AS total, size(cells) - size(gaps) - size(conflicts) - size(unowned) AS owned
