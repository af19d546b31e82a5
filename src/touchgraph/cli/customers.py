"""`touchgraph generate` and `touchgraph import`: customers made up, and a data engineer's own."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from touchgraph import database
from touchgraph.cli import serving
from touchgraph.cli.console import err, out, progress
from touchgraph.settings import load_settings

if TYPE_CHECKING:
    from touchgraph.customers.importing.run import Imported

_REJECTED = 4
"""The exit code when some rows did not go in; all others are in the graph."""


class Format(StrEnum):
    """The formats of tables."""

    CSV = "csv"
    PARQUET = "parquet"


def generate(
    folder: Annotated[Path, typer.Argument(help="The folder to write to, new or empty.", metavar="DIR")],
    customers: Annotated[int, typer.Option(help="How many customers.")] = 10_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    dealers: Annotated[int, typer.Option(help="How many dealers; 0: those of the seed files.")] = 0,
    format_: Annotated[Format, typer.Option("--format", help="Of the files.")] = Format.CSV,
) -> None:
    """Make up customers, their cars, leads, stages, consents, interactions and feedback, as files for `import`.

    Per customer, there are 1.2 cars, 0.4 leads and 10 interactions. With more dealers than the seed files have,
    `organisation.yaml` makes the others, and areas for them.
    """
    from touchgraph.customers.generating.generate import generate as make

    with progress() as report:
        written = make(folder, customers, seed, dealers, format_.value, report)
    for each in written:
        typer.echo(f"{each.path}: {each.rows} rows")


def import_(
    folder: Annotated[Path, typer.Argument(help="The folder with the files, such as customers.csv.", metavar="DIR")],
    rejects: Annotated[
        Path | None, typer.Option(help="Where rows that do not go in are told; by default, DIR/rejects.")
    ] = None,
    batch: Annotated[
        bool, typer.Option("--batch", help="In batches, even where the import tool could be used.")
    ] = False,
    batch_size: Annotated[int, typer.Option(min=1, max=50_000, help="Rows of one batch.")] = 5_000,
) -> None:
    """Import customers from CSV or Parquet: every row is checked, what is wrong is told, and the rest goes in.

    Tables and columns: docs/customers.md. The first import into the managed database goes through Neo4j's import tool,
    for which it is stopped and started again; any other goes in batches. Again, the same files change nothing.
    Exit code 0: all rows are in the graph; 4: some were rejected, and the others are in; 1: the import failed.
    """
    from touchgraph.customers.importing.files import find_files
    from touchgraph.customers.importing.run import Options, import_files

    find_files(folder)  # what is wrong with them is told before a database is started
    settings = load_settings()
    with progress() as report:
        if settings.managed and not database.status(settings).running:
            database.start(settings, report)
        address = serving.configured_address(settings)
        options = Options(folder, rejects or folder / "rejects", batch, batch_size)
        imported = import_files(settings, address, options, report)
    _show(imported)
    if imported.rejected:
        err.print(f"{imported.rejected} rows were rejected: see {options.rejects}", markup=False)
        raise typer.Exit(_REJECTED)


def _show(imported: Imported) -> None:
    table = Table("Table", *(name for name in ("Read", "Loaded", "Already there", "Rejected")))
    for column in table.columns[1:]:
        column.justify = "right"
    for count in imported.counts:
        table.add_row(count.table, *(f"{n:,}" for n in (count.read, count.loaded, count.present, count.rejected)))
    out.print(table)
    made = imported.nodes + imported.relationships
    out.print(
        f"{imported.nodes:,} nodes and {imported.relationships:,} relationships {imported.way} in "
        f"{imported.seconds:,.1f} s: {made / max(imported.seconds, 0.001):,.0f} entities a second.",
        markup=False,
    )
