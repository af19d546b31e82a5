// The history of an entity
// All that it ever said of itself, with both times: when it held, and when it was recorded and corrected.
WITH 'dept:public-relations' AS entityId
MATCH (entity:Entity {id: entityId})-[fact:HAS_STATE]->(state:State)
RETURN state.nameZh AS nameZh, state.nameEn AS nameEn, state.level AS level, state.mandateStrength AS mandate,
  fact.validFrom AS validFrom, fact.validTo AS validTo, fact.recordedFrom AS recordedFrom,
  fact.recordedTo AS recordedTo, fact.changeSet AS changeSet, fact.source AS source, fact.locator AS locator,
  fact.confidence AS confidence, fact.note AS note
ORDER BY validFrom, recordedFrom
