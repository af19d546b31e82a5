"""`touchgraph reorg`: what a change set from a file would do, and doing it; `touchgraph export`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from touchgraph.cli.console import out
from touchgraph.cli.database import with_graph
from touchgraph.model import OPEN_END, OPEN_START

if TYPE_CHECKING:  # at run time, only the commands that need them wait for these imports
    from touchgraph.organisation.difference import Difference
    from touchgraph.organisation.files.change_set import Planned

reorg = typer.Typer(help="Change sets from files: what they would do, and doing it.", rich_markup_mode=None)

_STYLES = {"+": "green", "~": "yellow", "-": "red"}
_WORDS = {"+": "to create", "~": "to change", "-": "to end"}

File = Annotated[Path, typer.Argument(help="A file of one change set, in the format of seed files.")]


@reorg.command(epilog="Example: touchgraph reorg plan reform.yaml")
def plan(file: File) -> None:
    """Show what a change set would do: + created, ~ changed, - ended. Nothing is written."""
    _show(_planned(file))


@reorg.command(epilog="Example: touchgraph reorg apply reform.yaml")
def apply(
    file: File, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before writing.")] = False
) -> None:
    """Show what a change set does, ask, and apply it: all of it, as it was shown, or nothing."""
    from touchgraph.customers.following import follow
    from touchgraph.organisation.files.change_set import apply_change_set

    planned = _planned(file)
    _show(planned)
    if planned.operations is None:
        return
    if not yes and not _agreed():
        typer.echo("Nothing was applied.")
        raise typer.Exit(1)
    with_graph(lambda graph: apply_change_set(graph, planned, follow))
    typer.echo(f"Applied {planned.change_set.id}.")


def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write to, new or empty.")] = Path(
        "export"
    ),
) -> None:
    """Write the organisation as seed files, one for each change set; seeding them elsewhere gives the same graph."""
    from touchgraph.organisation.files.export import export as write

    for path in with_graph(lambda graph: write(graph, output)):
        typer.echo(path)


def _agreed() -> bool:
    try:
        return typer.confirm("Apply this?", default=False)
    except typer.Abort:  # Ctrl-C, or nobody there who could answer
        return False


def _planned(file: Path) -> Planned:
    from touchgraph.organisation.files.change_set import plan_change_set

    return with_graph(lambda graph: plan_change_set(graph, file))


def _show(planned: Planned) -> None:
    for line in _lines(planned):
        out.print(line)


def _lines(planned: Planned) -> Iterator[Text]:
    change_set = planned.change_set
    names = change_set.properties()
    yield Text(f"{change_set.id}  {names['nameZh']}  {names['nameEn']}", "bold")
    if planned.operations is None:
        yield Text("It is in the graph already; there is nothing to do.")
        return
    yield Text(f"effective {change_set.effective}, recorded {change_set.recorded.isoformat()}\n")
    last = None
    for one in planned.differences:
        if one.entity != last:
            yield Text(one.entity, "bold")
            last = one.entity
        yield Text(f"  {one.sign} {_told(one)}", _STYLES[one.sign])
    if planned.left:
        told = ", ".join(f"{count:,} of {label}" for label, count in sorted(planned.left.items()))
        yield Text(f"\nWhat is closed has customers: {told} go to the successor, or it ends.")
    counts = {sign: sum(one.sign == sign for one in planned.differences) for sign in _WORDS}
    yield Text("\n" + ", ".join(f"{counts[sign]} {word}" for sign, word in _WORDS.items()) + ".")


def _told(one: Difference) -> str:
    parts = [one.what]
    if one.sign == "~":
        parts[0] += f": {one.before} → {one.after}"
    if one.since > OPEN_START:
        parts.append(f"from {one.since}")
    if one.until < OPEN_END:
        parts.append(f"to {one.until}")
    return "  ".join(parts)
