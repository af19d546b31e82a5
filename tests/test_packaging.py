"""What is in a wheel, and that it works from there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "node_modules", "static", "build", "dist")


def run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a fresh copy of the checkout, in which nothing was built before."""
    folder = tmp_path_factory.mktemp("packaging")
    shutil.copytree(ROOT, folder / "checkout", ignore=LEFT_OUT)
    run("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, folder / "checkout")
    return next(folder.glob("touchgraph-*.whl"))


def test_a_wheel_carries_all_it_needs(wheel: Path) -> None:
    """The page, the statements and the seed are in a wheel; what only building needs is not."""
    names = zipfile.ZipFile(wheel).namelist()
    assert "touchgraph/static/graphiql.html" in names
    assert any(name.startswith("touchgraph/static/assets/graphql.worker-") for name in names)
    for folder, pattern in (("cypher", "*.cypher"), ("cypher", "*.grass"), ("seed", "*.yaml")):
        for path in (ROOT / folder).rglob(pattern):
            assert f"touchgraph/_data/{path.relative_to(ROOT).as_posix()}" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"touchgraph"}
    assert [name for name in names if "node_modules" in name] == []


def test_an_installed_package_finds_its_files(wheel: Path, tmp_path: Path) -> None:
    """The package installed from a wheel serves its page and finds statements and seed inside itself."""
    run("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", tmp_path, wheel)
    program = (
        "from touchgraph import resources\n"
        "from touchgraph.api import page\n"
        "print(page.graphiql().status_code)\n"
        "for name in ('cypher', 'seed'): print(resources.folder(name))\n"
    )
    data = tmp_path / "touchgraph" / "_data"
    answer = run("-c", program, PYTHONPATH=str(tmp_path)).split("\n")
    assert answer[:3] == ["200", str(data / "cypher"), str(data / "seed")]
    assert any(data.joinpath("seed").iterdir())
