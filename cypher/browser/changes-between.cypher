// What the reform changed
// Every fact that holds on one of two days and not on the other, with its evidence.
WITH date('2025-03-31') AS before,
  date('2025-06-01') AS after,
  datetime('9999-12-30T00:00:00Z') AS knownAt
MATCH (one:Entity)-[fact]->(other)
WHERE fact.recordedFrom <= knownAt < fact.recordedTo
  AND (fact.validFrom <= before < fact.validTo) <> (fact.validFrom <= after < fact.validTo)
WITH one, fact, other, fact.validFrom <= after < fact.validTo AS begins
RETURN CASE WHEN begins THEN 'begins' ELSE 'ends' END AS change, one.id AS entity, type(fact) AS fact,
  coalesce(other.id, other.nameZh) AS target, coalesce(fact.role, fact.how, other.mandateStrength) AS detail, fact.headcount AS headcount,
  CASE WHEN begins THEN fact.validFrom ELSE fact.validTo END AS day,
  fact.changeSet AS changeSet, fact.source AS source, fact.locator AS locator, fact.confidence AS confidence
ORDER BY entity, fact, day, change DESC, target
