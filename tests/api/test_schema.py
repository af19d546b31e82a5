"""The schema agrees with the model, and every field of it says where it comes from."""

from __future__ import annotations

import re

from graphql import GraphQLEnumType, GraphQLInterfaceType, GraphQLNonNull, GraphQLObjectType

from touchgraph.answer.selection import SOURCE
from touchgraph.api.descriptions import described, undescribed, unused
from touchgraph.api.schema import build_schema
from touchgraph.model import FACTS, GROUPS, KINDS

CORE = build_schema()._schema
COMPOSITES = [
    type_
    for name, type_ in CORE.type_map.items()
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__")
]
DESCRIPTIONS = {key[0]: owner.description or "" for owner, key, _ in described(CORE)}


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


def test_everything_says_what_it_is() -> None:
    """Every type, field, argument, input field and value has a description, which GraphiQL and `docs/schema.md` show.

    Give it where it is declared (`doc=`); where it recurs, or is made of a model, in `touchgraph.api.descriptions`.
    """
    assert undescribed(CORE) == []


def test_descriptions_say_more_than_names_do() -> None:
    """A description is at least one sentence, with some word that is not in the name of what it describes."""
    for name, text in DESCRIPTIONS.items():
        assert re.search(r"[.:?)`]$", text), name
        assert text[0].isupper() or text[0] == "`" or text[0].isdigit(), name
        words = set(re.findall(r"[a-z]+", text.lower())) - {"the", "a", "an", "of", "its", "it", "is", "this", "that"}
        assert not words <= set(re.findall(r"[a-z]+", re.sub(r"([A-Z])", r" \1", name).lower())), name


def test_no_description_waits_for_what_is_not_there() -> None:
    """Each text of the tables is that of something in the schema: what is renamed or gone takes its text along."""
    assert unused(CORE) == []


def test_what_may_be_null_says_what_that_means() -> None:
    """A nullable field or argument tells of null, of its default, or that it is a filter; of changes, one is given."""
    told = re.compile(r"\bnull\b|\bdefault\b|\bleft out\b|^Only ", re.IGNORECASE)
    silent = [
        key[0]
        for owner, key, _ in described(CORE)
        if hasattr(owner, "type") and not isinstance(owner.type, GraphQLNonNull)
        if not told.search(owner.description or "") and not key[0].startswith("ReorgChange.")
    ]
    assert silent == []
