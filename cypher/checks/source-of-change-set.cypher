// name: source-of-change-set
// params: most
// Change sets whose source is none.
:param most => 1000;
MATCH (c:ChangeSet) WHERE c.source IS NOT NULL AND NOT EXISTS { MATCH (:Source {id: c.source}) }
RETURN 'reference' AS rule, c.id + ': source ' + coalesce(toStringOrNull(c.source), '?') + ' is no Source' AS message LIMIT $most
