"""Where rows come from: from the organisation alone or from customers, and in which order they are at hand."""

from __future__ import annotations

from collections.abc import Mapping

from touchgraph import model
from touchgraph.answer.compiler import is_of_customers
from touchgraph.answer.plan import Embedded, Row, Rows
from touchgraph.answer.sources import Hop, Lookup, Named, Reference, Scan
from touchgraph.answer.vocabulary import Word


def lasting(of: Rows | Row, words: Mapping[str, Word]) -> bool:
    """Whether rows are found in the organisation alone. `words` are those of named statements."""
    if isinstance(of, Rows):
        return _asks_organisation(of.source, words) and lasting(of.row, words)
    below = (getattr(column, "rows", column) for column in of.columns)
    return all(
        lasting(each.row if isinstance(each, Embedded) else each, words)
        for each in below
        if isinstance(each, Rows | Embedded)
    )


def _asks_organisation(source: object, words: Mapping[str, Word]) -> bool:
    match source:
        case Named(statement=name):
            return words[name].lasting
        case Lookup(label) | Reference(label=label) | Scan(label):
            return label != model.NODE and not is_of_customers(label)
        case Hop(facts=(type_, *_)):
            return type_ in model.FACT_BY_TYPE
        case _:
            return True


def by_id(rows: Rows) -> bool:
    """Whether rows are a page of the organisation that an index has in its order."""
    ordered = rows.page is not None and rows.order is not None and rows.order.key is None
    return ordered and isinstance(rows.source, Scan) and not is_of_customers(rows.source.label) and not rows.filters


def in_database(rows: Rows) -> bool:
    """Whether rows are matched and cut in the database: those of customers."""
    match rows.source:
        case Hop(facts=(type_, *_)):
            return type_ not in model.FACT_BY_TYPE
        case Scan(label):
            return is_of_customers(label)
        case _:
            return False
