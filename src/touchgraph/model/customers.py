"""Customers as data: who they are, what they own, where they stand in their life with the brand, and what happened.

These entities come in millions, so they are leaner than the organisation: their node carries one label, what they say
of themselves stands on it and is known from `recordedFrom` on (of a profile, only the latest is kept), and facts carry
the four times and their source, no more. What happened (`EVENTS`) does not change, and has plain links.
"""

from __future__ import annotations

from enum import StrEnum

from touchgraph.model.kinds import EntityKind, FactKind, Property


class Grade(StrEnum):
    """How likely a lead is to buy."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class InteractionKind(StrEnum):
    """What customer and brand did with one another."""

    VIEW = "VIEW"
    ENQUIRY = "ENQUIRY"
    CALL = "CALL"
    MESSAGE = "MESSAGE"
    VISIT = "VISIT"
    TEST_DRIVE = "TEST_DRIVE"
    ORDER = "ORDER"
    DELIVERY = "DELIVERY"
    SERVICE = "SERVICE"
    ACTIVITY = "ACTIVITY"


class Outcome(StrEnum):
    """What came of an interaction."""

    NONE = "NONE"
    NOT_REACHED = "NOT_REACHED"
    DECLINED = "DECLINED"
    FOLLOW_UP = "FOLLOW_UP"
    COMPLETED = "COMPLETED"


class FeedbackTheme(StrEnum):
    """What a customer spoke of."""

    DESIGN = "DESIGN"
    QUALITY = "QUALITY"
    INTELLIGENCE = "INTELLIGENCE"
    RANGE = "RANGE"
    COMFORT = "COMFORT"
    PRICE = "PRICE"
    SERVICE = "SERVICE"


_RECORDED = (Property("source", required=True), Property("recordedFrom", "datetime", required=True))

CUSTOMER_ENTITIES: tuple[EntityKind, ...] = (
    EntityKind(
        "Customer",
        "customer",
        properties=(
            Property("nameZh", required=True),
            Property("nameEn", required=True),
            Property("birthYear", "integer"),
            Property("province"),
            Property("city"),
            Property("registeredOn", "date", required=True),
            *_RECORDED,
        ),
        base=None,
    ),
    EntityKind("Vehicle", "vehicle", properties=(Property("vin", required=True), *_RECORDED), base=None),
    EntityKind(
        "Lead",
        "lead",
        properties=(Property("createdOn", "date", required=True), Property("channel"), *_RECORDED),
        base=None,
    ),
    EntityKind(
        "Interaction",
        "interaction",
        properties=(
            Property("at", "datetime", required=True),
            Property("channel"),
            Property("kind", required=True, values=InteractionKind),
            Property("outcome", required=True, values=Outcome),
            Property("customer", required=True),
            *_RECORDED,
        ),
        base=None,
    ),
    EntityKind(
        "Feedback",
        "feedback",
        properties=(
            Property("at", "datetime", required=True),
            Property("theme", required=True, values=FeedbackTheme),
            Property("text", lines=True),
            *_RECORDED,
        ),
        base=None,
    ),
)

EVENTS = ("Interaction", "Feedback")
"""Labels of what happened at a time (`at`) and does not change."""

CUSTOMER_FACT_PROPERTIES = (
    Property("validFrom", "date", required=True),
    Property("validTo", "date", required=True),
    Property("recordedFrom", "datetime", required=True),
    Property("recordedTo", "datetime", required=True),
    Property("source", required=True),
)
"""What every fact about a customer carries besides its own properties."""

CUSTOMER_FACTS: tuple[FactKind, ...] = (
    FactKind("SERVED_BY", ("Customer",), ("Dealer",), single=True),
    FactKind(
        "IN_STAGE",
        ("Customer",),
        ("LifecycleStage",),
        (Property("channel"), Property("grade", values=Grade)),
        single=True,
    ),
    FactKind("CONSENTS_TO", ("Customer",), ("Channel",)),
    FactKind("OWNS", ("Customer",), ("Vehicle",)),
    FactKind("IS_MODEL", ("Vehicle",), ("Product",), single=True),
    FactKind("OF", ("Lead",), ("Customer",), single=True),
    FactKind(
        "GRADED",
        ("Lead",),
        ("Pool",),
        (Property("grade", required=True, values=Grade), Property("score", "integer")),
        single=True,
    ),
    FactKind("ROUTED_TO", ("Feedback",), ("ProductPhase",), single=True),
)
"""`IN_STAGE` keeps through which channel the customer got there, and the grade of its lead then."""

LINKS: dict[str, tuple[tuple[str, ...], str]] = {
    "WITH_CUSTOMER": (EVENTS, "Customer"),
    "AT_TOUCHPOINT": (("Interaction",), "Touchpoint"),
    "AT_DEALER": (("Interaction",), "Dealer"),
    "ON_PRODUCT": (("Feedback",), "Product"),
}
"""Plain relationships of events, by type: from which labels, to which. An event has one of each at most."""

OF_CUSTOMER = {"Interaction": "customer"}
"""By label, the property that holds the id of an event's customer beside `WITH_CUSTOMER`.

Of a customer there may be thousands, of which the last are asked for: an index that begins with it has them in order.
"""
ORDERED_BY = {"Customer": "registeredOn", "Lead": "createdOn", "Interaction": "at"}
"""The property by which pages may be ordered, besides the id, by label."""
CUSTOMER_NAMES = "customerNames"
"""The full-text index over the names of customers."""
DUAL_LINK = {"TELEPHONE": "channel:telephone", "WECOM": "channel:wecom"}
"""The two channels by which a customer can be linked; see `CONSENTS_TO`."""
