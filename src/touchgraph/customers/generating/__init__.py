"""Customers made up from a seed: `world` (what they are made from), `field` (more dealers), `generate` (the files)."""
