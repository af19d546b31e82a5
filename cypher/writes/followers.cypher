// name: followers
// params: entity, since, until, open, most
// Facts that customers (or leads, vehicles, feedback) have of an entity on some days, as known now, at most so many: their element ids, and the customers whose
// counts they change.
:param entity => 'dealer:d0001';
:param since => date('2025-07-01');
:param until => date('9999-12-31');
:param open => datetime('9999-12-31T00:00:00Z');
:param most => 2000;
MATCH (e:Entity {id: $entity}) USING INDEX SEEK e:Entity(id)
MATCH (e)<-[f:SERVED_BY|IN_STAGE|CONSENTS_TO|GRADED|ROUTED_TO|IS_MODEL WHERE f.recordedTo = $open AND f.validFrom < $until AND $since < f.validTo]-(a)
WITH f, a LIMIT $most
RETURN elementId(f), CASE WHEN a:Customer THEN a.id ELSE head(COLLECT { MATCH (a)-[:OF]->(c) RETURN c.id }) END
