"""The Dash application, and the document that carries a page to the browser.

The document holds the page twice over: as served HTML, seen at once, and as what Dash draws beside it unseen. When that
is there it takes the other's place (`assets/navigate.js`), so nothing flashes and nothing moves.
"""

import base64
import hashlib
import json
import re
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from flask import Flask, g

from dashboard import served
from dashboard.components.frame import NAME, document_title, foot, top_bar
from dashboard.components.tags import Node
from dashboard.pages.page import Page
from dashboard.pages.problem import no_release
from dashboard.router import route
from dashboard.theme import COLOURS, custom_properties

ASSETS = Path(__file__).parent / "assets"
PLOTLY_URL = "/_dash-component-suites/plotly/package_data/plotly.min.js"

#: Where the browser runs scripts, charts are drawn and their tables fold; where Dash does not start, they unfold again.
_BOOT = (
    "document.documentElement.className='js';"
    "setTimeout(function(){var d=document.documentElement;"
    "if(!d.classList.contains('live'))d.classList.remove('js')},15000)"
)

_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' "
    f"rx='4' fill='%23{COLOURS['head'][1:]}'/%3E%3Cpath d='M6 22l7-6 5 4 8-10' fill='none' stroke='%23fff' "
    "stroke-width='3'/%3E%3Ccircle cx='26' cy='10' r='3' fill='%23fff'/%3E%3C/svg%3E"
)

_DOCUMENT = f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title><!--title--></title>
<link rel="icon" href="{_ICON}">
<style>{custom_properties()}</style>
{{%css%}}
<script>{_BOOT}</script>
<!--preload-->
</head>
<body>
<a href="#main" class="skip">Skip to the main content</a>
<!--top-->
<div id="served"><!--served--></div>
{{%app_entry%}}
<!--foot-->
<div>{{%config%}}{{%scripts%}}{{%renderer%}}</div>
</body>
</html>"""

_PRELOAD = '<link rel="preload" as="script" href="{}">'


class Shell:
    """Dash on a Flask server, and the document around each page."""

    def __init__(self, server: Flask) -> None:
        self._dash = _dash(server)
        # Dash sets itself up at its first request, without a lock: two at once answer 500. So the first is ours.
        with server.test_client() as client:
            client.get("/_dash-dependencies")
        with server.test_request_context("/"):
            self._document = _without_versions(self._dash.index())
        # After that request: before it, Dash does not yet know all its inline scripts.
        self.script_hashes = [*self._dash.csp_hashes(), _hash(_BOOT)]

    def document(self, page: Page) -> str:
        """The whole first response for a page."""
        body = served.html(page.tree)
        preload = _PRELOAD.format(PLOTLY_URL) if served.SLOT in body else ""
        return (
            self._document.replace("<!--title-->", escape(document_title(page.title)))
            .replace("<!--preload-->", preload)
            .replace("<!--top-->", served.html(top_bar(here=page.here, systems=page.systems, asked=page.asked)))
            .replace("<!--foot-->", served.html(foot()))
            .replace("<!--served-->", body)
        )


def _dash(server: Flask) -> Dash:
    app = Dash(
        "dashboard",
        server=server,  # type: ignore[arg-type] # a Flask application is what it takes
        assets_folder=str(ASSETS),
        title=NAME,
        update_title=None,  # type: ignore[arg-type] # Dash's own way to say: leave the title alone
        suppress_callback_exceptions=True,
        index_string=_DOCUMENT,
    )
    app.layout = html.Div(
        [dcc.Location(id="url", refresh=False), html.Div(id="page"), html.Div(id="said", role="status")]
    )
    app.callback(Output("page", "children"), Input("url", "pathname"), Input("url", "search"))(_tree)
    app.clientside_callback(ClientsideFunction("ics", "arrived"), Input("page", "children"))
    return app


def _tree(path: str | None, search: str | None) -> Node | None:
    """The one callback: an address in, a page out."""
    if g.release is None:
        return no_release(str(g.no_release)).tree
    page = route(g.release, path or "/", _query(search or ""))
    if page.redirect is not None:
        path, _, search = page.redirect.partition("?")
        page = route(g.release, path, _query(search))
    return page.tree


def _query(search: str) -> dict[str, str]:
    return dict(parse_qsl(search.removeprefix("?")))


def _without_versions(document: str) -> str:
    """Take the versions of Python and Dash out of the page: they help nobody who should have them."""

    def trimmed(found: re.Match[str]) -> str:
        config = json.loads(found.group(2))
        for name in ("python_version", "dash_version", "dash_version_url", "plotly_version", "ddk_version"):
            config.pop(name, None)
        return found.group(1) + json.dumps(config, separators=(",", ":")) + found.group(3)

    return re.sub(r'(<script id="_dash-config"[^>]*>)(.*?)(</script>)', trimmed, document, count=1, flags=re.DOTALL)


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
