"""The simulator's settings from the environment, read once. Separate from the app's settings."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEMO_ACCOUNT = "AC" + "d" * 32
DEMO_TOKEN = "0123456789abcdef0123456789abcdef"
DEMO_KEY = "SK" + "e" * 32
DEMO_SECRET = "simulator-api-secret-of-at-least-32-bytes"
DEMO_APPLICATION = "AP" + "f" * 32
DEMO_NUMBER = "+14155550100"


@dataclass(frozen=True)
class SimulatorSettings:
    """`speed` divides every wait; `patience` caps it for a person. `fetch_limit` in seconds."""

    account_sid: str = DEMO_ACCOUNT
    auth_token: str = DEMO_TOKEN
    api_key: str = DEMO_KEY
    api_secret: str = DEMO_SECRET
    application_sid: str = DEMO_APPLICATION
    numbers: tuple[str, ...] = (DEMO_NUMBER,)
    company: str = "Harbor Home"
    host: str = "127.0.0.1"
    port: int = 8100
    people_file: Path | None = None
    state_file: Path | None = None
    speed: float = 1.0
    patience: float = float("inf")
    seed: int = 0
    fetch_limit: float = 15.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "SimulatorSettings":
        """Missing values take the demo's. Raises ValueError that names the variable."""
        host, _, port = (environment.get("SIMULATOR_BIND") or "127.0.0.1:8100").rpartition(":")
        numbers = [n.strip() for n in environment.get("SIMULATOR_NUMBERS", DEMO_NUMBER).split(",")]
        return cls(
            account_sid=environment.get("TWILIO_ACCOUNT_SID") or DEMO_ACCOUNT,
            auth_token=environment.get("TWILIO_AUTH_TOKEN") or DEMO_TOKEN,
            api_key=environment.get("TWILIO_API_KEY") or DEMO_KEY,
            api_secret=environment.get("TWILIO_API_SECRET") or DEMO_SECRET,
            application_sid=environment.get("TWILIO_TWIML_APP_SID") or DEMO_APPLICATION,
            numbers=tuple(n for n in numbers if n),
            company=environment.get("SIMULATOR_COMPANY") or "Harbor Home",
            host=host.strip("[]") or "127.0.0.1",
            port=int(_number(port, "SIMULATOR_BIND", at_least=0)),
            people_file=_path(environment.get("SIMULATOR_PEOPLE")),
            state_file=_path(environment.get("SIMULATOR_STATE")),
            speed=_number(environment.get("SIMULATOR_SPEED") or "1", "SIMULATOR_SPEED", at_least=0.01),
            patience=_number(environment.get("SIMULATOR_PATIENCE") or "inf", "SIMULATOR_PATIENCE", at_least=0.01),
            seed=int(_number(environment.get("SIMULATOR_SEED") or "0", "SIMULATOR_SEED", at_least=0)),
        )


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _number(text: str, name: str, *, at_least: float) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{name} must be a number, not {text!r}") from None
    if number < at_least:
        raise ValueError(f"{name} must be at least {at_least:g}, not {text}")
    return number
