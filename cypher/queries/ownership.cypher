// name: ownership
// params: subject, role, place, channel, asOf, knownAt
// Who answers for a subject in a role, at a place and through a channel (null: nationwide, every channel); why, and who does not. Without a
// channel it is asked in lines: once for each channel that a fact names, and once for every other channel.
:param subject => 'touchpoint:recall';
:param role => 'ACCOUNTABLE';
:param place => 'area:r1-01';
:param channel => null;
:param asOf => date('2025-06-01');
:param knownAt => datetime('9999-12-30T00:00:00Z');
MATCH (subject:Subject {id: $subject}) USING INDEX SEEK subject:Subject(id)
WHERE EXISTS { (subject)-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->() }
// The place with all that is above it, nearest first.
WITH subject,
  COLLECT {
    MATCH (at:OrgUnit {id: $place}) ((x)-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above) USING INDEX SEEK at:OrgUnit(id)
    RETURN above.id ORDER BY size(r)
  } AS places,
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
// Facts that may answer, through whatever channel; and what leads from the subject to them.
WITH *, COLLECT {
    UNWIND bases AS base
    WITH base, base.base AS node
    MATCH (unit)-[f:RESPONSIBLE_FOR WHERE f.validFrom <= $asOf < f.validTo AND f.recordedFrom <= $knownAt < f.recordedTo]->(node)
    WHERE (f.role = $role OR ($role = 'ACCOUNTABLE' AND f.role = 'RESPONSIBLE')) AND (f.scope IS NULL OR f.scope IN places)
    RETURN {base: node, path: base.path + [f], unit: unit, fact: f, distance: base.distance,
      scope: coalesce(head([i IN range(0, size(places) - 1) WHERE places[i] = f.scope]), 999)}
  } AS candidates
// The channel asked for, or else each that one of them names; with the channels above it, nearest first.
WITH *, COLLECT {
    UNWIND CASE WHEN $channel IS NULL THEN [c IN candidates WHERE c.fact.channel IS NOT NULL | c.fact.channel] ELSE [$channel] END AS id
    WITH DISTINCT id
    MATCH (at:Channel {id: id}) ((x)-[r:KIND_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above) USING INDEX SEEK at:Channel(id)
    WITH at, above.id AS above, size(r) AS distance ORDER BY distance
    WITH at, collect(above) AS chain
    RETURN {channel: at, chain: chain}
  } AS named
UNWIND CASE WHEN $channel IS NULL OR size(named) = 0 THEN [{channel: null, chain: []}] + named ELSE named END AS line
// In each line, facts have a rank with three digits each for the distance of the base, the scope and the channel.
WITH subject, places, candidates, line, [c IN candidates WHERE c.fact.channel IS NULL OR c.fact.channel IN line.chain |
    c {.*, rank: c.distance * 1000000 + c.scope * 1000
      + coalesce(head([i IN range(0, size(line.chain) - 1) WHERE line.chain[i] = c.fact.channel]), 999)}] AS fitting
// An accountable unit comes first; without one, for ACCOUNTABLE, those responsible.
WITH *, [c IN fitting WHERE c.fact.role = $role] AS first
WITH *, CASE WHEN size(first) > 0 THEN first ELSE fitting END AS asked
WITH *, [c IN asked WHERE all(other IN asked WHERE c.rank <= other.rank)] AS best
WITH *, head(best) AS winner, size(best) > 0 AND size(first) = 0 AS inferred
// Several units for the same are contested.
WITH *, COLLECT {
    UNWIND best AS c
    WITH c.unit AS unit, collect(c.path) AS ways
    RETURN {unit: unit, path: reduce(all = [], way IN ways | all + way)}
  } AS claims
// Several who are responsible: the nearest unit above all of them.
WITH *, CASE WHEN inferred AND size(claims) > 1 THEN head(COLLECT {
    UNWIND claims AS c
    WITH c.unit AS unit, size(claims) AS needed
    MATCH (unit) ((x)-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above)
    WITH above, needed, count(unit) AS below, max(size(r)) AS depth, collect(r) AS ways
    WHERE below = needed
    RETURN {unit: above, path: reduce(all = [], way IN ways | all + way)} ORDER BY depth, above.id LIMIT 1
  }) END AS common
WITH *, CASE WHEN common IS NULL THEN claims
    ELSE [{unit: common.unit, path: reduce(all = [], c IN claims | all + c.path) + common.path}] END AS parties
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
    WITH i, party.path AS path, head(collect({unit: last, way: d})) AS end
    WITH end.unit AS unit, collect(path + end.way) AS paths, max(size(end.way)) > 0 AS delegated, winner.fact.channel AS told
    OPTIONAL MATCH (channel:Channel {id: told}) USING INDEX SEEK channel:Channel(id)
    RETURN {unit: unit, channel: channel, delegated: delegated,
      path: reduce(all = [], f IN reduce(flat = [], way IN paths | flat + way) | CASE WHEN f IN all THEN all ELSE all + [f] END)}
    ORDER BY unit.id
  } AS owners
WITH subject, candidates, line, best, winner, inferred, owners,
  CASE
    WHEN size(best) = 0 AND EXISTS { (subject)-[u:UNOWNED WHERE u.validFrom <= $asOf < u.validTo AND u.recordedFrom <= $knownAt < u.recordedTo]->() } THEN 'DELIBERATELY_UNOWNED'
    WHEN size(best) = 0 THEN 'GAP'
    WHEN common IS NULL AND size(claims) > 1 THEN 'CONFLICT'
    ELSE 'OWNED'
  END AS status,
  CASE
    WHEN size(best) = 0 THEN null
    WHEN any(owner IN owners WHERE owner.delegated) THEN 'DELEGATED'
    WHEN common IS NOT NULL THEN 'COMMON_PARENT'
    WHEN inferred THEN 'SOLE_RESPONSIBLE'
    WHEN winner.distance = 0 THEN 'DIRECT'
    ELSE 'INHERITED'
  END AS rule
ORDER BY coalesce(line.channel.id, '')
// A channel whose own facts lost has the answer of the kind above it, or that of every other channel: no line of its own.
WITH subject, head(collect(candidates)) AS candidates,
  collect({channel: line.channel, chain: line.chain, status: status, rule: rule, inferred: inferred, best: best, winner: winner, owners: owners,
    own: $channel IS NOT NULL OR line.channel IS NULL OR winner.fact.channel = line.channel.id}) AS asked
WITH *, [line IN asked WHERE line.own] AS lines
// One unit that owns in every line owns; else each line has owners of its own.
WITH *, size(lines) > 1 AND all(line IN lines WHERE line.status = 'OWNED' AND line.owners[0].unit = lines[0].owners[0].unit) AS whole,
  reduce(all = [], line IN lines | all + line.owners) AS each
WITH *, reduce(all = [], f IN reduce(flat = [], owner IN each | flat + owner.path) | CASE WHEN f IN all THEN all ELSE all + [f] END) AS path
WITH *, CASE WHEN whole THEN [{unit: each[0].unit, channel: null, path: path}] ELSE each END AS owners,
  reduce(all = [], line IN lines | all + [c IN line.best | c.fact]) AS won,
  head(COLLECT { MATCH (p:OrgUnit {id: $place}) USING INDEX SEEK p:OrgUnit(id) RETURN p }) AS place,
  head(COLLECT { MATCH (c:Channel {id: $channel}) USING INDEX SEEK c:Channel(id) RETURN c }) AS channel
// Who lost in all lines, told by the one that it is for.
WITH *, COLLECT {
    UNWIND [c IN candidates WHERE NOT c.fact IN won] AS c
    WITH c, head([line IN asked WHERE size(asked) = 1 OR coalesce(line.channel.id, '') = coalesce(c.fact.channel, '')]) AS line
    WITH c, line, line.winner AS best, head([i IN range(0, size(line.chain) - 1) WHERE line.chain[i] = c.fact.channel]) AS near
    WITH c, best, near, CASE
        WHEN c.fact.channel IS NOT NULL AND near IS NULL THEN 'OTHER_CHANNEL'
        WHEN c.fact.role <> best.fact.role THEN 'LOWER_RANK'
        WHEN c.distance > best.distance THEN 'FARTHER_SUBJECT'
        WHEN c.scope > best.scope THEN 'WIDER_SCOPE'
        ELSE 'OTHER_CHANNEL'
      END AS reason
    RETURN {unit: c.unit, fact: c.fact, base: c.base, path: c.path, reason: reason, nearer: reason = 'LOWER_RANK' AND c.distance < best.distance}
    ORDER BY c.distance, c.scope, coalesce(near, 1000), c.fact.role, c.unit.id, c.base.id, coalesce(c.fact.channel, '')
  } AS lost
WITH *, [one IN lost WHERE one.nearer] AS nearer
RETURN subject, place, channel,
  $role AS role,
  CASE WHEN any(line IN lines WHERE line.status = 'CONFLICT') THEN 'CONFLICT' WHEN whole OR size(lines) = 1 THEN lines[0].status
    ELSE 'SHARED_BY_CHANNEL' END AS status,
  // The one that is the farthest from being named for the subject itself.
  head([rule IN ['DELEGATED', 'COMMON_PARENT', 'SOLE_RESPONSIBLE', 'INHERITED', 'DIRECT'] WHERE any(line IN lines WHERE line.rule = rule)]) AS rule,
  any(line IN lines WHERE line.inferred) AS inferred,
  head([one IN ['SYNTHETIC', 'INFERRED', 'STATED'] WHERE any(f IN path WHERE f.confidence = one)]) AS confidence,
  owners,
  [line IN lines | {channel: line.channel, status: line.status, rule: line.rule, inferred: line.inferred, units: [owner IN line.owners | owner.unit],
    confidence: head([one IN ['SYNTHETIC', 'INFERRED', 'STATED'] WHERE any(owner IN line.owners WHERE any(f IN owner.path WHERE f.confidence = one))])}] AS lines,
  // What the sentence that explains it is about.
  {subject: subject.id, place: place.id, channel: channel.id,
    lines: [line IN lines | {channel: line.channel.id, status: line.status, rule: line.rule, base: line.winner.base.id,
      parties: [c IN line.best | c.unit.id], owners: [owner IN line.owners | {unit: owner.unit.id, channel: owner.channel.id}]}],
    rests: [one IN ['INFERRED', 'SYNTHETIC'] WHERE any(f IN path WHERE f.confidence = one)],
    nearer: [one IN nearer | {unit: one.unit.id, base: one.base.id,
      confidence: head([word IN ['SYNTHETIC', 'INFERRED', 'STATED'] WHERE any(f IN one.path WHERE f.confidence = word)])}],
    reason: head(COLLECT { MATCH (subject)-[u:UNOWNED WHERE u.validFrom <= $asOf < u.validTo AND u.recordedFrom <= $knownAt < u.recordedTo]->() RETURN u.reason })} AS ids,
  COLLECT {
    UNWIND [subject, place, channel] + reduce(all = [], line IN lines | all + [line.channel, line.winner.base] + [c IN line.best | c.unit]
      + [owner IN line.owners | owner.unit] + [owner IN line.owners | owner.channel]) + [one IN nearer | one.unit] + [one IN nearer | one.base] AS one
    WITH DISTINCT one WHERE one IS NOT NULL
    MATCH (one)-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->(state)
    RETURN [one.id, state.nameZh, state.nameEn]
  } AS names,
  path,
  [one IN lost | {unit: one.unit, fact: one.fact, reason: one.reason}] AS losers
