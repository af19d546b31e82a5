// name: place
// params: below, most
// Units that stand below a unit of a kind below which they may not stand. `below`: by the label of a unit, the labels below which it may.
:param below => {Company: [], Centre: ['Company'], Department: ['Centre', 'Department'], Region: ['Centre'], Area: ['Region'], Dealer: ['Area'], Committee: ['Company', 'Centre', 'Department']};
:param most => 1000;
MATCH (a)-[f:PART_OF]->(b)
UNWIND [l IN labels(a) WHERE l IN keys($below)] AS kind
UNWIND [l IN labels(b) WHERE l IN keys($below)] AS above
WITH a, f, b, kind, above WHERE NOT above IN $below[kind]
RETURN 'place' AS rule, type(f) + ' ' + coalesce(a.id, '?') + ' → ' + coalesce(b.id, '?') + coalesce(' from ' + toString(f.validFrom), '')
  + ': a ' + kind + ' cannot stand below a ' + above AS message LIMIT $most
