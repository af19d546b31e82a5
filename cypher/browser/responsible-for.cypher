// Who answers for a subject on a day
// Distance 0 is said of the subject itself; more, of a category or a stage above it.
WITH 'touchpoint:connected-car' AS subjectId,
  date('2025-06-01') AS asOf,
  datetime('9999-12-30T00:00:00Z') AS knownAt
MATCH way = (subject:Subject {id: subjectId})
  ((:Subject)-[up:KIND_OF|SERVES
    WHERE up.validFrom <= asOf < up.validTo AND up.recordedFrom <= knownAt < up.recordedTo]->(:Subject)){0,8}
  (owned:Subject)
MATCH (unit:OrgUnit)-[fact:RESPONSIBLE_FOR]->(owned)
WHERE fact.validFrom <= asOf < fact.validTo AND fact.recordedFrom <= knownAt < fact.recordedTo
RETURN min(length(way)) AS distance, owned.id AS subject, fact.role AS role, unit.id AS unit, fact.scope AS scope,
  fact.channel AS channel, fact.source AS source, fact.locator AS locator, fact.confidence AS confidence
ORDER BY distance, role, unit
