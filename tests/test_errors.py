"""The tree of errors, and how the driver's become ours."""

from __future__ import annotations

import inspect
import re

import pytest
from neo4j import exceptions

from touchgraph import errors
from touchgraph.errors import Fault, GraphError, InvalidFiles, TouchgraphError
from touchgraph.graph.driver import translate

SAID = "bolt://db.internal:7687 MATCH (n:Hidden) RETURN n"
OF_THE_DRIVER = [
    kind
    for _, kind in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(kind, exceptions.GqlError) and kind is not exceptions.GqlError
]
OF_THE_SERVER = {
    "Neo.ClientError.Security.Unauthorized": errors.DatabaseRefused,
    "Neo.ClientError.Security.Forbidden": errors.DatabaseRefused,
    "Neo.ClientError.Schema.ConstraintValidationFailed": errors.Conflict,
    "Neo.TransientError.Transaction.DeadlockDetected": errors.Conflict,
    "Neo.ClientError.Transaction.TransactionTimedOut": errors.DatabaseTimeout,
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration": errors.DatabaseTimeout,
    "Neo.TransientError.Database.DatabaseUnavailable": errors.DatabaseUnavailable,
    "Neo.TransientError.General.MemoryPoolOutOfMemoryError": errors.DatabaseUnavailable,
    "Neo.ClientError.Statement.SyntaxError": GraphError,
    "Neo.DatabaseError.General.UnknownError": GraphError,
}


def ours() -> list[type[TouchgraphError]]:
    kinds = [TouchgraphError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    return kinds


@pytest.mark.parametrize("kind", OF_THE_DRIVER, ids=lambda kind: kind.__name__)
def test_every_error_of_the_driver_becomes_one_of_ours(kind: type[exceptions.GqlError]) -> None:
    """Each class of the driver is translated to an error with a code, and nothing it says gets through."""
    error = kind(None, SAID) if issubclass(kind, exceptions.ResultError) else kind(SAID)
    translated = translate(error)
    assert isinstance(translated, GraphError)
    assert re.fullmatch(r"[A-Z_]+", translated.code)
    assert not any(
        word in str(translated) for word in ("bolt", "db.internal", "7687", "MATCH", "Hidden", kind.__name__ + ":")
    )
    assert "\n" not in str(translated)


def test_the_driver_raises_no_other_kind() -> None:
    """Whatever a session can raise is one of the two kinds that are caught."""
    caught = (exceptions.Neo4jError, exceptions.DriverError)
    assert len(OF_THE_DRIVER) > 20
    assert all(issubclass(kind, caught) for kind in OF_THE_DRIVER)


@pytest.mark.parametrize(("code", "expected"), OF_THE_SERVER.items())
def test_what_the_server_says_decides_the_error(code: str, expected: type[GraphError]) -> None:
    """The server's own codes are told apart: refused, timed out, in conflict, away, or our own fault."""
    error = exceptions.Neo4jError._hydrate_neo4j(code=code, message=SAID)
    translated = translate(error)
    assert type(translated) is expected
    assert "Hidden" not in str(translated)


def test_the_tree_atop_the_module_is_the_tree() -> None:
    """The documented tree names every error class of the module, with its code."""
    documented = dict(re.findall(r"^[│├└─ ]*(\w+) +([A-Z_]{6,})  ", errors.__doc__ or "", re.MULTILINE))
    actual = {kind.__name__: kind.code for kind in ours() if kind.__module__ == errors.__name__}
    del actual["TouchgraphError"]
    assert documented == actual


def test_faults_in_files_are_told_one_a_line_in_order() -> None:
    """The text of InvalidFiles is a line for each fault, sorted by file and line number."""
    error = InvalidFiles([Fault("b.yaml", 2, "two"), Fault("a.yaml", 10, "ten"), Fault("a.yaml", 9, "nine")])
    assert str(error).splitlines() == ["a.yaml:9: nine", "a.yaml:10: ten", "b.yaml:2: two"]
