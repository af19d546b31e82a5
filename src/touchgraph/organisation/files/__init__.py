"""Seed files: read, validated as one set, and loaded each in a transaction of its own. See `docs/seed-files.md`.

`document` (YAML with lines), `records` (validated items), `planning` (what has to be written), `loading`; and the way
back, `export`.
"""
