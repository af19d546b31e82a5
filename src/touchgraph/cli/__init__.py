"""The command line `touchgraph`."""

from touchgraph.cli.main import app, main

__all__ = ["app", "main"]
