"""The app `supervision`."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Home of statutory clocks and cards, objections and complaints, screening, and the auditor's room."""

    name = "supervision"
