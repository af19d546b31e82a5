"""Tests of statements, constraints and saved queries."""
