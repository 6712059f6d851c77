"""One JSON line on stderr for each request and each fault.

Neither addresses of readers nor what they searched for are kept.
"""

import json
import logging
import sys
import time
import uuid

from flask import Flask, Response, g, has_app_context, request

_LOG = logging.getLogger("dashboard.requests")


class _Fault(logging.Formatter):
    """What Flask says of a fault, as one line with the request's id and the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the line."""
        return json.dumps(
            {
                "time": _now(),
                "request_id": g.get("request_id") if has_app_context() else None,
                "level": record.levelname,
                "message": record.getMessage(),
                "traceback": self.formatException(record.exc_info) if record.exc_info else None,
            }
        )


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def install(server: Flask) -> None:
    """Log each request of a server: id, release, route, status and milliseconds."""
    if not _LOG.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        _LOG.addHandler(handler)
        _LOG.setLevel(logging.INFO)
        _LOG.propagate = False
    # Before Flask gives its own logger a handler that writes many lines.
    faults = logging.getLogger(server.name)
    if not faults.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_Fault())
        faults.addHandler(handler)

    def started() -> None:
        g.started = time.perf_counter()
        g.request_id = uuid.uuid4().hex[:12]

    def ended(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        release = getattr(g, "release", None)
        line = {
            "time": _now(),
            "request_id": g.request_id,
            "release": release.release_id if release else None,
            "method": request.method,
            "route": getattr(g, "route", None) or (request.url_rule.rule if request.url_rule else None),
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.started) * 1000, 1),
        }
        _LOG.info(json.dumps(line))
        return response

    server.before_request(started)
    server.after_request(ended)
