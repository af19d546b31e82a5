// name: standing
// params: dealers, customers, after, until, told, open, end
// How many customers and leads there are at present, by the keys of StandingTally, counted from the facts as known now: of `dealers`, of `customers` (for
// whoever serves them, or nobody), and of those without a dealer, among the customers with ids after `after`, up to `until`. What the tallies of the dealers
// `told` say is taken off.
:param dealers => ['dealer:d0001', 'dealer:d0002'];
:param customers => [];
:param after => null;
:param until => null;
:param told => [];
:param open => datetime('9999-12-31T00:00:00Z');
:param end => date('9999-12-31');
CALL () {
  CALL () {
    UNWIND $dealers AS dealer
    MATCH (at:Dealer {id: dealer})<-[s:SERVED_BY]-(c) USING INDEX SEEK at:Dealer(id) WHERE s.validTo = $end AND s.recordedTo = $open
    RETURN dealer, c
    UNION ALL
    UNWIND $customers AS id
    MATCH (c:Customer {id: id}) USING INDEX SEEK c:Customer(id)
    RETURN coalesce(head(COLLECT {
        MATCH (c)-[s:SERVED_BY]->(d) WHERE s.validTo = $end AND s.recordedTo = $open RETURN d.id
      }), '') AS dealer, c
    UNION ALL
    MATCH (c:Customer) WHERE $after < c.id <= $until AND NOT EXISTS {
      (c)-[s:SERVED_BY]->() WHERE s.validTo = $end AND s.recordedTo = $open
    }
    RETURN '' AS dealer, c
  }
  WITH dealer, c,
    COLLECT { MATCH (c)-[f:CONSENTS_TO]->(e) WHERE f.validTo = $end AND f.recordedTo = $open RETURN e.id } AS linked,
    head(COLLECT {
      MATCH (c)-[f:IN_STAGE]->(e) WHERE f.validTo = $end AND f.recordedTo = $open RETURN split(e.id, ':')[1]
    }) AS stage
  WITH dealer, c, 'customer|' + coalesce(stage, '') + '|' + CASE
      WHEN 'channel:telephone' IN linked AND 'channel:wecom' IN linked THEN 'BOTH'
      WHEN 'channel:telephone' IN linked THEN 'TELEPHONE'
      WHEN 'channel:wecom' IN linked THEN 'WECOM'
      ELSE 'NONE'
    END AS own
  UNWIND [own] + COLLECT {
      MATCH (c)<-[of:OF]-(:Lead)-[f:GRADED]->(e) WHERE of.recordedTo = $open AND f.validTo = $end AND f.recordedTo = $open
      RETURN 'lead|' + split(e.id, ':')[1] AS lead
    } AS key
  RETURN dealer, $end AS day, key, 1 AS n
  UNION ALL
  UNWIND $told AS dealer
  MATCH (t:StandingTally) WHERE t.dealer = dealer AND t.day IS NOT NULL
  UNWIND range(0, size(t.keys) - 1) AS i
  RETURN dealer, t.day AS day, t.keys[i] AS key, -t.counts[i] AS n
}
WITH dealer, day, key, sum(n) AS n WHERE n <> 0
RETURN dealer, day, key, n
