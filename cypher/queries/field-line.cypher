// name: field-line
// params: dealer, asOf, knownAt
// The field line of the customers of a dealer: the dealer, and the area and the region that it is part of.
:param dealer => 'dealer:d0001';
:param asOf => date('2025-08-30');
:param knownAt => datetime('9999-12-30T00:00:00Z');
MATCH (dealer:Dealer {id: $dealer}) USING INDEX SEEK dealer:Dealer(id)
WITH dealer, COLLECT {
    MATCH (dealer) ((x)-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){1,20} (above)
    RETURN above
  } AS units
RETURN dealer, head([unit IN units WHERE unit:Area]) AS area, head([unit IN units WHERE unit:Region]) AS region
