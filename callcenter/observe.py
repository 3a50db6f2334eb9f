"""Logs without telephone numbers or texts, and Prometheus figures."""

import logging
import os
import re
import secrets
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

# No letters or digits that sound alike on the telephone.
SPEAKABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER = re.compile(r"(\+?\d[\d\s().-]{7,}\d)")

requests = Counter("callcenter_requests_total", "Requests answered", ("method", "route", "status"))
seconds = Histogram(
    "callcenter_request_seconds",
    "Time to answer",
    ("route",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
)


def configure(log_format: Literal["json", "plain"] = "json") -> None:
    """Once per process."""
    last: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if log_format == "plain":
        last = structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_numbers,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )


def without_numbers(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Masks all but the last two digits."""
    for key, value in line.items():
        if isinstance(value, str) and key not in ("timestamp", "request"):
            line[key] = NUMBER.sub(lambda found: "…" + found[0][-2:], value)
    return line


def request_number() -> str:
    """To read out to support: 7F3K-22."""
    word = "".join(secrets.choice(SPEAKABLE) for _ in range(6))
    return f"{word[:4]}-{word[4:]}"


def registry() -> CollectorRegistry:
    """Of all web processes with PROMETHEUS_MULTIPROC_DIR, else of this one."""
    gathered = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(gathered)
    else:
        gathered.register(requests)
        gathered.register(seconds)
    return gathered
