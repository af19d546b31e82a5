"""The managed local Neo4j: fetched, started, found again and stopped. It listens on the loopback address only."""

from touchgraph.database.config import Home, home_of
from touchgraph.database.jars import Report
from touchgraph.database.manager import Running, Status, rebuild, running, settle, start, status, stop
from touchgraph.database.process import check_port

__all__ = [
    "Home",
    "Report",
    "Running",
    "Status",
    "check_port",
    "home_of",
    "rebuild",
    "running",
    "settle",
    "start",
    "status",
    "stop",
]
