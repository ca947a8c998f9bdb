"""The app `bidding`."""

from django.apps import AppConfig


class BiddingConfig(AppConfig):
    """Bids under seal, their securities, and their opening."""

    name = "bidding"
