"""Replies that are kept: large files are compressed once, however many readers ask for them at the same moment."""

import threading
import time

from flask import Flask, Response, request

from dashboard.replies import Replies

READERS = 4


def answers_at_once(replies: Replies) -> tuple[int, set[bytes]]:
    """How often a reply was made for several readers who asked together, and what they got."""
    app = Flask("test")
    made: list[int] = []
    got: list[bytes] = []
    together = threading.Barrier(READERS)

    def make() -> Response:
        made.append(1)
        time.sleep(0.2)
        return Response("x" * 10_000, mimetype="text/plain")

    def ask() -> None:
        with app.test_request_context():
            together.wait()
            got.append(replies.answer(request, "file", make).get_data())

    threads = [threading.Thread(target=ask) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(made), set(got)


def test_a_file_many_ask_for_at_once_is_made_once() -> None:
    assert answers_at_once(Replies(10)) == (1, {b"x" * 10_000})


def test_a_reply_that_is_not_kept_holds_up_nobody_after_it() -> None:
    replies = Replies(10)
    with Flask("test").test_request_context():
        for status in (404, 200):
            answer = replies.answer(request, "file", lambda status=status: Response("gone", status=status))
            assert answer.status_code == status
