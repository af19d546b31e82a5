"""The organisation as data: units, subjects, documents, and the facts between them."""

from __future__ import annotations

from enum import StrEnum

from touchgraph.model.kinds import EntityKind, FactKind, Property


class Confidence(StrEnum):
    """How sure a fact is: said by its source, needed to make the graph whole, or made up for demonstration."""

    STATED = "STATED"
    INFERRED = "INFERRED"
    SYNTHETIC = "SYNTHETIC"


class Role(StrEnum):
    """RACI: what a unit is to a subject."""

    ACCOUNTABLE = "ACCOUNTABLE"
    RESPONSIBLE = "RESPONSIBLE"
    CONSULTED = "CONSULTED"
    INFORMED = "INFORMED"


class SupportKind(StrEnum):
    """Across departments, through the tiers, or as a service to all."""

    HORIZONTAL = "HORIZONTAL"
    VERTICAL = "VERTICAL"
    ENABLES = "ENABLES"


class MandateStrength(StrEnum):
    WEAK = "WEAK"
    STANDARD = "STANDARD"
    STRONG = "STRONG"


class ClaimKind(StrEnum):
    """What a statement about the whole is: a principle, a breakthrough, a piece of context, or a figure."""

    PRINCIPLE = "PRINCIPLE"
    BREAKTHROUGH = "BREAKTHROUGH"
    CONTEXT = "CONTEXT"
    STRATEGY = "STRATEGY"
    FIGURE = "FIGURE"


_NAMES = (Property("nameZh", required=True), Property("nameEn", required=True))
_MANDATE = (
    Property("level", "integer"),
    Property("mandateZh"),
    Property("mandateEn"),
    Property("mandateStrength", values=MandateStrength),
)
_ORDINAL = (Property("ordinal", "integer", required=True),)
_CLAIM = (Property("kind", required=True, values=ClaimKind), Property("value", "float"), Property("unit"))
_EVIDENCE = (Property("source", required=True), Property("locator"))
_SOURCE = (
    *_NAMES,
    Property("publisher"),
    Property("publishedOn", "date"),
    Property("recordedFrom", "datetime", required=True),
    Property("note"),
)
_CHANGE_SET = (
    *_NAMES,
    Property("reasonZh"),
    Property("reasonEn"),
    Property("startedOn", "date"),
    Property("completedOn", "date"),
    Property("effective", "date", required=True),
    Property("recordedFrom", "datetime", required=True),
    Property("contentHash", required=True),
    Property("clientMutationId"),
    *_EVIDENCE,
    Property("confidence", required=True, values=Confidence),
    Property("note"),
)

_UNITS = (
    ("Company", "company"),
    ("Centre", "centre"),
    ("Department", "dept"),
    ("Region", "region"),
    ("Area", "area"),
    ("Dealer", "dealer"),
    ("Committee", "committee"),
)
_SUBJECTS = (
    ("Touchpoint", "touchpoint", ()),
    ("LifecycleStage", "stage", _ORDINAL),
    ("Pool", "pool", ()),
    ("Channel", "channel", ()),
    ("Standard", "standard", ()),
    ("Capability", "capability", ()),
    ("ProductPhase", "phase", _ORDINAL),
    ("Product", "product", ()),
)

ENTITIES: tuple[EntityKind, ...] = (
    *(EntityKind(label, prefix, ("OrgUnit",), (*_NAMES, *_MANDATE)) for label, prefix in _UNITS),
    *(EntityKind(label, prefix, ("Subject",), (*_NAMES, *extra)) for label, prefix, extra in _SUBJECTS),
    EntityKind("Position", "position", (), _NAMES),
    EntityKind("Claim", "claim", (), (*_NAMES, *_CLAIM)),
    EntityKind("Source", "source", (), (), _SOURCE),
    EntityKind("ChangeSet", "change", (), (), _CHANGE_SET),
)

FACT_PROPERTIES = (
    Property("validFrom", "date", required=True),
    Property("validTo", "date", required=True),
    Property("recordedFrom", "datetime", required=True),
    Property("recordedTo", "datetime", required=True),
    Property("changeSet", required=True),
    *_EVIDENCE,
    Property("confidence", required=True, values=Confidence),
    Property("note"),
)
"""What every fact carries besides its own properties."""

FACTS: tuple[FactKind, ...] = (
    FactKind("HAS_STATE", ("Entity",), ("State",), single=True),
    FactKind("PART_OF", ("OrgUnit",), ("OrgUnit",), single=True, acyclic=True),
    FactKind("REPORTS_TO", ("OrgUnit",), ("Position",), single=True),
    FactKind("IN_UNIT", ("Position",), ("OrgUnit",), (Property("headcount", "integer"),)),
    FactKind(
        "RESPONSIBLE_FOR",
        ("OrgUnit",),
        ("Subject",),
        (Property("role", required=True, values=Role), Property("scope"), Property("channel"), Property("mandate")),
        key=("role", "scope", "channel"),
    ),
    FactKind("DELEGATES_TO", ("OrgUnit",), ("OrgUnit", "Position"), (Property("scope"),), key=("scope",), acyclic=True),
    FactKind(
        "SUPPORTS",
        ("OrgUnit",),
        ("OrgUnit",),
        (Property("how", required=True, values=SupportKind), Property("mandate")),
        key=("how",),
    ),
    FactKind("KIND_OF", ("Touchpoint", "Channel"), ("Touchpoint", "Channel"), single=True, acyclic=True),
    FactKind("SERVES", ("Touchpoint", "Pool"), ("LifecycleStage",)),
    FactKind("USES", ("Touchpoint",), ("Channel",)),
    FactKind("FOLLOWED_BY", ("LifecycleStage", "ProductPhase"), ("LifecycleStage", "ProductPhase")),
    FactKind("UNOWNED", ("Subject",), ("Company",), (Property("reason", required=True),), single=True),
    FactKind("ABOUT", ("Claim",), ("Entity",)),
)

COMPARED = (
    "HAS_STATE",
    "PART_OF",
    "REPORTS_TO",
    "IN_UNIT",
    "RESPONSIBLE_FOR",
    "DELEGATES_TO",
    "SUPPORTS",
    "UNOWNED",
)
"""Types of the facts that make up the organisation: those that change between two moments are found by their times."""
TIMES = ("validFrom", "validTo", "recordedFrom", "recordedTo")

LOCK_LABEL = "WriteLock"
"""The label of the node that whoever writes change sets locks first."""
STATE_LABEL = "State"
STATE_PROPERTIES: tuple[Property, ...] = tuple({p.name: p for kind in ENTITIES for p in kind.state}.values())
