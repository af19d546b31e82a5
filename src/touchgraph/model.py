"""The graph as data: labels, facts, properties and keys. The one place that knows them.

Constraints, validation of files, checks and the Cypher that the compiler writes follow from these tables.
"""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Literal

PropertyType = Literal["string", "integer", "float", "date", "datetime", "boolean"]

OPEN_START = date(1, 1, 1)
"""`validFrom` of a fact whose beginning nobody recorded."""
OPEN_END = date(9999, 12, 31)
"""`validTo` of a fact that still holds."""
OPEN_RECORD = datetime(9999, 12, 31, tzinfo=UTC)
"""`recordedTo` of a fact that nobody corrected."""
LATEST = datetime(9999, 12, 30, tzinfo=UTC)
"""`knownAt` when nobody asks for another: all that is recorded, whatever the clocks say."""


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


@dataclass(frozen=True)
class Property:
    """A property of a node or of a fact; `values` closes its range."""

    name: str
    type: PropertyType = "string"
    required: bool = False
    values: builtins.type[StrEnum] | None = None


@dataclass(frozen=True)
class EntityKind:
    """A label whose nodes have a stable id `prefix:…`; `state` are the properties that can change over time.

    A kind without state (a source, a change set) does not change: its `properties` stand on the node itself.
    """

    label: str
    prefix: str
    groups: tuple[str, ...] = ()
    state: tuple[Property, ...] = ()
    properties: tuple[Property, ...] = ()

    @property
    def name(self) -> str:
        """The label as an enum member of the API: LIFECYCLE_STAGE."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.label).upper()

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels of such a node: its own, its groups', and `Entity`."""
        return (self.label, *self.groups, "Entity")


@dataclass(frozen=True)
class FactKind:
    """A relationship type that holds for a time. `key` are the properties that, with both ends, tell facts apart.

    `single`: one start node has at most one such fact at a time; `acyclic`: following it never comes back.
    """

    type: str
    start: tuple[str, ...]
    end: tuple[str, ...]
    properties: tuple[Property, ...] = ()
    key: tuple[str, ...] = ()
    single: bool = False
    acyclic: bool = False


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
_SOURCE = (*_NAMES, Property("publisher"), Property("publishedOn", "date"), Property("recordedFrom", "datetime", True))
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

BY_PREFIX = {kind.prefix: kind for kind in ENTITIES}
BY_LABEL = {kind.label: kind for kind in ENTITIES}
BY_NAME = {kind.name: kind for kind in ENTITIES}
FACT_BY_TYPE = {kind.type: kind for kind in FACTS}
GROUPS = {group: tuple(kind for kind in ENTITIES if group in kind.groups) for group in ("OrgUnit", "Subject")}
REFERENCES = {"scope": "OrgUnit", "channel": "Channel", "source": "Source", "changeSet": "ChangeSet"}
"""Properties of facts that hold the id of an entity, and that entity's label."""


def kind_of(entity_id: str) -> EntityKind | None:
    """The kind that an id's prefix names, or None."""
    return BY_PREFIX.get(entity_id.partition(":")[0])


def has_label(kind: EntityKind, label: str) -> bool:
    """Whether entities of this kind carry the label, be it their own, a group's or `Entity`."""
    return label in kind.labels


def kinds_with(label: str) -> tuple[EntityKind, ...]:
    """The kinds whose entities carry the label."""
    return tuple(kind for kind in ENTITIES if has_label(kind, label))


def quote(identifier: str) -> str:
    """A label, type or property name, safe to stand in Cypher."""
    return "`" + identifier.replace("`", "``") + "`"


def known(variable: str, known_at: str = "$knownAt") -> str:
    """The predicate that a fact is known at a time."""
    return f"{variable}.recordedFrom <= {known_at} < {variable}.recordedTo"


def now(variable: str, as_of: str = "$asOf", known_at: str = "$knownAt") -> str:
    """The predicate that a fact is valid on a day and known at a time."""
    return f"{variable}.validFrom <= {as_of} < {variable}.validTo AND {known(variable, known_at)}"
