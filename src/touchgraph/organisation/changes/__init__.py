"""Change sets: what is known, what changes, and what has to be written for it.

`apply.plan_changes` is pure: a snapshot of what is known and a list of changes give `Operations`; `store` has its two
ends in the database. Nothing is ever updated or deleted: a fact is closed, and a new one recorded.
"""
