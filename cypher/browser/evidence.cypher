// All that rests on one place of a document
// `place` null is the whole document.
WITH 'source:article' AS document,
  '¶19' AS place,
  datetime('9999-12-30T00:00:00Z') AS knownAt
MATCH (one:Entity)-[fact]->(other)
WHERE fact.source = document AND (place IS NULL OR place IN split(fact.locator, ', '))
  AND fact.recordedFrom <= knownAt < fact.recordedTo
RETURN fact.locator AS locator, one.id AS entity, type(fact) AS fact, coalesce(other.id, other.nameZh) AS target,
  coalesce(fact.role, fact.how) AS detail, fact.validFrom AS validFrom, fact.validTo AS validTo,
  fact.confidence AS confidence
ORDER BY locator, entity, fact, target
