"""Seed files: read, validated as one set, and loaded each in a transaction of its own. See `docs/seed-files.md`."""

from __future__ import annotations

from touchgraph.seed.load import Loaded, default_paths, load, seeded

__all__ = ["Loaded", "default_paths", "load", "seeded"]
