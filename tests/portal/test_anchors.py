"""Anchors given out for a lot stay right when the installation later changes its registrar."""

import json
from datetime import timedelta

import pytest

from accounts.states import OrganisationKind
from portal.selectors.anchors import anchors_file
from protocol.dsse import Signer
from tests import builders_bidding as build

pytestmark = pytest.mark.django_db


def test_registrar_of_a_lot_is_the_one_before_its_deadline(kept):
    hall = kept(build.hall)
    hall.bids(3)
    before = hall.registry.registrar.spki.hex()
    hall.deadline()
    hall.clock.after(seconds=int(timedelta(hours=1).total_seconds()))
    hall.registry.registrar = Signer.generate()
    hall.registry.party("后来登记的单位", OrganisationKind.BIDDER, at=hall.clock.now)
    hall.cut()

    given = json.loads(anchors_file(hall.lot.policy))

    assert given["registrar"] == before
