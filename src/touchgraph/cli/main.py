"""The commands and their options; what they do is elsewhere."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from typer.exceptions import TyperException

from touchgraph import __version__, database
from touchgraph.cli import asking, mending, serving
from touchgraph.cli.console import err, log_to_stderr, out, progress
from touchgraph.cli.customers import generate, import_
from touchgraph.cli.database import with_graph
from touchgraph.cli.reorg import export, reorg
from touchgraph.errors import InputError, InvalidFiles, SettingsError, TouchgraphError
from touchgraph.graph.driver import Graph
from touchgraph.organisation.check import Finding
from touchgraph.settings import load_settings

_STOPPED = 3
_UNEXPECTED = 70
_SERVING = ("up", "serve")

app = typer.Typer(
    help="Who answers for which customer touchpoint, where, when and why.", add_completion=False, rich_markup_mode=None
)
db = typer.Typer(help="The managed local Neo4j.", rich_markup_mode=None)
app.add_typer(db, name="db")
app.add_typer(reorg, name="reorg")


def main() -> None:
    """Run the command line: every error that we raise on purpose is one clear line on stderr and exit code 1."""
    try:
        sys.exit(app(standalone_mode=False, prog_name="touchgraph"))
    except InvalidFiles as error:  # file:line: message, as compilers say it, one for each fault
        _fail(str(error), 1)
    except TouchgraphError as error:
        _fail(f"touchgraph: {error}", 1)
    except TyperException as error:
        _fail(f"touchgraph: {error.format_message()} (see --help)", error.exit_code)
    except Exception as error:
        _fail(f"touchgraph: {type(error).__name__}, which nobody expected; {_write_down()}", _UNEXPECTED)


def _fail(message: str, code: int) -> None:
    err.print(message, markup=False)
    sys.exit(code)


def _write_down() -> str:
    """Keep the present exception's traceback for whoever is to find the fault, and say where."""
    text = traceback.format_exc()
    try:
        path = database.home_of(load_settings()).root / "touchgraph.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except (OSError, TouchgraphError):
        return text
    return f"see the end of {path}"


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what is done to stderr.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Who answers for which customer touchpoint, where, when and why: a Neo4j graph behind a GraphQL API."""
    # A command that ends says what went wrong in one line; a server also logs what it told its clients less of.
    quiet = logging.WARNING if context.invoked_subcommand in _SERVING else logging.ERROR
    log_to_stderr(logging.INFO if verbose else quiet)
    if version:
        typer.echo(__version__)
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


@app.command(epilog="Example: touchgraph up")
def up() -> None:
    """Start the database if NEO4J_URI is not set, apply schema and seed, and serve until Ctrl-C.

    TOUCHGRAPH_WORKERS says by how many processes requests are answered.
    """
    serving.up(load_settings())


@app.command(epilog="Example: touchgraph db start && touchgraph serve")
def serve() -> None:
    """Serve the configured database, as it is, until Ctrl-C.

    TOUCHGRAPH_WORKERS says by how many processes requests are answered.
    """
    serving.serve(load_settings())


@app.command(epilog="Example: touchgraph migrate")
def migrate() -> None:
    """Create the constraints and indexes that are missing."""
    from touchgraph.graph.migrate import migrate as create

    created = with_graph(create)
    typer.echo("\n".join(f"created {name}" for name in created) or "Nothing was missing.")


@app.command(epilog="Example: touchgraph seed seed/01-baseline.yaml")
def seed(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files to load; without any, those of the project.")
    ] = None,
) -> None:
    """Load seed files: all are checked before anything is written, and one that is loaded already changes nothing."""
    from touchgraph.customers.following import follow
    from touchgraph.organisation.files.loading import load

    with progress() as report:
        loaded = with_graph(lambda graph: load(graph, paths or None, report, follow))
    for each in loaded:
        what = f"{each.entities} entities, {each.facts} facts" if each.applied else "was loaded already"
        typer.echo(f"{each.file} ({each.change_set}): {what}")


@app.command(epilog="Example: touchgraph check --rollups")
def check(
    rollups: Annotated[
        bool,
        typer.Option(
            "--rollups", help="Also check customers, and count their roll-ups anew; nobody may write meanwhile."
        ),
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Say what would be set where one of the four times is missing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --repair: set it, too.")] = False,
) -> None:
    """Verify in the database what its constraints cannot; exit code 1 if anything is found."""
    from touchgraph.customers.check import check_customers
    from touchgraph.customers.tallies.rebuild import check_rollups
    from touchgraph.customers.times import check_times
    from touchgraph.organisation.check import check as examine

    if yes and not repair:
        raise InputError("--yes says that --repair is to set what it shows; name both.")
    if repair:
        mending.mend(yes)
        return

    async def found(graph: Graph) -> list[Finding]:
        with progress() as report:
            checks = (check_times, *((check_customers, check_rollups) if rollups else ()))
            return await examine(graph) + [finding for check in checks for finding in await check(graph, report)]

    findings = with_graph(found)
    if not findings:
        typer.echo("Nothing found.")
        return
    table = Table("Rule", "Finding")
    for finding in findings:
        table.add_row(finding.rule, finding.message)
    out.print(table, markup=False)
    raise typer.Exit(1)


app.command(epilog="Example: touchgraph export --output backup")(export)
app.command(epilog="Example: touchgraph generate --customers 10000 --seed 1 made-up")(generate)
app.command("import", epilog="Example: touchgraph import made-up")(import_)


@app.command(epilog="Example: touchgraph schema > schema.graphql")
def schema() -> None:
    """Print the GraphQL schema in the schema definition language."""
    from touchgraph.api.schema import sdl

    typer.echo(sdl())


@app.command(epilog="Example: touchgraph ask '{ stages { nodes { id nameEn } } }'")
def ask(
    query: Annotated[str | None, typer.Argument(help="A GraphQL document.")] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="A file with one; - for standard input.")] = None,
    variables: Annotated[str, typer.Option(help="Its variables, as a JSON object.")] = "{}",
    operation: Annotated[str | None, typer.Option(help="Which operation of it to run.")] = None,
) -> None:
    """Ask the running server and print the answer as JSON; exit code 1 if the answer has errors."""
    answer = asking.ask(load_settings(), _document(query, file), _object(variables), operation)
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    if answer.get("errors"):
        raise typer.Exit(1)


@db.command(epilog="Example: touchgraph db start")
def start() -> None:
    """Start the managed Neo4j, which then stays until `db stop`; one that runs already is left as it is."""
    settings = load_settings()
    if not settings.managed:
        raise SettingsError("NEO4J_URI is set, so that database is used; unset it to run a managed one.")
    with progress() as report:
        running = database.start(settings, report)
    typer.echo("Started." if running.started else "It was running already.")
    typer.echo(f"Bolt           {running.address.uri}")
    typer.echo(f"Neo4j Browser  {running.browser_url}  (user neo4j, password in {database.home_of(settings).password})")


@db.command(epilog="Example: touchgraph db stop")
def stop() -> None:
    """Stop the managed Neo4j, its store closed in order."""
    typer.echo("Stopped." if database.stop(load_settings()) else "It was not running.")


@db.command(epilog="Example: touchgraph db status")
def status() -> None:
    """Say whether the managed Neo4j runs: exit code 0 if it does, 3 if not."""
    found = database.status(load_settings())
    if not found.running:
        typer.echo(f"Process {found.pid} is starting or stopping." if found.pid else "Stopped.")
        typer.echo(f"Log            {found.log}")
        raise typer.Exit(_STOPPED)
    typer.echo(f"Running, process {found.pid}.")
    typer.echo(f"Bolt           {found.address.uri if found.address else '(its password is gone)'}")
    typer.echo(f"Neo4j Browser  {found.browser_url}")
    typer.echo(f"Log            {found.log}")


@db.command(epilog="Example: du -sh $(touchgraph db path)")
def path() -> None:
    """Print the folder of the managed Neo4j's data."""
    typer.echo(database.home_of(load_settings()).data)


def _document(query: str | None, file: Path | None) -> str:
    if (query is None) == (file is None):
        raise InputError("Give either a GraphQL document or --file.")
    if query is not None:
        return query
    try:
        return sys.stdin.read() if str(file) == "-" else Path(str(file)).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read: {error}") from error


def _object(variables: str) -> dict[str, Any]:
    try:
        value = json.loads(variables)
    except ValueError as error:
        raise InputError(f"--variables: not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InputError('--variables: expected a JSON object, such as \'{"id": "dept:sales"}\'')
    return value
