// name: ends
// params: ends, most
// Facts that start or end where their type may not. `ends`, by type: the labels at which it may start and end, and (`family`, or null) those of which both
// ends have to carry the same.
:param ends => {PART_OF: {start: ['OrgUnit'], end: ['OrgUnit'], family: null}, KIND_OF: {start: ['Touchpoint', 'Channel'], end: ['Touchpoint', 'Channel'], family: ['Touchpoint', 'Channel']}};
:param most => 1000;
MATCH (a)-[f:HAS_STATE|PART_OF|REPORTS_TO|IN_UNIT|RESPONSIBLE_FOR|DELEGATES_TO|SUPPORTS|KIND_OF|SERVES|USES|FOLLOWED_BY|UNOWNED|ABOUT]->(b)
WITH a, f, b, $ends[type(f)] AS may
WHERE none(l IN labels(a) WHERE l IN may.start) OR none(l IN labels(b) WHERE l IN may.end)
  OR none(l IN coalesce(may.family, labels(a)) WHERE l IN labels(a) AND (may.family IS NULL OR l IN labels(b)))
RETURN 'ends' AS rule, type(f) + ' ' + coalesce(a.id, '?') + ' → ' + coalesce(b.id, '?') + coalesce(' from ' + toString(f.validFrom), '')
  + ': it cannot join ' + reduce(s = '', l IN labels(a) | s + ':' + l) + ' and ' + reduce(s = '', l IN labels(b) | s + ':' + l) AS message LIMIT $most
