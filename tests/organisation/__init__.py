"""Tests of change sets, their files and rules."""
