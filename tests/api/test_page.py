"""The GraphiQL page, in a real browser where it matters."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from tests.support.browser import open_browser, serve
from touchgraph.api import page
from touchgraph.api.app import create_app
from touchgraph.graph.driver import Address, Graph
from touchgraph.settings import Settings

SettingsFor = Callable[..., Settings]
ROOT = Path(__file__).parents[2]
EDITOR = ".graphiql-query-editor .view-line"
RUN = ".graphiql-execute-button"
RESULT = ".graphiql-response .result-window"


def build() -> str:
    done = subprocess.run([sys.executable, ROOT / "hatch_build.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built() -> Path:
    """The folder of the page, built."""
    build()
    return page.STATIC


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    """Asks an application that has nothing but the page."""
    app = FastAPI()
    app.get("/graphql")(page.graphiql)
    page.mount_static(app)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://touchgraph") as asks:
        yield asks


@pytest.fixture
def live_server(built: Path, graph: Graph, neo4j_address: Address, settings_for: SettingsFor) -> Iterator[str]:  # noqa: ARG001
    """The origin of the whole application over the seeded database."""
    with serve(create_app(settings_for(), neo4j_address)) as origin:
        yield origin


def test_the_first_question_is_answered(live_server: str) -> None:
    """A visitor opens /graphql, presses the button and reads 商品经营部; nothing is asked of any other origin."""
    with open_browser() as visit:
        visit.page.goto(f"{live_server}/graphql")
        visit.page.wait_for_selector(EDITOR)
        assert visit.page.title() == "touchgraph"
        visit.page.click(RUN)
        visit.page.locator(RESULT).get_by_text("商品经营部").wait_for()
        visit.page.wait_for_load_state("networkidle")
        assert f"{live_server}/graphql" in visit.requests
        assert [address for address in visit.requests if not address.startswith(f"{live_server}/")] == []
        assert visit.complaints == []


def test_the_editor_knows_the_schema(live_server: str) -> None:
    """A field that the schema does not have is underlined: the page's workers run, and they got the schema."""
    with open_browser() as visit:
        visit.page.goto(f"{live_server}/graphql")
        visit.page.click(EDITOR)
        visit.page.keyboard.press("ControlOrMeta+A")
        visit.page.keyboard.type("{ nonsense }")
        visit.page.wait_for_selector(".graphiql-query-editor .squiggly-error")
        assert visit.complaints == []


async def test_the_page_forbids_other_origins(built: Path, client: AsyncClient) -> None:  # noqa: ARG001
    """The policy that goes with the page and its files names no origin but their own."""
    for path in ("/graphql", "/static/graphiql.html"):
        policy = (await client.get(path)).headers["content-security-policy"]
        named = {word for part in policy.split("; ") for word in part.split()[1:]}
        assert named == {"'none'", "'self'", "'unsafe-inline'", "data:"}
        assert "script-src 'self';" in policy


async def test_only_names_with_a_hash_are_kept(built: Path, client: AsyncClient) -> None:
    """Browsers keep the hashed files for good and ask again for the page itself."""
    for file in built.joinpath("assets").iterdir():
        answer = await client.get(f"/static/assets/{file.name}")
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)
    for path in ("/graphql", "/static/graphiql.html"):
        assert (await client.get(path)).headers["cache-control"] == "no-cache"


async def test_a_page_that_is_not_built_says_so(
    client: AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the built page, /graphql says how to build it."""
    monkeypatch.setattr(page, "STATIC", tmp_path)
    answer = await client.get("/graphql")
    assert answer.status_code == 503
    assert "make up" in answer.text


async def test_files_that_are_not_there_are_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file is a 404, be the folder there or not; a build while the server runs is served at once."""
    monkeypatch.setattr(page, "STATIC", tmp_path / "static")
    app = FastAPI()
    page.mount_static(app)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://touchgraph") as asks:
        assert (await asks.get("/static/graphiql.html")).status_code == 404
        (tmp_path / "static").mkdir()
        (tmp_path / "static" / "graphiql.html").write_text("built")
        assert (await asks.get("/static/graphiql.html")).text == "built"
        assert (await asks.get("/static/%2e%2e/secret")).status_code == 404


def test_a_page_is_built_once(built: Path) -> None:
    """A second build of the same sources leaves the page alone."""
    before = built.stat().st_mtime_ns
    assert "up to date" in build()
    assert built.stat().st_mtime_ns == before
