"""The benchmark of touchgraph: `make bench`. How it is built, and what it found: docs/bench.md."""
