// The organisation on a day
// Every unit below the one above it, as a graph. `kinds` are labels; add 'Dealer' to see the dealers.
// Run `:config autoComplete: false` once, or Neo4j Browser adds the facts of other days between the nodes that it shows.
WITH ['Centre', 'Department', 'Committee', 'Region', 'Area'] AS kinds,
  date('2025-06-01') AS asOf,
  datetime('9999-12-30T00:00:00Z') AS knownAt
MATCH (unit:OrgUnit)-[part:PART_OF]->(above:OrgUnit)
WHERE part.validFrom <= asOf < part.validTo AND part.recordedFrom <= knownAt < part.recordedTo
  AND any(label IN labels(unit) WHERE label IN kinds)
RETURN above, part, unit
