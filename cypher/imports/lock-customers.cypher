// name: lock-customers
// params: customers, leads
// Locks customers, by a property that stays what it is, and those that leads are of, in the order of their ids; returns the ids.
:param customers => ['customer:li-na'];
:param leads => [];
CALL () {
  UNWIND $customers AS id MATCH (c:Customer {id: id}) USING INDEX SEEK c:Customer(id) RETURN c
  UNION ALL
  UNWIND $leads AS id MATCH (at:Lead {id: id})-[:OF]->(c) USING INDEX SEEK at:Lead(id) RETURN c
}
WITH DISTINCT c ORDER BY c.id
SET c.recordedFrom = c.recordedFrom
RETURN c.id
