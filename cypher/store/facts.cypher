// name: facts
// params: recordedTo
// Facts of the organisation whose records end at a time: at the open end, those that are known now; null: all that were ever known. Type, ends,
// properties, and those of the state to which a fact leads.
:param recordedTo => datetime('9999-12-31T00:00:00Z');
MATCH (a:Entity)-[f:HAS_STATE|PART_OF|REPORTS_TO|IN_UNIT|RESPONSIBLE_FOR|DELEGATES_TO|SUPPORTS|KIND_OF|SERVES|USES|FOLLOWED_BY|UNOWNED|ABOUT]->(b)
WHERE $recordedTo IS NULL OR f.recordedTo = $recordedTo
RETURN type(f), a.id, b.id, properties(f), CASE WHEN b:State THEN properties(b) END
