// name: read-customer
// params: customer, lead, stage, named, day, today, open
// Locks a customer, the one that the lead is of if there is such a lead, and reads what is known of it: its id, whose the lead is ('' for nobody's, null if it
// is new), which fields of `named` name nothing that exists on the day and today, its facts, and the ordinals of stages if it gets into one.
:param customer => 'customer:li-na';
:param lead => null;
:param stage => 'stage:deal';
:param named => [{field: 'stage', label: 'LifecycleStage', id: 'stage:deal'}, {field: 'source', label: 'Source', id: 'source:article'}];
:param day => date('2026-01-05');
:param today => date();
:param open => datetime('9999-12-31T00:00:00Z');
OPTIONAL MATCH (l:Lead {id: $lead}) USING INDEX SEEK l:Lead(id)
OPTIONAL MATCH (l)-[of:OF WHERE of.recordedTo = $open]->(o)
WITH CASE WHEN l IS NOT NULL THEN coalesce(o.id, '') END AS owner
OPTIONAL MATCH (c:Customer {id: coalesce(owner, $customer)}) USING INDEX SEEK c:Customer(id)
// It is locked, by a property that stays what it is, before its facts are read.
FOREACH (one IN CASE WHEN c IS NULL THEN [] ELSE [c] END | SET one.recordedFrom = one.recordedFrom)
WITH c, owner
RETURN c.id, owner,
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
    MATCH (c)-[f:SERVED_BY|IN_STAGE|CONSENTS_TO]->(e) WHERE f.recordedTo = $open
    RETURN [type(f), CASE type(f) WHEN 'CONSENTS_TO' THEN e.id ELSE c.id END, e.id, f.validFrom, f.validTo,
      f {.channel, .grade, .score}, f.source, elementId(f), f.recordedFrom] AS fact
    UNION ALL
    MATCH (c)<-[of:OF]-(l:Lead)-[f:GRADED]->(e) WHERE of.recordedTo = $open AND f.recordedTo = $open
    RETURN ['GRADED', l.id, e.id, f.validFrom, f.validTo,
      f {.channel, .grade, .score}, f.source, elementId(f), f.recordedFrom] AS fact
  } AS facts,
  COLLECT {
    WITH $stage AS stage WHERE stage IS NOT NULL
    MATCH (s:LifecycleStage)-[h:HAS_STATE WHERE h.validFrom <= $today < h.validTo AND h.recordedTo = $open]->(state) USING SCAN s:LifecycleStage
    RETURN [s.id, state.ordinal]
  } AS ordinals
