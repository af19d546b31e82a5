"""Tests of customers, imported, made up, written and counted."""
