"""Asks a running touchgraph over HTTP, as any other client does."""

from __future__ import annotations

import http.client
import json
from typing import Any

from touchgraph.errors import TouchgraphError
from touchgraph.settings import Settings

_ACCEPT = "application/graphql-response+json, application/json;q=0.9"
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  (compared with, never bound to)


class NoAnswer(TouchgraphError):
    """Nothing that speaks GraphQL listens there."""

    code = "NO_ANSWER"


def base_url(settings: Settings, port: int | None = None) -> str:
    """Where a client on this machine finds the server."""
    host = _EVERYWHERE.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port or settings.port}"


def ask(
    settings: Settings,
    query: str,
    variables: dict[str, Any] | None = None,
    operation: str | None = None,
    port: int | None = None,
) -> dict[str, Any]:
    """The whole GraphQL response to a document, errors included. Raises NoAnswer."""
    host = _EVERYWHERE.get(settings.host, settings.host)
    body = json.dumps({"query": query, "variables": variables, "operationName": operation})
    # Straight to the host: a proxy of the environment knows nothing of this machine's own ports.
    connection = http.client.HTTPConnection(host, port or settings.port, timeout=120)
    try:
        connection.request("POST", "/graphql", body, {"Content-Type": "application/json", "Accept": _ACCEPT})
        response = connection.getresponse()
        return _parse(response.status, response.read(), base_url(settings, port))
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(
            f"Nothing answers at {base_url(settings, port)}: start it with `touchgraph up` or `touchgraph serve`, "
            "or set TOUCHGRAPH_HOST and TOUCHGRAPH_PORT to where it is."
        ) from error
    finally:
        connection.close()


def _parse(status: int, body: bytes, url: str) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if isinstance(answer, dict) and ("data" in answer or "errors" in answer):
        return answer
    raise NoAnswer(f"What answers at {url}/graphql does not speak GraphQL (HTTP {status}).")
