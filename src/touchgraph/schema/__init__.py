"""The GraphQL schema: Strawberry types that declare where their fields come from, and the engine that answers them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache, lru_cache
from typing import Any

import strawberry
from graphql import DocumentNode, GraphQLError, parse, specified_rules
from strawberry.extensions import SchemaExtension
from strawberry.extensions.query_depth_limiter import create_validator
from strawberry.schema.schema import validate_document
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


Prepared = tuple[DocumentNode, list[GraphQLError]]
"""A document, and what is wrong with it."""
_RULES = (*specified_rules, create_validator(MAX_DEPTH, None))


class _Compiled(SchemaExtension):
    """Parses, validates and answers the operation, so that Strawberry does none of it."""

    def __init__(self, prepare: Callable[[str], Prepared], engine: Engine) -> None:
        self._prepare, self._engine = prepare, engine

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        context.graphql_document, self._errors = self._prepare(context.query or "")
        yield

    def on_validate(self) -> Iterator[None]:
        self.execution_context.pre_execution_errors = self._errors
        yield

    async def on_execute(self) -> AsyncIterator[None]:
        context = self.execution_context
        assert context.graphql_document is not None
        context.result = await self._engine.answer(
            context.context["graph"], context.graphql_document, context.operation_name, context.variables
        )
        yield


def build_schema(cache_size: int = 512) -> strawberry.Schema:
    """The schema; `cache_size` documents are kept parsed and validated, and as many plans."""
    schema = _Schema(query=Query, mutation=Mutation, types=[*TYPES, Relation])
    engine = Engine(schema._schema, read_statements(folder("cypher") / "queries"), cache_size, WRITERS)

    # Strawberry's own limits and caches are not used: with its limit of depth, its cache of validations is never hit.
    @lru_cache(cache_size)
    def prepare(query: str) -> Prepared:
        document = parse(query, max_tokens=MAX_TOKENS)
        return document, validate_document(schema._schema, document, _RULES)

    schema.extensions = (lambda: _Compiled(prepare, engine),)
    return schema


@cache
def sdl() -> str:
    """The schema in GraphQL's schema definition language."""
    return build_schema().as_str()
