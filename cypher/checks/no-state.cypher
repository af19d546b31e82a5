// name: no-state
// params: stateful, most
// Entities of the labels `stateful` that have no state at any time.
:param stateful => ['Department', 'Touchpoint'];
:param most => 1000;
MATCH (n:$any($stateful)) WHERE NOT EXISTS { (n)-[:HAS_STATE]->() }
RETURN 'state' AS rule, n.id + ' has no state' AS message LIMIT $most
