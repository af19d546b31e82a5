// Facts of one confidence on a day
// STATED by the source, INFERRED to make the graph whole, or SYNTHETIC, made up for demonstration; and why.
WITH 'INFERRED' AS wanted,
  date('2025-06-01') AS asOf,
  datetime('9999-12-30T00:00:00Z') AS knownAt
MATCH (one:Entity)-[fact]->(other)
WHERE fact.confidence = wanted
  AND fact.validFrom <= asOf < fact.validTo AND fact.recordedFrom <= knownAt < fact.recordedTo
RETURN type(fact) AS fact, one.id AS entity, coalesce(other.id, other.nameZh) AS target, fact.source AS source,
  fact.locator AS locator, fact.note AS note
ORDER BY fact, entity, target
