"""Logs as JSON lines in production and readable locally; each line carries the request id."""

import logging
import logging.config
import sys

import structlog


class RoutesForAddresses(logging.Filter):
    """Django tells a failed request by its address, which may hold a share's token or a code."""

    def filter(self, record: logging.LogRecord) -> bool:
        path = getattr(getattr(record, "request", None), "path", None)
        if path and isinstance(record.args, tuple):
            match = getattr(record, "request").resolver_match  # noqa: B009 - no field of records
            route = match.route if match else "no route"
            record.args = tuple(route if arg == path else arg for arg in record.args)
        return True


def configure(*, json: bool, level: str) -> None:
    """Sends structlog and the standard library through one handler to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
    ]
    finish: list[structlog.typing.Processor] = (
        [
            # Without the frames' variables: they hold tokens, names and amounts.
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            structlog.processors.JSONRenderer(),
        ]
        if json
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        *finish,
                    ],
                }
            },
            "filters": {"routes": {"()": RoutesForAddresses}},
            "handlers": {
                "stderr": {
                    "class": "logging.StreamHandler",
                    "formatter": "line",
                    "filters": ["routes"],
                }
            },
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                # Each request has its own line already.
                "django.request": {"level": "ERROR"},
                # Anybody can send a foreign Host: the request's own line says 400 already.
                "django.security.DisallowedHost": {"level": "CRITICAL"},
                "django.server": {"level": "WARNING"},
                "urllib3": {"level": "WARNING"},
            },
        }
    )
