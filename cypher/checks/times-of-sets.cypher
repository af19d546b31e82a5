// name: times-of-sets
// params: most
// Change sets and sources that do not say when they became known: the node, its id, and when the first fact or change set that names it did.
:param most => 1000;
MATCH (n:ChangeSet|Source) WHERE n.recordedFrom IS NULL
WITH n LIMIT $most
WITH n, COLLECT {
  MATCH ()-[f:HAS_STATE|PART_OF|REPORTS_TO|IN_UNIT|RESPONSIBLE_FOR|DELEGATES_TO|SUPPORTS|KIND_OF|SERVES|USES|FOLLOWED_BY|UNOWNED|ABOUT]->()
  WHERE n.id IN [f.changeSet, f.source] RETURN min(f.recordedFrom)
} + COLLECT { MATCH (c:ChangeSet) WHERE c.source = n.id RETURN min(c.recordedFrom) } AS known
RETURN elementId(n), n.id, reduce(first = null, time IN known | CASE WHEN first IS NULL OR time < first THEN time ELSE first END)
