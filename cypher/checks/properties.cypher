// name: properties
// params: entities, states, facts, most
// Entities, states and facts without a property that they need, with one of another type or value, or with one that the model does not know. What the model
// says of properties is told by the prefix of an id (`entities`, `states`) and by type (`facts`); what has no known id is left to the rules on labels and states.
:param entities => {source: [{name: 'id', required: true, type: 'STRING', allowed: null}, {name: 'nameEn', required: true, type: 'STRING', allowed: null}]};
:param states => {dept: [{name: 'nameEn', required: true, type: 'STRING', allowed: null}]};
:param facts => {SUPPORTS: [{name: 'how', required: true, type: 'STRING', allowed: ['HORIZONTAL', 'VERTICAL', 'ENABLES']}]};
:param most => 1000;
CALL () {
  MATCH (n:Entity)
  RETURN n AS x, n.id AS told, $entities[split(toStringOrNull(n.id), ':')[0]] AS properties
  UNION ALL
  MATCH (n:Entity)-[:HAS_STATE]->(x)
  RETURN DISTINCT x, n.id + coalesce(' ' + x.id, ': a state') AS told, $states[split(toStringOrNull(n.id), ':')[0]] AS properties
  UNION ALL
  MATCH (a)-[x:HAS_STATE|PART_OF|REPORTS_TO|IN_UNIT|RESPONSIBLE_FOR|DELEGATES_TO|SUPPORTS|KIND_OF|SERVES|USES|FOLLOWED_BY|UNOWNED|ABOUT]->(b)
  RETURN x, type(x) + ' ' + coalesce(a.id, '?') + ' → ' + coalesce(b.id, '?') + coalesce(' from ' + toString(x.validFrom), '') AS told,
    $facts[type(x)] AS properties
}
UNWIND [p IN properties WHERE p.required AND x[p.name] IS NULL | ['required-property', told + ' has no ' + p.name]]
  + [p IN properties WHERE x[p.name] IS NOT NULL AND valueType(x[p.name]) <> p.type + ' NOT NULL'
    | ['property-type', told + ': ' + p.name + ' is ' + valueType(x[p.name]) + ', expected ' + p.type]]
  + [p IN properties WHERE p.allowed IS NOT NULL AND NOT x[p.name] IN p.allowed
    | ['property-value', told + ': ' + p.name + ' is ' + coalesce(toStringOrNull(x[p.name]), 'no text')
      + ', expected one of ' + reduce(s = p.allowed[0], v IN p.allowed[1..] | s + ', ' + v)]]
  + [k IN keys(x) WHERE NOT k IN [p IN properties | p.name] | ['unknown-property', told + ' has an unknown ' + k]] AS fault
WITH fault[0] AS rule, collect(fault[1])[..$most] AS messages
UNWIND messages AS message
RETURN rule, message
