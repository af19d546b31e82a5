"""Every error touchgraph raises on purpose, in one tree; each carries the code that an API client sees.

TouchgraphError
├── InputError               BAD_USER_INPUT         a query, a file or an option asks for what cannot be
│   ├── SettingsError        BAD_SETTINGS           an environment variable or option has a wrong value
│   ├── NotThere             NOT_FOUND              an argument names what is not there at the moment
│   ├── InvalidFiles         INVALID_FILES          seed files with faults, each with file:line
│   ├── InvalidChanges       BAD_USER_INPUT         changes with faults, each with its place in the list
│   └── InvalidRows          BAD_USER_INPUT         rows of a mutation with faults, each with row and field
├── StatementError           INVALID_STATEMENT      a file below cypher/ breaks its own declaration
├── GraphError               INTERNAL_SERVER_ERROR  the database refused a statement
│   ├── DatabaseUnavailable  DATABASE_UNAVAILABLE   no answer from the database
│   ├── DatabaseTimeout      DATABASE_TIMEOUT       the statement took longer than it may
│   ├── DatabaseRefused      DATABASE_REFUSED       wrong user, password or rights
│   └── Conflict             CONFLICT               somebody else wrote the same thing first
└── ServerError              SERVER_FAILED          the managed local Neo4j
    ├── ServerBusy           SERVER_BUSY            another process is starting or holds it
    ├── PortInUse            PORT_IN_USE            a port it needs is taken
    └── JarMismatch          JAR_MISMATCH           a fetched jar is not the one that was committed to
"""

from __future__ import annotations

from dataclasses import dataclass


class TouchgraphError(Exception):
    """The root: `str(error)` is one line (or, for many faults, one line each) fit for a user."""

    code = "INTERNAL_SERVER_ERROR"


class InputError(TouchgraphError):
    code = "BAD_USER_INPUT"


class SettingsError(InputError):
    code = "BAD_SETTINGS"


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in a file: where it is, what is wrong, what was expected."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class NotThere(InputError):
    code = "NOT_FOUND"


class InvalidFiles(InputError):
    """Everything wrong in a set of files; `faults` is sorted by file and line."""

    code = "INVALID_FILES"

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(map(str, self.faults)))


class InvalidChanges(InputError):
    """Everything wrong in a list of changes: `faults` are the place in the list, or None for the whole, and why."""

    def __init__(self, faults: list[tuple[int | None, str]]) -> None:
        self.faults = faults
        self.told = [{"change": place, "message": why} for place, why in faults]
        super().__init__("\n".join(why if place is None else f"changes[{place}]: {why}" for place, why in faults))


@dataclass(frozen=True)
class RowFault:
    """What is wrong with a field of a row of a list; row None: of the input itself."""

    row: int | None
    field: str
    message: str


class InvalidRows(InputError):
    """Everything wrong in the input of a mutation; `rows` is the name of its list, if it has one."""

    def __init__(self, faults: list[RowFault], rows: str = "") -> None:
        self.faults = faults
        self.told = [{"row": fault.row, "field": fault.field, "message": fault.message} for fault in faults]
        within = ((f"{rows}[{f.row}]." if f.row is not None else "", f) for f in faults)
        super().__init__("\n".join(f"{place}{fault.field}: {fault.message}" for place, fault in within))


class StatementError(TouchgraphError):
    code = "INVALID_STATEMENT"


class GraphError(TouchgraphError):
    pass


class DatabaseUnavailable(GraphError):
    code = "DATABASE_UNAVAILABLE"


class DatabaseTimeout(GraphError):
    code = "DATABASE_TIMEOUT"


class DatabaseRefused(GraphError):
    code = "DATABASE_REFUSED"


class Conflict(GraphError):
    code = "CONFLICT"


class ServerError(TouchgraphError):
    code = "SERVER_FAILED"


class ServerBusy(ServerError):
    code = "SERVER_BUSY"


class PortInUse(ServerError):
    code = "PORT_IN_USE"


class JarMismatch(ServerError):
    code = "JAR_MISMATCH"
