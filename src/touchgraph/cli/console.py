"""What commands print: answers to stdout; progress, as bars or as plain lines, to stderr."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from touchgraph.database import Report

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def log_to_stderr(level: int) -> None:
    """Writes what is logged, from a level on."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")


@contextmanager
def progress() -> Iterator[Report]:
    """A report whose steps are shown while the block runs: bars on a terminal, else a line as each begins and ends."""
    if not err.is_terminal:
        yield _Lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), _Rate())
    with Progress(*columns, console=err) as bars:
        yield _Bars(bars)


class _Rate(ProgressColumn):
    """How many a second, where it is not about percent or a few steps."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed and task.total and task.total > 1_000 else "")


class _Bars:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, step: str, done: int, total: int) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._bars.add_task(step, total=total)
        self._bars.update(self._tasks[step], completed=done, total=total)


class _Lines:
    def __init__(self) -> None:
        self._begun: set[str] = set()
        self._ended: set[str] = set()

    def __call__(self, step: str, done: int, total: int) -> None:
        if step not in self._begun:
            self._begun.add(step)
            err.print(f"{step} …", markup=False)
        if done >= total and step not in self._ended:
            self._ended.add(step)
            err.print(f"{step}: done", markup=False)
