// name: read-feedback
// params: feedback, named, day, today, open
// Locks feedback, and reads what is known of it: as `read-customer` does, the phases to which it went.
:param feedback => 'feedback:new';
:param named => [{field: 'phase', label: 'ProductPhase', id: 'phase:definition'}, {field: 'source', label: 'Source', id: 'source:article'}];
:param day => date('2026-01-05');
:param today => date();
:param open => datetime('9999-12-31T00:00:00Z');
OPTIONAL MATCH (n:Feedback {id: $feedback}) USING INDEX SEEK n:Feedback(id)
// It is locked, by a property that stays what it is, before its facts are read.
FOREACH (one IN CASE WHEN n IS NULL THEN [] ELSE [n] END | SET one.recordedFrom = one.recordedFrom)
WITH n
RETURN n.id, null AS owner,
  COLLECT {
    UNWIND $named AS named
    OPTIONAL MATCH (e:Entity {id: named.id}) USING INDEX SEEK e:Entity(id)
      WHERE named.label IN labels(e) AND (named.label = 'Source' OR (
        EXISTS { (e)-[h:HAS_STATE WHERE h.validFrom <= $day < h.validTo AND h.recordedTo = $open]->() }
        AND EXISTS { (e)-[h:HAS_STATE WHERE h.validFrom <= $today < h.validTo AND h.recordedTo = $open]->() }))
    WITH named, e WHERE e IS NULL
    RETURN named.field
  } AS unknown,
  COLLECT {
    MATCH (n)-[f:ROUTED_TO]->(e) WHERE f.recordedTo = $open
    RETURN ['ROUTED_TO', n.id, e.id, f.validFrom, f.validTo, {}, f.source, elementId(f), f.recordedFrom] AS fact
  } AS facts,
  [] AS ordinals
