"""Scripts and styles: compressed once and kept; the smaller plotly.js in place of the whole."""

from pathlib import Path

from flask import Flask, Request, Response, request

from dashboard.compression import KEPT
from dashboard.replies import Replies
from dashboard.shell import PLOTLY_URL

_SUITES = "/_dash-component-suites/"
_PLOTLY = Path(__file__).parent.parent / "node_modules" / "plotly.js-cartesian-dist-min" / "plotly-cartesian.min.js"
_FOR_A_YEAR = "public, max-age=31536000, immutable"
_FOR_A_DAY = "public, max-age=86400"


def install(server: Flask, replies: Replies) -> None:
    """Answer for static files in front of Dash's own routes, which neither compress nor let a browser keep them."""

    def answer() -> Response | None:
        path = request.path
        if request.method != "GET" or not path.startswith((_SUITES, "/assets/")):
            return None
        response = replies.answer(
            request, ("static", request.path, request.query_string), lambda: _made(server), quality=KEPT
        )
        if response.status_code == 200:
            response.headers["Cache-Control"] = _keeping(request)
        return response

    server.before_request(answer)


def _made(server: Flask) -> Response:
    if request.path == PLOTLY_URL and _PLOTLY.exists():
        return Response(_PLOTLY.read_bytes(), mimetype="application/javascript")
    return server.make_response(server.dispatch_request())


def _keeping(asked: Request) -> str:
    """An address that names its version may be kept for good."""
    return _FOR_A_YEAR if asked.query_string.startswith(b"m=") or ".v" in asked.path else _FOR_A_DAY
