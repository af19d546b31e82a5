// Gaps on a day
// Subjects that nobody answers for, neither themselves nor through a category or stage above them, and that are
// not unowned on purpose. `otherThan`: channels for which somebody does, but for no other. `kinds` are labels.
WITH ['LifecycleStage', 'Pool', 'Touchpoint', 'Standard', 'Capability', 'ProductPhase', 'Product'] AS kinds,
  date('2025-06-01') AS asOf,
  datetime('9999-12-30T00:00:00Z') AS knownAt
MATCH (subject:Subject)-[said:HAS_STATE]->(state:State)
WHERE said.validFrom <= asOf < said.validTo AND said.recordedFrom <= knownAt < said.recordedTo
  AND any(label IN labels(subject) WHERE label IN kinds)
  AND NOT EXISTS {
    (subject)-[unowned:UNOWNED
      WHERE unowned.validFrom <= asOf < unowned.validTo AND unowned.recordedFrom <= knownAt < unowned.recordedTo]->()
  }
WITH *, COLLECT {
    MATCH (subject)
    ((:Subject)-[up:KIND_OF|SERVES
      WHERE up.validFrom <= asOf < up.validTo AND up.recordedFrom <= knownAt < up.recordedTo]->(:Subject)){0,8}
    (:Subject)<-[fact:RESPONSIBLE_FOR
      WHERE fact.validFrom <= asOf < fact.validTo AND fact.recordedFrom <= knownAt < fact.recordedTo
        AND fact.role IN ['ACCOUNTABLE', 'RESPONSIBLE']]-(:OrgUnit)
    WITH DISTINCT coalesce(fact.channel, 'all') AS channel
    RETURN channel ORDER BY channel
  } AS channels
WHERE NOT 'all' IN channels
RETURN [label IN labels(subject) WHERE NOT label IN ['Entity', 'Subject']][0] AS kind, subject.id AS subject,
  state.nameZh AS nameZh, state.nameEn AS nameEn, channels AS otherThan
ORDER BY kind, subject
