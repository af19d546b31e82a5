// name: reference
// params: references, most
// Facts whose properties should be ids of entities, and are none of an entity with that label.
:param references => [{name: 'scope', label: 'OrgUnit'}, {name: 'source', label: 'Source'}];
:param most => 1000;
MATCH (a)-[f:HAS_STATE|PART_OF|REPORTS_TO|IN_UNIT|RESPONSIBLE_FOR|DELEGATES_TO|SUPPORTS|KIND_OF|SERVES|USES|FOLLOWED_BY|UNOWNED|ABOUT]->(b)
UNWIND $references AS r
WITH a, f, b, r WHERE f[r.name] IS NOT NULL AND NOT EXISTS { MATCH (e:Entity {id: f[r.name]}) WHERE r.label IN labels(e) }
RETURN 'reference' AS rule, type(f) + ' ' + coalesce(a.id, '?') + ' → ' + coalesce(b.id, '?') + coalesce(' from ' + toString(f.validFrom), '')
  + ': ' + r.name + ' ' + coalesce(toStringOrNull(f[r.name]), '?') + ' is no ' + r.label AS message LIMIT $most
