"""The environment, read once into a frozen object. Every setting can also stand in a file `.env`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from touchgraph.errors import SettingsError


def _seconds(value: object) -> object:
    """A plain number in the environment is text there, and pydantic would take only a number or an ISO duration."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


Seconds = Annotated[timedelta, BeforeValidator(_seconds)]


class Settings(BaseSettings):
    """Names are those of the environment variables, in lower case.

    `NEO4J_*` are the names that Neo4j's own tools use; ours begin with `TOUCHGRAPH_`.
    """

    model_config = SettingsConfigDict(
        frozen=True, env_file=".env", extra="ignore", populate_by_name=True, env_prefix="TOUCHGRAPH_"
    )

    neo4j_uri: str | None = Field(
        None, validation_alias="NEO4J_URI", description="bolt:// or neo4j:// address; not set: a managed local Neo4j"
    )
    neo4j_username: str = Field("neo4j", validation_alias="NEO4J_USERNAME")
    neo4j_password: SecretStr | None = Field(None, validation_alias="NEO4J_PASSWORD")
    neo4j_database: str | None = Field(
        None, validation_alias="NEO4J_DATABASE", description="not set: the server's default database"
    )

    home: Path = Field(
        default_factory=lambda: user_data_path("touchgraph", appauthor=False),
        description="where the managed Neo4j keeps its data, log and password",
    )
    host: str = Field("127.0.0.1")
    port: int = Field(8000, ge=0, le=65535)
    workers: int = Field(1, ge=1, description="how many processes answer")
    bolt_port: int = Field(7687, ge=1, le=65535)
    browser_port: int = Field(7474, ge=1, le=65535)
    heap_mb: int | None = Field(None, ge=128, description="not set: sized to the machine")
    query_timeout: Seconds = Field(timedelta(seconds=30), description="seconds for one statement")
    what_if_timeout: Seconds = Field(timedelta(seconds=60), description="seconds for one what-if, all of it")
    plan_cache_size: int = Field(512, ge=1)
    plan_ahead: bool = Field(True, description="plan what may be asked as soon as the server starts")

    @property
    def managed(self) -> bool:
        """Whether touchgraph runs its own Neo4j."""
        return self.neo4j_uri is None


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, `.env` and overrides by field name; raises SettingsError with every fault."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = [f"{_variable(str(e['loc'][0]))}: {e['msg']}" for e in error.errors()]
        raise SettingsError("; ".join(faults)) from error


def _variable(location: str) -> str:
    """The environment variable of a field, which pydantic tells by its own name or by its alias."""
    name = location.upper()
    return name if name.startswith(("NEO4J_", "TOUCHGRAPH_")) else f"TOUCHGRAPH_{name}"
