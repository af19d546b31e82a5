"""The ASGI application: GraphQL, the page to try it, and whether the process and its database are well."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from asgi_correlation_id import CorrelationIdMiddleware
from cross_web import HTTPException
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.types.execution import ExecutionResult, PreExecutionError

from touchgraph import __version__
from touchgraph.answer.ahead import plan_ahead
from touchgraph.api import page
from touchgraph.api.engine import UNFORESEEN
from touchgraph.api.schema import build_schema
from touchgraph.errors import Conflict, DatabaseTimeout, DatabaseUnavailable, GraphError, InputError, TouchgraphError
from touchgraph.graph import migrate, names
from touchgraph.graph.driver import Address, Graph, open_graph
from touchgraph.graph.shared import Shared
from touchgraph.organisation.files.loading import seeded
from touchgraph.organisation.proposed import statements
from touchgraph.settings import Settings

log = logging.getLogger(__name__)

PATIENCE = 10
"""For how many seconds, at most, the end waits for a statement that is being planned."""
_GRAPHQL_JSON = "application/graphql-response+json"
_STATUS = {Conflict.code: 409, DatabaseUnavailable.code: 503, DatabaseTimeout.code: 504, GraphError.code: 500}
"""HTTP status of a request that could not be answered at all, by its error's code; else 400."""


def create_app(settings: Settings, address: Address, shared: Shared | None = None, first: bool = True) -> FastAPI:
    """The application over the database at an address. It starts, and keeps running, while the database is away.

    Where several processes serve the database, it is given what they share, and whether it is in the first of them.
    """
    schema = build_schema(settings.plan_cache_size)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        names.load()
        _collect_seldom()
        async with open_graph(address, settings.query_timeout, settings.what_if_timeout, shared) as graph:
            app.state.graph = graph
            stop = asyncio.Event()
            words = first and settings.plan_ahead
            ahead = asyncio.create_task(plan_ahead(schema.vocabulary, statements(), graph, stop, words))
            yield
            stop.set()
            await asyncio.wait([ahead], timeout=PATIENCE)
            ahead.cancel()

    app = FastAPI(title="touchgraph", version=__version__, lifespan=lifespan, openapi_url=None)
    app.add_middleware(CorrelationIdMiddleware)
    graphql = _GraphQL(schema, subscription_protocols=())
    # As plain ASGI: what FastAPI does for an operation of its own takes as long as all else that is done for one.
    app.router.routes.append(Route("/graphql", graphql))
    page.mount_static(app)
    app.add_api_route("/", lambda: RedirectResponse("/graphql"), include_in_schema=False)
    app.add_api_route("/healthz", _healthz)
    app.add_api_route("/readyz", _readyz)
    return app


def _collect_seldom() -> None:
    """Has garbage collection keep its hands off what stays: a look through all documents and plans takes up to 1 s.

    What a request leaves behind is freed without it, but for what errors hold. So what is there now is left out for
    good, and what lives on is looked through after some 20 million new objects that stay.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 5, 200)


async def _healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


async def _readyz(request: Request) -> Response:
    """The database answers, and schema and seed are in place."""
    graph: Graph = request.app.state.graph
    try:
        missing = await migrate.pending(graph)
        checks = {"database": "ok", "schema": "ok" if not missing else f"missing: {', '.join(missing)}"}
        checks["seed"] = "ok" if await seeded(graph) else "missing: run `touchgraph seed`"
    except TouchgraphError as error:
        checks = {"database": str(error)}
    ready = all(state == "ok" for state in checks.values())
    return JSONResponse({"status": "ok" if ready else "unavailable", **checks}, 200 if ready else 503)


class _GraphQL(GraphQL[dict[str, Any], None]):
    """GraphQL over HTTP: a request that cannot be answered at all has no data and a status that says so."""

    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:  # noqa: ARG002
        return {"graph": request.app.state.graph}

    def decode_json(self, data: str | bytes) -> object:
        value: object = orjson.loads(data)
        if isinstance(data, bytes) and not isinstance(value, dict | list):  # as text come the values of a GET
            raise HTTPException(400, "The body has to be a JSON object with `query`.")
        return value

    async def process_result(self, request: Request, result: ExecutionResult) -> Any:  # noqa: ARG002
        answer: dict[str, Any] = {} if isinstance(result, PreExecutionError) else {"data": result.data}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        return answer

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        status = sub_response.status_code or 200
        if isinstance(response_data, dict) and "data" not in response_data and status == 200:
            codes = [error["extensions"]["code"] for error in response_data["errors"]]
            status = next((_STATUS[code] for code in codes if code in _STATUS), 400)
        return Response(orjson.dumps(response_data), status, media_type=_GRAPHQL_JSON)

    async def run(self, request: Any, *arguments: Any, **options: Any) -> Any:
        try:
            response = await super().run(request, *arguments, **options)
        except HTTPException as error:
            return self._refused(error.reason, InputError.code, error.status_code)
        except Exception:
            log.exception("a request failed")
            return self._refused(UNFORESEEN, GraphError.code, 500)
        return _negotiated(request, response)

    def _refused(self, message: str, code: str, status: int) -> Response:
        fault = {"message": message, "extensions": {"code": code}}
        return self.create_response({"errors": [fault]}, Response(status_code=status))

    async def render_graphql_ide(self, request: Any) -> Any:  # noqa: ARG002
        return page.graphiql()


def _negotiated(request: Request, response: Response) -> Response:
    """Clients that know only `application/json` get that, with 200 where GraphQL itself tells them what is wrong."""
    accept = request.headers.get("accept", "")
    if response.media_type == _GRAPHQL_JSON and "application/json" in accept and _GRAPHQL_JSON not in accept:
        response.headers["content-type"] = "application/json"
        response.status_code = 200 if response.status_code == 400 else response.status_code
    return response
