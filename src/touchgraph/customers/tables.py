"""The tables of an import as data: which files there are, their columns, and what becomes of them in the graph.

Reading, validating, writing, generating and the documentation of the columns all follow from here; what a property is
follows from the model.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from enum import StrEnum

from touchgraph.model import BY_LABEL, CUSTOMER_FACT_BY_TYPE, NAMES, FactKind, Property
from touchgraph.model.kinds import PropertyType


@dataclass(frozen=True)
class Column:
    """A column of a file. `refers`: the label of the entity whose id it holds; `least` and `most`: bounds of a number.

    `own`: it is the row's own id. `lines`: a text that may have several.
    """

    name: str
    doc: str
    type: PropertyType = "string"
    required: bool = False
    values: builtins.type[StrEnum] | None = None
    refers: str | None = None
    own: bool = False
    least: int = 0
    most: int = 2**31 - 1
    pattern: str | None = None
    lines: bool = False

    @property
    def doc_in_full(self) -> str:
        """What it is, and what it is when it is empty."""
        return self.doc if self.required or "empty:" in self.doc else f"{self.doc}; empty: not known"

    @property
    def told(self) -> str:
        """Type and unit, as the documentation tells them."""
        if self.values:
            return "one of " + ", ".join(self.values)
        if self.refers:
            return f"id of a {self.refers}"
        if self.type == "integer":
            return f"whole number, {self.least} to {self.most}"
        return {"date": "date", "datetime": "time with zone"}.get(self.type, "text")


@dataclass(frozen=True)
class FactOf:
    """A fact that a row tells: its type, and the columns of its ends and first day. Without `end` there is none."""

    type: str
    start: str
    end: str
    valid_from: str | None
    valid_to: str | None = None

    @property
    def kind(self) -> FactKind:
        """What the model says of it."""
        return CUSTOMER_FACT_BY_TYPE[self.type]


@dataclass(frozen=True)
class Table:
    """A file: the entity that each of its rows is, if any, the facts that it tells, and the links of an event."""

    name: str
    doc: str
    columns: tuple[Column, ...]
    label: str | None = None
    facts: tuple[FactOf, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    def column(self, name: str) -> Column:
        """A column by its name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def properties(self) -> tuple[Property, ...]:
        """The properties of the node of a row, but for the id."""
        return BY_LABEL[self.label].properties if self.label else ()

    @property
    def named(self) -> bool:
        """Whether the node of a row has names."""
        return {prop.name for prop in self.properties} >= set(NAMES)

    @property
    def bitemporal(self) -> bool:
        """Whether a row is a fact, and nothing else."""
        return self.label is None


_DOCS = {
    "nameZh": "name in Chinese",
    "nameEn": "name in pinyin, or as the customer writes it in Latin letters",
    "birthYear": "year of birth",
    "province": "province where the customer lives, in Chinese",
    "city": "city where the customer lives, in Chinese",
    "registeredOn": "day on which the brand first knew the customer",
    "vin": "vehicle identification number",
    "createdOn": "day on which the lead came in",
    "at": "when it happened",
    "kind": "what it was",
    "outcome": "what came of it",
    "theme": "what the customer spoke of",
    "text": "what the customer said",
    "grade": "how likely a purchase is",
    "score": "the same as a number, 100 is sure",
    "source": "document or system that says so",
    "recordedFrom": "when the graph is to have known it; empty: when it is imported",
}
_BOUNDS = {"birthYear": (1900, 2100), "score": (0, 100)}
_PATTERNS = {"vin": "[A-HJ-NPR-Z0-9]{17}"}
_REFERS = {"source": "Source", "channel": "Channel"}


def _of(prop: Property, doc: str = "") -> Column:
    """The column of a property; when it was recorded need not be told."""
    least, most = _BOUNDS.get(prop.name, (0, 2**31 - 1))
    required = prop.required and prop.name != "recordedFrom"
    refers, pattern = _REFERS.get(prop.name), _PATTERNS.get(prop.name)
    told = doc or _DOCS[prop.name]
    return Column(prop.name, told, prop.type, required, prop.values, refers, False, least, most, pattern, prop.lines)


def _id(label: str) -> Column:
    doc = f"its id, {BY_LABEL[label].prefix}:…, in lower-case letters, digits and single hyphens"
    return Column("id", doc, required=True, own=True)


def _refers(name: str, label: str, doc: str, required: bool = True) -> Column:
    return Column(name, doc, required=required, refers=label)


def _entity(
    name: str, label: str, doc: str, *others: Column, facts: tuple[FactOf, ...] = (), channel: str = "", **links: str
) -> Table:
    named = {column.name for column in others}
    properties = (prop for prop in BY_LABEL[label].properties if prop.name not in named)
    own = [_of(prop, channel if prop.name == "channel" else "") for prop in properties]
    columns = (_id(label), *own[:-2], *others, *own[-2:])
    return Table(name, doc, columns, label, facts, tuple((type_, column) for type_, column in links.items()))


_FROM = Column("validFrom", "first day on which it holds", "date", required=True)
_TO = Column("validTo", "first day on which it no longer holds; empty: it still does", "date")
_RECORDED_TO = Column("recordedTo", "when the graph is to have known better; empty: it is what is known", "datetime")


def _fact(name: str, type_: str, doc: str, start: Column, end: Column, **docs: str) -> Table:
    own = (_of(prop, docs.get(prop.name, "")) for prop in CUSTOMER_FACT_BY_TYPE[type_].properties)
    source, recorded = (_of(prop) for prop in BY_LABEL["Customer"].properties[-2:])
    columns = (start, end, *own, _FROM, _TO, source, recorded, _RECORDED_TO)
    return Table(name, doc, columns, None, (FactOf(type_, start.name, end.name, "validFrom", "validTo"),))


_CUSTOMER = _refers("customer", "Customer", "whose it is")
_THROUGH = "channel through which"

TABLES: tuple[Table, ...] = (
    _entity("customers", "Customer", "Who the customers are."),
    _entity(
        "vehicles",
        "Vehicle",
        "Cars.",
        _refers("model", "Product", "what it is"),
        Column("builtOn", "day on which it was built", "date", required=True),
        facts=(FactOf("IS_MODEL", "id", "model", "builtOn"),),
    ),
    _entity(
        "leads",
        "Lead",
        "Customers' interest in a purchase.",
        _CUSTOMER,
        facts=(FactOf("OF", "id", "customer", "createdOn"),),
        channel=f"{_THROUGH} it came in",
    ),
    _fact(
        "dealer_assignments",
        "SERVED_BY",
        "Which dealer serves a customer.",
        _CUSTOMER,
        _refers("dealer", "Dealer", "who serves it"),
    ),
    _fact(
        "stage_history",
        "IN_STAGE",
        "In which stage a customer is.",
        _CUSTOMER,
        _refers("stage", "LifecycleStage", "where it stands"),
        channel=f"{_THROUGH} it got there",
        grade="grade of its lead then",
    ),
    _fact(
        "consents",
        "CONSENTS_TO",
        "Through which channels a customer may be reached.",
        _CUSTOMER,
        _refers("channel", "Channel", "through which it may be reached"),
    ),
    _fact("vehicle_ownerships", "OWNS", "Who owns a car.", _CUSTOMER, _refers("vehicle", "Vehicle", "what it owns")),
    _fact(
        "lead_grades",
        "GRADED",
        "How a lead was graded, and into which pool.",
        _refers("lead", "Lead", "which lead"),
        _refers("pool", "Pool", "where it lies"),
    ),
    _entity(
        "interactions",
        "Interaction",
        "What customer and brand did with one another.",
        _CUSTOMER,
        _refers("touchpoint", "Touchpoint", "where they met"),
        _refers("dealer", "Dealer", "at which dealer; empty: at none", required=False),
        channel=f"{_THROUGH} they met",
        WITH_CUSTOMER="customer",
        AT_TOUCHPOINT="touchpoint",
        AT_DEALER="dealer",
    ),
    _entity(
        "feedback",
        "Feedback",
        "What customers said of a car.",
        _CUSTOMER,
        _refers("product", "Product", "of which product; empty: of none", required=False),
        _refers("phase", "ProductPhase", "to which phase of a product it goes; empty: to none", required=False),
        Column("routedOn", "first day on which it goes there; empty: `phase` is, too", "date"),
        facts=(FactOf("ROUTED_TO", "id", "phase", "routedOn"),),
        WITH_CUSTOMER="customer",
        ON_PRODUCT="product",
    ),
)
"""In the order in which they are validated and written: what is referred to comes first."""

BY_TABLE = {table.name: table for table in TABLES}
OF_LABEL = {table.label: table for table in TABLES if table.label}
"""The table that makes the entities of a label."""
ORGANISATION_FILE = "organisation.yaml"
"""A seed file beside the tables; it is loaded first."""


def is_ours(label: str) -> bool:
    """Whether entities of a label come from a table, not from the organisation."""
    return label in OF_LABEL


def documentation() -> str:
    """The tables and their columns, as they stand in `docs/customers.md`."""
    parts = []
    for table in TABLES:
        facts = [f"`{fact.type}`" for fact in table.facts]
        makes = ", ".join([f"`{table.label}`"] * bool(table.label) + facts + [f"`{link}`" for link, _ in table.links])
        rows = [
            f"| `{column.name}` | {column.told} | {'yes' if column.required else ''} | {column.doc_in_full} |"
            for column in table.columns
        ]
        head = [f"### {table.name}", f"{table.doc} Makes {makes}.", ""]
        parts.append("\n".join([*head, "| column | type | required | what |", "|---|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"
