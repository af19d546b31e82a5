"""The environment, read once into a frozen object. Every setting can also stand in a file `.env`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from touchgraph.errors import SettingsError


class Settings(BaseSettings):
    """Names are those of the environment variables, in lower case.

    `NEO4J_*` are the names that Neo4j's own tools use; ours begin with `TOUCHGRAPH_`.
    """

    model_config = SettingsConfigDict(frozen=True, env_file=".env", extra="ignore", populate_by_name=True)

    neo4j_uri: str | None = Field(None, description="bolt:// or neo4j:// address; not set: a managed local Neo4j")
    neo4j_username: str = "neo4j"
    neo4j_password: SecretStr | None = None
    neo4j_database: str | None = Field(None, description="not set: the server's default database")

    home: Path = Field(
        default_factory=lambda: user_data_path("touchgraph", appauthor=False),
        validation_alias="TOUCHGRAPH_HOME",
        description="where the managed Neo4j keeps its data, log and password",
    )
    host: str = Field("127.0.0.1", validation_alias="TOUCHGRAPH_HOST")
    port: int = Field(8000, ge=0, le=65535, validation_alias="TOUCHGRAPH_PORT")
    bolt_port: int = Field(7687, ge=1, le=65535, validation_alias="TOUCHGRAPH_BOLT_PORT")
    browser_port: int = Field(7474, ge=1, le=65535, validation_alias="TOUCHGRAPH_BROWSER_PORT")
    heap_mb: int | None = Field(
        None, ge=128, validation_alias="TOUCHGRAPH_HEAP_MB", description="not set: sized to the machine"
    )
    query_timeout: timedelta = Field(
        timedelta(seconds=30), validation_alias="TOUCHGRAPH_QUERY_TIMEOUT", description="seconds for one statement"
    )
    plan_cache_size: int = Field(512, ge=1, validation_alias="TOUCHGRAPH_PLAN_CACHE_SIZE")

    @property
    def managed(self) -> bool:
        """Whether touchgraph runs its own Neo4j."""
        return self.neo4j_uri is None


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, `.env` and overrides by field name; raises SettingsError with every fault."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise SettingsError("; ".join(faults)) from error
