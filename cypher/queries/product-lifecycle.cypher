// name: product-lifecycle
// params: model, asOf, knownAt
// A product's life: its phases in order, who answers for each, and what customers said of the product, by theme, and where that was routed to.
:param model => 'product:electric-vehicles';
:param asOf => date();
:param knownAt => datetime('9999-12-30T00:00:00Z');
MATCH (product:Product {id: $model})-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->() USING INDEX SEEK product:Product(id)
WITH product, COLLECT {
    MATCH (product)<-[:ON_PRODUCT]-(f:Feedback)
    WHERE f.at < datetime({date: $asOf + duration({days: 1}), timezone: 'UTC'}) AND f.recordedFrom <= $knownAt
    WITH f.theme AS theme, head(COLLECT { MATCH (f)-[r:ROUTED_TO WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(phase) RETURN phase.id }) AS phase, count(*) AS n
    RETURN {theme: theme, phase: phase, n: n}
  } AS counted
RETURN product, reduce(n = 0, c IN counted | n + c.n) AS total,
  reduce(n = 0, c IN counted | n + CASE WHEN c.phase IS NULL THEN c.n ELSE 0 END) AS unrouted,
  COLLECT {
    UNWIND counted AS c
    WITH c.theme AS theme, sum(c.n) AS n
    RETURN {theme: theme, count: n} ORDER BY n DESC, theme
  } AS themes,
  COLLECT {
    MATCH (phase:ProductPhase)-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->(state)
    WITH phase, state, [c IN counted WHERE c.phase = phase.id] AS routed, COLLECT {
        MATCH (unit)-[f:RESPONSIBLE_FOR WHERE f.scope IS NULL AND f.role IN ['ACCOUNTABLE', 'RESPONSIBLE'] AND f.validFrom <= $asOf < f.validTo AND f.recordedFrom <= $knownAt < f.recordedTo]->(phase)
        RETURN DISTINCT {unit: unit, role: f.role} AS one
      } AS parties
    // Who is accountable; where nobody is, who is responsible.
    WITH phase, state, routed, parties, CASE WHEN any(p IN parties WHERE p.role = 'ACCOUNTABLE') THEN 'ACCOUNTABLE'
        WHEN size(parties) > 0 THEN 'RESPONSIBLE' END AS role
    RETURN {phase: phase, role: role,
      owners: COLLECT { UNWIND parties AS p WITH p.unit AS unit, p.role AS its WHERE its = role RETURN DISTINCT unit ORDER BY unit.id },
      feedback: reduce(n = 0, c IN routed | n + c.n),
      themes: COLLECT { UNWIND routed AS c WITH c.theme AS theme, c.n AS n RETURN {theme: theme, count: n} ORDER BY n DESC, theme }}
    ORDER BY state.ordinal, phase.id
  } AS phases
