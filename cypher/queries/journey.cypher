// name: journey
// params: customer, asOf, knownAt
// The steps of a customer, earliest first: stages that it entered and interactions.
// `subjectId` (stage or touchpoint), `dealerId`, `channelId` and `moment` (the day of the step) are there to ask who answered for it.
:param customer => 'customer:sample-1';
:param asOf => date('2025-08-30');
:param knownAt => datetime('9999-12-30T00:00:00Z');
MATCH (customer:Customer {id: $customer}) USING INDEX SEEK customer:Customer(id) WHERE customer.recordedFrom <= $knownAt
CALL (customer) {
    MATCH (customer)-[s:IN_STAGE WHERE s.validFrom <= $asOf AND s.recordedFrom <= $knownAt < s.recordedTo]->(stage)
    RETURN 'STAGE' AS kind, s.validFrom AS day, null AS at, stage, null AS interaction, null AS touchpoint, null AS there, s.channel AS channelId
  UNION ALL
    MATCH (customer)<-[:WITH_CUSTOMER]-(interaction:Interaction)
    WHERE interaction.recordedFrom <= $knownAt AND date(interaction.at) <= $asOf
    OPTIONAL MATCH (interaction)-[:AT_TOUCHPOINT]->(touchpoint)
    OPTIONAL MATCH (interaction)-[:AT_DEALER]->(there)
    RETURN 'INTERACTION' AS kind, date(interaction.at) AS day, interaction.at AS at, null AS stage, interaction, touchpoint, there, interaction.channel AS channelId
}
// Where the customer was on that day.
OPTIONAL MATCH (customer)-[g:IN_STAGE WHERE g.validFrom <= day < g.validTo AND g.recordedFrom <= $knownAt < g.recordedTo]->(present)
OPTIONAL MATCH (customer)-[b:SERVED_BY WHERE b.validFrom <= day < b.validTo AND b.recordedFrom <= $knownAt < b.recordedTo]->(serving)
OPTIONAL MATCH (channel:Channel {id: channelId}) USING INDEX SEEK channel:Channel(id)
WITH *, coalesce(there, serving) AS dealer, coalesce(touchpoint, stage) AS subject
RETURN [day, CASE kind WHEN 'STAGE' THEN 0 ELSE 1 END, at, interaction.id] AS place, kind, toString(day) AS day, toString(at) AS at,
  coalesce(stage, present) AS stage, touchpoint, channel, dealer, interaction,
  subject.id AS subjectId, dealer.id AS dealerId, channelId, {asOf: day, knownAt: $knownAt} AS moment
ORDER BY place
