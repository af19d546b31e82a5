"""The same about customers."""
