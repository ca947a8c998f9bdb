"""法22: who bids, and how many, is secret until opening. 0, 1, 7 or 12 bids: nothing anybody can see differs."""

import json
import logging

import pytest

from accounts.actors import ANONYMOUS, Actor
from accounts.models import Outbox
from accounts.states import Power, Role
from bidding import services
from bidding.models import Receipt
from bidding.rules.codes import code_read
from bidding.selectors import public
from bidding.states import OpeningState
from kernel.errors import DomainError, NotPermitted
from ledger.models import Checkpoint
from tests import builders_bidding as build
from trading.models import Notice

pytestmark = pytest.mark.django_db
COUNTS = (0, 1, 7, 12)


def everybody(hall):
    """One actor of every role, each in the nearest relation to the lot that is not a bidder's own."""
    near = {
        Role.OWNER: hall.one.owner.actor,
        Role.SUPERVISOR: hall.one.supervisor.actor,
        Role.OFFICER: hall.one.seats[0].party.actor,
    }
    found = [ANONYMOUS]
    for role in Role:
        found.append(
            near.get(role)
            or Actor(
                person=None, organisation=hall.one.owner.id, roles=frozenset({role}), powers=frozenset(Power)
            )
        )
    return found


def asked(question):
    try:
        return json.dumps(question(), default=str)
    except DomainError as refusal:
        return f"{refusal.code} {refusal.message} {refusal.data}"


def seen(hall):
    """Every answer of every public question, to everybody, as one text without what is random or the hour."""
    lot = hall.lot.pk
    answers = []
    for actor in everybody(hall):
        answers += [
            asked(lambda: vars(public.opening_seen(lot))),
            asked(lambda actor=actor: public.opening_record(lot, actor)),
            asked(lambda actor=actor: public.closed_set(lot, actor)),
            asked(lambda actor=actor: [row.edition for row in public.bundles(lot, actor)]),
            asked(lambda: public.releases_seen(lot, 0)),
            asked(lambda actor=actor: public.own_bids(lot, actor)),
        ]
    return answers


def test_before_the_deadline_no_answer_differs(caplog):
    halls = [build.hall()]
    halls += [build.hall(beside=halls[0]) for _ in COUNTS[1:]]
    for hall in halls:
        hall.bidder(12)
    with caplog.at_level(logging.DEBUG):
        for hall, count in zip(halls, COUNTS, strict=True):
            for number in range(1, count + 1):
                hall.bid(number)
            hall.cut()
            services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)
    halls[0].before_close(minutes=10)
    halls[0].clock.cut()

    answers = [seen(hall) for hall in halls]

    assert all(one == answers[0] for one in answers)
    assert {Notice.objects.filter(tender=hall.lot.tender).count() for hall in halls} == {1}
    bidders = {handed.party.organisation.pk for hall in halls for handed in hall.handed}
    told = Outbox.objects.filter(
        event__in=["receipt_given", "bid_replaced", "bid_withdrawn", "opening_started"]
    )
    members = {handed.party.actor.person for hall in halls for handed in hall.handed}
    assert all(row.person_id in members or row.organisation_id in bidders for row in told)
    for hall in halls:
        for handed in hall.handed:
            assert handed.party.organisation.code not in caplog.text
            assert handed.bid.ev not in caplog.text


def test_the_log_does_not_count_bids(kept):
    """A8: each checkpoint grows by eight, heartbeats included; seven bids in one look like none."""
    first = kept(build.hall)
    for number in range(1, 8):  # the firms are enrolled long before they bid
        first.bidder(number)
    first.cut()
    growths = []
    for count in (0, 1, 7):
        hall = build.hall(beside=first)
        before = Checkpoint.objects.order_by("-size").first().size
        for number in range(1, count + 1):
            hall.bid(number)
        hall.cut()
        growths.append(Checkpoint.objects.order_by("-size").first().size - before)

    assert growths == [8, 8, 8]


def test_receipts_carry_no_running_number(kept):
    hall = kept(build.hall)
    hall.bids(7)

    codes = list(Receipt.objects.order_by("issued_at").values_list("code", flat=True))

    assert all(code_read(code) == code for code in codes)
    assert codes != sorted(codes) or codes != sorted(codes, reverse=True)
    for receipt in Receipt.objects.all():
        body = json.loads(receipt.signed)["body"]
        assert set(body) == {
            "v",
            "suite",
            "policy",
            "kind",
            "ev",
            "bid",
            "r",
            "link",
            "sigs",
            "leaf",
            "note",
            "path",
            "tokens",
        }


@pytest.mark.parametrize("count", [0, 1, 2])
def test_after_too_few_bids_nothing_ever_differs(count, kept):
    """Fewer than three: the same state, reason, notice and silence for none, one and two, for good."""
    hall = kept(build.hall)
    hall.bids(count)
    hall.close()

    shown = public.opening_seen(hall.lot.pk)

    assert (shown.state, shown.reason, shown.set_root) == (OpeningState.FAILED, "too-few-bids", "")
    notice = Notice.objects.filter(kind="failure").get()
    text = str(notice.__dict__)
    for handed in hall.handed:
        assert handed.party.organisation.name not in text
        assert handed.party.organisation.code not in text
    for actor in everybody(hall):
        with pytest.raises(NotPermitted):
            public.closed_set(hall.lot.pk, actor)
        with pytest.raises(NotPermitted):
            public.opening_record(hall.lot.pk, actor)
    with pytest.raises(NotPermitted):
        public.releases_seen(hall.lot.pk, 0)


def test_a_bidder_sees_its_own_bid_and_no_other(kept):
    hall = kept(build.hall)
    hall.bids(3)

    for handed in hall.handed:
        own = public.own_bids(hall.lot.pk, handed.party.actor)
        assert [row.ev for row in own] == [handed.bid.ev]
        assert own[0].counts
        assert own[0].in_set is None


def test_a_receipt_is_read_whole_by_its_own_firm_only(kept):
    hall = kept(build.hall)
    hall.bids(2)
    mine, rival = hall.handed
    code = Receipt.objects.get(ev=mine.bid.ev).code

    assert public.own_receipt(code, mine.party.actor).ev == mine.bid.ev
    for actor in (rival.party.actor, hall.one.owner.actor, ANONYMOUS):
        with pytest.raises(DomainError):
            public.own_receipt(code, actor)


def test_upload_ids_and_refusals_tell_a_rival_nothing(kept):
    hall = kept(build.hall)
    hall.bids(1)
    upload = hall.handed[0].bid.upload
    rival = hall.bidder(2)

    one = asked(lambda: services.parts_held(upload_id=upload.pk, actor=rival.actor))
    other = asked(lambda: services.parts_held(upload_id=hall.lot.pk, actor=rival.actor))

    assert one == other
