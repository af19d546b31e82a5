"""What a managed Neo4j is given before it starts."""

from __future__ import annotations

import stat
from collections.abc import Callable

import pytest

from touchgraph.database import config
from touchgraph.errors import ServerError
from touchgraph.settings import Settings

SettingsFor = Callable[..., Settings]


def conf_of(settings: Settings) -> dict[str, str]:
    home = config.home_of(settings)
    (home.data / "databases" / "system").mkdir(parents=True)  # no first start, so no JVM to set a password
    home.password.write_text("secret")
    config.prepare(home, settings, [])
    lines = (home.conf / "neo4j.conf").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def test_listens_on_loopback_only_and_reports_to_nobody(idle_settings_for: SettingsFor) -> None:
    """Every address is the loopback address, and everything that would call out is off."""
    settings = idle_settings_for()
    conf = conf_of(settings)
    addresses = {value.split(":")[0] for name, value in conf.items() if name.endswith("address")}
    assert addresses == {"127.0.0.1"}
    assert conf["server.bolt.listen_address"].endswith(f":{settings.bolt_port}")
    assert conf["server.http.listen_address"].endswith(f":{settings.browser_port}")
    off = ("server.https.enabled", "dbms.usage_report.enabled", "dbms.fleet_manager.enabled", "client.allow_telemetry")
    assert {conf[name] for name in off} == {"false"}
    assert conf["db.logs.query.enabled"] == "OFF"


def test_memory_follows_the_setting_or_else_the_machine(idle_settings_for: SettingsFor) -> None:
    """A heap that is set is taken as it is; without one, both sizes stay within their bounds."""
    assert config.memory_mb(idle_settings_for(heap_mb=300))[0] == 300
    heap, page_cache = config.memory_mb(idle_settings_for(heap_mb=None))
    assert 256 <= heap <= 2048
    assert 64 <= page_cache <= heap
    assert "-Xmx300m" in config.server_command(config.home_of(idle_settings_for()), idle_settings_for(heap_mb=300))


def test_rights_of_the_password_are_taken_back(idle_settings_for: SettingsFor) -> None:
    """A password that somebody made readable for all is closed again before a start."""
    settings = idle_settings_for()
    home = config.home_of(settings)
    home.root.mkdir(parents=True)
    home.password.write_text("secret")
    home.password.chmod(0o644)
    conf_of(settings)
    assert stat.S_IMODE(home.password.stat().st_mode) == 0o600


def test_a_lost_password_is_an_error_that_says_what_to_do(idle_settings_for: SettingsFor) -> None:
    """With data but no password nothing is started: a new password would not be the database's."""
    settings = idle_settings_for()
    home = config.home_of(settings)
    (home.data / "databases" / "system").mkdir(parents=True)
    with pytest.raises(ServerError, match=r"password is gone.*put the file back"):
        config.prepare(home, settings, [])
    assert not home.password.exists()
