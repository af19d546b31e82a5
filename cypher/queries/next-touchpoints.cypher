// name: next-touchpoints
// params: customer, asOf, knownAt
// Touchpoints of a customer's stage that it has not used yet and that can reach it: one of their channels is one to which it consents,
// or a kind above or below that. What is offline, or uses no channel, needs no consent: there the customer comes of its own accord. Categories are left out.
:param customer => 'customer:sample-1';
:param asOf => date('2025-08-30');
:param knownAt => datetime('9999-12-30T00:00:00Z');
MATCH (customer:Customer {id: $customer})-[s:IN_STAGE WHERE s.validFrom <= $asOf < s.validTo AND s.recordedFrom <= $knownAt < s.recordedTo]->(stage) USING INDEX SEEK customer:Customer(id)
WITH customer, stage,
  COLLECT {
    MATCH (customer)<-[:WITH_CUSTOMER]-(i:Interaction)-[:AT_TOUCHPOINT]->(used)
    WHERE i.recordedFrom <= $knownAt AND date(i.at) <= $asOf
    RETURN DISTINCT used
  } AS used,
  COLLECT {
    MATCH (customer)-[c:CONSENTS_TO WHERE c.validFrom <= $asOf < c.validTo AND c.recordedFrom <= $knownAt < c.recordedTo]->(channel)
    RETURN channel
  } AS consented
WITH *, COLLECT {
    UNWIND consented AS channel
    MATCH (channel) ((x)-[r:KIND_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]->(y)){1,20} (above)
    RETURN above
  } + COLLECT {
    UNWIND consented + COLLECT { MATCH (offline:Channel {id: 'channel:offline'}) USING INDEX SEEK offline:Channel(id) RETURN offline } AS channel
    MATCH (channel) ((x)<-[r:KIND_OF WHERE r.validFrom <= $asOf < r.validTo AND r.recordedFrom <= $knownAt < r.recordedTo]-(y)){0,20} (below)
    RETURN below
  } AS open
MATCH (touchpoint:Touchpoint)-[v:SERVES WHERE v.validFrom <= $asOf < v.validTo AND v.recordedFrom <= $knownAt < v.recordedTo]->(stage)
WHERE NOT touchpoint IN used
  AND NOT EXISTS { (touchpoint)<-[k:KIND_OF WHERE k.validFrom <= $asOf < k.validTo AND k.recordedFrom <= $knownAt < k.recordedTo]-() }
WITH *, COLLECT {
    MATCH (touchpoint)-[u:USES WHERE u.validFrom <= $asOf < u.validTo AND u.recordedFrom <= $knownAt < u.recordedTo]->(channel)
    RETURN channel ORDER BY channel.id
  } AS uses
WITH *, [channel IN uses WHERE channel IN open] AS channels
WHERE size(uses) = 0 OR size(channels) > 0
RETURN touchpoint.id AS id, touchpoint, channels,
  head(COLLECT {
    MATCH (customer)-[b:SERVED_BY WHERE b.validFrom <= $asOf < b.validTo AND b.recordedFrom <= $knownAt < b.recordedTo]->(dealer)
    RETURN dealer.id
  }) AS place
ORDER BY id
