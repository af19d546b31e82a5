"""What the processes that serve one graph tell one another, through memory that they share, without waiting.

Everything here is one store of eight bytes, so a process that is killed in the middle leaves nothing half done, and
there is no lock that it could take with it.
"""

from __future__ import annotations

import secrets
from ctypes import c_uint64
from multiprocessing.sharedctypes import RawArray, RawValue

NOTED = 10_000
"""How many transactions are noted: the last ones."""


class Shared:
    """That somebody wrote to the organisation, or that the database was away; which transactions were of customers.

    It reaches another process as an argument with which that is started.
    """

    def __init__(self) -> None:
        self._changes, self._interruptions = RawValue(c_uint64), RawValue(c_uint64)
        self._of_customers = RawArray(c_uint64, NOTED)

    @property
    def changes(self) -> int:
        """Another number than before whenever a process may have changed the organisation."""
        return self._changes.value

    def changed(self) -> None:
        """Says so. The number is drawn: two processes that count at once would count one of their changes only."""
        self._changes.value = secrets.randbits(64)

    @property
    def interruptions(self) -> int:
        """Another number than before whenever the database did not answer a process."""
        return self._interruptions.value

    def interrupted(self) -> None:
        """Says so."""
        self._interruptions.value = secrets.randbits(64)

    def note(self, number: int) -> None:
        """A transaction of this number, by a process of these, did not change the organisation."""
        self._of_customers[number % NOTED] = number

    def only_customers(self, first: int, last: int) -> bool:
        """Whether transactions after the first, up to the last, were all noted."""
        if last < first:  # it is another database, which counts anew
            self._of_customers[:] = [0] * NOTED
        noted = self._of_customers
        return 0 <= last - first <= NOTED and all(noted[n % NOTED] == n for n in range(first + 1, last + 1))
