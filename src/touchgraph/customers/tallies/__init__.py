"""Roll-ups: `keep` (what a write adds and takes), `recount` (what they have to hold), `rebuild` (anew, or compared)."""
