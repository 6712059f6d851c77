"""The Dash application, and the document that carries a page to the browser.

The document holds the page as HTML, seen at once. Dash then draws the charts in their places in it, and on a later move
puts the next page's HTML in its stead (`assets/page.js`), so nothing flashes and nothing moves.
"""

import base64
import hashlib
import json
import re
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl

from dash import Dash, Input, Output, dcc, html
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
#: What Dash asks for only once it has a chart to draw: named in the document, both arrive before that.
FOR_CHARTS = (PLOTLY_URL, "/_dash-component-suites/dash/dcc/async-graph.js")

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
<!--scripts--><script>{_BOOT}</script><!--/scripts-->
<!--preload-->
</head>
<body>
<a href="#main" class="skip">Skip to the main content</a>
<!--top-->
<div id="content" data-of="<!--of-->"><!--content--></div>
<!--scripts-->{{%app_entry%}}<!--/scripts-->
<!--foot-->
<!--scripts--><div>{{%config%}}{{%scripts%}}{{%renderer%}}</div><!--/scripts-->
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
        self._still = re.sub("<!--scripts-->.*?<!--/scripts-->", "", self._document, flags=re.DOTALL)
        self._document = re.sub("<!--/?scripts-->", "", self._document)
        # After that request: before it, Dash does not yet know all its inline scripts.
        self.script_hashes = [*self._dash.csp_hashes(), _hash(_BOOT)]

    def document(self, page: Page, *, still: bool = False) -> str:
        """The whole first response for a page. A `still` one has no scripts: forms are sent and pages loaded whole."""
        content = served.html(page.tree)
        preload = "".join(_PRELOAD.format(file) for file in FOR_CHARTS) if served.SLOT in content else ""
        return (
            (self._still if still else self._document)
            .replace("<!--title-->", escape(document_title(page.title)))
            .replace("<!--preload-->", preload)
            .replace("<!--top-->", served.html(top_bar(here=page.here, systems=page.systems, asked=page.asked)))
            .replace("<!--foot-->", served.html(foot()))
            .replace("<!--of-->", _digest(content))
            .replace("<!--content-->", content)
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
        [
            dcc.Location(id="url", refresh=False),
            html.Div(id="page"),
            html.Div(id="said", role="status", className="visually-hidden"),
        ]
    )
    app.callback(Output("page", "children"), Input("url", "pathname"), Input("url", "search"))(_page)
    return app


def _page(path: str | None, search: str | None) -> Node:
    """The one callback: an address in, a page out."""
    path, search = path or "/", search or ""
    asked = path + search
    if g.release is None:
        return _drawn(no_release(str(g.no_release)), asked)
    page = route(g.release, path, _query(search), g.log)
    if page.redirect is not None:
        path, _, search = page.redirect.partition("?")
        page = route(g.release, path, _query(search), g.log)
    return _drawn(page, asked)


def _drawn(page: Page, asked: str) -> Node:
    """A page as the component that `assets/page.js` defines: its HTML, and the charts for the slots in it.

    The renderer takes time for every component it mounts, more than in step with their number: 1,500 of them, nearly
    all cells of tables that never change, took it ten seconds and more. So a page is one, and each chart another.
    """
    content, charts = served.html_and_charts(page.tree)
    props = {"html": content, "of": _digest(content), "asked": asked, "children": charts}
    return {"type": "Page", "namespace": "ics_progress", "props": props}


def _digest(content: str) -> str:
    """What tells one page's HTML from another's: the browser keeps what the document brought where it is the same."""
    return hashlib.blake2b(content.encode(), digest_size=12).hexdigest()


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
