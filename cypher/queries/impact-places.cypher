// name: impact-places
// params: moved, asOf, before, knownAt
// Where who answers can be another one between two times of knowing: at places that facts name as their scope, and at `moved`. Everything
// else has the answers of the nearest of these above it. `was`: where the answers there come from before: the place itself or, where it is new, what is above.
:param moved => ['area:r1-01'];
:param asOf => date('2025-06-01');
:param before => datetime('2025-06-01T18:00:00Z');
:param knownAt => datetime('9999-12-30T00:00:00Z');
CALL () {
  UNWIND $moved AS id
  RETURN id
UNION
  MATCH ()-[f:RESPONSIBLE_FOR|DELEGATES_TO WHERE f.validFrom <= $asOf < f.validTo AND f.recordedFrom <= $knownAt AND $before < f.recordedTo]->()
  WHERE f.scope IS NOT NULL
  RETURN f.scope AS id
}
MATCH (place:OrgUnit {id: id})-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->() USING INDEX SEEK place:OrgUnit(id)
WITH place, COLLECT {
    MATCH (place) ((x)-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){0,20} (above)
    RETURN above ORDER BY size(r)
  } AS line
RETURN place.id AS place,
  head([unit IN line WHERE EXISTS { (unit)-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $before < h.recordedTo]->() } | unit.id]) AS was,
  [unit IN tail(line) | unit.id] AS above
