"""The types of the schema: declarations of where each field comes from, no logic."""
