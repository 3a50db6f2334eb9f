"""Environment variables, read once and validated."""

from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

TWILIO_API = "https://api.twilio.com"


class SettingsError(Exception):
    """Names the variable and its problem."""


class Settings(BaseSettings):
    """URLs have no final slash."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=False, frozen=True)

    callcenter_env: Literal["production", "demo", "test"] = "production"
    database_url: str
    redis_url: str
    public_url: str = "http://127.0.0.1:8000"
    secret_key: str = Field(min_length=16)
    bind: str = "127.0.0.1:8000"
    callcenter_data: Path = Path("var")
    clock_file: Path | None = None  # of the set time (`callcenter.clock`); in test mode only

    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_auth_token_old: str = ""  # accepted too, while tokens are being changed
    twilio_api_key: str = ""
    twilio_api_secret: str = ""
    twilio_twiml_app_sid: str = ""
    twilio_api_url: str = TWILIO_API
    simulator_url: str = ""
    embedded_servers: str = ""  # names of those that the demo started: "PostgreSQL Redis"

    web_processes: int = Field(default=2, ge=1, le=64)
    database_pool: int = Field(default=20, ge=1, le=200)
    presence_grace_seconds: int = Field(default=20, ge=1, le=600)
    session_hours: int = Field(default=12, ge=1, le=72)
    log_format: Literal["json", "plain"] = "json"

    @field_validator("public_url", "twilio_api_url", "simulator_url")
    @classmethod
    def _is_a_base_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("must be an http(s) address such as https://desk.example.com")
        if "_" in (parts.hostname or ""):
            raise ValueError("must not have an underscore in its host name: Twilio refuses it")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: str) -> str:
        scheme, _, rest = value.partition("://")
        if scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
            raise ValueError("must be a postgresql:// address; PostgreSQL is the only database")
        return f"postgresql+psycopg://{rest}"

    @field_validator("clock_file")
    @classmethod
    def _is_for_tests(cls, value: Path | None, others: ValidationInfo) -> Path | None:
        if value and others.data.get("callcenter_env") != "test":
            raise ValueError("sets the time of a test system and needs CALLCENTER_ENV=test")
        return value

    @cached_property
    def auth_tokens(self) -> tuple[str, ...]:
        return tuple(token for token in (self.twilio_auth_token, self.twilio_auth_token_old) if token)

    @property
    def is_secure(self) -> bool:
        return self.public_url.startswith("https://")


def load(**values: object) -> Settings:
    """Raises SettingsError with one sentence per wrong variable."""
    try:
        return Settings(**values)  # type: ignore[arg-type]
    except ValidationError as error:
        sentences = [f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise SettingsError("; ".join(sentences)) from None
