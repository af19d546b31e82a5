"""Roll-ups as data: what customers did, counted per dealer and day by whoever writes what is counted.

A tally is a node with `dealer` (an id, or `NOBODY`), `day`, and two lists of one length: what is counted (`keys`), and
how often it was (`counts`). A key is text whose parts are separated by `|`; ids stand in it without their prefix.
"""

from __future__ import annotations

from touchgraph.model.customers import DUAL_LINK

FLOW = "FlowTally"
"""What began or ended on the day.

`in|stage|channel|grade|days|next`: customers that entered a stage, through which channel and with which grade; after
how many days they left it, and for which stage, once they have. `out|stage|channel|grade|days|next`: who left it.
`lead-in|pool` and `lead-out|pool`: leads that were graded into a pool, and out of it.
"""

USAGE = "UsageTally"
"""Interactions of the day: `touchpoint|channel|kind`."""

STANDING = "StandingTally"
"""What holds at present, on the day `OPEN_END`.

`customer|stage|link`: customers in a stage (or in none), by how they are linked. `lead|pool`: leads in a pool.
"""

TALLIES = (FLOW, USAGE, STANDING)

NOBODY = ""
"""In the place of a dealer: whoever had none on the day."""

LINKED_BY = tuple(DUAL_LINK.values())
"""The channels of the dual link."""
LINKED_AS = {(False, False): "NONE", (True, False): "TELEPHONE", (False, True): "WECOM", (True, True): "BOTH"}
"""How a customer is linked, by whether it consents to each of them."""
