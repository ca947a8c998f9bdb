"""法22, 条44: who gave security, and how many, after a lot that failed. Nothing anybody sees differs with 0, 1 or 2.

Before the opening the walk over every address (``test_leak_walk``) holds; here are lots for which there never is one.
"""

import logging

import pytest
from django.test import Client

from accounts.models import Person
from accounts.states import OrganisationKind, Role
from bidding import services
from bidding.models.security import Refund, SubAccount
from bidding.rehearsal import hosts
from bidding.services import security as acts
from tests import builders_bidding as build
from tests.bidding.security import worlds
from tests.web.test_leak_walk import answer, differing, masked

pytestmark = pytest.mark.django_db
COUNTS = (0, 1, 2)
PLACES = (
    "/n/{number}",
    "/n/{number}/hall/1",
    "/n/{number}/opening/1",
    "/hall/{number}/1/security/",
    "/hall/{number}/1/security/keep/",
    "/hall/{number}/1/security/payers/",
    "/hall/{number}/1/outcome/",
    "/hall/{number}/1/outcome/award/",
    "/bids/lot/{number}-01/validity/",
    "/bids/lot/{number}-01/deposit/",
    "/bids/t/{number}/",
)
DESK = ("", "files/", "guarantees/", "refunds/", "books/", "accounts/")


def too_few():
    """Three lots side by side, with 0, 1 and 2 bidders who paid; too few bids came for each."""
    first = build.hall(plan=worlds.plan())
    halls = [first, *(build.hall(plan=worlds.plan(), beside=first) for _ in COUNTS[1:])]
    account = worlds.account()
    banks = [worlds.World(hall, account, files=100 * place) for place, hall in enumerate(halls)]
    subs = {
        (place, number): banks[place].sub(number)
        for place, count in enumerate(COUNTS)
        for number in range(1, count + 1)
    }
    first.before_close(minutes=90)
    for (place, number), sub in subs.items():
        banks[place].take(banks[place].pay(sub, at=first.clock.now))
        halls[place].bid(number)
    first.cut()
    for hall in halls:
        services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)
    halls[0].deadline()
    from accounts.actors import SYSTEM

    for hall in halls:
        services.lot_close(lot_id=hall.lot.pk, actor=SYSTEM, at=first.clock.now)
    first.cut(3)
    acts.refunds_due(at=first.clock.now)
    return halls


@pytest.fixture
def failed(settings, monkeypatch, kept):
    settings.ALLOWED_HOSTS = ["*"]
    halls = kept(too_few)
    monkeypatch.setattr("kernel.clock.now", lambda: halls[0].clock.now)
    return halls


def clients(hall):
    """Everybody near the lot who is no bidder of it."""
    centre = hall.registry.party(hosts.CENTRE, OrganisationKind.CENTRE, at=hall.clock.now)
    parties = {
        "owner": hall.one.owner,
        "supervisor": hall.one.supervisor,
        "officer": hall.one.seats[0].party,
        "rival": hall.registry.party("旁观单位", OrganisationKind.BIDDER, at=hall.clock.now),
    }
    for role in (Role.FINANCE, Role.WITNESS, Role.INTAKE, Role.SYSADMIN):
        parties[role.value] = hall.registry.staff(centre, role, role.value, at=hall.clock.now)
    body = hall.registry.party("某审计局", OrganisationKind.AUDIT, at=hall.clock.now)
    parties["auditor"] = hall.registry.staff(body, Role.AUDITOR, "审计", at=hall.clock.now)
    found = {"public": Client()}
    for name, party in parties.items():
        found[name] = Client()
        found[name].force_login(Person.objects.get(email=party.email))
    return found


def test_after_a_failed_lot_no_page_differs_with_who_paid(failed, caplog):
    bidders = {handed.party.organisation for hall in failed for handed in hall.handed}
    secrets = {row.name for row in bidders} | {row.code for row in bidders}
    numbers = set(SubAccount.objects.values_list("number", flat=True))
    assert Refund.objects.count() == sum(COUNTS)

    with caplog.at_level(logging.DEBUG):
        for role, client in clients(failed[0]).items():
            for place in PLACES:
                answers = [answer(client, place.format(number=hall.lot.tender.number)) for hall in failed]
                plain = [(status, masked(text)) for status, text in answers]
                assert all(one == plain[0] for one in plain[1:]), (role, place, differing(plain))
                shown = "".join(text for _status, text in answers)
                assert not [secret for secret in secrets | numbers if secret in shown], (role, place)

    assert not [secret for secret in secrets | numbers if secret in caplog.text]


def test_the_desk_pays_back_a_failed_lot_without_knowing_it(failed):
    """Refund lists go by sub-account and end-to-end id: neither tender, firm, cause nor hour."""
    desk = clients(failed[0])[Role.FINANCE.value]
    text = "".join(
        answer(desk, f"/{language}security/{page}")[1] for page in DESK for language in ("", "en/")
    )
    refund = Refund.objects.first()

    assert refund.end_to_end_id in text
    for hall in failed:
        assert hall.lot.tender.number not in text
        assert hall.lot.tender.title not in text
        for handed in hall.handed:
            assert handed.party.organisation.name not in text
            assert handed.party.organisation.code not in text
    assert refund.article not in text
    assert refund.cause not in text


def test_each_bidder_still_sees_its_own_money_come_back(failed):
    two = failed[2]
    for handed, other in ((two.handed[0], two.handed[1]), (two.handed[1], two.handed[0])):
        client = Client()
        client.force_login(Person.objects.get(email=handed.party.email))
        status, text = answer(client, f"/en/bids/lot/{two.lot.number}/deposit/")
        assert status == 200
        assert "due back" in text
        assert other.party.organisation.name not in text
