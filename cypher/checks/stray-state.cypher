// name: stray-state
// params: most
// States that belong to no entity, or to several.
:param most => 1000;
MATCH (s:State)
OPTIONAL MATCH (s)<-[:HAS_STATE]-(n)
WITH s, count(DISTINCT n) AS owners WHERE owners <> 1
RETURN 'state' AS rule, coalesce(s.id, 'a state') + ' belongs to ' + owners + ' entities' AS message LIMIT $most
