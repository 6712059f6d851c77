"""What every form that is sent passes: its sender may write, and it is a form of this server and this session."""

from flask import Request
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from dashboard.who import Asker, is_own


class RefusedError(Exception):
    """A request that is refused: why, and what to do."""

    def __init__(self, title: str, why: str, todo: str, *, status: int) -> None:
        super().__init__(title)
        self.title, self.why, self.todo, self.status = title, why, todo, status


def must_be_able(asker: Asker) -> None:
    """Raise RefusedError where whoever asks may not write."""
    if not asker.may_write:
        raise RefusedError("Nothing can be sent in here", asker.read_only or "", "It can be read as ever.", status=403)


def must_be_own(asker: Asker, request: Request) -> None:
    """Raise RefusedError for a form that may not be written, that another site sent, or that is of another session."""
    must_be_able(asker)
    if not is_own(request):
        raise RefusedError(
            "This form was not sent from here",
            "The request does not come from a page of this server, so it may be a forgery.",
            "Open the form here and send it again.",
            status=400,
        )
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        raise RefusedError(
            "This form is out of date",
            "It was opened in another session, or the browser keeps no cookie of this server, so we cannot tell that "
            "you sent it.",
            "Go back and copy what you wrote, open the form again and send it.",
            status=400,
        ) from None
