"""Things are found by their own names, on a real database: the index does to a name what is done to a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import pytest

from tests.api.test_mutation import FIRST, apply
from tests.support.names import cuttings, score
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Graph
from touchgraph.graph.names import query, terms
from touchgraph.graph.statements import Statement

SCHEMA = build_schema()
SEARCH = SCHEMA.vocabulary.words["search"].text
UNITS = dict.fromkeys(("company", "centre", "dept", "region", "area", "committee"), "orgUnits")
OTHERS = ["dealer", "position", "touchpoint", "stage", "pool", "channel", "standard", "phase", "product", "claim"]
CONNECTIONS = {**UNITS, **{one: f"{one}s" for one in OTHERS}, "capability": "capabilities", "customer": "customers"}
"""Where entities are found by `text`, by their prefixes."""
NAMED = """
MATCH (n:Entity|Customer)
OPTIONAL MATCH (n)-[f:HAS_STATE WHERE f.validFrom <= date('2025-06-01') < f.validTo AND f.recordedTo.year = 9999]->(s)
WITH n, coalesce(s, n) AS named WHERE named.nameZh IS NOT NULL
RETURN n.id, named.nameZh, named.nameEn
"""
CUSTOMERS = """
UNWIND range(0, size($keys) - 1) AS i
CALL db.index.fulltext.queryNodes('customerNames', $keys[i].text) YIELD node
RETURN i, node
"""
MOMENT = {"asOf": "2025-06-01", "knownAt": "9999-12-30T00:00:00Z", "kinds": None, "first": 100_000}
T = TypeVar("T")


def some_of(items: Sequence[T], many: int) -> Iterator[Sequence[T]]:
    return (items[start : start + many] for start in range(0, len(items), many))


async def execute(graph: Graph, document: str, **variables: Any) -> Any:
    answer = await SCHEMA.execute(document, variables, context_value={"graph": graph})
    assert answer.errors is None, answer.errors
    return answer.data


async def names_in(graph: Graph) -> dict[str, tuple[str, str]]:
    """Both names of everything that has names on the day asked for."""
    return {entity: (zh, en) for entity, zh, en in await graph.run(Statement(NAMED))}


async def test_everything_is_found_by_whatever_is_cut_out_of_its_names(graph: Graph) -> None:
    """Each text that a name can be cut into finds what has it, and nothing else: by `search`, or among customers."""
    names = await names_in(graph)
    kept = {entity: terms(both) for entity, both in names.items()}
    cut = (text for both in names.values() for name in both for text in cuttings(name))
    texts = [text for text in dict.fromkeys(cut) if any(map(str.isalnum, text))]
    assert len(names) > 200
    for some in some_of(texts, 500):
        asked = [str(query(text)) for text in some]
        found: list[set[str]] = [set() for _ in some]
        for statement in (SEARCH, CUSTOMERS):
            keys = [{**MOMENT, "text": one} for one in asked]
            for place, node, *_ in await graph.run(Statement(statement, {"keys": keys})):
                found[place].add(node["id"])
        for text, one, hits in zip(some, asked, found, strict=True):
            expected = {entity for entity in names if score(one, kept[entity])}
            assert hits == expected, text
            assert expected, text


async def test_the_api_finds_everything_by_its_names_the_whole_name_first(graph: Graph) -> None:
    """`search` and the filter `text` of each connection find an entity by each of its names, in any case."""
    types = ("OrgUnit", "Subject", "Position", "Claim", "Source", "ChangeSet")
    named = " ".join(f"... on {type_} {{ nameZh nameEn }}" for type_ in types)
    names = await names_in(graph)
    asked = [(entity, name) for entity, both in names.items() for name in both]
    for some in some_of(asked, 25):
        fields = ["nodes(ids: []) { ...N }"]
        for number, (entity, _) in enumerate(some):
            if not entity.startswith("customer:"):
                fields.append(f"s{number}: search(text: $t{number}, first: 200) {{ node {{ id ...N }} }}")
            if connection := CONNECTIONS.get(entity.partition(":")[0]):
                fields.append(f"c{number}: {connection}(text: $t{number}, first: 200) {{ nodes {{ id }} }}")
        given = {f"t{number}": name.swapcase() if number % 2 else name for number, (_, name) in enumerate(some)}
        head = f"query Q({', '.join(f'${one}: String!' for one in given)})"
        body = f'{{ at(asOf: "2025-06-01") {{ {" ".join(fields)} }} }} fragment N on Node {{ {named} }}'
        data = (await execute(graph, f"{head} {body}", **given))["at"]
        for number, (entity, name) in enumerate(some):
            if page := data.get(f"c{number}"):
                assert entity in [one["id"] for one in page["nodes"]], name
            if f"s{number}" in data:
                hits = [one["node"] for one in data[f"s{number}"]]
                place = [one["id"] for one in hits].index(entity)
                whole = [query(name) in {query(hit["nameZh"]), query(hit["nameEn"])} for hit in hits]
                assert all(whole[: place + 1]), (name, hits[: place + 1])


@pytest.mark.parametrize("typed", ["chelianwang", "clw", "lianwang", "CheLianWang", "che lian wang", "车联", "网"])
async def test_chinese_names_are_found_as_they_are_typed(graph: Graph, typed: str) -> None:
    """Pinyin and initials find a Chinese name, and so do parts of them."""
    document = "query Q($t: String!) { touchpoints(text: $t) { nodes { id } } search(text: $t) { node { id } } }"
    data = await execute(graph, document, t=typed)
    assert "touchpoint:connected-car" in [one["id"] for one in data["touchpoints"]["nodes"]]
    assert "touchpoint:connected-car" in [hit["node"]["id"] for hit in data["search"]]


@pytest.mark.parametrize("typed", ["李娜", "娜", "lina", "LN", "li na", "Ｌｉ"])
async def test_a_customer_is_found_as_it_is_typed(graph: Graph, typed: str) -> None:
    """The same for customers, counted as they are found."""
    document = "query Q($t: String!) { customers(text: $t) { totalCount nodes { id } } }"
    page = (await execute(graph, document, t=typed))["customers"]
    assert "customer:sample-1" in [one["id"] for one in page["nodes"]]
    assert page["totalCount"] == len(page["nodes"])


async def test_a_name_finds_what_has_it_at_the_moment(empty_graph: Graph) -> None:
    """Renamed, be it only as if, it is found by the new name, and by the old one before that only; so are customers."""

    async def found(text: str, day: str) -> list[str]:
        document = """query Q($t: String!, $d: Date) { at(asOf: $d) {
            search(text: $t) { node { id } } orgUnits(text: $t) { nodes { id } } customers(text: $t) { nodes { id } }
            } }"""
        at = (await execute(empty_graph, document, t=text, d=day))["at"]
        hits = [hit["node"]["id"] for hit in at["search"]]
        units = [unit["id"] for unit in at["orgUnits"]["nodes"]]
        assert units == [hit for hit in hits if hit.startswith("dept:")]
        return hits + [customer["id"] for customer in at["customers"]["nodes"]]

    await apply(empty_graph, **FIRST)
    rename = {"rename": {"id": "dept:a", "nameZh": "车联网", "nameEn": "Over-the-Air 36.4"}}
    supposed = """query Q($c: [ReorgChange!]!) { at(asOf: "2025-07-01") { whatIf(changes: $c) {
        search(text: "clw") { node { id } } } } }"""
    data = await execute(empty_graph, supposed, c=[rename])
    assert data["at"]["whatIf"]["search"] == [{"node": {"id": "dept:a"}}]
    assert await found("clw", "2025-07-01") == []
    await apply(empty_graph, rename)
    for text in ("clw", "over the air", "36.4", "车联网"):
        assert (await found(text, "2025-05-01"), await found(text, "2025-07-01")) == ([], ["dept:a"]), text
    assert (await found("甲", "2025-05-01"), await found("甲", "2025-07-01")) == (["dept:a"], [])
    assert await found("memo", "2025-07-01") == ["source:memo"]
    assert await found("the beginning", "2025-07-01") == ["change:first"]
    for name, other in (("李娜", "王芳"), ("王芳", "李娜")):
        customer = {"id": "customer:x", "nameZh": name, "nameEn": "x", "registeredOn": "2025-01-01"}
        upsert = "mutation M($input: UpsertCustomersInput!) { upsertCustomers(input: $input) { created updated } }"
        await execute(empty_graph, upsert, input={"source": "source:memo", "customers": [customer]})
        assert (await found(name, "2027-01-01"), await found(other, "2027-01-01")) == (["customer:x"], [])


FIELDS = ("search(text: $t) { score }", "orgUnits(text: $t) { totalCount }", "customers(text: $t) { totalCount }")
HARMLESS = [
    *("AND", "OR NOT", "a:b", "a*", "?a", "a~", "(a", 'a"', "a\\", "[a TO b]", "-a", "+a", "a && b", "a || b", "/x/"),
    *("\ud800a", "a\x00b", "'; MATCH (n) DETACH DELETE n", "{!x}", "a^", "^4", "\u202egnp", "__a", "😀a"),
    *("a " * 100, "车a" * 100, "ﷺ" * 200),
]
HOSTILE = ["", " ", "_", "!?", "&& || *", "😀" * 9, "\u200b", "\ud800", "\x00", "网" * 201, "a b " * 500]


@pytest.mark.parametrize("field", FIELDS)
async def test_no_text_does_harm(graph: Graph, field: str) -> None:
    """Whatever it is made of, a text is looked for; it is refused where nothing can be, or if it is too long."""
    for text in HARMLESS:
        await execute(graph, f"query Q($t: String!) {{ {field} }}", t=text)
    for text in HOSTILE:
        document = f"query Q($t: String!) {{ {field} }}"
        answer = await SCHEMA.execute(document, {"t": text}, context_value={"graph": graph})
        assert [error.message.partition(" at ")[0] for error in answer.errors or ()] == ["text: expected"], text
