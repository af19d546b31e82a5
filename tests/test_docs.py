"""The documentation says what is so."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Graph
from touchgraph.model import CUSTOMER_FACTS, FACTS, KINDS, LINKS
from touchgraph.organisation.files.loading import load
from touchgraph.settings import Settings

ROOT = Path(__file__).parents[1]
DOCS = {path: path.read_text(encoding="utf-8") for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))}
README = DOCS[ROOT / "README.md"]
QUESTIONS = re.findall(r"^\*\*(.+?)\*\*.*?^```graphql\n(.*?)^```\n```json\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
WRITES = re.findall(r"^```graphql\n(mutation .*?)^```\n```json\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = sorted(set(re.findall(r"^\$ (.+)$", "\n".join(DOCS.values()), re.MULTILINE)))
SUGGESTIONS = re.findall(r"`(\w+\([^`]+[)}])`", README.split("More to try:")[1].split("\n\n")[0])
SCHEMA = build_schema()


def test_there_are_eight_questions() -> None:
    """The README asks eight questions, each with its query and its answer."""
    assert len(QUESTIONS) == 8


@pytest.mark.parametrize(("query", "answer"), [q[1:] for q in QUESTIONS], ids=[q[0] for q in QUESTIONS])
async def test_a_question_has_the_answer_that_the_readme_gives(graph: Graph, query: str, answer: str) -> None:
    """The query under a question of the README gets the answer that stands below it."""
    result = await SCHEMA.execute(query, context_value={"graph": graph})
    assert result.errors is None
    assert {"data": result.data} == json.loads(answer)


@pytest.mark.parametrize(("mutation", "answer"), WRITES)
async def test_a_mutation_does_what_the_readme_says(empty_graph: Graph, mutation: str, answer: str) -> None:
    """A mutation of the README, on the seeded graph, is answered by what stands below it."""
    await load(empty_graph)
    result = await SCHEMA.execute(mutation, context_value={"graph": empty_graph})
    assert result.errors is None
    assert {"data": result.data} == json.loads(answer)


@pytest.mark.parametrize(
    "field", re.findall(r"`(\w+\([^`]+(?:\)|\}))`", README.split("More to try:")[1].split("\n\n")[0])
)
async def test_what_else_there_is_to_try_works(graph: Graph, field: str) -> None:
    """The shorter suggestions of the README are valid and find something."""
    selection = {"search": " { score node { id } }", "orgUnits": " { nodes { id } }"}.get(field.split("(")[0], "")
    result = await SCHEMA.execute(f"{{ {field}{selection} }}", context_value={"graph": graph})
    assert result.errors is None
    assert result.data is not None
    assert all(result.data.values())


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("touchgraph ")])
def test_a_command_of_the_documentation_exists(command: str) -> None:
    """Every `touchgraph` command in the documentation is one, and its help has an example."""
    words = [word for word in command.split()[1:] if re.fullmatch(r"[a-z]+", word)]
    run = [
        str(Path(sys.executable).with_name("touchgraph")),
        *words[: 2 if words[0] in ("db", "reorg") else 1],
        "--help",
    ]
    helped = subprocess.run(run, capture_output=True, text=True, check=False)
    assert helped.returncode == 0, helped.stderr
    assert "Example: " in helped.stdout
    assert f"touchgraph {words[0]}" in helped.stdout.split("Example: ")[1]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("make ")])
def test_a_make_target_of_the_documentation_exists(command: str) -> None:
    """Every `make` target in the documentation is one."""
    dry = subprocess.run(
        ["make", "--dry-run", *command.split()[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert dry.returncode == 0, dry.stderr


def test_every_command_is_of_a_kind_that_is_tested() -> None:
    """No command stands in the documentation that none of these tests looks at."""
    assert all(c.startswith(("touchgraph ", "make ", "export ")) for c in COMMANDS)


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link of the documentation leads to a file."""
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", DOCS[path])
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_settings_are_documented() -> None:
    """Every setting stands in the README under the name of its environment variable."""
    names = {(field.validation_alias or f"TOUCHGRAPH_{name}".upper()) for name, field in Settings.model_fields.items()}
    assert {name for name in names if f"`{name}`" not in README} == set()


def test_the_picture_shows_the_whole_model() -> None:
    """Labels and facts of the model all stand in the README's picture of the graph."""
    picture = README.split("```mermaid")[1].split("```")[0]
    words = (*(kind.label for kind in KINDS), *(fact.type for fact in (*FACTS, *CUSTOMER_FACTS)), *LINKS)
    assert {word for word in words if word not in picture} == set()
