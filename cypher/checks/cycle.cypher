// name: cycle
// params: most
// Facts that are part of a cycle of their type at some moment. It walks on only over what is valid on the first fact's first day, which is the
// latest first day of any cycle.
:param most => 1000;
MATCH (a)-[f:PART_OF|DELEGATES_TO|KIND_OF]->(b)
MATCH (b) (()-[r:PART_OF|DELEGATES_TO|KIND_OF WHERE type(r) = type(f) AND r.validFrom <= f.validFrom < r.validTo AND r.recordedFrom < f.recordedTo AND f.recordedFrom < r.recordedTo]->())* (a)
WITH a, b, f, reduce(t = f.recordedFrom, x IN r | CASE WHEN x.recordedFrom > t THEN x.recordedFrom ELSE t END) AS since,
  reduce(t = f.recordedTo, x IN r | CASE WHEN x.recordedTo < t THEN x.recordedTo ELSE t END) AS until
WHERE since < until
RETURN 'cycle' AS rule, type(f) + ' ' + coalesce(a.id, '?') + ' → ' + coalesce(b.id, '?') + coalesce(' from ' + toString(f.validFrom), '')
  + ': part of a cycle' AS message LIMIT $most
