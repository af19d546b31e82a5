// name: interval
// params: most
// Facts that end before they begin, in valid or in recorded time.
:param most => 1000;
MATCH (a)-[f:HAS_STATE|PART_OF|REPORTS_TO|IN_UNIT|RESPONSIBLE_FOR|DELEGATES_TO|SUPPORTS|KIND_OF|SERVES|USES|FOLLOWED_BY|UNOWNED|ABOUT]->(b)
UNWIND ['valid', 'recorded'] AS time
WITH a, f, b, time WHERE f[time + 'From'] >= f[time + 'To']
RETURN 'interval' AS rule, type(f) + ' ' + coalesce(a.id, '?') + ' → ' + coalesce(b.id, '?') + coalesce(' from ' + toString(f.validFrom), '')
  + ': ' + time + 'From is not before ' + time + 'To' AS message LIMIT $most
