"""Structured logs: one line for each event, for people or as JSON, on standard error.

Modules take a logger with `structlog.get_logger("interlock.<subject>")`. What is bound to the context (`request_id`)
is on every line. Standard output belongs to what commands answer.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

CONSOLE, JSON = "console", "json"


def configure(log_format: str = CONSOLE, level: str = "info") -> None:
    """Called once, by the command that runs. Libraries that log through the standard library come out the same way."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if log_format == JSON:
        last: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    elif sys.stderr.isatty():
        last = [structlog.dev.ConsoleRenderer()]
    else:
        last = [structlog.processors.format_exc_info, _plain]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    processors = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=processors, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=max(threshold, logging.WARNING), force=True)


def _plain(logger: Any, method: str, event: dict[str, Any]) -> str:
    """A line as the console has it, without colours and columns: those took a tenth of a request's time."""
    head = f"{event.pop('timestamp')} [{event.pop('level')}] {event.pop('event')}"
    trace = event.pop("exception", None)
    line = " ".join([head, *[f"{name}={_quoted(value)}" for name, value in event.items()]])
    return f"{line}\n{trace}" if trace else line


def _quoted(value: Any) -> str:
    text = str(value)
    return text if text.isprintable() and " " not in text else repr(text)
