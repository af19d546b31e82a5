// name: names
// params: labels
// What entities of the labels say that they are called, by their ids, at whatever time; with the terms by which they are found.
:param labels => ['Department', 'Touchpoint', 'Source'];
MATCH (n:$any($labels))
OPTIONAL MATCH (n)-[:HAS_STATE]->(s)
WITH n, coalesce(s, n) AS named
RETURN DISTINCT n.id, named.nameZh, named.nameEn, named.nameTerms
