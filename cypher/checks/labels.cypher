// name: labels
// params: known, labels, most
// Entities whose labels are not those that the prefix of their id names. `known`: all labels that only entities carry; `labels`: those of a prefix.
:param known => ['Entity', 'OrgUnit', 'Subject', 'Department', 'Source', 'ChangeSet'];
:param labels => {dept: ['Department', 'OrgUnit', 'Entity'], source: ['Source', 'Entity'], change: ['ChangeSet', 'Entity']};
:param most => 1000;
MATCH (n:$any($known))
WITH n, $labels[split(toStringOrNull(n.id), ':')[0]] AS expected
WHERE expected IS NULL OR any(l IN labels(n) WHERE NOT l IN expected) OR size(labels(n)) <> size(expected)
RETURN 'labels' AS rule, coalesce(toStringOrNull(n.id), 'a node without id') + ' has the labels ' + reduce(s = '', l IN labels(n) | s + ':' + l)
  + ', expected ' + coalesce(reduce(s = '', l IN expected | s + ':' + l), 'an id with a known prefix') AS message LIMIT $most
