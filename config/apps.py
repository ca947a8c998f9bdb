"""The app which registers the system checks and holds the operators' commands."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Configuration: no models, only checks and commands."""

    name = "config"

    def ready(self) -> None:
        """Register the checks. Servers run no task, so they load no schedule."""
        from config import checks  # noqa: F401, PLC0415
