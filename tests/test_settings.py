"""What the environment says, and what it does not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from touchgraph.errors import SettingsError
from touchgraph.settings import Settings, load_settings


def test_without_any_variable_a_managed_database_is_used() -> None:
    """The defaults: a managed Neo4j, on loopback, with its data in a folder of touchgraph's own."""
    settings = load_settings()
    assert settings.managed
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.home.name == "touchgraph"


def test_names_of_other_programs_are_not_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """HOME, HOST and PORT, which many environments have, change nothing."""
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104  (must not be taken)
    monkeypatch.setenv("PORT", "1")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    settings = load_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.home != Path.home()


def test_variables_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ours begin with TOUCHGRAPH_, those of the database are Neo4j's own."""
    values = {
        "NEO4J_URI": "neo4j://db",
        "NEO4J_USERNAME": "reader",
        "NEO4J_PASSWORD": "secret",
        "TOUCHGRAPH_HOME": str(tmp_path),
        "TOUCHGRAPH_HOST": "::1",
        "TOUCHGRAPH_PORT": "9000",
        "TOUCHGRAPH_BOLT_PORT": "9001",
        "TOUCHGRAPH_BROWSER_PORT": "9002",
        "TOUCHGRAPH_HEAP_MB": "256",
        "TOUCHGRAPH_QUERY_TIMEOUT": "5",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert not settings.managed
    assert (settings.neo4j_uri, settings.neo4j_username) == ("neo4j://db", "reader")
    assert (settings.home, settings.host, settings.port) == (tmp_path, "::1", 9000)
    assert (settings.bolt_port, settings.browser_port, settings.heap_mb) == (9001, 9002, 256)
    assert settings.query_timeout == timedelta(seconds=5)


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the text of the settings nor their representation has the password in it."""
    monkeypatch.setenv("NEO4J_PASSWORD", "hunter2-hunter2")
    settings = load_settings()
    assert settings.neo4j_password is not None
    assert settings.neo4j_password.get_secret_value() == "hunter2-hunter2"
    assert "hunter2" not in f"{settings} {settings!r}"


def test_every_wrong_value_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One error in one line names each variable whose value is wrong."""
    monkeypatch.setenv("TOUCHGRAPH_PORT", "eighty")
    monkeypatch.setenv("TOUCHGRAPH_HEAP_MB", "1")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "TOUCHGRAPH_PORT" in str(caught.value)
    assert "TOUCHGRAPH_HEAP_MB" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_settings_do_not_change() -> None:
    """The object is frozen, and overrides by field name win over everything."""
    settings = load_settings(port=1234)
    assert settings.port == 1234
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


def test_a_file_env_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file `.env` in the working folder is read, and the environment wins over it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    (tmp_path / ".env").write_text("TOUCHGRAPH_PORT=7000\nTOUCHGRAPH_HEAP_MB=200\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("TOUCHGRAPH_PORT", "7001")
    settings = load_settings()
    assert (settings.port, settings.heap_mb) == (7001, 200)
