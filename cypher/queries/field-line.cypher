// name: field-line
// params: customer, asOf, knownAt
// The field line of a customer: the dealer who serves it, and the area and the region that the dealer is part of.
:param customer => 'customer:sample-1';
:param asOf => date('2025-08-30');
:param knownAt => datetime('9999-12-30T00:00:00Z');
MATCH (:Customer {id: $customer})-[s:SERVED_BY WHERE s.validFrom <= $asOf < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]->(dealer)
WITH dealer, COLLECT {
    MATCH (dealer) ((x)-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){1,20} (above)
    RETURN above
  } AS units
RETURN dealer, head([unit IN units WHERE unit:Area]) AS area, head([unit IN units WHERE unit:Region]) AS region
