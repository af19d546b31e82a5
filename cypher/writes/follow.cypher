// name: follow
// params: facts, successor, since, until, source, recorded, open
// Lets facts of customers hold outside of some days as they are, and within them of the successor (null: not at all), unless the same holds then already.
:param facts => [];
:param successor => 'dealer:d0002';
:param since => date('2025-07-01');
:param until => date('9999-12-31');
:param source => 'source:article';
:param recorded => datetime();
:param open => datetime('9999-12-31T00:00:00Z');
OPTIONAL MATCH (s:Entity {id: $successor}) USING INDEX SEEK s:Entity(id)
UNWIND $facts AS fact
MATCH (a)-[f]->(e) WHERE elementId(f) = fact AND f.recordedTo = $open
SET f.recordedTo = $recorded
WITH s, a, f, e, type(f) AS type,
  CASE WHEN f.validFrom < $since THEN $since ELSE f.validFrom END AS first, CASE WHEN f.validTo > $until THEN $until ELSE f.validTo END AS last
CALL (a, f, e, type) {
  UNWIND [[f.validFrom, $since], [$until, f.validTo]] AS part
  WITH part WHERE f.validFrom <= part[0] < part[1] <= f.validTo
  CREATE (a)-[g:$(type)]->(e)
  SET g = properties(f), g.validFrom = part[0], g.validTo = part[1], g.recordedFrom = $recorded, g.recordedTo = $open
}
CALL (s, a, f, type, first, last) {
  WITH * WHERE s IS NOT NULL
  WITH *, COLLECT {
      MATCH (a)-[t]->(s) WHERE type(t) = type AND t.recordedTo = $open AND t.validFrom < last AND first < t.validTo
      RETURN [t.validFrom, t.validTo] ORDER BY t.validFrom
    } AS taken
  WITH *, [first] + [t IN taken | t[1]] AS starts, [t IN taken | t[0]] + [last] AS ends
  UNWIND range(0, size(starts) - 1) AS i
  WITH * WHERE starts[i] < ends[i]
  CREATE (a)-[g:$(type)]->(s)
  SET g = properties(f), g.validFrom = starts[i], g.validTo = ends[i], g.recordedFrom = $recorded, g.recordedTo = $open, g.source = $source
}
RETURN count(*)
