"""A receipt as anyone may see it: digest and time, never who or what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from bidding.selectors.public import receipt_by_code


@dataclass(frozen=True)
class ReceiptPage:
    """What the public page of a receipt shows, and the address it was printed with."""

    code: str
    digest: str
    at: datetime
    url: str


def receipt_page(code: str, *, origin: str) -> ReceiptPage:
    """The receipt of this number; `NotFound` when none was given. Nothing but digest and time is read."""
    found = receipt_by_code(code)
    address = origin.rstrip("/") + reverse("portal:receipt", args=[found.code])
    return ReceiptPage(found.code, found.digest, found.issued_at, address)
