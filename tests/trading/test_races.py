"""Two at once, on real connections: numbers are given once, a tender is published once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from kernel.errors import DomainError
from tests import builders_trading as build
from tests.builders_trading import START
from trading import services
from trading.models import LotPolicy, NumberSeries, Tender

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_postgres]


def together(*acts):
    """Run each act in a thread with a connection of its own, all starting at once; results or refusals."""
    start = Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            return act()
        except DomainError as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def publishing(made):
    policies = build.signed_policies(made, at=START)
    return lambda: services.tender_publish(
        tender_id=made.tender.pk, policies=policies, actor=made.owner, at=START
    )


def test_two_tenders_published_at_once_get_two_numbers():
    first = build.ready_tender()
    second = build.ready_tender(of=first.market, project=first.tender.project)

    done = together(publishing(first), publishing(second))

    numbers = sorted(tender.number for tender in done)
    assert numbers == ["350100-GC-2026-00001", "350100-GC-2026-00002"]
    assert NumberSeries.objects.get().last == 2


def test_one_tender_published_twice_at_once_is_published_once():
    made = build.ready_tender()

    done = together(publishing(made), publishing(made))

    assert sum(isinstance(result, Tender) for result in done) == 1
    assert sum(isinstance(result, DomainError) for result in done) == 1
    assert LotPolicy.objects.count() == 1
    assert NumberSeries.objects.get().last == 1


def test_an_addendum_and_an_objection_at_once_leave_one_state():
    """条22 against 法23: whichever comes first, the tender ends suspended and with one policy in force."""
    made = build.published_tender()
    firm = build.bidder(1)
    addendum = services.addendum_draft(
        tender_id=made.tender.pk,
        changes=[{"where": "a", "before": "b", "after": "c"}],
        affects=True,
        reason="r",
        actor=made.owner,
        at=START,
    )
    services.addendum_submit(addendum_id=addendum.pk, actor=made.owner, at=START)
    addendum.refresh_from_db()
    signed = {
        pk: build.signed(made, kind, body) for pk, (kind, body) in services.addendum_bodies(addendum).items()
    }

    together(
        lambda: services.addendum_publish(addendum_id=addendum.pk, signed=signed, actor=made.owner, at=START),
        lambda: services.objection_raise(
            tender_id=made.tender.pk, request="x", facts="y", actor=firm, at=START
        ),
    )

    after = build.refreshed(made)
    assert (after.tender.state, after.lot.state) == ("suspended", "suspended")
    assert after.lot.policies.count() == 2
    assert after.lot.policies.filter(t=after.lot.policy, prev=made.lot.policy).exists()
