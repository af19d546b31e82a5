"""How rows become the objects of an answer, as values: made by `planner`, followed by `rows`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from touchgraph.errors import InputError


@dataclass(frozen=True)
class Wrap:
    """May a value be null, and is it a list of such?"""

    nullable: bool
    items: Wrap | None = None


class Refused(Exception):
    """Stands in place of a root field's row, and is raised for its value: why it has none."""

    def __init__(self, error: InputError) -> None:
        super().__init__(str(error))
        self.code = error.code


@dataclass(frozen=True)
class Paged:
    """What came of a connection: its rows, one more than asked for if there are more, and their total if asked for.

    `backward`: they come from the last to the first. `around`: the first of them lies outside, beyond the cursor where
    the page starts.
    """

    rows: list[Any]
    limit: int
    total: int | None
    backward: bool = False
    around: bool = False

    @property
    def has_next(self) -> bool:
        """Whether there are rows after those that were asked for."""
        return self.around if self.backward else self._more

    @property
    def has_previous(self) -> bool:
        """Whether there are rows before those that were asked for."""
        return self._more if self.backward else self.around

    @property
    def _more(self) -> bool:
        """Whether there are more rows than were asked for."""
        return len(self.rows) - self.around >= self.limit

    @cached_property
    def shown(self) -> list[Any]:
        """The rows that were asked for, in the order of the connection."""
        rows = self.rows[self.around : self.around + self.limit - 1]
        return rows[::-1] if self.backward else rows


@dataclass(frozen=True, eq=False)
class Output:
    """One response key of an object: `pick` takes its raw value from the object's raw value.

    `convert` makes a leaf of it, `shape` an object; `wrap` says whether it is a list of such, and what may be null.
    """

    key: str
    name: str
    origin: Any
    wrap: Wrap
    pick: Callable[[Any], Any]
    convert: Callable[[Any], Any] | None = None
    shape: Shape | None = None


@dataclass(frozen=True, eq=False)
class Shape:
    """An object's outputs in the order of the query, for each type that `type_of` may tell from its raw value."""

    type_of: Callable[[Any], str]
    outputs: Mapping[str, tuple[Output, ...]]

    @cached_property
    def steps(self) -> Mapping[str, tuple[_Step, ...]]:
        """The outputs taken apart, as to look into each of them again for every object takes long."""
        return {name: tuple(map(_step, outputs)) for name, outputs in self.outputs.items()}


_Step = tuple[str, Callable[[Any], Any], Callable[[Any], Any] | None, bool, Output]
"""Key, `pick`, `convert`, whether what is picked is the value, and the output."""


def _step(output: Output) -> _Step:
    return output.key, output.pick, output.convert, output.wrap.items is None and output.shape is None, output


class Kept(list[Any]):
    """A row that is remembered from one request to the next, and the objects that were made of it."""

    SHAPES = 4
    """How many objects are remembered with a row, at most: those of queries that are asked again and again."""

    def __init__(self, row: Iterable[Any]) -> None:
        super().__init__(row)
        self.shaped: dict[Shape, dict[str, Any]] = {}

    def keep(self, shape: Shape, data: dict[str, Any]) -> None:
        """Remembers an object."""
        if len(self.shaped) == self.SHAPES:
            self.shaped.clear()
        self.shaped[shape] = data
