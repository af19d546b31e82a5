// name: submit-feedback
// params: id, customer, product, source, own, day, recorded, open
// Records what a customer said; nothing, if it is there already or something is unknown. Tells which fields are unknown, which differ from what is there
// (either, and the transaction has to be given up), and whether it is new.
:param id => 'feedback:new';
:param customer => 'customer:li-na';
:param product => null;
:param source => 'source:article';
:param own => {at: datetime('2026-01-05T08:00:00Z'), theme: 'RANGE', text: '冬天续航明显缩短'};
:param day => date('2026-01-05');
:param recorded => datetime();
:param open => datetime('9999-12-31T00:00:00Z');
OPTIONAL MATCH (source:Source {id: $source}) USING INDEX SEEK source:Source(id)
OPTIONAL MATCH (c:Customer {id: $customer}) USING INDEX SEEK c:Customer(id)
OPTIONAL MATCH (p:Product {id: $product}) USING INDEX SEEK p:Product(id)
  WHERE EXISTS { (p)-[h:HAS_STATE WHERE h.validFrom <= $day < h.validTo AND h.recordedTo = $open]->() }
WITH c, p, [field IN [CASE WHEN source IS NULL THEN 'source' END, CASE WHEN c IS NULL THEN 'customer' END,
  CASE WHEN $product IS NOT NULL AND p IS NULL THEN 'product' END] WHERE field IS NOT NULL] AS unknown
MERGE (f:Feedback {id: $id})
WITH *, f.at IS NULL AS new
WITH *, CASE WHEN new OR size(unknown) > 0 THEN [] ELSE
    CASE WHEN f.at.epochMillis = $own.at.epochMillis THEN [] ELSE ['at'] END
    + [field IN ['theme', 'text'] WHERE coalesce(f[field], '') <> coalesce($own[field], '')]
    + CASE WHEN EXISTS { (f)-[:WITH_CUSTOMER]->(c) } THEN [] ELSE ['customer'] END
    + CASE WHEN coalesce(p.id, '') = coalesce(head(COLLECT { MATCH (f)-[:ON_PRODUCT]->(q) RETURN q.id }), '')
      THEN [] ELSE ['product'] END
  END AS differing
CALL (c, p, unknown, f, new) {
  WITH * WHERE new AND size(unknown) = 0
  SET f += $own, f.source = $source, f.recordedFrom = $recorded
  CREATE (f)-[:WITH_CUSTOMER]->(c)
  FOREACH (one IN CASE WHEN p IS NULL THEN [] ELSE [p] END | CREATE (f)-[:ON_PRODUCT]->(one))
}
RETURN unknown, differing, new
