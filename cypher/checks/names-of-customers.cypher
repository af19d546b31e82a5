// name: names-of-customers
// params: after, many
// So many customers in the order of their ids, after one: their ids and names, and the terms by which they are found.
:param after => '';
:param many => 20000;
MATCH (c:Customer) WHERE c.id > $after
WITH c ORDER BY c.id LIMIT $many
RETURN c.id, c.nameZh, c.nameEn, c.nameTerms
