// Responsibilities that several units share on a day
// The same role for the same subject, place and channel: shared work, or a conflict.
WITH date('2025-06-01') AS asOf,
  datetime('9999-12-30T00:00:00Z') AS knownAt
MATCH (unit:OrgUnit)-[fact:RESPONSIBLE_FOR]->(subject:Subject)
WHERE fact.validFrom <= asOf < fact.validTo AND fact.recordedFrom <= knownAt < fact.recordedTo
WITH subject, fact.role AS role, fact.scope AS scope, fact.channel AS channel, collect(unit.id) AS units
WHERE size(units) > 1
RETURN subject.id AS subject, role, scope, channel, units
ORDER BY subject, role
