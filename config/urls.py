"""Addresses: machines without a language prefix, people's pages with one (none for Chinese).

Each app's ``urls.py`` gives ``urlpatterns`` for people and may give ``machine_urlpatterns``.
"""

from importlib import import_module
from importlib.util import find_spec

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from config import health
from config.api import api

# The order in which addresses are tried; no two apps share a first segment.
APPS = ("accounts", "ledger", "trading", "bidding", "experts", "supervision", "portal")


def pages() -> list[URLResolver]:
    """The pages of every app which has some."""
    return [path("", include(f"{app}.urls")) for app in APPS if find_spec(f"{app}.urls")]


def machines() -> list[URLPattern | URLResolver]:
    """What programs read at fixed addresses: log tiles, feeds, bundles."""
    found: list[URLPattern | URLResolver] = []
    for app in APPS:
        if find_spec(f"{app}.urls"):
            found += getattr(import_module(f"{app}.urls"), "machine_urlpatterns", [])
    return found


urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/", api.urls),
    *machines(),
    *i18n_patterns(
        path("account/", include("allauth.urls")),
        *pages(),
        prefix_default_language=False,
    ),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"
