"""The public bundle of a lot: where everybody can take it, and what it lets a stranger check."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from bidding.models import Bundle
from bidding.selectors.public import bundles
from trading.models import Lot

AWARD = "award-"


def public_bundle(lot: Lot) -> Bundle | None:
    """The public edition, once it is made and may be taken by anyone."""
    return next(iter(bundles(lot.pk)), None)


def take_home(lot: Lot) -> dict[str, Any]:
    """Addresses, size and digest of the public bundle."""
    row = public_bundle(lot)
    if row is None:
        return {}
    return {
        "bundle_url": reverse("portal-bundle", args=[lot.tender.number, lot.no]),
        "bundle_size": row.size,
        "bundle_sha256": row.sha256,
        "anchors_url": reverse("portal-anchors", args=[lot.policy]),
    }


def award_check_url(lot: Lot) -> str:
    """Where a stranger checks in the browser that the award follows; empty until the public bundle holds it."""
    row = public_bundle(lot)
    if row is None or not row.rooms.rpartition("+")[2].startswith(AWARD):
        return ""
    found = take_home(lot)
    given = urlencode({"bundle": found["bundle_url"], "anchors": found["anchors_url"]})
    return f"{reverse('portal:verify')}?{given}"
