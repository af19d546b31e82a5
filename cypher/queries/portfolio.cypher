// name: portfolio
// params: unit, transitive, asOf, knownAt
// All that a unit answers for: by responsibilities of its own, and (transitive) of the units below it; directly, and by inheritance: what is
// a kind of a subject, or serves a stage, unless a nearer responsibility in the same role takes all of it over: everywhere, and through every
// channel. By one that is limited to a place or a channel, the rest stays.
:param unit => 'dept:customer-operations';
:param transitive => true;
:param asOf => date('2025-06-01');
:param knownAt => datetime('9999-12-30T00:00:00Z');
MATCH (unit:OrgUnit {id: $unit}) USING INDEX SEEK unit:OrgUnit(id)
WHERE EXISTS { (unit)-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->() }
WITH unit, [unit] + COLLECT {
    MATCH (unit) ((x)<-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]-(y)){1,20} (below)
    WHERE $transitive
    RETURN below
  } AS units
WITH unit, COLLECT {
    UNWIND units AS holder
    MATCH (holder)-[f:RESPONSIBLE_FOR WHERE f.validFrom <= $asOf < f.validTo AND f.recordedFrom <= $knownAt < f.recordedTo]->(base)
    // Where and through what it holds, with all that is above that.
    WITH holder, f, base,
      COLLECT {
        MATCH (at:OrgUnit {id: f.scope}) ((x)-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above) USING INDEX SEEK at:OrgUnit(id)
        RETURN above.id
      } AS places,
      COLLECT {
        MATCH (at:Channel {id: f.channel}) ((x)-[r:KIND_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above) USING INDEX SEEK at:Channel(id)
        RETURN above.id
      } AS channels
    // What inherits from the subject: no responsibility in the same role may be nearer to it and hold for all of that.
    UNWIND [{subject: base, way: []}] + COLLECT {
      MATCH (base) ((x)<-[r:KIND_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]-(y) WHERE NOT EXISTS {
        ()-[g:RESPONSIBLE_FOR WHERE g.validFrom <= $asOf < g.validTo AND g.recordedFrom <= $knownAt < g.recordedTo]->(y)
        WHERE g.role = f.role AND (g.scope IS NULL OR g.scope IN places) AND (g.channel IS NULL OR g.channel IN channels)
      }){1,20} (kind)
      RETURN {subject: kind, way: r}
    } + COLLECT {
      MATCH (base)<-[s:SERVES WHERE s.validFrom <= $asOf < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]-(serving)
      MATCH (serving) ((x)<-[k:KIND_OF WHERE k.validFrom <= $asOf < k.validTo AND k.recordedFrom <= $knownAt < k.recordedTo]-(y) WHERE NOT EXISTS { (y)-[t:SERVES WHERE t.validFrom <= $asOf < t.validTo AND t.recordedFrom <= $knownAt < t.recordedTo]->() }){0,20} (inheriting)
      WHERE NOT EXISTS {
        MATCH (inheriting) ((v)-[q:KIND_OF WHERE q.validFrom <= $asOf < q.validTo AND q.recordedFrom <= $knownAt < q.recordedTo]->(w)){0,20} (nearer)<-[g:RESPONSIBLE_FOR WHERE g.validFrom <= $asOf < g.validTo AND g.recordedFrom <= $knownAt < g.recordedTo]-()
        WHERE g.role = f.role AND (g.scope IS NULL OR g.scope IN places) AND (g.channel IS NULL OR g.channel IN channels)
      }
      RETURN {subject: inheriting, way: [s] + k}
    } AS found
    WITH holder, f, found, found.subject AS subject,
      head([label IN labels(found.subject) WHERE NOT label IN ['Subject', 'Entity']]) AS label
    RETURN {role: f.role, label: label, subject: subject, unit: holder, fact: f, path: reverse(found.way) + [f],
      inherited: size(found.way) > 0}
    ORDER BY subject.id, holder.id, coalesce(f.scope, ''), coalesce(f.channel, ''), size(found.way)
  } AS items
WITH unit, items, COLLECT {
    UNWIND items AS item
    WITH item.role AS role, item.label AS label, collect(item) AS held
    RETURN {role: role, label: label, items: held, count: size(held)}
    ORDER BY head([i IN range(0, 3) WHERE ['ACCOUNTABLE', 'RESPONSIBLE', 'CONSULTED', 'INFORMED'][i] = role]), label
  } AS groups
RETURN unit, size(items) AS total, groups
