// name: flow
// params: dealers, customers, after, until, told, open, end
// How many customers and leads began or ended something on each day, by the keys of FlowTally, counted from the facts as known now: of `dealers`, of
// `customers` (for whoever served them, or nobody), and of those without a dealer on the day, among the customers with ids after `after`, up to `until`.
// What the tallies of the dealers `told` say is taken off.
:param dealers => ['dealer:d0001', 'dealer:d0002'];
:param customers => [];
:param after => null;
:param until => null;
:param told => [];
:param open => datetime('9999-12-31T00:00:00Z');
:param end => date('9999-12-31');
CALL () {
  // For whom a customer counts, and when; and for whom otherwise.
  CALL () {
    UNWIND $dealers AS dealer
    MATCH (at:Dealer {id: dealer})<-[s:SERVED_BY]-(c) USING INDEX SEEK at:Dealer(id) WHERE s.recordedTo = $open
    RETURN c, [[s.validFrom, s.validTo, dealer]] AS served, null AS otherwise
    UNION ALL
    UNWIND $customers AS id
    MATCH (c:Customer {id: id}) USING INDEX SEEK c:Customer(id)
    RETURN c, COLLECT {
        MATCH (c)-[s:SERVED_BY]->(d) WHERE s.recordedTo = $open RETURN [s.validFrom, s.validTo, d.id]
      } AS served, '' AS otherwise
    UNION ALL
    MATCH (c:Customer) WHERE $after < c.id <= $until
    RETURN c, COLLECT {
        MATCH (c)-[s:SERVED_BY]->() WHERE s.recordedTo = $open RETURN [s.validFrom, s.validTo, null]
      } AS served, '' AS otherwise
  }
  WITH served, otherwise,
    COLLECT {
      MATCH (c)-[f:IN_STAGE]->(e) WHERE f.recordedTo = $open
      RETURN [split(e.id, ':')[1], f.validFrom, f.validTo, coalesce(split(f.channel, ':')[1], ''), coalesce(f.grade, '')]
    } AS stays,
    COLLECT {
      MATCH (c)<-[of:OF]-(l:Lead) WHERE of.recordedTo = $open
      RETURN COLLECT { MATCH (l)-[f:GRADED]->(e) WHERE f.recordedTo = $open RETURN [split(e.id, ':')[1], f.validFrom, f.validTo] }
    } AS leads
  CALL (stays, leads) {
    UNWIND stays AS f
    WITH f, CASE WHEN f[2] = $end THEN '|' ELSE toString(duration.inDays(f[1], f[2]).days) + '|'
        + coalesce(head([g IN stays WHERE g[1] = f[2] | g[0]]), '') END AS left
    UNWIND [['in', f[1]], ['out', f[2]]] AS event
    RETURN event[1] AS day, event[0] + '|' + f[0] + '|' + f[3] + '|' + f[4] + '|' + left AS key
    UNION ALL
    UNWIND leads AS grades
    UNWIND grades AS f
    // Graded into the same pool once more, a lead neither leaves it nor comes into it.
    UNWIND CASE WHEN any(g IN grades WHERE g[0] = f[0] AND g[2] = f[1]) THEN [] ELSE [['lead-in', f[1]]] END
      + CASE WHEN any(g IN grades WHERE g[0] = f[0] AND g[1] = f[2]) THEN [] ELSE [['lead-out', f[2]]] END AS event
    RETURN event[1] AS day, event[0] + '|' + f[0] AS key
  }
  WITH served, otherwise, day, key WHERE day < $end
  WITH [s IN served WHERE s[0] <= day < s[1] | s[2]] AS serving, otherwise, day, key
  WITH CASE WHEN size(serving) > 0 THEN serving[0] ELSE otherwise END AS dealer, day, key
  WHERE dealer IS NOT NULL
  RETURN dealer, day, key, 1 AS n
  UNION ALL
  UNWIND $told AS dealer
  MATCH (t:FlowTally) WHERE t.dealer = dealer AND t.day IS NOT NULL
  UNWIND range(0, size(t.keys) - 1) AS i
  RETURN dealer, t.day AS day, t.keys[i] AS key, -t.counts[i] AS n
}
WITH dealer, day, key, sum(n) AS n WHERE n <> 0
RETURN dealer, day, key, n
