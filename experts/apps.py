"""The app `experts`."""

from django.apps import AppConfig


class ExpertsConfig(AppConfig):
    """Home of the expert pool, the verifiable draw, the panel, its scores and its report."""

    name = "experts"
