"""The schema agrees with the model, and every field of it says where it comes from."""

from __future__ import annotations

from graphql import GraphQLEnumType, GraphQLInterfaceType, GraphQLObjectType

from touchgraph.answer.selection import SOURCE
from touchgraph.api.schema import build_schema
from touchgraph.model import FACTS, GROUPS, KINDS

CORE = build_schema()._schema
COMPOSITES = [
    type_
    for name, type_ in CORE.type_map.items()
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__")
]


def members(name: str) -> set[str]:
    enum = CORE.type_map[name]
    assert isinstance(enum, GraphQLEnumType)
    return set(enum.values)


def test_enums_have_the_members_of_the_model() -> None:
    """Kinds of nodes and units and types of facts are those that the model knows, no more and no fewer."""
    assert members("NodeKind") == {kind.name for kind in KINDS}
    assert members("OrgUnitKind") == {kind.name for kind in GROUPS["OrgUnit"]}
    assert members("SubjectKind") == {kind.name for kind in GROUPS["Subject"]}
    assert members("FactType") == {fact.type for fact in FACTS}


def test_every_kind_of_entity_has_its_type_and_a_field_to_look_it_up() -> None:
    """Each label is a type of the API with the interfaces of its groups, found by `node` and told by its id."""
    for kind in KINDS:
        type_ = CORE.type_map[kind.label]
        assert isinstance(type_, GraphQLObjectType)
        expected = {"Node", *kind.groups, *(("Entity",) if kind.state else ())}
        assert {interface.name for interface in type_.interfaces} == expected


def test_every_property_of_the_model_can_be_asked_for() -> None:
    """What can stand on a kind's state, or on its node, is a field of its type."""
    renamed = {("Claim", "kind"): "claimKind", ("Interaction", "kind"): "interactionKind"}
    hidden = {"contentHash", "source", "locator", "confidence", "note"}
    for kind in KINDS:
        fields = CORE.type_map[kind.label].fields  # type: ignore[attr-defined]
        names = {renamed.get((kind.label, p.name), p.name) for p in (*kind.state, *kind.properties)} - hidden
        assert names <= set(fields)


def test_every_field_declares_its_source_and_none_has_a_resolver() -> None:
    """A field without a source could not be answered, and a resolver would never run."""
    for type_ in COMPOSITES:
        for field in type_.fields.values():
            definition = field.extensions["strawberry-definition"]
            assert SOURCE in definition.metadata, f"{type_.name}.{definition.python_name}"
            assert definition.base_resolver is None


def test_every_type_says_what_it_is() -> None:
    """Types have descriptions, which GraphiQL shows."""
    assert [type_.name for type_ in COMPOSITES if not type_.description] == []
