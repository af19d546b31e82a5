// Org units on a day
// As a table: names, rank, mandate, the unit above, and the position that they report to.
WITH date('2025-06-01') AS asOf,
  datetime('9999-12-30T00:00:00Z') AS knownAt
MATCH (unit:OrgUnit)-[said:HAS_STATE]->(state:State)
WHERE said.validFrom <= asOf < said.validTo AND said.recordedFrom <= knownAt < said.recordedTo
OPTIONAL MATCH (unit)-[part:PART_OF]->(above:OrgUnit)
  WHERE part.validFrom <= asOf < part.validTo AND part.recordedFrom <= knownAt < part.recordedTo
OPTIONAL MATCH (unit)-[reports:REPORTS_TO]->(position:Position)
  WHERE reports.validFrom <= asOf < reports.validTo AND reports.recordedFrom <= knownAt < reports.recordedTo
RETURN unit.id AS id, state.nameZh AS nameZh, state.nameEn AS nameEn, state.level AS level,
  state.mandateStrength AS mandate, above.id AS partOf, position.id AS reportsTo, said.confidence AS confidence
ORDER BY id
