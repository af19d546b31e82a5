// name: overlap
// params: keys, most
// Facts told twice of one moment. `keys`: by type, the properties that tell facts apart that join the same two.
:param keys => {PART_OF: [], RESPONSIBLE_FOR: ['role', 'scope', 'channel']};
:param most => 1000;
MATCH (a)-[f:HAS_STATE|PART_OF|REPORTS_TO|IN_UNIT|RESPONSIBLE_FOR|DELEGATES_TO|SUPPORTS|KIND_OF|SERVES|USES|FOLLOWED_BY|UNOWNED|ABOUT]->(b)
MATCH (a)-[g:HAS_STATE|PART_OF|REPORTS_TO|IN_UNIT|RESPONSIBLE_FOR|DELEGATES_TO|SUPPORTS|KIND_OF|SERVES|USES|FOLLOWED_BY|UNOWNED|ABOUT]->(b)
// The planner of Neo4j 2026.08 fails where it could use the indexes of times for f and g; WITH keeps it from them.
WITH a, b, f, g, type(f) = type(g) AS alike
WHERE alike AND elementId(f) < elementId(g) AND f.validFrom < g.validTo AND g.validFrom < f.validTo
  AND f.recordedFrom < g.recordedTo AND g.recordedFrom < f.recordedTo
  AND all(k IN $keys[type(f)] WHERE f[k] = g[k] OR (f[k] IS NULL AND g[k] IS NULL))
RETURN 'overlap' AS rule, type(f) + ' ' + coalesce(a.id, '?') + ' → ' + coalesce(b.id, '?') + coalesce(' from ' + toString(f.validFrom), '')
  + ': told twice' AS message LIMIT $most
