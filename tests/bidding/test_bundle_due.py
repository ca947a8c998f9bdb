"""The public bundle makes itself: by the clock, once, and only when the end of the chain is stated."""

import pytest

from accounts.actors import SYSTEM
from bidding import services
from bidding.models import Bundle
from bidding.states import Edition
from tests import builders_bidding as build

pytestmark = pytest.mark.django_db


def test_openings_drive_makes_the_public_bundle_once_the_end_is_stated(kept):
    made = kept(build.hall)
    made.bids(3)
    made.opened()
    made.sign()
    services.openings_drive(at=made.clock.now)
    assert not Bundle.objects.exists()
    made.sign()
    services.opening_end(lot_id=made.lot.pk, actor=SYSTEM, at=made.clock.now)
    services.openings_drive(at=made.clock.now)
    assert not Bundle.objects.exists()

    made.cut()
    services.openings_drive(at=made.clock.now)
    first = Bundle.objects.get()
    services.openings_drive(at=made.clock.now)

    assert first.edition == Edition.PUBLIC.value
    assert Bundle.objects.get().pk == first.pk


def test_openings_drive_makes_no_bundle_of_a_lot_that_was_not_opened(kept):
    made = kept(build.hall)
    made.bids(2)
    made.close()
    made.cut()

    services.openings_drive(at=made.clock.now)

    assert not Bundle.objects.exists()
