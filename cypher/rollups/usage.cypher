// name: usage
// params: dealers, after, until, told
// How many interactions there were on each day (UTC), by the keys of UsageTally: at `dealers`, and at none, among the interactions with ids after `after`, up
// to `until`. What the tallies of the dealers `told` say is taken off.
:param dealers => ['dealer:d0001', 'dealer:d0002'];
:param after => null;
:param until => null;
:param told => [];
CALL () {
  CALL () {
    UNWIND $dealers AS dealer
    MATCH (at:Dealer {id: dealer})<-[:AT_DEALER]-(i) USING INDEX SEEK at:Dealer(id)
    RETURN dealer, i
    UNION ALL
    MATCH (i:Interaction) WHERE $after < i.id <= $until AND NOT EXISTS { (i)-[:AT_DEALER]->() }
    RETURN '' AS dealer, i
  }
  MATCH (i)-[:AT_TOUCHPOINT]->(t)
  RETURN dealer, date(i.at) AS day, split(t.id, ':')[1] + '|' + coalesce(split(i.channel, ':')[1], '') + '|' + i.kind AS key, 1 AS n
  UNION ALL
  UNWIND $told AS dealer
  MATCH (t:UsageTally) WHERE t.dealer = dealer AND t.day IS NOT NULL
  UNWIND range(0, size(t.keys) - 1) AS i
  RETURN dealer, t.day AS day, t.keys[i] AS key, -t.counts[i] AS n
}
WITH dealer, day, key, sum(n) AS n WHERE n <> 0
RETURN dealer, day, key, n
