"""One change set from a file: planned, shown, and then applied as it was shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from touchgraph.errors import Conflict, InputError, InvalidFiles
from touchgraph.graph.driver import Graph, Transaction
from touchgraph.organisation.changes.work import Operations
from touchgraph.organisation.difference import Difference, differences
from touchgraph.organisation.files.loading import at, known_sets
from touchgraph.organisation.files.planning import check_time, is_applied, next_time, plan_file, rehearse
from touchgraph.organisation.files.records import ChangeSetItem, SeedFile, read_file
from touchgraph.organisation.leaving import Counts, Follow, carry_out, left
from touchgraph.organisation.store import lock, read_snapshot


@dataclass(frozen=True)
class Planned:
    """What a file would do. `operations` is None when the graph has its change set already.

    `left`: how many customers, leads and others, by label, go to a successor or lose what they had; see `leaving`.
    """

    file: SeedFile
    change_set: ChangeSetItem
    operations: Operations | None
    differences: list[Difference]
    left: Counts


async def plan_change_set(graph: Graph, path: Path) -> Planned:
    """What a file would do; one that does not say when it was recorded is recorded now.

    Raises InvalidFiles with every fault; GraphError.
    """
    return await graph.read(lambda tx: _plan(tx, path))


async def _plan(tx: Transaction, path: Path) -> Planned:
    known = await known_sets(tx)
    file = read_file(path, next_time(known))
    if is_applied(file, known) and file.change_set is not None:
        return Planned(file, file.change_set.value, None, [], {})
    snapshot = await read_snapshot(tx)
    rehearse([file], snapshot, known)
    if file.faults or file.change_set is None:
        raise InvalidFiles(list(set(file.faults)))
    operations, _ = plan_file(file, snapshot)
    try:
        left_ = await left(tx, operations)
    except InputError as error:
        raise at(file, error) from error
    return Planned(file, file.change_set.value, operations, differences(snapshot, operations), left_)


async def apply_change_set(graph: Graph, planned: Planned, follow: Follow) -> None:
    """Writes what was planned. Raises Conflict if the graph has changed since so that it would be something else."""

    async def work(tx: Transaction) -> None:
        await lock(tx)
        check_time(planned.file, await known_sets(tx))
        operations, _ = plan_file(planned.file, await read_snapshot(tx))
        if planned.file.faults or operations != planned.operations:
            raise Conflict("Somebody changed the graph since this was planned; nothing is applied. Plan it again.")
        await carry_out(tx, operations, follow)

    await graph.write(work)
