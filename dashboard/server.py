"""The web application: pages, their later moves, the API, health and headers."""

import json
from urllib.parse import parse_qsl

from flask import Flask, Response, g, jsonify, redirect, request

from dashboard import clock, request_log, static_files
from dashboard.api import api
from dashboard.compression import compress
from dashboard.downloads import downloads
from dashboard.interventions import interventions
from dashboard.pages.problem import failed, no_release
from dashboard.reader import NoReleaseError, Releases
from dashboard.replies import Replies
from dashboard.return_upload import return_upload
from dashboard.router import pattern, route, shows_log
from dashboard.secret import secret_key
from dashboard.settings import Settings
from dashboard.shell import Shell
from dashboard.store.access import Store
from dashboard.views.log import Log
from dashboard.who import asking
from data_contracts.marts import CONTRACT_VERSION

_UPDATE = "/_dash-update-component"
_NEEDS_NO_RELEASE = ("/assets/", "/_dash-component-suites/", "/_dash-layout", "/_dash-dependencies", "/_favicon")

#: Where an answer is JSON, also where it says what went wrong.
_FOR_PROGRAMS = ("/api/", "/download/", "/_dash-")

_POLICY = "CONTENT_SECURITY_POLICY"

#: Pages and scripts kept, compressed: a few megabytes of the 180 a worker may hold.
_PAGES_KEPT, _FILES_KEPT = 100, 60


def create_app(settings: Settings) -> Flask:
    """Make the application. Nothing is opened until the first request, so that workers share no connection."""
    server = Flask("dashboard", static_folder=None)
    releases = Releases(settings.data_dir)
    store = server.extensions["store"] = Store(settings.data_dir, settings.database_url)
    pages, files = Replies(_PAGES_KEPT), Replies(_FILES_KEPT)

    request_log.install(server)
    static_files.install(server, files)
    server.before_request(lambda: _pin(releases, store, settings))
    server.teardown_request(lambda _: _unpin(releases))
    server.register_blueprint(api)
    server.register_blueprint(downloads)
    server.register_blueprint(interventions(store, lambda page: shell.document(page, still=True)))
    server.register_blueprint(return_upload(settings.data_dir, lambda page: shell.document(page, still=True)))
    if settings.local_writes:
        server.config.update(_sessions(secret_key(settings.data_dir, settings.secret_key)))
    server.add_url_rule("/healthz", "healthz", _healthz)
    server.after_request(lambda response: _finish(response, server.config[_POLICY]))
    server.config[_POLICY] = _content_security_policy([])

    # Named before it is made: making the shell is the server's first request, after which no handler may be added.
    shell: Shell
    server.register_error_handler(500, lambda _: _failed(shell))
    shell = Shell(server)
    # Dash answers every address it does not know with its own document and a status of 200; we answer with our pages.
    for endpoint in ("/", "/<path:path>"):
        server.view_functions[endpoint] = lambda path="": _page(shell, pages)  # noqa: ARG005
    update = server.view_functions[_UPDATE]
    server.view_functions[_UPDATE] = lambda: _update(update, pages)

    server.config[_POLICY] = _content_security_policy(shell.script_hashes)
    return server


def _sessions(key: str) -> dict[str, object]:
    """How a browser's session is kept: signed, for forms of this site alone, and as long as the browser is open."""
    return {
        "SECRET_KEY": key,
        "SESSION_COOKIE_NAME": "ics_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Strict",
        # A form may be open for a day; its token ends with the session.
        "WTF_CSRF_TIME_LIMIT": None,
    }


def _pin(releases: Releases, store: Store, settings: Settings) -> None:
    """Hold one release for the whole request, or remember why there is none."""
    g.release = g.no_release = g.route = None
    g.releases, g.store = releases, store
    g.log = Log(store, asking(request, settings))
    if request.path.startswith(_NEEDS_NO_RELEASE):
        return
    try:
        g.release = releases.take()
    except NoReleaseError as error:
        g.no_release = error


def _unpin(releases: Releases) -> None:
    release = g.pop("release", None)
    if release is not None:
        releases.give_back(release)


def _page(shell: Shell, pages: Replies) -> Response:
    g.route = pattern(request.path)
    if g.release is None:
        page = no_release(str(g.no_release))
        return Response(shell.document(page), status=503, mimetype="text/html", headers={"Retry-After": "60"})
    key = ("page", g.release.release_id, _log_state(request.path), clock.today(), request.path, request.query_string)

    def make() -> Response:
        page = route(g.release, request.path, _asked(), g.log)
        if page.redirect is not None:
            return redirect(page.redirect, page.status, Response)  # type: ignore[return-value]
        return Response(shell.document(page), status=page.status, mimetype="text/html")

    return pages.answer(request, key, make)


def _asked() -> dict[str, str]:
    """The query, the first value of each name. Bytes that are no text become marks that no choice is called by."""
    given = parse_qsl(request.query_string.decode("utf-8", "replace"), keep_blank_values=True)
    return dict(reversed(given))


def _failed(shell: Shell) -> Response:
    """A fault of ours: the page and the log share the request's id, and the page says nothing else of it."""
    if request.path.startswith(_FOR_PROGRAMS):
        message = f"This is a fault of ours. Say which request it was: {g.request_id}."
        answer = jsonify(error={"code": "internal_error", "message": message, "field": None})
        answer.status_code = 500
        return answer
    return Response(shell.document(failed(g.request_id)), status=500, mimetype="text/html")


def _update(dash_update: object, pages: Replies) -> Response:
    """Answer Dash's one callback; its reply depends on the address, the release and the day alone, so it is kept."""
    assert callable(dash_update)
    if g.release is None:
        return _as_response(dash_update())
    body = request.get_data()
    key = ("update", g.release.release_id, _log_state(_path_asked(body)), clock.today(), body)
    return pages.answer(request, key, lambda: _as_response(dash_update()))


def _log_state(path: str) -> tuple[str, bool] | None:
    """What the log holds and whether its reader may write, for a page that may show it.

    Asked before the page is made, so that none is kept too long.
    """
    log: Log = g.log
    return (log.store.state(), log.asker.may_write) if shows_log(path) else None


def _path_asked(body: bytes) -> str:
    """The path in what Dash posts when the address changes; nothing where the body is of another form."""
    try:
        inputs = json.loads(body)["inputs"]
        return str(next(of["value"] for of in inputs if of["property"] == "pathname"))
    except (ValueError, KeyError, TypeError, StopIteration):
        return ""


def _as_response(made: object) -> Response:
    assert isinstance(made, Response)
    return made


def _healthz() -> Response:
    if g.release is None:
        answer = jsonify(
            status="no release", release_id=None, contract_version=CONTRACT_VERSION, message=str(g.no_release)
        )
        answer.status_code = 503
        return answer
    return jsonify(
        status="ok",
        release_id=g.release.release_id,
        as_of=g.release.manifest["as_of"],
        contract_version=CONTRACT_VERSION,
    )


def _content_security_policy(script_hashes: list[str]) -> str:
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {' '.join(script_hashes)}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "connect-src 'self'",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        ]
    )


def _finish(response: Response, policy: str) -> Response:
    """Headers for every reply, and compression."""
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    response.headers.setdefault("Cache-Control", "no-cache")
    return compress(request, response)


app = create_app(Settings.from_environment())
