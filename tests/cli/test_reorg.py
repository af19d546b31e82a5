"""`touchgraph reorg` and `touchgraph export`, as a user meets them."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest

from tests.cli.test_cli import Run, SettingsFor
from tests.organisation.test_loading import ONE, TWO
from touchgraph.graph.driver import Address, Graph

REFORM = (
    TWO.replace("  recorded: 2025-06-02T00:00:00Z\n", "")
    + """  - {type: REPORTS_TO, start: dept:b, end: position:p}
"""
)
SHOWN = """change:two  变革  Reform
effective 2025-05-31, recorded …

dept:a
  ~ nameEn: A → A2  from 2025-05-31
  + REPORTS_TO position:p  from 2025-05-31
  - RESPONSIBLE_FOR touchpoint:t role=ACCOUNTABLE  from 2025-05-31
dept:b
  + PART_OF centre:c  from 2025-05-31
  + REPORTS_TO position:p  from 2025-05-31
  + RESPONSIBLE_FOR touchpoint:t role=ACCOUNTABLE  from 2025-05-31

4 to create, 1 to change, 1 to end.
"""


@pytest.fixture(name="reform")
def fixture_reform(tmp_path: Path) -> Path:
    path = tmp_path / "reform.yaml"
    path.write_text(REFORM)
    return path


@pytest.fixture(name="run")
def fixture_run(
    empty_graph: Graph,  # noqa: ARG001  (empties the database)
    scratch_address: Address,
    settings_for: SettingsFor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Commands for a database that has the change set ONE."""
    run = Run(settings_for(), monkeypatch, capsys)
    for name, value in (("URI", scratch_address.uri), ("PASSWORD", scratch_address.password)):
        monkeypatch.setenv(f"NEO4J_{name}", value)
    (tmp_path / "one.yaml").write_text(ONE)
    assert run("seed", str(tmp_path / "one.yaml"))[0] == 0
    return run


def shown(text: str) -> str:
    """What was printed, without the time."""
    return "\n".join(line.partition("recorded ")[0] + "recorded …" if "recorded " in line else line
                     for line in text.splitlines()) + "\n"  # fmt: skip


def test_a_plan_shows_what_a_file_would_do_and_does_nothing(run: Run, reform: Path, tmp_path: Path) -> None:
    """Created, changed from → to, ended, by entity; the graph stays as it was, and a second plan shows the same."""
    for _ in range(2):
        code, out, err = run("reorg", "plan", str(reform))
        assert (code, shown(out), err) == (0, SHOWN, "")
    assert run("export", "-o", str(tmp_path / "out"))[1].count("\n") == 1


def test_faults_are_told_with_their_lines(run: Run, reform: Path) -> None:
    """What cannot be done is told as by `touchgraph seed`, every fault of it."""
    reform.write_text(REFORM.replace("dept:b}", "dept:x}").replace("position:p}", "position:x}"))
    code, out, err = run("reorg", "apply", "--yes", str(reform))
    assert (code, out) == (1, "")
    assert [line.split(":")[1] for line in err.splitlines()] == ["10", "11", "14"]


def test_a_change_set_is_applied_after_a_yes_only(
    run: Run, reform: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a yes nothing is applied; with it all that was shown; then there is nothing left to do."""
    for said in ("n\n", "\n", ""):
        monkeypatch.setattr("sys.stdin", StringIO(said))
        code, out, _ = run("reorg", "apply", str(reform))
        assert code == 1
        assert out.endswith("Nothing was applied.\n")
    code, out, _ = run("reorg", "apply", "--yes", str(reform))
    assert (code, shown(out)) == (0, SHOWN + "Applied change:two.\n")
    code, out, _ = run("reorg", "apply", "--yes", str(reform))
    assert (code, out.splitlines()[1]) == (0, "It is in the graph already; there is nothing to do.")
    code, out, _ = run("export", "--output", str(tmp_path / "out"))
    assert (code, [Path(line).name for line in out.splitlines()]) == (0, ["01-one.yaml", "02-two.yaml"])
    assert run("check")[:2] == (0, "Nothing found.\n")


def test_a_managed_database_that_does_not_run_is_told(run: Run, reform: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a database the commands end with one line that says what to do."""
    monkeypatch.delenv("NEO4J_URI")
    for arguments in (("reorg", "plan", str(reform)), ("export",)):
        code, out, err = run(*arguments)
        assert (code, out) == (1, "")
        assert "touchgraph db start" in err
