// All facts of a change set
// As a graph; the table view shows each fact with its times and its evidence.
// Run `:config autoComplete: false` once, or Neo4j Browser adds the facts of other days between the nodes that it shows.
WITH 'change:reform-2025' AS changeSetId
MATCH (one:Entity)-[fact]->(other)
WHERE fact.changeSet = changeSetId
RETURN one, fact, other
ORDER BY type(fact), one.id
