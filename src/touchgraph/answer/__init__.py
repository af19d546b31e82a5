"""From a question to its answer: selection, plan, statements, rows.

In the order in which a request goes through them: `selection` (what is asked for each type), `planner` (what each row
has to hold), `answers` (which way its rows are found: remembered, by `finder` from `vocabulary`, or by one statement
that `compiler` wrote), `memory` (what is remembered), `rows` (the answer). `ahead` has the database plan all that is
said to it. `sources`, `plan`, `records` and `shape` are the values that travel; `values` makes arguments and results
fit.
"""
