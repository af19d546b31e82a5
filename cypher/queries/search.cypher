// name: search
// params: text, kinds, first, asOf, knownAt
// Entities whose name at the moment matches a full-text query, best first: of words of a name, `+word*` for each. `kinds` are labels; null is all.
:param text => '+营销*';
:param kinds => null;
:param first => 10;
:param asOf => date('2025-06-01');
:param knownAt => datetime('9999-12-30T00:00:00Z');
CALL db.index.fulltext.queryNodes('names', $text) YIELD node AS named, score
OPTIONAL MATCH (entity:Entity)-[fact:HAS_STATE WHERE fact.validFrom <= $asOf < fact.validTo AND fact.recordedFrom <= $knownAt < fact.recordedTo]->(named)
WITH CASE WHEN named.recordedFrom <= $knownAt THEN named ELSE entity END AS node, score
WHERE node IS NOT NULL AND ($kinds IS NULL OR any(label IN labels(node) WHERE label IN $kinds))
WITH node, score ORDER BY score DESC, node.id
WITH collect({node: node, score: score})[..$first] AS hits
UNWIND hits AS hit
RETURN hit.node AS node, hit.score AS score
