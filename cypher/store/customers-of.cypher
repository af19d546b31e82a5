// name: customers-of
// params: leaving, open
// How many customers, leads and others (by their label) have something of each entity on days on which it is not there any more, by type of fact, as known now.
:param leaving => [{entity: 'dealer:d0001', since: date('2025-07-01'), until: date('9999-12-31')}];
:param open => datetime('9999-12-31T00:00:00Z');
UNWIND range(0, size($leaving) - 1) AS i
WITH i, $leaving[i] AS one
MATCH (e:Entity {id: one.entity}) USING INDEX SEEK e:Entity(id)
MATCH (e)<-[f:SERVED_BY|IN_STAGE|CONSENTS_TO|GRADED|ROUTED_TO|IS_MODEL WHERE f.recordedTo = $open AND f.validFrom < one.until AND one.since < f.validTo]-(a)
RETURN i, type(f), head(labels(a)), count(DISTINCT a)
ORDER BY i, type(f)
