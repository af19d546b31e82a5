"""Pages of a list, as Relay has them."""

from __future__ import annotations

from typing import Generic, TypeVar

import strawberry

from touchgraph.answer.sources import Local, Part
from touchgraph.api.types.declare import declared

T = TypeVar("T")


@strawberry.type(description="Where a page stands among all pages (Relay).")
class PageInfo:
    has_next_page: bool = declared(Part.HAS_NEXT_PAGE)
    has_previous_page: bool = declared(Part.HAS_PREVIOUS_PAGE)
    start_cursor: str | None = declared(Part.START_CURSOR)
    end_cursor: str | None = declared(Part.END_CURSOR)


@strawberry.type(description="One place of a connection.")
class Edge(Generic[T]):
    cursor: str = declared(Part.CURSOR)
    node: T = declared(Part.NODE)


@strawberry.type(description="A page of a list (Relay).")
class Connection(Generic[T]):
    edges: list[Edge[T]] = declared(Part.EDGES)
    nodes: list[T] = declared(Part.NODES, doc="The nodes of the edges, for those who need no cursors.")
    page_info: PageInfo = declared(Part.PAGE_INFO)
    total_count: int = declared(Part.TOTAL_COUNT, doc="How many there are on all pages; counted only when asked for.")


@strawberry.type(description="One place below a unit.")
class DescendantEdge(Generic[T]):
    cursor: str = declared(Part.CURSOR)
    depth: int = declared(Local("depth"), doc="How many steps below: 1 is a child.")
    node: T = declared(Part.NODE)


@strawberry.type(description="A page of everything below a unit (Relay).")
class DescendantConnection(Generic[T]):
    edges: list[DescendantEdge[T]] = declared(Part.EDGES)
    nodes: list[T] = declared(Part.NODES, doc="The nodes of the edges, for those who need no cursors.")
    page_info: PageInfo = declared(Part.PAGE_INFO)
    total_count: int = declared(Part.TOTAL_COUNT, doc="How many there are on all pages; counted only when asked for.")
