"""Where the files lie that come with the package: statements and seeds."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder `cypher`, `seed` or another of the project: beside `src/` in a checkout, else in `_data/`."""
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parents[1] / name
