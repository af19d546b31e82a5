// All that touches an entity on a day
// As a graph, its state with the names included.
// Run `:config autoComplete: false` once, or Neo4j Browser adds the facts of other days between the nodes that it shows.
WITH 'dept:marketing' AS entityId,
  date('2025-06-01') AS asOf,
  datetime('9999-12-30T00:00:00Z') AS knownAt
MATCH (entity:Entity {id: entityId})-[fact]-(other)
WHERE fact.validFrom <= asOf < fact.validTo AND fact.recordedFrom <= knownAt < fact.recordedTo
RETURN entity, fact, other
