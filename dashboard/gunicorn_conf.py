"""How gunicorn serves the dashboard."""

from typing import Any

from dashboard.collector import spare_the_collector
from dashboard.settings import Settings

_settings = Settings.from_environment()

bind = f"{_settings.host}:{_settings.port}"
workers = 2
threads = 4
worker_class = "gthread"
timeout = 60
graceful_timeout = 20
keepalive = 15
accesslog = None  # each request logs itself, see request_log.py
errorlog = "-"
loglevel = "info"
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Open the release and make the first page before the first reader asks."""
    with worker.wsgi.test_client() as client:
        client.get("/", headers={"Accept-Encoding": "br"})
    spare_the_collector()
