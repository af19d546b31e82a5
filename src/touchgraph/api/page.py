"""The GraphiQL page and its files, as `hatch_build.py` builds them from `web/`."""

from __future__ import annotations

from os import PathLike, stat_result
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parents[1] / "static"

# The page may load and call nothing but its own origin. The editor writes style elements, hence 'unsafe-inline' there.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "connect-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self' data:",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_ASK_AGAIN = "no-cache"
_KEEP = "public, max-age=31536000, immutable"

_NOT_BUILT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>touchgraph</title></head>
<body style="font-family: sans-serif; max-width: 40em; margin: 4em auto; line-height: 1.5">
<h1>The GraphiQL page is not built</h1>
<p>This is a checkout in which nobody built the page yet. Stop the server, then run <code>make up</code>,
or build just the page: <code>python hatch_build.py</code>. Then load this page again.</p>
<p>The API is here all the same: it answers GraphQL as <code>POST /graphql</code>.</p>
</body>
</html>
"""


def graphiql() -> HTMLResponse:
    """The answer to `GET /graphql` from a browser: the page, or 503 and how to build it when it was not built."""
    headers = {**_HEADERS, "Cache-Control": _ASK_AGAIN}
    try:
        return HTMLResponse((STATIC / "graphiql.html").read_bytes(), headers=headers)
    except FileNotFoundError:
        return HTMLResponse(_NOT_BUILT, status_code=503, headers=headers)


def mount_static(app: FastAPI) -> None:
    """Serve the page's files below `/static/`; a file that is not there is a 404, also when nothing was built."""
    app.mount("/static", _PageFiles(directory=STATIC, check_dir=False), name="static")


class _PageFiles(StaticFiles):
    async def check_config(self) -> None:
        """Nothing to check: the folder may come into being later, when the page is built."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file. Those in `assets/` have a hash of their content in their name, so they never change."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        hashed = Path(full_path).parent.name == "assets"
        response.headers.update({**_HEADERS, "Cache-Control": _KEEP if hashed else _ASK_AGAIN})
        return response
