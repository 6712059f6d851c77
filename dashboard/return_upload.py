"""`/workforce/return`: the template out, a return in. Files are read by the pipeline, in a process apart."""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, g, request, send_file
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard import queries
from dashboard.children import BrokenOffError, BusyError, run
from dashboard.components.tags import Node
from dashboard.guard import RefusedError, must_be_able, must_be_own
from dashboard.pages import return_upload as pages
from dashboard.pages.page import Page
from dashboard.pages.problem import no_release
from data_contracts.personal import told_by_cell
from data_contracts.quarters import is_quarter

_MEGABYTE = 1024 * 1024
#: The largest return, and what a form adds around two of them.
_LARGEST_FILE, _LARGEST_BODY = 10 * _MEGABYTE, 21 * _MEGABYTE
#: A file is put on the disk under a name of ours, with the ending that says how it is to be read.
_ENDINGS = (".xlsx", ".csv")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Show = Callable[[Page], str]


def return_upload(data_dir: Path, show: Show) -> Blueprint:
    """The page, the template and the form. `show` makes a page's whole document."""
    upload = Blueprint("return_upload", __name__, url_prefix=pages.PATH)

    def answered(
        parts: list[Node] | None = None, *, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        token = generate_csrf() if g.log.asker.may_write else None
        page = pages.page(g.release, g.log.asker, token, parts or (), status=status)
        response = Response(show(page), status=status, mimetype="text/html", headers=headers)
        response.headers["Cache-Control"] = "no-store"
        return response

    @upload.before_request
    def guard() -> Response | None:
        request.max_content_length = _LARGEST_BODY
        request.max_form_memory_size = _MEGABYTE
        if g.release is None:
            return Response(show(no_release(str(g.no_release))), status=503, headers={"Retry-After": "60"})
        if request.method == "POST":
            must_be_own(g.log.asker, request)
        return None

    @upload.teardown_request
    def closed(_: BaseException | None) -> None:
        request.close()  # files that were sent, also those of a request that was refused

    @upload.errorhandler(RefusedError)
    def refused(error: RefusedError) -> Response:
        return answered(pages.problem(error.title, f"{error.why} {error.todo}"), status=error.status)

    @upload.errorhandler(RequestEntityTooLarge)
    def too_large(_: RequestEntityTooLarge) -> Response:
        return answered(pages.problem("The file is too large", _TOO_LARGE), status=413)

    @upload.errorhandler(BusyError)
    def busy(_: BusyError) -> Response:
        why = "Another return is being looked at. Send yours again in a minute."
        return answered(pages.problem("Wait a moment", why), status=503, headers={"Retry-After": "60"})

    @upload.errorhandler(BrokenOffError)
    def broken_off(error: BrokenOffError) -> Response:
        todo = "A sound return takes a few seconds: start again from a new template."
        return answered(pages.problem("The file could not be checked", f"{error} {todo}"), status=422)

    @upload.get("")
    def shown() -> Response:
        return answered()

    @upload.get("/template")
    def template() -> Response:
        must_be_able(g.log.asker)
        system, quarter = request.args.get("system", ""), request.args.get("quarter", "")
        area = queries.reference(g.release).areas.get(system)
        if area is None or not area.is_current_system or not is_quarter(quarter):
            why = "Choose a system and a quarter from the lists."
            return answered(pages.problem("There is no such template", why), status=404)
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "return.xlsx"
            ended = run(
                data_dir, "returns", "template", "--system", area.area_code, "--quarter", quarter, "--out", str(out)
            )
            if ended.code != 0:
                return answered(pages.problem("There is no such template", ended.output.strip()), status=422)
            content = out.open("rb")  # it has no name any more once the folder is gone; the response closes it
        name = f"return-{area.area_code}-{quarter}.xlsx"
        return send_file(content, mimetype=_XLSX, as_attachment=True, download_name=name, etag=False, max_age=0)

    @upload.post("")
    def sent() -> Response:
        given = request.files.get("file")
        if given is None or not given.filename:
            return answered(pages.problem("No file was chosen", "Choose the return, then check it."), status=400)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            arguments = [str(_put(given, folder, "return"))]
            answers = request.files.get("answers")
            if answers is not None and answers.filename:
                arguments += ["--answers", str(_put(answers, folder, "answers"))]
            sends = request.form.get("do") == "submit"
            if sends and request.form.get("confirm") == "1":
                arguments.append("--confirm")
            ended = run(data_dir, "returns", "submit" if sends else "validate", *arguments, "--json", *_NO_MORE)
        facts = ended.facts
        if "problems" in facts:
            told = "; ".join(f"{of['found']}: {of['todo']}" for of in facts["problems"])
            return answered(pages.problem("It could not be looked at", told), status=409)
        return answered(pages.report(facts, sent_in=sends), status=200 if ended.code == 0 else 422)

    return upload


#: A file of 5,000 rows that are all wrong has a report of 20 MB, of which a page shows the beginning.
_NO_MORE = ("--at-most", str(pages.MOST_FINDINGS + 1))
_TOO_LARGE = "A return is at most 10 MB; 5,000 posts take less than one. Start again from a new template."


def _put(given: FileStorage, folder: Path, stem: str) -> Path:
    """Put a file where a child reads it. Raises RefusedError for another kind of file, or one too large."""
    ending = Path(given.filename or "").suffix.lower()
    if ending not in _ENDINGS:
        raise RefusedError(
            "This is not a return",
            f"A return ends in {' or '.join(_ENDINGS)}.",
            "Save it so and choose it again.",
            status=415,
        )
    own = Path(given.filename or "").stem
    shown = re.sub(r"[^A-Za-z0-9_-]", "-", "" if told_by_cell(own) else own)[:60] or stem
    path = folder / f"{shown}{ending}"
    if path.exists():
        path = folder / f"{stem}-{shown}{ending}"
    given.save(path)
    if path.stat().st_size > _LARGEST_FILE:
        raise RefusedError("The file is too large", _TOO_LARGE, "", status=413)
    return path
