"""Logging: level and form, and the filter that keeps tokens out of every line."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Literal, TextIO

_TOKEN = re.compile(r"\d{3,}(?::|%3[Aa])[A-Za-z0-9_-]{10,}")
_LOUD = ("alembic", "apscheduler", "asyncio", "chromadb", "hpack", "httpcore", "httpx", "urllib3", "uvicorn")
_HIDDEN = "[token]"
_PLAIN = logging.Formatter()


class TokenFilter(logging.Filter):
    """Takes everything that looks like a bot's token, and the given secrets, out of message and traceback.

    It lets every record pass. It stands on handlers, so that records of any logger go through it.
    """

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secret for secret in secrets if secret)

    def redact(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return _TOKEN.sub(_HIDDEN, text)

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = f"{record.msg} {record.args}"
        record.msg, record.args = self.redact(message), None
        if record.exc_info and not record.exc_text:
            record.exc_text = _PLAIN.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self.redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self.redact(record.stack_info)
        # What a formatter of someone else would print anew from the exception is gone with it.
        record.exc_info = None
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object per line: at, level, logger, message, and where there is one, the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_text:
            line["traceback"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


def configure_logging(
    level: str = "info",
    form: Literal["text", "json"] = "text",
    *,
    secrets: tuple[str, ...] = (),
    to: TextIO | None = None,
) -> None:
    """Sends all logs to standard error, in one form, without tokens. Replaces what was configured before."""
    handler = logging.StreamHandler(to or sys.stderr)
    handler.addFilter(TokenFilter(secrets))
    handler.setFormatter(
        JsonFormatter() if form == "json" else logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _LOUD:
        # They write addresses (which hold the token) and what people ask, at their lower levels.
        logging.getLogger(name).setLevel(logging.WARNING)
    # PTB logs each answer that is no JSON, body and traceback; what fails is raised to us as well.
    logging.getLogger("telegram").setLevel(logging.CRITICAL)
    logging.captureWarnings(True)
