// name: dual-link
// params: place, supposed, asOf, knownAt
// How many customers of a place (null: nationwide) are linked by telephone, by WeCom, by both, by neither, and how many of each have come to
// a deal or further. At present from roll-ups; of an earlier day, as known earlier, or `supposed`, from the facts.
:param place => null;
:param supposed => false;
:param asOf => date();
:param knownAt => datetime('9999-12-30T00:00:00Z');
WITH head(COLLECT { MATCH (p:OrgUnit {id: $place})-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->() USING INDEX SEEK p:OrgUnit(id) RETURN p }) AS place,
  NOT $supposed AND $asOf >= date() AND $knownAt >= datetime() AS present,
  COLLECT {
    MATCH (deal:LifecycleStage {id: 'stage:deal'})-[h:HAS_STATE WHERE h.validFrom <= $asOf < h.validTo AND h.recordedFrom <= $knownAt < h.recordedTo]->(bar) USING INDEX SEEK deal:LifecycleStage(id)
    MATCH (s:LifecycleStage)-[g:HAS_STATE WHERE g.validFrom <= $asOf < g.validTo AND g.recordedFrom <= $knownAt < g.recordedTo]->(state) WHERE state.ordinal >= bar.ordinal
    RETURN s.id
  } AS late,
  COLLECT {
    MATCH (at:OrgUnit {id: $place}) ((x)<-[r:PART_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]-(y)){0,20} (dealer:Dealer) USING INDEX SEEK at:OrgUnit(id)
    RETURN DISTINCT dealer.id AS id
    UNION ALL
    MATCH (dealer:Dealer) WHERE $place IS NULL
    RETURN dealer.id AS id
    UNION ALL
    WITH $place AS place WHERE place IS NULL
    RETURN '' AS id
  } AS dealers
CALL (dealers, present) {
  CALL (dealers, present) {
    WITH dealers WHERE present
    UNWIND dealers AS dealer
    MATCH (t:StandingTally) WHERE t.dealer = dealer AND t.day = date('9999-12-31')
    WITH t.keys AS keys, t.counts AS counts
    UNWIND range(0, size(keys) - 1) AS i
    WITH keys[i] AS key, counts[i] AS n WHERE key STARTS WITH 'customer|'
    WITH key, sum(n) AS n
    WITH split(key, '|') AS k, n
    RETURN 'stage:' + k[1] AS stage, k[2] AS link, n
    UNION ALL
    WITH dealers WHERE NOT present
    CALL (dealers) {
      WITH dealers WHERE $place IS NOT NULL
      UNWIND dealers AS dealer
      MATCH (at:Dealer {id: dealer})<-[s:SERVED_BY WHERE s.validFrom <= $asOf < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]-(c) USING INDEX SEEK at:Dealer(id)
      RETURN c
      UNION ALL
      WITH $place AS place WHERE place IS NULL
      MATCH (c:Customer) WHERE c.recordedFrom <= $knownAt
      RETURN c
    }
    WITH c.registeredOn <= $asOf AS registered, COLLECT {
        MATCH (c)-[f:SERVED_BY|IN_STAGE|CONSENTS_TO WHERE f.validFrom <= $asOf < f.validTo AND f.recordedFrom <= $knownAt < f.recordedTo]->(e)
        RETURN e.id
      } AS held
    // A customer that was not registered yet counts as soon as it is served by a dealer or in a stage.
    WHERE registered OR any(id IN held WHERE id STARTS WITH 'dealer:' OR id STARTS WITH 'stage:')
    WITH head([id IN held WHERE id STARTS WITH 'stage:']) AS stage, CASE
        WHEN 'channel:telephone' IN held AND 'channel:wecom' IN held THEN 'BOTH'
        WHEN 'channel:telephone' IN held THEN 'TELEPHONE'
        WHEN 'channel:wecom' IN held THEN 'WECOM'
        ELSE 'NONE'
      END AS link
    RETURN stage, link, count(*) AS n
  }
  RETURN collect({stage: stage, link: link, n: n}) AS counted
}
WITH place, [link IN ['TELEPHONE', 'WECOM', 'BOTH', 'NONE'] | {link: link,
    customers: reduce(n = 0, c IN counted | n + CASE WHEN c.link = link THEN c.n ELSE 0 END),
    converted: reduce(n = 0, c IN counted | n + CASE WHEN c.link = link AND c.stage IN late THEN c.n ELSE 0 END)}] AS links
WITH place, links, reduce(n = 0, one IN links | n + one.customers) AS total
RETURN place, total, [one IN links | one {.*, share: 1.0 * one.customers / nullIf(total, 0),
  conversion: 1.0 * one.converted / nullIf(one.customers, 0)}] AS links
