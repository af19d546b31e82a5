"""The way to the graph: the driver, named statements, constraints and indexes."""
