// name: customer-of-interaction
// params: after, many
// Of so many interactions in the order of their ids, after one: the last id (null, if there are none), how many they are, and those whose property `customer` is
// not the id of the customer that they are with, with both.
:param after => '';
:param many => 20000;
MATCH (i:Interaction) WHERE i.id > $after
WITH i ORDER BY i.id LIMIT $many
WITH i, head(COLLECT { MATCH (i)-[:WITH_CUSTOMER]->(c) RETURN c.id }) AS customer
RETURN max(i.id), count(i), collect(CASE WHEN coalesce(i.customer <> customer, true) THEN [i.id, i.customer, customer] END)
