// name: ownership
// params: subject, role, place, channel, asOf, knownAt
// Who answers for a subject in a role, at a place and through a channel (null: nationwide, any channel); why, and who does not.
:param subject => 'touchpoint:recall';
:param role => 'ACCOUNTABLE';
:param place => 'area:r1-01';
:param channel => null;
:param asOf => date('2025-06-01');
:param knownAt => datetime('9999-12-30T00:00:00Z');
MATCH (subject:Subject {id: $subject}) USING INDEX SEEK subject:Subject(id)
WHERE EXISTS { (subject)-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->() }
// The place and the channel with all that is above them, nearest first.
WITH subject,
  COLLECT {
    MATCH (at:OrgUnit {id: $place}) ((x)-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above) USING INDEX SEEK at:OrgUnit(id)
    RETURN above.id ORDER BY size(r)
  } AS places,
  COLLECT {
    MATCH (at:Channel {id: $channel}) ((x)-[r:KIND_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above) USING INDEX SEEK at:Channel(id)
    RETURN above.id ORDER BY size(r)
  } AS channels,
  COLLECT {
    MATCH (subject) ((x)-[r:KIND_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (base)
    RETURN {base: base, distance: size(r), path: r} ORDER BY size(r)
  } AS kinds
// What it inherits from: its categories, then the stages of the nearest of them that serves any.
WITH *, COLLECT {
    UNWIND kinds AS kind
    WITH kind, kind.base AS serving
    MATCH (serving)-[s:SERVES WHERE s.validFrom <= $asOf < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]->(stage)
    RETURN {base: stage, distance: 999, path: kind.path + [s], from: kind.distance}
  } AS served
WITH *, kinds + [one IN served WHERE all(other IN served WHERE one.from <= other.from)] AS bases
// Facts that may answer. Their rank has three digits each for the distance of the base, the scope and the channel.
WITH *, COLLECT {
    UNWIND bases AS base
    WITH base, base.base AS node
    MATCH (unit)-[f:RESPONSIBLE_FOR WHERE f.validFrom <= $asOf < f.validTo AND f.recordedFrom <= $knownAt < f.recordedTo]->(node)
    WHERE (f.role = $role OR ($role = 'ACCOUNTABLE' AND f.role = 'RESPONSIBLE')) AND (f.scope IS NULL OR f.scope IN places)
    WITH base, node, unit, f,
      coalesce(head([i IN range(0, size(places) - 1) WHERE places[i] = f.scope]), 999) AS scope,
      CASE WHEN f.channel IS NULL THEN 999 WHEN $channel IS NULL THEN 0
        ELSE head([i IN range(0, size(channels) - 1) WHERE channels[i] = f.channel]) END AS channel
    RETURN {base: node, path: base.path, unit: unit, fact: f, distance: base.distance, scope: scope, channel: channel,
      rank: base.distance * 1000000 + scope * 1000 + channel}
  } AS candidates
// An accountable unit comes first; without one, for ACCOUNTABLE, those responsible. A channel that does not fit has no rank.
WITH *, [c IN candidates WHERE c.fact.role = $role AND c.rank IS NOT NULL] AS first
WITH *, CASE WHEN size(first) > 0 THEN first ELSE [c IN candidates WHERE c.fact.role <> $role AND c.rank IS NOT NULL] END AS asked
WITH *, [c IN asked WHERE all(other IN asked WHERE c.rank <= other.rank)] AS best
WITH *, size(best) > 0 AND head(best).fact.role <> $role AS inferred
// What each unit answers for: all channels, or one of them. Several units for the same are contested.
WITH *, COLLECT {
    UNWIND best AS c
    WITH c.unit AS unit, c.fact.channel AS line, collect(c) AS facts
    RETURN {unit: unit, line: line, path: reduce(way = [], c IN facts | way + c.path + [c.fact])}
  } AS claims
WITH *, size(COLLECT { UNWIND claims AS c RETURN DISTINCT c.unit }) AS units,
  size(COLLECT { UNWIND claims AS c RETURN DISTINCT c.line }) < size(claims) AS contested
// Several who are responsible: the nearest unit above all of them.
WITH *, CASE WHEN inferred AND contested THEN head(COLLECT {
    UNWIND best AS c
    WITH DISTINCT c.unit AS unit, units AS needed
    MATCH (unit) ((x)-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above)
    WITH above, needed, count(unit) AS below, max(size(r)) AS depth, collect(r) AS ways
    WHERE below = needed
    RETURN {unit: above, path: reduce(all = [], way IN ways | all + way)} ORDER BY depth, above.id LIMIT 1
  }) END AS common
WITH *, CASE WHEN common IS NULL THEN claims
    ELSE [{unit: common.unit, line: null, path: reduce(all = [], c IN claims | all + c.path) + common.path}] END AS parties
// From each of them to whom it handed authority for the place, while that is one unit. Those that end at the same unit are told once.
WITH *, COLLECT {
    UNWIND range(0, size(parties) - 1) AS i
    WITH parties[i] AS party, parties[i].unit AS unit, i
    MATCH (unit) ((x)-[d:DELEGATES_TO WHERE d.validFrom <= $asOf < d.validTo AND d.recordedFrom <= $knownAt < d.recordedTo]->(y:OrgUnit)
      WHERE (d.scope IS NULL OR d.scope IN places) AND NOT EXISTS {
        (x)-[e:DELEGATES_TO WHERE e.validFrom <= $asOf < e.validTo AND e.recordedFrom <= $knownAt < e.recordedTo]->(z:OrgUnit)
        // One to the same unit has to be nearer, one to another as near.
        WHERE (e.scope IS NULL OR e.scope IN places)
          AND coalesce(head([k IN range(0, size(places) - 1) WHERE places[k] = e.scope]), 999)
            < coalesce(head([k IN range(0, size(places) - 1) WHERE places[k] = d.scope]), 999) + CASE WHEN z = y THEN 0 ELSE 1 END
      }){0,20} (last)
    WITH i, party, last, d ORDER BY i, size(d) DESC
    WITH i, party.line AS line, party.path AS path, head(collect({unit: last, way: d})) AS end
    WITH end.unit AS unit, line, collect(path + end.way) AS paths, max(size(end.way)) > 0 AS delegated
    OPTIONAL MATCH (channel:Channel {id: line}) USING INDEX SEEK channel:Channel(id)
    RETURN {unit: unit, channel: channel, delegated: delegated,
      path: reduce(all = [], f IN reduce(flat = [], way IN paths | flat + way) | CASE WHEN f IN all THEN all ELSE all + [f] END)}
    ORDER BY coalesce(line, ''), unit.id
  } AS owners
WITH *, head(best) AS winner, any(owner IN owners WHERE owner.delegated) AS delegated
WITH *, head(COLLECT { MATCH (p:OrgUnit {id: $place}) USING INDEX SEEK p:OrgUnit(id) RETURN p }) AS place,
  head(COLLECT { MATCH (c:Channel {id: $channel}) USING INDEX SEEK c:Channel(id) RETURN c }) AS channel
RETURN subject, place, channel,
  $role AS role,
  CASE
    WHEN size(best) = 0 AND EXISTS { (subject)-[u:UNOWNED WHERE u.validFrom <= $asOf < u.validTo AND u.recordedFrom <= $knownAt < u.recordedTo]->() } THEN 'DELIBERATELY_UNOWNED'
    WHEN size(best) = 0 THEN 'GAP'
    WHEN common IS NULL AND contested THEN 'CONFLICT'
    WHEN common IS NULL AND units > 1 THEN 'SHARED_BY_CHANNEL'
    ELSE 'OWNED'
  END AS status,
  CASE
    WHEN size(best) = 0 THEN null
    WHEN delegated THEN 'DELEGATED'
    WHEN common IS NOT NULL THEN 'COMMON_PARENT'
    WHEN inferred THEN 'SOLE_RESPONSIBLE'
    WHEN winner.distance = 0 THEN 'DIRECT'
    ELSE 'INHERITED'
  END AS rule,
  inferred, owners,
  // What the sentence that explains it is about.
  {subject: subject.id, place: place.id, channel: channel.id, base: winner.base.id, parties: [c IN best | c.unit.id],
    owners: [owner IN owners | {unit: owner.unit.id, channel: owner.channel.id}],
    reason: head(COLLECT { MATCH (subject)-[u:UNOWNED WHERE u.validFrom <= $asOf < u.validTo AND u.recordedFrom <= $knownAt < u.recordedTo]->() RETURN u.reason })} AS ids,
  COLLECT {
    UNWIND [subject, place, channel, winner.base] + [c IN best | c.unit] + [o IN owners | o.unit] + [o IN owners | o.channel] AS one
    WITH DISTINCT one WHERE one IS NOT NULL
    MATCH (one)-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->(state)
    RETURN [one.id, state.nameZh, state.nameEn]
  } AS names,
  reduce(all = [], owner IN owners | all + [f IN owner.path WHERE NOT f IN all]) AS path,
  COLLECT {
    UNWIND candidates AS c
    WITH c, CASE
        WHEN c IN best THEN null
        WHEN c.rank IS NULL THEN 'OTHER_CHANNEL'
        WHEN c.fact.role <> winner.fact.role THEN 'LOWER_RANK'
        WHEN c.distance > winner.distance THEN 'FARTHER_SUBJECT'
        WHEN c.scope > winner.scope THEN 'WIDER_SCOPE'
        ELSE 'OTHER_CHANNEL'
      END AS reason
    WHERE reason IS NOT NULL
    RETURN {unit: c.unit, fact: c.fact, reason: reason}
    ORDER BY c.distance, c.scope, coalesce(c.channel, 1000), c.fact.role, c.unit.id, c.base.id, coalesce(c.fact.channel, '')
  } AS losers
