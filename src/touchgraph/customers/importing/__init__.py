"""Customers from files, led by `run`.

`files` are found and made plain, rows are typed and checked (`stage`, `checks`), and then go in through Neo4j's import
tool (`tool`, `tallies`) or in batches (`batches`, `counts`).
"""
