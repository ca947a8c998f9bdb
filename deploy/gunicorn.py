"""How gunicorn serves the pages; numbers by environment."""

import ctypes
import gc
import os
from contextlib import suppress
from typing import Any

bind = os.environ.get("BIND", "0.0.0.0:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 2000
max_requests_jitter = 200
accesslog = None  # config/middleware.py writes one line per request, without addresses of readers
control_socket_disable = True
preload_app = (
    True  # loaded once; workers share the pages, and one that is replaced in a rush is there at once
)


# One heap for all threads: a heap each kept ten megabytes of what was long since done.
M_ARENA_MAX = -8
with suppress(OSError, AttributeError):  # where the C library is another one, its own ways stand
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def when_ready(server: Any) -> None:  # noqa: ARG001
    """Load the addresses, too; give back what loading left; let no collection write to what workers share."""
    from django.urls import get_resolver  # noqa: PLC0415  (needs the application to be loaded)

    get_resolver().resolve("/healthz")
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    gc.freeze()
