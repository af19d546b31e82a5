// name: impact
// params: found
// What supposed changes would do: numbers and ids that were found by comparing the graph before and after them, with the entities that the ids name.
:param found => {units: 1, positions: 0, touchpoints: 0, dealers: 0, customers: 0, leads: 0, arising: [{status: 'GAP', subject: 'stage:deal', place: 'region:r1', otherThan: ['channel:online']}], moment: {asOf: date('2025-06-01'), knownAt: datetime('9999-12-30T00:00:00Z')}};
WITH COLLECT {
    UNWIND $found.arising AS one
    MATCH (subject:Subject {id: one.subject}) USING INDEX SEEK subject:Subject(id)
    OPTIONAL MATCH (place:OrgUnit {id: one.place}) USING INDEX SEEK place:OrgUnit(id)
    RETURN {status: one.status, subject: subject, place: place, moment: $found.moment, channels: COLLECT {
      UNWIND one.otherThan AS id
      MATCH (channel:Channel {id: id}) USING INDEX SEEK channel:Channel(id)
      RETURN channel ORDER BY channel.id
    }} ORDER BY coalesce(place.id, ''), subject.id
  } AS arising
WITH [one IN arising WHERE one.status = 'GAP'] AS newGaps, [one IN arising WHERE one.status = 'CONFLICT'] AS newConflicts
RETURN $found.units AS units, $found.positions AS positions, $found.touchpoints AS touchpoints, $found.dealers AS dealers,
  $found.customers AS customers, $found.leads AS leads,
  newGaps, size(newGaps) AS totalNewGaps, newConflicts, size(newConflicts) AS totalNewConflicts
