"""The public site."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Public pages: no models, nothing to log in for."""

    name = "portal"
