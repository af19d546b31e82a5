"""Neo4j's jars: fetched once, checked on every start against the committed list `jars.sha256`.

The list names every jar by its path in a Maven repository, so that `sha256sum -c` can check it too and a start
needs no resolution of dependencies. `python -m touchgraph.database.jars` resolves them anew and rewrites the list.
"""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from touchgraph.errors import JarMismatch, ServerBusy, ServerError

if TYPE_CHECKING:
    from jgo.maven import MavenContext

log = logging.getLogger(__name__)

Report = Callable[[str, int, int], None]
"""Told of progress: the step, how much is done, and of how much."""

COORDINATES = ("org.neo4j:neo4j:2026.08.1", "org.neo4j.client:neo4j-browser:5.24.0")
LIST = Path(__file__).with_name("jars.sha256")
_FETCHERS = 8
_LOCK_SECONDS = 900


def committed(listing: Path = LIST) -> dict[str, str]:
    """The SHA-256 of every jar, by its path in a Maven repository."""
    lines = (line.split() for line in listing.read_text(encoding="utf-8").splitlines())
    return {name: digest for digest, name in lines}


def folder() -> Path:
    """Where the jars of the committed list are kept: in the user's cache, one folder for one list."""
    digest = hashlib.sha256(LIST.read_bytes()).hexdigest()
    return user_cache_path("touchgraph", appauthor=False) / f"neo4j-{digest[:12]}"


def ensure(
    report: Report | None = None, where: Path | None = None, expected: dict[str, str] | None = None
) -> list[Path]:
    """All jars, in the order of the list; those that have not arrived yet are fetched.

    Until a fetch has come to its end, a damaged jar is fetched once more. From then on nothing is changed in the
    folder: a wrong, missing or extra jar raises JarMismatch. Without a network a missing one raises ServerError.
    """
    where, expected = where or folder(), expected or committed()
    complete = where / "complete"
    if not complete.exists():
        with _alone(where):
            _fetch_missing(where, expected, report)
            complete.touch()
    _verify(where, expected)
    return [where / name for name in expected]


@contextmanager
def _alone(where: Path) -> Iterator[None]:
    """Only one process fetches at a time; another waits for it and finds everything there."""
    where.mkdir(parents=True, exist_ok=True)
    lock = FileLock(where.with_name(where.name + ".lock"))
    try:
        lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout as error:
        raise ServerBusy(
            f"Another process has been fetching Neo4j into {where} for long; end it, try again."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _verify(where: Path, expected: dict[str, str]) -> None:
    remedy = f"Nothing was started. Remove {where} to fetch all jars again."
    found = {path.relative_to(where).as_posix() for path in where.rglob("*.jar")}
    for name in sorted(found - expected.keys()):
        raise JarMismatch(f"{Path(name).name} is not among the jars of Neo4j. {remedy}")
    with ThreadPoolExecutor() as pool:
        digests = pool.map(_digest, [where / name for name in expected])
    for (name, wanted), digest in zip(expected.items(), digests, strict=True):
        if digest is None:
            raise JarMismatch(f"{Path(name).name} is missing. {remedy}")
        if digest != wanted:
            raise JarMismatch(f"{Path(name).name} is not the jar that was committed to (SHA-256 {digest}). {remedy}")


def _fetch_missing(where: Path, expected: dict[str, str], report: Report | None) -> None:
    context = _maven(where)
    done = 0
    pool = ThreadPoolExecutor(_FETCHERS)
    try:
        jobs = [pool.submit(_fetch, context, where, name, digest) for name, digest in expected.items()]
        for job in as_completed(jobs):
            job.result()
            done += 1
            if report:
                report("Fetching Neo4j", done, len(expected))
    finally:
        pool.shutdown(cancel_futures=True)


def _fetch(context: MavenContext, where: Path, name: str, wanted: str) -> None:
    """Leave the right jar at its place; a damaged one, of a fetch that was cut off, is fetched once more."""
    path = where / name
    if (found := _digest(path)) == wanted:
        return
    if found is not None:
        log.warning("%s is damaged; fetching it again", path.name)
        path.unlink()
    _download(context, name)
    if (found := _digest(path)) != wanted:
        raise JarMismatch(f"{path.name} arrived, but is not the jar that was committed to (SHA-256 {found}).")


def _download(context: MavenContext, name: str) -> None:
    *group, artifact, version, file = PurePosixPath(name).parts
    classifier = file.removeprefix(f"{artifact}-{version}").removesuffix(".jar").removeprefix("-")
    component = context.project(".".join(group), artifact).at_version(version)
    try:
        component.artifact(classifier).resolve()
    except (RuntimeError, OSError) as error:  # what requests raises is an OSError too
        log.debug("fetching %s", name, exc_info=True)
        raise ServerError(
            f"Could not fetch {file} from Maven Central ({type(error).__name__}). Check the network and start again; "
            "what has arrived is kept."
        ) from error


def _maven(where: Path) -> MavenContext:
    """jgo with its resolver in pure Python (never `mvn`), keeping what it fetches in `where`."""
    from jgo.maven import MavenContext, PythonResolver

    return MavenContext(resolver=PythonResolver(), repo_cache=where, timeout=30)


def resolve(where: Path, coordinates: Iterable[str] = COORDINATES) -> dict[str, str]:
    """Resolve all that the coordinates need at run time, fetch it into `where`; the SHA-256 by path, sorted."""
    context = _maven(where)
    inputs, needed = context.resolver.resolve(list(map(context.create_dependency, coordinates)))
    artifacts = [dep.artifact for dep in [*inputs, *(d for d in needed if d.scope in ("compile", "runtime"))]]
    with ThreadPoolExecutor(_FETCHERS) as pool:
        paths = set(pool.map(lambda artifact: artifact.resolve(), artifacts))
    digests = {path.relative_to(where).as_posix(): _digest(path) or "" for path in paths}
    return dict(sorted(digests.items()))


def main() -> None:
    """Rewrite the committed list."""
    import tempfile

    with tempfile.TemporaryDirectory() as where:
        digests = resolve(Path(where))
    LIST.write_text("".join(f"{digest}  {name}\n" for name, digest in digests.items()), encoding="utf-8")
    sys.stdout.write(f"{len(digests)} jars in {LIST}\n")


if __name__ == "__main__":
    main()
