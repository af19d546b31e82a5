// name: lifetime
// params: stateful, most
// Facts at a moment at which something does not exist that they join or refer to, out of the labels `stateful`. It looks at corners only: the first
// day of the fact or the end of a state, at the time when the fact or the end of a state became known. An uncovered moment can be pushed back in both times until
// it meets one of these.
:param stateful => ['Department', 'Touchpoint'];
:param most => 1000;
MATCH (a)-[f:PART_OF|REPORTS_TO|IN_UNIT|RESPONSIBLE_FOR|DELEGATES_TO|SUPPORTS|KIND_OF|SERVES|USES|FOLLOWED_BY|UNOWNED|ABOUT]->(b)
UNWIND [a.id, b.id, f.scope, f.channel] AS id
MATCH (e:Entity {id: id}) WHERE any(l IN labels(e) WHERE l IN $stateful) AND EXISTS { (e)-[:HAS_STATE]->() }
WITH a, b, f, e, COLLECT { MATCH (e)-[s:HAS_STATE]->() RETURN s } AS states
WHERE any(day IN [f.validFrom] + [s IN states | s.validTo] WHERE f.validFrom <= day < f.validTo
  AND any(known IN [f.recordedFrom] + [s IN states | s.recordedTo] WHERE f.recordedFrom <= known < f.recordedTo
    AND none(s IN states WHERE s.validFrom <= day < s.validTo AND s.recordedFrom <= known < s.recordedTo)))
RETURN 'lifetime' AS rule, type(f) + ' ' + coalesce(a.id, '?') + ' → ' + coalesce(b.id, '?') + coalesce(' from ' + toString(f.validFrom), '')
  + ': ' + e.id + ' does not exist all that time' AS message LIMIT $most
