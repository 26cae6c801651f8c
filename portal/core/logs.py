"""Logs that tell what happened and hold nothing of what it was about (R39).

A line of JSON: time, level, logger, words, and for a request its number, the name of
its route, status and duration. No address with ids in it, no query, no form, no name.
Words of libraries are written as they stand in their code, without what they were
filled with; of an exception there is its kind and where it happened, not what it said,
since databases quote the row that they refuse.
"""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# Our own loggers are called with ids and counts alone.
_OURS = ("portal", "members", "documents", "meetings")
_FIELDS = ("route", "method", "status", "milliseconds")
_FRAMES = 12

# The number of the present request.
number: ContextVar[str] = ContextVar("request", default="")


class JsonFormatter(logging.Formatter):
    """One line of JSON for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """Write down what may be written down."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": _words(record),
        }
        if number.get():
            line["request"] = number.get()
        line |= {
            name: getattr(record, name) for name in _FIELDS if name in record.__dict__
        }
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            line["where"] = _where(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def _words(record: logging.LogRecord) -> str:
    is_ours = record.name.partition(".")[0] in _OURS
    return record.getMessage() if is_ours else str(record.msg)[:200]


def _where(trace: Any) -> list[str]:
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
