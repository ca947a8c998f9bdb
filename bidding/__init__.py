"""Bids under seal, their securities, and their opening."""
