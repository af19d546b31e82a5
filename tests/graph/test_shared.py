"""What processes share: every change is another number, and what was noted of transactions is told of all of them."""

from __future__ import annotations

from multiprocessing import get_context

from hypothesis import given
from hypothesis import strategies as st

from touchgraph.graph import shared
from touchgraph.graph.shared import Shared


@given(st.sets(st.integers(1, 60)), st.integers(0, 60), st.integers(0, 60))
def test_only_noted_transactions_are_of_customers(noted: set[int], first: int, last: int) -> None:
    """From one number to another, all are of customers if every single one was noted."""
    one = Shared()
    for number in noted:
        one.note(number)
    assert one.only_customers(first, last) == (first <= last and {*range(first + 1, last + 1)} <= noted)


def test_more_than_can_be_noted_are_not_taken_for_noted() -> None:
    """A transaction that was noted so long ago that a later one has its place counts as one of somebody else."""
    one = Shared()
    for number in range(1, shared.NOTED + 2):
        one.note(number)
    assert not one.only_customers(0, shared.NOTED + 1)
    assert one.only_customers(1, shared.NOTED + 1)


def test_a_database_that_counts_anew_is_another_one() -> None:
    """After the last number was a lower one, what was noted before means nothing."""
    one = Shared()
    one.note(8)
    assert not one.only_customers(8, 3)
    assert not one.only_customers(7, 8)


def test_another_process_sees_all_of_it() -> None:
    """What a started process says is there when it has ended, as is what it said while others did."""
    one = Shared()
    seen = {one.changes}, {one.interruptions}
    processes = [get_context("spawn").Process(target=_say, args=(one, number)) for number in (1, 2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert one.only_customers(0, 2)
    assert one.changes not in seen[0]
    assert one.interruptions not in seen[1]


def _say(one: Shared, number: int) -> None:
    one.note(number)
    one.changed()
    one.interrupted()
