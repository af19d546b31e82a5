// name: organisation
// params: open, start, end
// What the rows of an import may name beside customers: ids and labels, from when until when they exist, and since when they are known.
:param open => datetime('9999-12-31T00:00:00Z');
:param start => date('0001-01-01');
:param end => date('9999-12-31');
MATCH (e:Entity)-[h:HAS_STATE]->()
RETURN e.id, labels(e), min(CASE WHEN h.recordedTo = $open THEN h.validFrom END) AS since,
  max(CASE WHEN h.recordedTo = $open THEN h.validTo END) AS until, min(h.recordedFrom) AS recorded
UNION ALL
MATCH (e:Source) RETURN e.id, labels(e), $start AS since, $end AS until, e.recordedFrom AS recorded
