// name: times-of-facts
// params: most
// Facts of the organisation without one of their four times: the fact, what it joins, what it says, and when its change set, or else anything that starts where it
// does, became known.
:param most => 1000;
MATCH (a)-[f:HAS_STATE|PART_OF|REPORTS_TO|IN_UNIT|RESPONSIBLE_FOR|DELEGATES_TO|SUPPORTS|KIND_OF|SERVES|USES|FOLLOWED_BY|UNOWNED|ABOUT]->(b)
WHERE f.validFrom IS NULL OR f.validTo IS NULL OR f.recordedFrom IS NULL OR f.recordedTo IS NULL
WITH a, f, b LIMIT $most
RETURN elementId(f), type(f) + ' ' + coalesce(a.id, '?') + ' → ' + coalesce(b.id, '?'), properties(f),
  coalesce(head(COLLECT { MATCH (c:ChangeSet {id: f.changeSet}) RETURN c.recordedFrom }), head(COLLECT { MATCH (a)-[g]->() RETURN min(g.recordedFrom) }))
