// name: impact-reach
// params: places, changed, changedPlaces, asOf, before, knownAt
// How many dealers, customers and leads get another owner between two times of knowing. `changed`: at which place ('' is nationwide, else one of
// `places`) another unit answers for which subject; `changedPlaces`: the places where it is a touchpoint or a stage.
:param places => ['area:r1-01'];
:param changed => [['area:r1-01', 'stage:deal'], ['', 'pool:lead']];
:param changedPlaces => ['area:r1-01'];
:param asOf => date('2025-06-01');
:param before => datetime('2025-06-02T00:00:00Z');
:param knownAt => datetime('9999-12-30T00:00:00Z');
MATCH (dealer:Dealer)-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $before < h.recordedTo]->() USING SCAN dealer:Dealer
WITH dealer,
  COLLECT {
    MATCH (dealer) ((x)-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $before < r.recordedTo]->(y)){0,20} (unit)
    RETURN unit ORDER BY size(r)
  } AS old,
  COLLECT {
    MATCH (dealer) ((x)-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (unit)
    RETURN unit ORDER BY size(r)
  } AS new
// The nearest place above it, whose answers it has; and whether its field line is another one.
WITH dealer, coalesce(head([unit IN new WHERE unit.id IN $places | unit.id]), '') AS place,
  [unit IN old WHERE unit:Area OR unit:Region] <> [unit IN new WHERE unit:Area OR unit:Region] AS moved
WITH place IN $changedPlaces OR moved AS counts,
  COUNT {
    MATCH (customer:Customer)-[s:SERVED_BY WHERE s.validFrom <= $asOf < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]->(dealer)
    WHERE moved OR EXISTS {
      (customer)-[i:IN_STAGE WHERE i.validFrom <= $asOf < i.validTo AND i.recordedFrom <= $knownAt < i.recordedTo]->(stage) WHERE [place, stage.id] IN $changed
    }
  } AS customers,
  COUNT {
    MATCH (customer:Customer)-[s:SERVED_BY WHERE s.validFrom <= $asOf < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]->(dealer)
    CALL (customer) {
      MATCH (lead:Lead)-[o:OF WHERE o.validFrom <= $asOf < o.validTo AND o.recordedFrom <= $knownAt < o.recordedTo]->(customer)
      RETURN lead
    }
    WITH lead WHERE moved OR EXISTS {
      (lead)-[g:GRADED WHERE g.validFrom <= $asOf < g.validTo AND g.recordedFrom <= $knownAt < g.recordedTo]->(pool) WHERE [place, pool.id] IN $changed
    }
    RETURN lead
  } AS leads
WITH count(CASE WHEN counts THEN 1 END) AS dealers, sum(customers) AS customers, sum(leads) AS leads
// Who has no dealer has the answers that hold nationwide.
RETURN dealers, customers + COUNT {
    MATCH (customer:Customer)-[i:IN_STAGE WHERE i.validFrom <= $asOf < i.validTo AND i.recordedFrom <= $knownAt < i.recordedTo]->(stage)
    WHERE ['', stage.id] IN $changed AND NOT EXISTS {
      (customer)-[s:SERVED_BY WHERE s.validFrom <= $asOf < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]->()
    }
  } AS customers, leads + COUNT {
    MATCH (lead:Lead)-[g:GRADED WHERE g.validFrom <= $asOf < g.validTo AND g.recordedFrom <= $knownAt < g.recordedTo]->(pool)
    WHERE ['', pool.id] IN $changed AND NOT EXISTS {
      MATCH (lead)-[o:OF WHERE o.validFrom <= $asOf < o.validTo AND o.recordedFrom <= $knownAt < o.recordedTo]->(customer)
      MATCH (customer)-[s:SERVED_BY WHERE s.validFrom <= $asOf < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]->()
    }
  } AS leads
