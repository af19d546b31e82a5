"""A selection into a plan: what each row has to hold, and how the answer is shaped from the rows.

Here are its roots and its writes; what one row holds is collected by `columns`, from `arguments`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any

from touchgraph.answer import values
from touchgraph.answer.plan import (
    Binding,
    Echo,
    Literal,
    Moment,
    QueryPlan,
    Root,
    Selected,
    Step,
    Variable,
    Write,
    Wrote,
)
from touchgraph.answer.planner import arguments
from touchgraph.answer.planner.columns import Columns, leaf, nested
from touchgraph.answer.shape import Output, Refused, Shape
from touchgraph.answer.sources import Context
from touchgraph.errors import InputError


def plan(selected: tuple[Selected, ...], type_name: str = "Query") -> QueryPlan:
    """The plan of an operation that selects of a root type."""
    made = _Made(kept=type_name == "Mutation")
    now = Moment(Binding(Literal(None), values.as_of), Binding(Literal(None), values.known_at))
    shape = _root_type(selected, type_name, now, made)
    return QueryPlan(tuple(made.roots), shape, tuple(made.steps))


@dataclass
class _Made:
    """The roots and the writes of a plan so far; `kept`: they are a mutation's."""

    kept: bool
    roots: list[Root] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def step(self, one: Selected, write: Write, moment: Moment) -> Step:
        """A write, which is also told the moment asked for around it (`asOf`, `knownAt`)."""
        if self.kept and moment.step is not None:
            raise InputError(f"{one.name}: nothing can be supposed within a mutation; ask in a query of its own")
        given = {name: arguments.binding(one, name) for name in one.arguments}
        around = {"asOf": moment.as_of, "knownAt": moment.known_at}
        step = Step(write, len(self.steps), around | given, one.origin, one.key, moment.step)
        self.steps.append(step)
        return step


def _root_type(selected: tuple[Selected, ...], type_name: str, moment: Moment, made: _Made) -> Shape:
    """The shape of a type whose fields are root fields, over the list of the roots' rows; adds what it needs."""
    outputs = []
    for one in selected:
        if one.source is Context.AT:
            below = _root_type(one.selections["Query"], "Query", _moment(one, moment), made)
            outputs.append(nested(one, values.same, below))
        elif isinstance(one.source, Write):
            after = replace(moment, step=made.step(one, one.source, moment))
            if one.source.answer is not None:
                outputs.append(_root(replace(one, source=one.source.answer), type_name, after, made))
                continue
            ((name, inner),) = one.selections.items()
            outputs.append(nested(one, values.same, _root_type(inner, name, after, made)))
        else:
            outputs.append(_root(one, type_name, moment, made))
    return Shape(lambda _: type_name, {type_name: tuple(outputs)})


def _root(one: Selected, type_name: str, moment: Moment, made: _Made) -> Output:
    """The output of a root field, over the list of the roots' rows; adds a root if it needs anything of the graph."""
    columns = Columns(moment.as_of.value)
    output = _written(columns, one, moment) or columns.output(one, type_name)
    if columns.columns:
        output = _of_root(output, len(made.roots))
        made.roots.append(Root(columns.row(), moment, tuple(columns.of_root.mentions)))
    return output


def _written(columns: Columns, one: Selected, moment: Moment) -> Output | None:
    """The output of a field that shows what a write returned; None for any other."""
    if not isinstance(one.source, Wrote):
        return None
    assert moment.step is not None, "stands below a write only"
    if one.source.source is None:
        echo = Echo(Binding(Variable(moment.step.result(one.source.name)), values.same))
        return leaf(one, itemgetter(columns.place(one.source, echo)))
    filled = {argument: Variable(moment.step.result(name)) for argument, name in one.source.arguments}
    return columns.output(replace(one, source=one.source.source, arguments={**one.arguments, **filled}), one.name)


def _of_root(output: Output, index: int) -> Output:
    pick = output.pick

    def of_row(rows: Any) -> Any:
        if isinstance(rows[index], Refused):
            raise rows[index]
        return pick(rows[index])

    return replace(output, pick=of_row)


def _moment(one: Selected, outer: Moment) -> Moment:
    """What `at` does not say stays as it is outside."""

    def inner(name: str, otherwise: Binding) -> Binding:
        return arguments.binding(one, name) if arguments.given(one.arguments.get(name)) else otherwise

    return replace(outer, as_of=inner("asOf", outer.as_of), known_at=inner("knownAt", outer.known_at))
