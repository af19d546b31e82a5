"""touchgraph: who answers for which customer touchpoint, where, when and why."""

from importlib.metadata import version

__version__ = version("touchgraph")
