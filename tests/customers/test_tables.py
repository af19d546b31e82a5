"""The tables of an import are those of the model, and those of the documentation."""

from __future__ import annotations

from pathlib import Path

from touchgraph.customers.tables import TABLES, documentation
from touchgraph.model import CUSTOMER_ENTITIES, CUSTOMER_FACTS, LINKS

DOCS = Path(__file__).parents[2] / "docs" / "customers.md"


def test_the_columns_are_documented() -> None:
    """What the documentation says of tables and columns is what the code that checks them says."""
    assert DOCS.read_text(encoding="utf-8").endswith(documentation())


def test_tables_make_all_of_the_model() -> None:
    """Every entity, fact and link of customers comes from a table, with all of its properties."""
    assert {table.label for table in TABLES if table.label} == {kind.label for kind in CUSTOMER_ENTITIES}
    assert {fact.type for table in TABLES for fact in table.facts} == {kind.type for kind in CUSTOMER_FACTS}
    assert {type_ for table in TABLES for type_, _ in table.links} == set(LINKS)
    for table in TABLES:
        names = {column.name for column in table.columns}
        assert {prop.name for prop in table.properties} <= names
        assert {prop.name for fact in table.facts for prop in fact.kind.properties} <= names
