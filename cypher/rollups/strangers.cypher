// name: strangers
// params: dealers, most
// At most so many dealers that have tallies, and are none of `dealers`.
:param dealers => ['', 'dealer:d0001'];
:param most => 1000;
MATCH (t:FlowTally|UsageTally|StandingTally) WHERE NOT t.dealer IN $dealers AND t.keys <> []
RETURN DISTINCT t.dealer LIMIT $most
