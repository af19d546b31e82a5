// name: coverage
// params: role, place, from, to, asOf, knownAt
// The matrix of lifecycle stages and touchpoints: for each stage, each touchpoint that serves it, and each touchpoint that serves none,
// who answers in a role at a place (null: nationwide). The rules are those of `ownership`, for all subjects at once.
// With `from` and `to`, no matrix, but how long gaps and conflicts lasted between these days (half-open).
// `weak` is the place of the weakest confidence in a way from a subject: 0 STATED, 1 INFERRED, 2 SYNTHETIC.
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
    } + COLLECT {
      MATCH (set:ChangeSet) WHERE set.complete IS NOT NULL AND set.recordedFrom <= $knownAt
      RETURN DISTINCT set.effective AS day
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
// That nobody is told is an answer only where a change set says that everybody is.
WITH *, EXISTS {
    MATCH (set:ChangeSet)
    WHERE 'RESPONSIBLE_FOR' IN set.complete AND set.effective <= day AND set.recordedFrom <= $knownAt
      AND (set.completeFor IS NULL OR any(unit IN set.completeFor WHERE unit IN places))
  } AS complete
MATCH (subject:LifecycleStage|Touchpoint) USING SCAN subject:LifecycleStage USING SCAN subject:Touchpoint
WHERE EXISTS { (subject)-[h:HAS_STATE WHERE h.validFrom <= day < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->() }
WITH day, until, places, complete, subject,
  COLLECT {
    MATCH (subject) ((x)-[r:KIND_OF WHERE r.validFrom <= day < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (base)
    RETURN {base: base, distance: size(r),
      weak: CASE WHEN all(f IN r WHERE f.confidence = 'STATED') THEN 0 WHEN all(f IN r WHERE f.confidence <> 'SYNTHETIC') THEN 1 ELSE 2 END, stages: COLLECT {
      MATCH (base)-[s:SERVES WHERE s.validFrom <= day < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]->(stage:LifecycleStage)
      RETURN {stage: stage,
        weak: CASE WHEN all(f IN r + [s] WHERE f.confidence = 'STATED') THEN 0 WHEN all(f IN r + [s] WHERE f.confidence <> 'SYNTHETIC') THEN 1 ELSE 2 END}
      ORDER BY stage.id
    }} ORDER BY size(r)
  } AS kinds
// What it inherits from: its categories, then the stages of the nearest of them that serves any.
WITH *, coalesce(head([kind IN kinds WHERE size(kind.stages) > 0]).stages, []) AS served
WITH *, kinds + [one IN served | {base: one.stage, distance: 999, weak: one.weak}] AS bases
// Many inherit from the same: what is said of each is read once.
UNWIND bases AS base
WITH day, until, places, complete, base.base AS node, collect({subject: subject, kinds: kinds, distance: base.distance, weak: base.weak}) AS heirs
WITH *, COLLECT {
    MATCH (unit)-[f:RESPONSIBLE_FOR WHERE f.validFrom <= day < f.validTo AND f.recordedFrom <= $knownAt < f.recordedTo]->(node)
    WHERE (f.role = $role OR ($role = 'ACCOUNTABLE' AND f.role = 'RESPONSIBLE')) AND (f.scope IS NULL OR f.scope IN places)
    RETURN {unit: unit, channel: f.channel, role: f.role, weak: CASE f.confidence WHEN 'STATED' THEN 0 WHEN 'INFERRED' THEN 1 ELSE 2 END,
      rank: 1000 * coalesce(head([i IN range(0, size(places) - 1) WHERE places[i] = f.scope]), 999)}
  } AS said
UNWIND heirs AS heir
WITH day, until, places, complete, heir.subject AS subject, head(collect(heir.kinds)) AS kinds,
  collect([c IN said | {unit: c.unit, channel: c.channel, role: c.role, distance: heir.distance, rank: heir.distance * 1000000 + c.rank,
    weak: CASE WHEN heir.weak > c.weak THEN heir.weak ELSE c.weak END}]) AS candidates
WITH day, until, places, complete, subject, [one IN kinds[0].stages | one.stage] AS stages, reduce(all = [], some IN candidates | all + some) AS candidates
// Lines: every other channel, and each channel that one of them names; with the channels above it, nearest first.
WITH *, COLLECT {
    UNWIND [c IN candidates WHERE c.channel IS NOT NULL | c.channel] AS id
    WITH DISTINCT id
    MATCH (at:Channel {id: id}) ((x)-[r:KIND_OF WHERE r.validFrom <= day < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above) USING INDEX SEEK at:Channel(id)
    WITH at, above.id AS above, size(r) AS distance ORDER BY distance
    WITH at, collect(above) AS chain
    RETURN {channel: at, chain: chain}
  } AS named
UNWIND [{channel: null, chain: []}] + named AS line
WITH day, until, places, complete, subject, stages, line, [c IN candidates WHERE c.channel IS NULL OR c.channel IN line.chain |
    {unit: c.unit, channel: c.channel, role: c.role, distance: c.distance, weak: c.weak,
      rank: c.rank + coalesce(head([i IN range(0, size(line.chain) - 1) WHERE line.chain[i] = c.channel]), 999)}] AS fitting
WITH *, [c IN fitting WHERE c.role = $role] AS first
WITH *, CASE WHEN size(first) > 0 THEN first ELSE fitting END AS asked
WITH *, reduce(least = null, c IN asked | CASE WHEN least <= c.rank THEN least ELSE c.rank END) AS least
WITH *, [c IN asked WHERE c.rank = least] AS best
// A channel whose own facts lost has no line of its own.
WITH * WHERE line.channel IS NULL OR best[0].channel = line.channel.id
WITH *, size(best) > 0 AND size(first) = 0 AS inferred, any(c IN best WHERE c.unit <> best[0].unit) AS contested
// Several who are responsible: the nearest unit above all of them.
WITH *, CASE WHEN inferred AND contested THEN head(COLLECT {
    UNWIND best AS c
    WITH DISTINCT c.unit AS unit
    MATCH (unit) ((x)-[r:PART_OF WHERE r.validFrom <= day < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above)
    WITH above, count(unit) AS units, max(size(r)) AS depth,
      max(CASE WHEN all(f IN r WHERE f.confidence = 'STATED') THEN 0 WHEN all(f IN r WHERE f.confidence <> 'SYNTHETIC') THEN 1 ELSE 2 END) AS weak
    WHERE units = size(COLLECT { UNWIND best AS c RETURN DISTINCT c.unit.id })
    RETURN {unit: above, weak: weak} ORDER BY depth, above.id LIMIT 1
  }) END AS common
WITH *, CASE WHEN common IS NOT NULL THEN [{unit: common.unit,
    weak: reduce(most = common.weak, one IN best | CASE WHEN one.weak > most THEN one.weak ELSE most END)}] ELSE COLLECT {
    UNWIND best AS c
    WITH c.unit AS unit, max(c.weak) AS weak
    RETURN {unit: unit, weak: weak}
  } END AS parties
// From each of them to whom it handed authority for the place, while that is one unit. Those that end at the same unit are told once.
WITH *, COLLECT {
    UNWIND range(0, size(parties) - 1) AS i
    WITH parties[i] AS party, parties[i].unit AS unit, i
    MATCH (unit) ((x)-[d:DELEGATES_TO WHERE d.validFrom <= day < d.validTo AND d.recordedFrom <= $knownAt < d.recordedTo]->(y:OrgUnit)
      WHERE (d.scope IS NULL OR d.scope IN places) AND NOT EXISTS {
        (x)-[e:DELEGATES_TO WHERE e.validFrom <= day < e.validTo AND e.recordedFrom <= $knownAt < e.recordedTo]->(z:OrgUnit)
        // One to the same unit has to be nearer, one to another as near.
        WHERE (e.scope IS NULL OR e.scope IN places)
          AND coalesce(head([k IN range(0, size(places) - 1) WHERE places[k] = e.scope]), 999)
            < coalesce(head([k IN range(0, size(places) - 1) WHERE places[k] = d.scope]), 999) + CASE WHEN z = y THEN 0 ELSE 1 END
      }){0,20} (last)
    WITH i, party, last, size(d) AS steps,
      CASE WHEN all(f IN d WHERE f.confidence = 'STATED') THEN 0 WHEN all(f IN d WHERE f.confidence <> 'SYNTHETIC') THEN 1 ELSE 2 END AS weak
    ORDER BY i, steps DESC
    WITH i, party.weak AS before, head(collect({unit: last, steps: steps, weak: weak})) AS end
    WITH end.unit AS unit, max(CASE WHEN end.weak > before THEN end.weak ELSE before END) AS weak, max(end.steps) > 0 AS delegated
    RETURN {unit: unit, channel: line.channel, delegated: delegated, weak: weak} ORDER BY unit.id
  } AS owners
WITH day, until, subject, stages, {channel: line.channel, chain: line.chain, inferred: inferred, owners: owners,
  units: [owner IN owners | owner.unit],
  confidence: CASE WHEN size(best) > 0 THEN
    ['STATED', 'INFERRED', 'SYNTHETIC'][reduce(most = 0, one IN owners | CASE WHEN one.weak > most THEN one.weak ELSE most END)] END,
  status: CASE
    WHEN size(best) = 0 AND EXISTS { (subject)-[u:UNOWNED WHERE u.validFrom <= day < u.validTo AND u.recordedFrom <= $knownAt < u.recordedTo]->() } THEN 'DELIBERATELY_UNOWNED'
    WHEN size(best) = 0 AND complete THEN 'GAP'
    WHEN size(best) = 0 THEN 'UNKNOWN'
    WHEN common IS NULL AND contested THEN 'CONFLICT'
    ELSE 'OWNED'
  END,
  rule: CASE
    WHEN size(best) = 0 THEN null
    WHEN any(owner IN owners WHERE owner.delegated) THEN 'DELEGATED'
    WHEN common IS NOT NULL THEN 'COMMON_PARENT'
    WHEN inferred THEN 'SOLE_RESPONSIBLE'
    WHEN best[0].distance = 0 THEN 'DIRECT'
    ELSE 'INHERITED'
  END} AS line
ORDER BY day, coalesce(line.channel.id, '')
WITH day, until, subject, head(collect(stages)) AS stages, collect(line) AS lines
// One unit that owns in every line owns; else each line has owners of its own.
WITH *, size(lines) > 1 AND all(line IN lines WHERE line.status = 'OWNED' AND line.owners[0].unit = lines[0].owners[0].unit) AS whole
WITH *, CASE WHEN any(line IN lines WHERE line.status = 'CONFLICT') THEN 'CONFLICT' WHEN whole OR size(lines) = 1 THEN lines[0].status
    ELSE 'SHARED_BY_CHANNEL' END AS status,
  CASE WHEN whole THEN [{unit: lines[0].owners[0].unit, channel: null}] ELSE reduce(all = [], line IN lines | all + line.owners) END AS owners
ORDER BY day
WITH subject, collect({status: status, owners: owners, stages: stages, since: day, until: until,
    lines: [line IN lines | line {.channel, .chain, .status, .rule, .inferred, .confidence, .units}],
    rule: head([rule IN ['DELEGATED', 'COMMON_PARENT', 'SOLE_RESPONSIBLE', 'INHERITED', 'DIRECT'] WHERE any(line IN lines WHERE line.rule = rule)]),
    confidence: head([one IN ['SYNTHETIC', 'INFERRED', 'STATED'] WHERE any(line IN lines WHERE line.confidence = one)]),
    units: CASE WHEN status = 'CONFLICT' THEN COLLECT { UNWIND owners AS owner WITH DISTINCT owner.unit AS unit RETURN unit ORDER BY unit.id } ELSE [] END}) AS turns
// A gap lasts while nobody answers through the same channels, a conflict while its parties are the same.
WITH subject, head(turns) AS now, CASE WHEN $from IS NULL THEN [] ELSE
    reduce(times = [], t IN [t IN turns WHERE t.lines[0].status = 'GAP' | {status: 'GAP', of: [line IN tail(t.lines) | line.channel], since: t.since, until: t.until}]
      + [t IN turns WHERE t.status = 'CONFLICT' | {status: 'CONFLICT', of: t.units, since: t.since, until: t.until}] | CASE
      WHEN times[-1].until = t.since AND times[-1].status = t.status AND times[-1].of = t.of
      THEN times[..-1] + [{status: t.status, of: t.of, since: times[-1].since, until: t.until}]
      ELSE times + [t] END) END AS times
// A cell for a stage itself, or for a touchpoint with each stage that it serves.
UNWIND CASE WHEN $from IS NOT NULL THEN [null] WHEN subject:LifecycleStage THEN [subject] WHEN size(now.stages) > 0 THEN now.stages ELSE [null] END AS stage
OPTIONAL MATCH (stage)-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->(placed)
WITH {stage: stage, touchpoint: CASE WHEN subject:Touchpoint THEN subject END, status: now.status, rule: now.rule, confidence: now.confidence,
    owners: now.owners, lines: now.lines} AS cell,
  [time IN times | {subject: subject, status: time.status, of: time.of, validFrom: toString(time.since), validTo: toString(time.until),
    moment: {asOf: time.since, knownAt: $knownAt}}] AS times, coalesce(placed.ordinal, 999) AS ordinal, subject:Touchpoint AS below, subject.id AS id
ORDER BY ordinal, below, id
WITH collect(cell) AS cells, collect(times) AS times
WITH CASE WHEN $from IS NULL THEN cells ELSE [] END AS cells, reduce(all = [], some IN times | all + some) AS times
WITH *, [cell IN cells WHERE cell.status = 'GAP'] AS gaps, [cell IN cells WHERE cell.status = 'CONFLICT'] AS conflicts,
  [cell IN cells WHERE cell.status = 'UNKNOWN'] AS unknown,
  [cell IN cells WHERE cell.status = 'DELIBERATELY_UNOWNED'] AS unowned, [cell IN cells WHERE cell.status IN ['OWNED', 'SHARED_BY_CHANNEL']] AS owned
RETURN $role AS role, head(COLLECT { MATCH (p:OrgUnit {id: $place}) USING INDEX SEEK p:OrgUnit(id) RETURN p }) AS place, cells, gaps, conflicts, unowned, unknown,
  size(cells) AS total, size(owned) AS owned,
  [cell IN cells WHERE cell.lines[0].status = 'GAP' AND size(cell.lines) > 1] AS partly,
  [one IN ['STATED', 'INFERRED', 'SYNTHETIC'] | {confidence: one, count: size([cell IN owned WHERE cell.confidence = one])}] AS byConfidence,
  [time IN times WHERE time.status = 'GAP'] AS gapTimes, [time IN times WHERE time.status = 'CONFLICT'] AS conflictTimes
