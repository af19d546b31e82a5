"""The organisation: change sets, the facts that they record, and what they change.

Change sets come from files (`files/`) or from clients (`proposed`); `changes/` says what they do to what is known, by
the `rules` of `facts`; `store` reads and writes; `difference` and `impact` tell what a change set does.
"""
