// name: orgtree
// params: open, openRecord
// The regions, their areas, and the dealers of these.
:param open => date('9999-12-31');
:param openRecord => datetime('9999-12-31T00:00:00Z');
MATCH (r:Region)-[rh:HAS_STATE]->(rs) WHERE rh.validTo = $open AND rh.recordedTo = $openRecord
WITH r, rs ORDER BY r.id
RETURN collect([r.id, rs.nameZh, COLLECT {
  MATCH (r)<-[p:PART_OF]-(a:Area) WHERE p.validTo = $open AND p.recordedTo = $openRecord
  MATCH (a)-[ah:HAS_STATE]->(as) WHERE ah.validTo = $open AND ah.recordedTo = $openRecord
  RETURN [a.id, as.nameZh, COLLECT {
    MATCH (a)<-[q:PART_OF]-(d:Dealer) WHERE q.validTo = $open AND q.recordedTo = $openRecord
    MATCH (d)-[dh:HAS_STATE]->(ds) WHERE dh.validTo = $open AND dh.recordedTo = $openRecord
    RETURN [d.id, ds.nameZh] ORDER BY d.id
  }] ORDER BY a.id
}]) AS regions
