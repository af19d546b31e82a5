"""Customers and their life with the brand: made up for demonstration, brought in from files, written, counted."""
