"""20号令31: whoever is judged for an undecrypted bid is heard before; the time for it is a rule, and it ends."""

from datetime import timedelta

import pytest

from bidding import services
from bidding.models import Bid, Opening
from bidding.rehearsal import bidders
from bidding.selectors import public
from bidding.selectors.causes import beijing
from bidding.states import BidState
from kernel.errors import NotFound, RuleBroken, StateConflict
from tests import builders_bidding as build
from tests.bidding import test_closed_set as closed_sets

pytestmark = pytest.mark.django_db
FACTOR = build.Panel(t=2, n=3, factor=True)
WINDOW = timedelta(minutes=30)


def one_gave_none():
    """A hall at the reading whose last bidder gave no factor."""
    hall = build.hall(panel=FACTOR)
    hall.bids(4)
    hall.close()
    for handed in hall.handed[:3]:
        bidders.show_factor(hall.one, handed, at=hall.clock.now)
    hall.cut(3)
    hall.check(factors=False)
    hall.reveal(0)
    hall.reveal(1)
    return hall


@pytest.fixture
def silent(kept):
    return kept(one_gave_none)


def ended(hall):
    return Opening.objects.get(lot=hall.lot).factor_until + WINDOW


def decide(hall, handed):
    finding = build.attribution(hall.one, handed.bid.ev, "revoked", "逾时未解密")
    return services.attribution_record(
        lot_id=hall.lot.pk, **finding, actor=hall.one.owner.actor, at=hall.clock.now
    )


def state(hall, handed, text="平台 09:35 无法登录"):
    return services.statement_give(
        bid_id=handed.bid.pk, text=text, paper="", actor=handed.party.actor, at=hall.clock.now
    )


def test_nothing_is_decided_before_the_bidder_could_speak(silent):
    hall, late = silent, silent.handed[3]
    assert hall.clock.now < ended(hall)
    with pytest.raises(RuleBroken) as refused:
        decide(hall, late)

    assert refused.value.code == "statement_window"
    assert refused.value.data["until"] == beijing(ended(hall))
    hall.clock.to(ended(hall))
    with pytest.raises(RuleBroken):
        decide(hall, late)
    hall.clock.after(seconds=1)
    decide(hall, late)
    assert Bid.objects.get(pk=late.bid.pk).state == BidState.REVOKED.value


@pytest.mark.parametrize("said", [True, False])
def test_the_owner_need_not_wait_once_the_bidder_has_spoken_or_has_nothing_to_say(silent, said):
    hall, late = silent, silent.handed[3]
    if said:
        state(hall, late)
    else:
        for _ in range(2):
            services.statement_waive(bid_id=late.bid.pk, actor=late.party.actor, at=hall.clock.now)
    decide(hall, late)

    hall.end()
    record = public.opening_record(hall.lot.pk)
    shown = next(row for row in record["bids"] if row["ev"] == late.bid.ev)
    assert [row["text"] for row in shown["attribution"]["statements"]] == [
        "平台 09:35 无法登录" if said else ""
    ]


def test_a_late_statement_is_told_when_the_time_ended(silent):
    hall, late = silent, silent.handed[3]
    hall.clock.to(ended(hall) + timedelta(seconds=1))
    for act in (
        lambda: state(hall, late),
        lambda: services.statement_waive(bid_id=late.bid.pk, actor=late.party.actor, at=hall.clock.now),
    ):
        with pytest.raises(RuleBroken) as refused:
            act()
        (finding,) = refused.value.findings
        assert (finding.code, finding.field) == ("statement_late", "text")
        assert finding.data["ended"] == beijing(ended(hall))


def test_nobody_speaks_for_another_or_about_an_opened_bid(silent):
    hall, late, opened = silent, silent.handed[3], silent.handed[0]
    with pytest.raises(NotFound):
        services.statement_waive(bid_id=late.bid.pk, actor=opened.party.actor, at=hall.clock.now)
    with pytest.raises(StateConflict):
        state(hall, opened)


def test_who_could_not_know_earlier_has_its_time_from_the_reading(kept):
    """Without a factor nobody knows before the envelopes are open that a bid does not open."""
    hall = kept(build.hall)
    hall.bids(3)
    junk = closed_sets.TestJunk().junk(hall, 4, (1,))
    hall.cut()
    hall.opened()
    hall.clock.after(minutes=20)
    with pytest.raises(RuleBroken):
        decide(hall, junk)
    state(hall, junk, "加密软件的缺陷")
    decide(hall, junk)

    assert Bid.objects.get(pk=junk.bid.pk).state == BidState.REVOKED.value
