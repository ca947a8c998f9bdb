"""The other yardstick: one Django view that writes a PUT body to a file and answers with its SHA-256. Nothing else."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

PIECE = 1 << 16

settings.configure(
    SECRET_KEY="a key that signs nothing", ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, MIDDLEWARE=[]
)


def put(request: HttpRequest, name: str) -> HttpResponse:
    """Write, hash, answer."""
    digest = hashlib.sha256()
    with (Path(os.environ["BARE_DIR"]) / Path(name).name).open("wb") as file:
        while piece := request.read(PIECE):
            digest.update(piece)
            file.write(piece)
    return HttpResponse(digest.hexdigest())


urlpatterns = [path("<str:name>", put)]
application = get_wsgi_application()
