// name: customer360
// params: id, open, openRecord
// One customer with all that is around it at present, in one row of positional lists.
:param id => 'customer:c0000001';
:param open => date('9999-12-31');
:param openRecord => datetime('9999-12-31T00:00:00Z');
MATCH (c:Customer {id: $id})
RETURN [c.id, c.nameZh, c.nameEn, c.birthYear, c.province, c.city, toString(c.registeredOn)] AS customer,
  COLLECT {
    MATCH (c)-[f:OWNS]->(v) WHERE f.validTo = $open AND f.recordedTo = $openRecord
    OPTIONAL MATCH (v)-[m:IS_MODEL]->(p) WHERE m.validTo = $open AND m.recordedTo = $openRecord
    OPTIONAL MATCH (p)-[h:HAS_STATE]->(s) WHERE h.validTo = $open AND h.recordedTo = $openRecord
    RETURN [v.id, v.vin, p.id, s.nameZh] ORDER BY v.id
  } AS vehicles,
  COLLECT {
    MATCH (c)-[f:SERVED_BY]->(d)-[g:PART_OF]->(a)-[i:PART_OF]->(r)
    WHERE f.validTo = $open AND f.recordedTo = $openRecord AND g.validTo = $open AND g.recordedTo = $openRecord
      AND i.validTo = $open AND i.recordedTo = $openRecord
    UNWIND [d, a, r] AS unit
    MATCH (unit)-[h:HAS_STATE]->(s) WHERE h.validTo = $open AND h.recordedTo = $openRecord
    RETURN [unit.id, s.nameZh]
  } AS units,
  COLLECT {
    MATCH (c)-[f:IN_STAGE]->(stage)-[h:HAS_STATE]->(s)
    WHERE f.validTo = $open AND f.recordedTo = $openRecord AND h.validTo = $open AND h.recordedTo = $openRecord
    RETURN [stage.id, s.nameZh, COLLECT {
      MATCH (stage)<-[o:RESPONSIBLE_FOR]-(unit)-[k:HAS_STATE]->(state)
      WHERE o.role = 'ACCOUNTABLE' AND o.scope IS NULL AND o.validTo = $open AND o.recordedTo = $openRecord
        AND k.validTo = $open AND k.recordedTo = $openRecord
      RETURN [unit.id, state.nameZh] ORDER BY coalesce(o.channel, ''), unit.id
    }]
  } AS stages,
  COLLECT {
    MATCH (i:Interaction) USING INDEX SEEK i:Interaction(customer, at, id)
    WHERE i.customer = c.id AND i.at IS NOT NULL AND i.id IS NOT NULL
    WITH i ORDER BY i.customer DESC, i.at DESC, i.id DESC LIMIT 20
    MATCH (i)-[:AT_TOUCHPOINT]->(t)-[h:HAS_STATE]->(s) WHERE h.validTo = $open AND h.recordedTo = $openRecord
    // As text: making Python's datetimes of twenty of them takes 2 ms.
    RETURN [i.id, toString(i.at), i.kind, i.outcome, t.id, s.nameZh]
  } AS interactions
