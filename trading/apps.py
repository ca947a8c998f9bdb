"""The app's name for Django."""

from django.apps import AppConfig


class TradingConfig(AppConfig):
    """Projects, tenders, lots, notices."""

    name = "trading"
    default_auto_field = "django.db.models.BigAutoField"
