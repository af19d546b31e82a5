"""Fetching and verifying jars: real files, and a real HTTP server in place of the repository."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from jgo.maven import MavenContext, PythonResolver

from touchgraph.database import jars
from touchgraph.errors import JarMismatch, ServerError

NAMES = ("org/one/a/1.0/a-1.0.jar", "org/one/b/2.0/b-2.0-linux.jar", "two/c/3/c-3.jar")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (its name in the base class)
        pass


def fill(folder: Path) -> dict[str, str]:
    """Jars in a folder laid out as a Maven repository, and their list."""
    for name in NAMES:
        path = folder / name
        path.parent.mkdir(parents=True)
        path.write_bytes(name.encode() * 1000)
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in NAMES}


def use_repository(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    def maven(where: Path) -> MavenContext:
        remote = {"here": f"http://127.0.0.1:{port}"}
        return MavenContext(resolver=PythonResolver(), repo_cache=where, remote_repos=remote, timeout=5)

    monkeypatch.setattr(jars, "_maven", maven)


@pytest.fixture
def expected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The list of what a repository holds, which answers over HTTP while the test runs."""
    repository = tmp_path / "repository"
    listing = fill(repository)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(repository))) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        use_repository(monkeypatch, server.server_port)
        yield listing
        server.shutdown()


@pytest.fixture
def complete(tmp_path: Path) -> Path:
    """A folder in which a fetch came to its end."""
    where = tmp_path / "jars"
    fill(where)
    (where / "complete").touch()
    return where


def test_the_committed_list_names_neo4j_and_its_browser() -> None:
    """The list has each jar once, with a SHA-256, and among them what is started and what is shown."""
    listing = jars.committed()
    assert len(listing) == len(jars.LIST.read_text().splitlines()) > 200
    assert all(len(digest) == 64 and name.endswith(".jar") for name, digest in listing.items())
    names = {Path(name).name for name in listing}
    wanted = {f"{artifact}-{version}.jar" for _, artifact, version in (c.split(":") for c in jars.COORDINATES)}
    assert wanted <= names


def test_fetches_what_is_missing_and_reports_it(expected: dict[str, str], tmp_path: Path) -> None:
    """An empty folder is filled, classifiers and all; the progress counts the jars."""
    told: list[tuple[str, int, int]] = []
    found = jars.ensure(lambda *step: told.append(step), tmp_path / "jars", expected)
    assert found == [tmp_path / "jars" / name for name in NAMES]
    assert all(path.is_file() for path in found)
    assert told == [("Fetching Neo4j", done, 3) for done in (1, 2, 3)]


def test_a_fetch_that_was_cut_off_goes_on(
    expected: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A truncated jar of a fetch that did not end is named, and fetched again; a whole one is kept."""
    where = tmp_path / "jars"
    fill(where)
    whole, truncated, missing = (where / name for name in NAMES)
    truncated.write_bytes(truncated.read_bytes()[:100])
    missing.unlink()
    before = whole.stat().st_mtime_ns
    with caplog.at_level(logging.WARNING):
        jars.ensure(None, where, expected)
    assert "b-2.0-linux.jar is damaged" in caplog.text
    assert whole.stat().st_mtime_ns == before
    assert truncated.stat().st_size > 100


def test_a_jar_that_arrives_wrong_is_refused(expected: dict[str, str], tmp_path: Path) -> None:
    """What the repository serves is not trusted: another jar than the committed one is named and refused."""
    (tmp_path / "repository" / NAMES[0]).write_bytes(b"something else")
    with pytest.raises(JarMismatch, match=r"a-1\.0\.jar arrived"):
        jars.ensure(None, tmp_path / "jars", expected)
    assert not (tmp_path / "jars" / "complete").exists()


def test_no_network_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an answer from the repository the error names the jar and says what to do."""
    listing = fill(tmp_path / "elsewhere")
    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as closed:
        port = closed.server_port
    use_repository(monkeypatch, port)
    with pytest.raises(ServerError, match=r"Could not fetch .*\.jar .*Check the network") as caught:
        jars.ensure(None, tmp_path / "jars", listing)
    assert "\n" not in str(caught.value)


def test_a_changed_jar_is_refused(complete: Path, expected: dict[str, str]) -> None:
    """A jar of the same size and time but other content is named, and nothing is fetched over it."""
    jars.ensure(None, complete, expected)
    path = complete / NAMES[1]
    times = path.stat()
    content = bytearray(path.read_bytes())
    content[7] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(JarMismatch, match=r"b-2\.0-linux\.jar is not the jar"):
        jars.ensure(None, complete, expected)
    assert path.read_bytes() == bytes(content)


def test_a_missing_jar_is_refused(complete: Path, expected: dict[str, str]) -> None:
    """A jar that was there once and is gone is named."""
    (complete / NAMES[2]).unlink()
    with pytest.raises(JarMismatch, match=r"c-3\.jar is missing"):
        jars.ensure(None, complete, expected)


def test_an_extra_jar_is_refused(complete: Path, expected: dict[str, str]) -> None:
    """A jar that nobody committed to is named."""
    (complete / "evil.jar").touch()
    with pytest.raises(JarMismatch, match=r"evil\.jar is not among"):
        jars.ensure(None, complete, expected)
