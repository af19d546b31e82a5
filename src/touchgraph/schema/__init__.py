"""The GraphQL schema: Strawberry types that declare where their fields come from, and the engine that answers them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import cache
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxTokensLimiter, ParserCache, QueryDepthLimiter, SchemaExtension, ValidationCache
from strawberry.types import ExecutionContext, ExecutionResult

from touchgraph.resources import folder
from touchgraph.schema.engine import Engine, code_errors
from touchgraph.schema.mutation import WRITERS, Mutation
from touchgraph.schema.organisation import Relation
from touchgraph.schema.query import TYPES, Query
from touchgraph.statements import read_statements

MAX_TOKENS = 10_000
MAX_DEPTH = 30
"""Limits on a document: far above what people write, far below what would hurt."""


class _Schema(strawberry.Schema):
    async def execute(self, query: str | None, *arguments: Any, **options: Any) -> ExecutionResult:
        """As Strawberry does; every error of parsing and validation has its code too."""
        result = await super().execute(query, *arguments, **options)
        if result.errors:
            code_errors(self._schema, query or "", result.errors)
        return result

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing: what is the user's is in the answer, and what is ours was logged where it happened."""


class _Compiled(SchemaExtension):
    """Answers the operation, so that Strawberry executes nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def on_execute(self) -> AsyncIterator[None]:
        context = self.execution_context
        assert context.graphql_document is not None
        context.result = await self._engine.answer(
            context.context["graph"], context.graphql_document, context.operation_name, context.variables
        )
        yield


def build_schema(cache_size: int = 512) -> strawberry.Schema:
    """The schema; `cache_size` documents are kept parsed and validated, and as many plans."""
    engine: list[Engine] = []
    extensions: list[Callable[[], SchemaExtension]] = [
        lambda: MaxTokensLimiter(MAX_TOKENS),
        lambda: QueryDepthLimiter(MAX_DEPTH),
        lambda: ParserCache(cache_size),
        lambda: ValidationCache(cache_size),
        lambda: _Compiled(engine[0]),
    ]
    schema = _Schema(query=Query, mutation=Mutation, types=[*TYPES, Relation], extensions=extensions)
    engine.append(Engine(schema._schema, read_statements(folder("cypher") / "queries"), cache_size, WRITERS))
    return schema


@cache
def sdl() -> str:
    """The schema in GraphQL's schema definition language."""
    return build_schema().as_str()
