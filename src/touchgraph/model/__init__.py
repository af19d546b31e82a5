"""The graph as data: labels, facts, properties and keys. The one place that knows them.

Constraints, validation of files, checks and the Cypher that the compiler writes follow from these tables.
"""

from __future__ import annotations

import re

from touchgraph.model.customers import *
from touchgraph.model.kinds import *
from touchgraph.model.organisation import *
from touchgraph.model.tallies import *

KINDS = (*ENTITIES, *CUSTOMER_ENTITIES)
"""Everything that has an id: the organisation and its customers."""
BY_PREFIX = {kind.prefix: kind for kind in KINDS}
BY_LABEL = {kind.label: kind for kind in KINDS}
BY_NAME = {kind.name: kind for kind in KINDS}
FACT_BY_TYPE = {kind.type: kind for kind in FACTS}
CUSTOMER_FACT_BY_TYPE = {kind.type: kind for kind in CUSTOMER_FACTS}
GROUPS = {group: tuple(kind for kind in ENTITIES if group in kind.groups) for group in ("OrgUnit", "Subject")}
REFERENCES = {"scope": "OrgUnit", "channel": "Channel", "source": "Source", "changeSet": "ChangeSet"}
"""Properties of facts that hold the id of an entity, and that entity's label."""


def kind_of(entity_id: str) -> EntityKind | None:
    """The kind that an id's prefix names, or None."""
    return BY_PREFIX.get(entity_id.partition(":")[0])


RELATIONSHIPS = {**FACT_BY_TYPE, **CUSTOMER_FACT_BY_TYPE}
"""Facts of both, by type."""
NODE = "Node"
"""What stands for every label, where the kind of an entity is not known."""


def has_label(kind: EntityKind, label: str) -> bool:
    """Whether entities of this kind carry the label, be it their own, a group's or `Entity`."""
    return label in kind.labels


def kinds_with(label: str) -> tuple[EntityKind, ...]:
    """The kinds whose entities carry the label."""
    return KINDS if label == NODE else tuple(kind for kind in KINDS if has_label(kind, label))


def led_to(type_: str) -> str | None:
    """The label of what a fact or a link leads to from a customer, or from what belongs to it, out of these."""
    link, fact = LINKS.get(type_), CUSTOMER_FACT_BY_TYPE.get(type_)
    label = link[1] if link else fact.end[0] if fact else None
    return label if label and BY_LABEL[label].base is not None else None


def tells_of_customers(cypher: str) -> bool:
    """Whether a statement reads anything of customers, or of what is counted of them."""
    return _OF_CUSTOMERS.search(cypher) is not None


_NAMES = (*(kind.label for kind in CUSTOMER_ENTITIES), *CUSTOMER_FACT_BY_TYPE, *LINKS, *TALLIES, CUSTOMER_NAMES)
_OF_CUSTOMERS = re.compile(rf"\b({'|'.join(_NAMES)})\b")


def ends_of(type_: str) -> tuple[tuple[str, ...], str]:
    """The labels from which a fact or a link of customers leads, and the one to which it leads."""
    if type_ in LINKS:
        return LINKS[type_]
    fact = CUSTOMER_FACT_BY_TYPE[type_]
    return fact.start, fact.end[0]


def leads_from(label: str) -> tuple[str, ...]:
    """The facts and links by which customers, or what belongs to them, lead out to the organisation."""
    return tuple(type_ for type_ in (*CUSTOMER_FACT_BY_TYPE, *LINKS) if label in ends_of(type_)[0] and led_to(type_))
