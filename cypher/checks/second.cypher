// name: second
// params: most
// Facts of which an entity has one at a time, beside another to another end.
:param most => 1000;
MATCH (a)-[f:HAS_STATE|PART_OF|REPORTS_TO|KIND_OF|UNOWNED]->(b)
MATCH (a)-[g:HAS_STATE|PART_OF|REPORTS_TO|KIND_OF|UNOWNED]->(c)
// The planner of Neo4j 2026.08 fails where it could use the indexes of times for f and g; WITH keeps it from them.
WITH a, b, c, f, g, type(f) = type(g) AS alike
WHERE alike AND b <> c AND elementId(f) < elementId(g) AND f.validFrom < g.validTo AND g.validFrom < f.validTo
  AND f.recordedFrom < g.recordedTo AND g.recordedFrom < f.recordedTo
RETURN 'second' AS rule, type(f) + ' ' + coalesce(a.id, '?') + ' → ' + coalesce(b.id, '?') + coalesce(' from ' + toString(f.validFrom), '')
  + ': a second one beside ' + coalesce(c.id, '?') AS message LIMIT $most
