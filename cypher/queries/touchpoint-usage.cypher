// name: touchpoint-usage
// params: place, from, to, supposed, asOf, knownAt
// How often each touchpoint was used at a place (null: nationwide) from one day to another, both included (UTC), most used first; in all, by
// channel and by kind of interaction. From roll-ups; where they do not know (known earlier, or `supposed`), from the interactions.
:param place => null;
:param from => date('2026-10-01');
:param to => date('2026-10-31');
:param supposed => false;
:param asOf => date();
:param knownAt => datetime('9999-12-30T00:00:00Z');
WITH head(COLLECT { MATCH (p:OrgUnit {id: $place})-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->() USING INDEX SEEK p:OrgUnit(id) RETURN p }) AS place,
  CASE WHEN $to < $asOf THEN $to ELSE $asOf END AS until,
  COLLECT {
    MATCH (at:OrgUnit {id: $place}) ((x)<-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]-(y)){0,20} (dealer:Dealer) USING INDEX SEEK at:OrgUnit(id)
    RETURN DISTINCT dealer.id AS id
    UNION ALL
    MATCH (dealer:Dealer) WHERE $place IS NULL
    RETURN dealer.id AS id
    UNION ALL
    WITH $place AS asked WHERE asked IS NULL
    RETURN '' AS id
  } AS dealers
CALL (dealers, until) {
  CALL (dealers, until) {
    WITH dealers, until WHERE NOT $supposed AND $knownAt >= datetime()
    UNWIND dealers AS dealer
    MATCH (t:UsageTally) WHERE t.dealer = dealer AND $from <= t.day <= until
    WITH t.keys AS keys, t.counts AS counts
    UNWIND range(0, size(keys) - 1) AS i
    WITH keys[i] AS key, counts[i] AS n
    RETURN key, sum(n) AS n
    UNION ALL
    WITH dealers, datetime({date: $from, timezone: 'UTC'}) AS since, datetime({date: until + duration({days: 1}), timezone: 'UTC'}) AS end
    WHERE $supposed OR $knownAt < datetime()
    CALL (dealers, since, end) {
      WITH dealers, since, end WHERE $place IS NOT NULL
      UNWIND dealers AS dealer
      MATCH (at:Dealer {id: dealer})<-[:AT_DEALER]-(i) USING INDEX SEEK at:Dealer(id) WHERE since <= i.at < end
      RETURN i
      UNION ALL
      WITH since, end WHERE $place IS NULL
      MATCH (i:Interaction) WHERE since <= i.at < end
      RETURN i
    }
    MATCH (i)-[:AT_TOUCHPOINT]->(t) WHERE i.recordedFrom <= $knownAt
    WITH split(t.id, ':')[1] + '|' + coalesce(split(i.channel, ':')[1], '') + '|' + i.kind AS key
    RETURN key, count(*) AS n
  }
  WITH split(key, '|') AS k, n
  WITH k[0] AS touchpoint, k[1] AS channel, k[2] AS kind, n
  WITH touchpoint, sum(n) AS total, collect({channel: channel, kind: kind, n: n}) AS parts
  RETURN collect({touchpoint: touchpoint, count: total, parts: parts}) AS counted
}
RETURN place, toString($from) AS from, toString($to) AS to, reduce(n = 0, c IN counted | n + c.count) AS total, COLLECT {
    UNWIND counted AS c
    MATCH (t:Touchpoint {id: 'touchpoint:' + c.touchpoint}) USING INDEX SEEK t:Touchpoint(id)
    RETURN {id: t.id, touchpoint: t, count: c.count,
      channels: COLLECT {
        UNWIND c.parts AS part
        WITH part.channel AS name, sum(part.n) AS n
        RETURN {channel: head(COLLECT { MATCH (x:Channel {id: 'channel:' + name}) USING INDEX SEEK x:Channel(id) RETURN x }), count: n} ORDER BY n DESC, name
      },
      kinds: COLLECT {
        UNWIND c.parts AS part
        WITH part.kind AS kind, sum(part.n) AS n
        RETURN {kind: kind, count: n} ORDER BY n DESC, kind
      }} AS one
    ORDER BY c.count DESC, t.id
  } AS touchpoints
