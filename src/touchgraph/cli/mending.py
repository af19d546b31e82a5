"""`touchgraph check --repair`: what would be set where a time is missing, and setting it."""

from __future__ import annotations

import typer
from rich.table import Table

from touchgraph.cli.console import out, progress
from touchgraph.cli.database import with_graph


def mend(agreed: bool) -> None:
    """Shows what would be set, and sets it if `agreed`; exit code 1 if anything is left to set."""
    from touchgraph.customers.times import missing_times, repair
    from touchgraph.organisation.check import LIMIT

    with progress() as report:
        missing = with_graph(lambda graph: missing_times(graph, report))
    if not missing:
        typer.echo("No time is missing.")
        return
    table = Table("What", "Missing", "Set to")
    for one in missing:
        for name, value in one.values.items():
            table.add_row(one.what, name, value.isoformat())
    out.print(table, markup=False)
    if not agreed:
        typer.echo("Nothing was set. To set it: touchgraph check --repair --yes")
        raise typer.Exit(1)
    with_graph(lambda graph: repair(graph, missing))
    more = "There may be more: do it again" if len(missing) >= LIMIT else "Set"
    typer.echo(f"{more}. See then what `touchgraph check --rollups` finds.")
