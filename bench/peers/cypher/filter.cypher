// name: filter
// params: region, stage, channel, first, open, openRecord
// The first customers of a region that are in a stage and linked by a channel, in the order of their ids.
:param region => 'region:r3';
:param stage => 'stage:nurture';
:param channel => 'channel:wecom';
:param first => 20;
:param open => date('9999-12-31');
:param openRecord => datetime('9999-12-31T00:00:00Z');
WITH COLLECT {
    MATCH (:Region {id: $region})<-[p:PART_OF]-()<-[q:PART_OF]-(d:Dealer)
    WHERE p.validTo = $open AND p.recordedTo = $openRecord AND q.validTo = $open AND q.recordedTo = $openRecord
    RETURN d.id
  } AS dealers
// In the order of the index, until the page is full. What fits the fewest is asked first: the planner does not know that.
MATCH (c:Customer) WHERE c.id > ''
CALL (c) {
  MATCH (c)-[f:IN_STAGE]->(s) WHERE s.id = $stage AND f.validTo = $open AND f.recordedTo = $openRecord
  RETURN s
}
CALL (c, dealers) {
  MATCH (c)-[f:SERVED_BY]->(d) WHERE d.id IN dealers AND f.validTo = $open AND f.recordedTo = $openRecord
  RETURN d
}
WITH c, d
WHERE EXISTS {
  MATCH (c)-[f:CONSENTS_TO]->(x) WHERE x.id = $channel AND f.validTo = $open AND f.recordedTo = $openRecord
}
WITH c, d ORDER BY c.id LIMIT $first
MATCH (d)-[h:HAS_STATE]->(s) WHERE h.validTo = $open AND h.recordedTo = $openRecord
WITH c, d, s ORDER BY c.id
RETURN collect([c.id, c.nameZh, c.city, c.birthYear, d.id, s.nameZh]) AS customers
