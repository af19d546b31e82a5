"""Whom touchgraph is compared with: the same questions about customers, answered by other means from the same graph."""
