// name: names
// params:
// Whatever has names of the organisation, by the id of the entity: its names, and the terms by which they are found.
MATCH (n:Entity)
OPTIONAL MATCH (n)-[:HAS_STATE]->(s)
WITH n, coalesce(s, n) AS named
RETURN DISTINCT n.id, named.nameZh, named.nameEn, named.nameTerms
