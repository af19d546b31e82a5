"""From a question to its answer: selection, plan, statements, rows.

In the order in which a request goes through them: `selection` (what is asked for each type), `planner` (what each row
has to hold), `compiler` (Cypher), `recall` (what is remembered), `rows` (the answer). `sources`, `plan` and `shape` are
the values that travel between them; `values` makes arguments and results fit.
"""
