// name: page100
// params: first, interactions, open, openRecord
// The first customers with their dealers and last interactions, in one row: a hundred rows take twice as long to read.
:param first => 100;
:param interactions => 10;
:param open => date('9999-12-31');
:param openRecord => datetime('9999-12-31T00:00:00Z');
MATCH (c:Customer) WHERE c.id > ''
WITH c ORDER BY c.id LIMIT $first
RETURN collect([c.id, c.nameZh, c.nameEn,
  COLLECT {
    MATCH (c)-[f:SERVED_BY]->(d)-[h:HAS_STATE]->(s)
    WHERE f.validTo = $open AND f.recordedTo = $openRecord AND h.validTo = $open AND h.recordedTo = $openRecord
    RETURN [d.id, s.nameZh]
  },
  COLLECT {
    MATCH (i:Interaction) USING INDEX SEEK i:Interaction(customer, at, id)
    WHERE i.customer = c.id AND i.at IS NOT NULL AND i.id IS NOT NULL
    WITH i ORDER BY i.customer DESC, i.at DESC, i.id DESC LIMIT $interactions
    MATCH (i)-[:AT_TOUCHPOINT]->(t)-[h:HAS_STATE]->(s) WHERE h.validTo = $open AND h.recordedTo = $openRecord
    RETURN [i.id, toString(i.at), i.kind, t.id, s.nameZh]
  }]) AS customers
