"""Every kind of query, and every mutation, with its Cypher, parameters and answer, as files to read.

`make golden` writes the files anew from their queries; read the difference before you commit it.
"""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import parse

from touchgraph.answer import vocabulary
from touchgraph.api.reference import reference
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Graph
from touchgraph.graph.statements import Statement

GOLDEN = Path(__file__).parent / "golden"
FILES = {path: path.read_text(encoding="utf-8") for path in sorted(GOLDEN.glob("*.md"))}
WRITES = {path: path.read_text(encoding="utf-8") for path in sorted((GOLDEN / "writes").glob("*.md"))}
SCHEMA = build_schema()
ENGINE = SCHEMA._engine
WORDS = {word.text: word.name for word in (*vocabulary.WORDS, *ENGINE.vocabulary.words.values())}
"""The names of words, by their texts: what of a golden file is the same in all of them."""


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=as_text)


def as_text(value: Any) -> str:
    """A day or time; what is of today, and so another tomorrow, by that name."""
    now = datetime.now(UTC)
    recent = isinstance(value, datetime) and abs(now - value) < timedelta(hours=1)
    return "now" if recent else "today" if value == now.date() else str(value)


def clauses(cypher: str) -> str:
    """A statement with each clause on a line of its own, indented by its nesting."""
    lines, depth = [], 0
    for part in re.split(r"(?<!OPTIONAL) (?=(?:OPTIONAL )?MATCH |WITH |RETURN |CALL |UNWIND |\})|(?<=\{) ", cypher):
        depth -= part.startswith("}")
        lines.append("  " * depth + part)
        depth += part.count("{") - part.count("}") + part.startswith("}")
    return "\n".join(lines)


def shown(one: Statement) -> str:
    """A statement and its values, a word by its name; what Neo4j calls a fact is another name in another graph."""
    params = re.sub(r'"\d+:[0-9a-f-]{36}:\d+"', '"what an earlier statement returned"', as_json(dict(one.params)))
    if one.text in WORDS:
        return f"The word `{WORDS[one.text]}`\n```json parameters\n{params}\n```"
    return f"```cypher\n{clauses(one.text)}\n```\n```json parameters\n{params}\n```"


async def written(graph: Graph, text: str, statements: list[Statement]) -> str:
    """The file as it should be, from its heading and its query."""
    head, query = text.split("```graphql\n")[0], blocks(text, "graphql")[0]
    variables = json.loads(next(iter(blocks(text, "json variables")), "{}"))
    parts = [f"{head}```graphql\n{query}```"]
    if variables:
        parts.append(f"```json variables\n{as_json(variables)}\n```")
    ENGINE._memories.clear()
    statements.clear()
    answer = await SCHEMA.execute(query, variables, context_value={"graph": graph})
    assert answer.errors is None, answer.errors
    parts += [f"## Statement {number}\n{shown(one)}" for number, one in enumerate(statements, 1)]
    for question in ENGINE.questions(parse(query), None, variables):
        if join := ENGINE.vocabulary.join_of(question.root):
            parts.append(f"## Once planned, as one statement\n{shown(join.of(question))}")
    parts.append(f"## Answer\n```json\n{as_json(answer.data)}\n```\n")
    return "\n\n".join(parts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_a_query_keeps_its_statements_and_its_answer(
    graph: Graph, statements: list[Statement], path: Path
) -> None:
    """Each file shows what is asked for its query when nothing is remembered, and what comes of it, to the letter."""
    keep_or_compare(path, FILES[path], await written(graph, FILES[path], statements))


def test_words_keep_their_text() -> None:
    """One file shows the words, which are the same for every query."""
    parts = [f"## `{name}`\n```cypher\n{text}\n```\n" for text, name in WORDS.items()]
    path = GOLDEN / "words" / "vocabulary.md"
    keep_or_compare(
        path, path.read_text(encoding="utf-8") if path.exists() else "", "\n".join(["# The words\n", *parts])
    )


def test_the_page_of_the_schema_is_that_of_the_schema() -> None:
    """`docs/schema.md` has every type with its fields, arguments and values, and what they mean."""
    path = Path(__file__).parents[2] / "docs" / "schema.md"
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    keep_or_compare(path, before, reference(SCHEMA._schema))


@pytest.mark.parametrize("path", WRITES, ids=lambda path: path.stem)
async def test_a_mutation_keeps_its_statements_and_its_answer(
    graph: Graph, statements: list[Statement], monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    """Each file shows all that a mutation runs, and what comes of it; here, nothing of it is kept."""
    monkeypatch.setattr(graph, "write", lambda work, *_: graph.rehearse(work))
    (query,) = blocks(WRITES[path], "graphql")
    answer = await SCHEMA.execute(query, context_value={"graph": graph})
    assert answer.errors is None, answer.errors
    parts = [WRITES[path].split("\n\n## ")[0].strip()]
    parts += [f"## Statement {number}\n{shown(one)}" for number, one in enumerate(statements, 1)]
    keep_or_compare(path, WRITES[path], "\n\n".join([*parts, f"## Answer\n```json\n{as_json(answer.data)}\n```\n"]))


def keep_or_compare(path: Path, before: str, now: str) -> None:
    if os.getenv("GOLDEN"):
        path.write_text(now, encoding="utf-8")
    else:
        assert before == now
