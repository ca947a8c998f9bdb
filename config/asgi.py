"""The live streams, for the one uvicorn process; the proxy sends it /live/ and nothing else."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_asgi_application()

from config.checks import refuse_unsafe  # noqa: E402  (needs the applications to be loaded)

refuse_unsafe()
