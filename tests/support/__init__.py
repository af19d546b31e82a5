"""What tests share: references that know no Cypher, generators of random cases, helpers."""
