"""Logs: structured, to stderr, with correlation ids, without personal data.

``configure_logging`` is called once, by the command that starts the process. Everything else takes its logger
by ``structlog.get_logger()`` and binds ids by ``correlated(…)``.
"""

import logging
import sys
import warnings
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import Processor

from bot.metrics import Metrics
from bot.redaction import Redactor

__all__ = ["Metrics", "Redactor", "configure_logging", "correlated"]

Format = Literal["auto", "json", "console"]

# They log addresses, headers and bodies below WARNING: what residents write must not get there.
_QUIET = (
    "aiohttp",
    "asyncio",
    "pymongo",
    "motor",
    "redis",
    "taskiq",
    "rasa_sdk",
    "sanic",
    "wechatpy",
    "urllib3",
)


def configure_logging(*, level: str, form: Format = "auto", redactor: Redactor, stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's lines through ``redactor`` to ``stream`` (stderr).

    ``auto``: readable in a terminal, else JSON.
    """
    target = stream or sys.stderr
    renderer = _renderer(form, target)
    shared = _shared(redactor)
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=target),
        cache_logger_on_first_use=False,
    )
    _route_standard_library(shared, renderer, target, number)
    warnings.showwarning = _told_without_its_words


def _told_without_its_words(  # noqa: PLR0917 - called so by the standard library
    message: Warning | str,  # noqa: ARG001 - it quotes what it warns of
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 - asked for by the standard library
    line: str | None = None,  # noqa: ARG001 - as above
) -> None:
    """Say where Python warns, and of what kind: aiohttp's warnings quote headers, names of files too."""
    structlog.get_logger().warning("python.warned", kind=category.__name__, where=f"{Path(filename).name}:{lineno}")


def correlated(**ids: str) -> AbstractContextManager[Any]:
    """Every log line within carries ``ids``, across awaits and in tasks begun within."""
    return structlog.contextvars.bound_contextvars(**ids)


def _shared(redactor: Redactor) -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        # before the redactor: a traceback quotes what it choked on
        structlog.processors.format_exc_info,
        redactor,
    ]


def _renderer(form: Format, stream: TextIO) -> Processor:
    if form == "console" or (form == "auto" and stream.isatty()):
        plain = structlog.dev.plain_traceback
        return structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=plain, timestamp_key="at")
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def _route_standard_library(shared: list[Processor], renderer: Processor, stream: TextIO, level: int) -> None:
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared], processors=[remove, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
