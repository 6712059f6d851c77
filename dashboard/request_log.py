"""One JSON line on stderr for each request. Neither addresses of readers nor what they searched for are kept."""

import json
import logging
import sys
import time
import uuid

from flask import Flask, Response, g, request

_LOG = logging.getLogger("dashboard.requests")


def install(server: Flask) -> None:
    """Log each request of a server: id, release, route, status and milliseconds."""
    if not _LOG.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        _LOG.addHandler(handler)
        _LOG.setLevel(logging.INFO)
        _LOG.propagate = False

    def started() -> None:
        g.started = time.perf_counter()
        g.request_id = uuid.uuid4().hex[:12]

    def ended(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        release = getattr(g, "release", None)
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
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
