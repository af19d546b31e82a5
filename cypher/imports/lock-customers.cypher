// name: lock-customers
// params: customers, leads
// Locks customers, by a property that stays what it is, and those that leads are of, in the order of their ids; returns the ids.
:param customers => ['customer:li-na'];
:param leads => [];
CALL () {
  UNWIND $customers AS id MATCH (c:Customer {id: id}) RETURN c
  UNION ALL
  UNWIND $leads AS id MATCH (:Lead {id: id})-[:OF]->(c) RETURN c
}
WITH DISTINCT c ORDER BY c.id
SET c.recordedFrom = c.recordedFrom
RETURN c.id
