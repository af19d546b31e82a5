"""The documentation says what is so: all of `*.md` and `docs/*.md`, whatever page something stands on."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic_core import PydanticUndefined
from strawberry.types.execution import ExecutionResult, PreExecutionError
from typer.main import get_command
from typer.testing import CliRunner

from touchgraph import cli, errors
from touchgraph.api.app import _STATUS, create_app
from touchgraph.api.schema import build_schema
from touchgraph.graph.driver import Address, Graph
from touchgraph.graph.statements import Statement
from touchgraph.model import BELOW, CUSTOMER_FACTS, FACTS, KINDS, LINKS, LOCK_LABEL, STATE_LABEL, TALLIES
from touchgraph.organisation.files.loading import load
from touchgraph.settings import Settings

ROOT = Path(__file__).parents[1]
DOCS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))
}
SCHEMA = build_schema()
COMMAND_LINE: Any = get_command(cli.app)


def blocks(pattern: str) -> dict[str, tuple[str, ...]]:
    """What a pattern finds in all documents, by document and line."""
    return {
        f"{name}:{text[: found.start()].count(chr(10)) + 1}": found.groups()
        for name, text in DOCS.items()
        for found in re.finditer(pattern, text, re.MULTILINE | re.DOTALL)
    }


def cases(found: dict[str, tuple[str, ...]]) -> Any:
    """They as parameters of a test."""
    return [pytest.param(*groups, id=place) for place, groups in found.items()]


def rows(document: str, heading: str) -> dict[str, list[str]]:
    """The tables of a section, by the first cell of each row; those in backticks only, and without them."""
    section = re.split(r"^## ", DOCS[document].split(f"\n## {heading}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]
    lines = re.findall(r"^\| `(.+?)` \|(.*)\|$", section, re.MULTILINE)
    return {first: [cell.strip() for cell in others.split(" | ")] for first, others in lines}


def quoted(cell: str) -> list[str]:
    return re.findall(r"`(.+?)`", cell)


ANSWER = r"```\n```json\n(.*?)^```$"
ASKED = blocks(rf"^```graphql\n(.*?)^{ANSWER}")
QUERIES = {place: asked for place, asked in ASKED.items() if not asked[0].startswith("mutation")}
MUTATIONS = {place: asked for place, asked in ASKED.items() if asked[0].startswith("mutation")}
SUGGESTED = blocks(r"More to try: (.*?)\n\n")
STATEMENTS = blocks(r"^```cypher\n(.*?)^```$")
CALLS = blocks(rf"^```console\n\$ curl (.+?)\n{ANSWER}")
COMMANDS = sorted({command for (command,) in blocks(r"^\$ ([^\n]+)$").values()})
PICTURES = blocks(r"^```mermaid\n(.*?)^```$")


# --- Questions and answers -------------------------------------------------------------------------------------------


def response(result: ExecutionResult) -> dict[str, Any]:
    """A result as a client sees it."""
    told: dict[str, Any] = {} if isinstance(result, PreExecutionError) else {"data": result.data}
    return told | ({"errors": [error.formatted for error in result.errors]} if result.errors else {})


def test_the_readme_is_read_in_a_minute() -> None:
    """It is no longer than five kilobytes; all else stands in the pages that it leads to."""
    assert len(DOCS["README.md"].encode()) <= 5_000


def test_every_query_has_its_answer() -> None:
    """No query stands in the documents without the answer by which it is tested, and there are those we promise."""
    assert set(blocks(r"^```graphql\n(.)")) == set(ASKED)
    assert DOCS["README.md"].count("\n```graphql\n") == 3
    eight = DOCS["docs/ask.md"].split("\n## Eight questions\n")[1].split("\n## ")[0]
    assert eight.count("\n```graphql\n") == 8


@pytest.mark.parametrize(("query", "answer"), cases(QUERIES))
async def test_a_query_has_the_answer_below_it(graph: Graph, query: str, answer: str) -> None:
    """A query gets the answer, or the errors, that stand below it."""
    assert response(await SCHEMA.execute(query, context_value={"graph": graph})) == json.loads(answer)


@pytest.mark.parametrize(("mutation", "answer"), cases(MUTATIONS))
async def test_a_mutation_has_the_answer_below_it(empty_graph: Graph, mutation: str, answer: str) -> None:
    """A mutation, on the seeded graph, is answered by what stands below it."""
    await load(empty_graph)
    assert response(await SCHEMA.execute(mutation, context_value={"graph": empty_graph})) == json.loads(answer)


@pytest.mark.parametrize(
    "field", [field for (text,) in SUGGESTED.values() for field in re.findall(r"`(\w+\([^`]+(?:\)|\}))`", text)]
)
async def test_what_else_there_is_to_try_works(graph: Graph, field: str) -> None:
    """Shorter suggestions are valid and find something."""
    selection = {"search": " { score node { id } }", "orgUnits": " { nodes { id } }"}.get(field.split("(")[0], "")
    result = await SCHEMA.execute(f"{{ {field}{selection} }}", context_value={"graph": graph})
    assert result.errors is None
    assert result.data is not None
    assert all(result.data.values())


@pytest.mark.parametrize("statement", [text for (text,) in STATEMENTS.values()], ids=STATEMENTS)
async def test_a_statement_finds_something(graph: Graph, statement: str) -> None:
    """A Cypher statement that only reads finds something in the reform."""
    assert await graph.read(lambda tx: tx.run(Statement(statement)))


# --- Commands --------------------------------------------------------------------------------------------------------


@pytest.fixture
async def client(neo4j_address: Address, graph: Graph) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001
    """A client of the application over the reform."""
    app = create_app(Settings(), neo4j_address)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=httpx.ASGITransport(app)) as opened:
        yield opened


@pytest.mark.parametrize(("call", "answer"), cases(CALLS))
async def test_a_call_has_the_answer_below_it(client: httpx.AsyncClient, call: str, answer: str) -> None:
    """A call over HTTP is answered by what stands below it."""
    url, *options = shlex.split(call)
    given = list(zip(options[::2], options[1::2], strict=True))
    assert {name for name, _ in given} <= {"-H", "-d"}
    headers = dict(value.split(": ") for name, value in given if name == "-H")
    body = next((value for name, value in given if name == "-d"), None)
    answered = await client.request("POST" if body else "GET", url, headers=headers, content=body)
    assert answered.json() == json.loads(answer)


def named(command: str) -> tuple[list[str], list[str]]:
    """The names of a `touchgraph` command, and its arguments and options."""
    _, *words = shlex.split(command)
    depth = 2 if words[0] in ("db", "reorg") else 1
    return words[:depth], words[depth:]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("touchgraph ")])
def test_a_command_of_the_documentation_exists(command: str) -> None:
    """Every `touchgraph` command is one and has the options; its help has an example."""
    names, others = named(command)
    helped = CliRunner().invoke(cli.app, [*names, "--help"], prog_name="touchgraph", terminal_width=120)
    assert helped.exit_code == 0, helped.output
    assert f"touchgraph {names[0]}" in helped.output.split("Example: ")[1]
    assert [word for word in others if word.startswith("--") and word not in helped.output] == []


def test_every_command_is_documented() -> None:
    """No `touchgraph` command is missing from the documents."""
    every = {
        (name, *below)
        for name, command in COMMAND_LINE.commands.items()
        for below in ([(sub,) for sub in command.commands] if hasattr(command, "commands") else [()])
    }
    assert {tuple(named(c)[0]) for c in COMMANDS if c.startswith("touchgraph ")} == every


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("touchgraph ask ")])
async def test_what_is_asked_by_a_command_is_answered(graph: Graph, command: str) -> None:
    """The document that a command asks is valid."""
    (query,) = named(command)[1]
    assert (await SCHEMA.execute(query, context_value={"graph": graph})).errors is None


MAKE = sorted({command for (command,) in blocks(r"(?:^\$ |`)make ([a-z]+)(?:$|`)").values()})


@pytest.mark.parametrize("target", MAKE)
def test_a_make_target_of_the_documentation_exists(target: str) -> None:
    """Every `make` target that is named is one."""
    dry = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert dry.returncode == 0, dry.stderr


def test_every_make_target_is_documented() -> None:
    """The targets that `make help` tells stand in their table."""
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(rows("docs/change.md", "Make")) == {f"make {target}" for target in targets}


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith(".venv/bin/python -m pytest ")])
def test_what_a_command_tests_exists(command: str) -> None:
    """Every file that a command gives to pytest is there."""
    assert [name for name in command.split()[3:] if not (ROOT / name).exists()] == []


def test_every_command_is_of_a_kind_that_is_tested() -> None:
    """No command stands in the documentation that none of these tests looks at."""
    kinds = ("touchgraph ", "make ", ".venv/bin/python -m pytest ", "export ")
    called = {f"curl {call}" for call, _ in CALLS.values()}
    assert [c for c in COMMANDS if not c.startswith(kinds) and c not in called] == []
    variables = {name for c in COMMANDS if c.startswith("export ") for name in re.findall(r"(\w+)=", c)}
    assert variables <= set(settings())


# --- Links, paths, settings ------------------------------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """Where links into a document may lead."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", DOCS)
def test_links_lead_somewhere(name: str) -> None:
    """Every relative link leads to a file, and to a title in it if it says so."""
    lost = []
    for link in re.findall(r"\]\((?!https?://)([^)]+)\)", DOCS[name]):
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            lost.append(link)
    assert lost == []


def test_paths_exist() -> None:
    """Every file or folder that is named by its way from the root is there, and so is what a pattern stands for."""
    paths = {path for text in DOCS.values() for path in re.findall(r"`((?:[\w.-]+/)+[\w.*-]*)`", text)}
    ours = {path for path in paths if (ROOT / path.split("/")[0]).exists() and path.split("/")[0] != ".venv"}
    assert [path for path in sorted(ours) if not any(ROOT.glob(path.rstrip("/")))] == []


def test_every_folder_is_in_the_layout() -> None:
    """The table of folders has every package of the project."""
    listed = set(rows("docs/change.md", "Folders"))
    packages = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("src/touchgraph/*/**/__init__.py")}
    inner = {"src/touchgraph/answer", "src/touchgraph/customers/generating"}  # their folders are their own affair
    assert {f"{p}/" for p in packages if not any(p.startswith(f"{one}/") for one in inner)} <= listed


def settings() -> dict[str, Any]:
    """Every setting by its environment variable."""
    fields = Settings.model_fields
    return {str(field.validation_alias or f"TOUCHGRAPH_{name}".upper()): field for name, field in fields.items()}


def default(field: Any) -> str:
    """The default of a setting in words."""
    if field.default is PydanticUndefined:
        return "the user's data folder"
    if field.default is None:
        return "not set"
    if isinstance(field.default, bool):
        return str(field.default).lower()
    return f"{field.default.total_seconds():g}" if hasattr(field.default, "total_seconds") else str(field.default)


def test_settings_are_documented() -> None:
    """The table has just the settings that there are, with their defaults."""
    documented = {name: cells[0] for name, cells in rows("docs/operate.md", "Settings").items()}
    assert documented == {name: default(field) for name, field in settings().items()}


def test_no_other_setting_is_named() -> None:
    """Whatever looks like a setting, on any page, is one."""
    named = {word for text in DOCS.values() for word in re.findall(r"\b(?:NEO4J|TOUCHGRAPH)_[A-Z_]+\b", text)}
    assert named <= set(settings())


def test_addresses_are_those_of_the_defaults() -> None:
    """Addresses have the host and the ports that are used unless others are set."""
    found = {host for text in DOCS.values() for host in re.findall(r"http://(127[\d.]+:\d+|localhost[:\d]*)", text)}
    own = Settings()
    assert found == {f"{own.host}:{own.port}", f"{own.host}:{own.browser_port}"}


# --- The API and the graph -------------------------------------------------------------------------------------------


def test_every_field_of_the_root_is_named() -> None:
    """The page for frontends names every field of Query and Mutation."""
    types = SCHEMA._schema.type_map
    fields = {name for root in ("Query", "Mutation") for name in types[root].fields}  # type: ignore[attr-defined]
    assert {name for name in fields if f"`{name}`" not in DOCS["docs/ask.md"]} == set()


def raised(error: type[errors.TouchgraphError]) -> Iterator[type[errors.TouchgraphError]]:
    """The error and all below it."""
    yield error
    for below in error.__subclasses__():
        yield from raised(below)


def test_codes_of_errors_are_documented() -> None:
    """The table has just the codes that a client can get, each with its status."""
    codes = {each.code for each in raised(errors.GraphError)} | {errors.InputError.code, errors.NotThere.code}
    codes |= {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}
    documented = {code: cells[0] for code, cells in rows("docs/ask.md", "Errors").items()}
    # What is not there is told of a field; the request is answered.
    assert documented == {code: str(_STATUS.get(code, 400)) for code in codes} | {errors.NotThere.code: "200"}


def test_labels_are_documented() -> None:
    """The glossary has just the labels of the model, with prefixes and groups; what else is in the graph is named."""
    documented = {
        label: [quoted(cell) for cell in cells[:2]] for label, cells in rows("docs/explore.md", "Labels").items()
    }
    assert documented == {kind.label: [[f"{kind.prefix}:"], list(kind.labels[1:])] for kind in KINDS}
    assert {
        label for label in (STATE_LABEL, LOCK_LABEL, *TALLIES) if f"`{label}`" not in DOCS["docs/explore.md"]
    } == set()


def test_facts_are_documented() -> None:
    """The glossary has just the facts and links of the model, with the labels of their ends and their properties."""
    table = rows("docs/explore.md", "Facts")
    ends = {fact.type: [list(fact.start), list(fact.end)] for fact in (*FACTS, *CUSTOMER_FACTS)}
    ends |= {link: [list(start), [end]] for link, (start, end) in LINKS.items()}
    assert {fact: [quoted(cell) for cell in cells[:2]] for fact, cells in table.items()} == ends
    own = {fact.type: {p.name for p in fact.properties} for fact in (*FACTS, *CUSTOMER_FACTS)}
    assert {fact: missing for fact, names in own.items() if (missing := names - set(quoted(table[fact][2])))} == {}


def test_which_units_stand_below_which_is_documented() -> None:
    """The table has every kind of unit with those below which it may stand, as the model has it."""
    table = rows("docs/seed-files.md", "What is refused")
    assert {label: quoted(cells[0]) for label, cells in table.items()} == {one: list(up) for one, up in BELOW.items()}


def test_saved_queries_are_documented() -> None:
    """The table has just the saved queries, each with its title."""
    files = ROOT.glob("cypher/browser/*.cypher")
    titles = {path.stem: path.read_text(encoding="utf-8").splitlines()[0].removeprefix("// ") for path in files}
    assert {name: cells[0] for name, cells in rows("docs/explore.md", "In Neo4j Browser").items()} == titles


def test_one_picture_shows_the_whole_model_and_none_shows_more() -> None:
    """Labels and facts of the model all stand in the large picture; pictures of the graph name no fact that is none."""
    facts = {*(fact.type for fact in (*FACTS, *CUSTOMER_FACTS)), *LINKS}
    (large,) = (text for place, (text,) in PICTURES.items() if place.startswith("docs/explore.md"))
    assert {word for word in (*(kind.label for kind in KINDS), *facts) if word not in large} == set()
    (small,) = (text for place, (text,) in PICTURES.items() if place.startswith("README.md"))
    assert set(re.findall(r"\b[A-Z][A-Z_]+\b", f"{small} {large}")) - {"LR"} <= facts
