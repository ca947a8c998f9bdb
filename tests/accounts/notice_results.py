"""What is told once the panel has reported: each his own part, in the same moment, and nobody another's scores."""

from collections.abc import Iterator
from datetime import timedelta

from bidding.services.validity_watch import validities_watch
from tests.accounts.notice_worlds import Act, quiet
from tests.bidding.results.test_after_award import send
from tests.bidding.results.world import opened
from trading.selectors import valid_until
from trading.services import publicity


def results_world() -> Iterator[Act]:
    """Report, publicity, award, written report, and the alarm of a validity that ends."""
    of = opened()
    owner = {"owner": {of.hall.one.owner.organisation.pk}}
    bidders = {of.bidder(number).organisation.pk for number in range(1, 6)}
    names = tuple(of.bidder(number).organisation.name for number in range(1, 6))
    quiet()
    of.receive()
    yield Act("report_handed", owner, (*names, "94.50"))
    quiet()
    validities_watch(at=valid_until(of.lot) - timedelta(days=20))
    yield Act("validity_ending", {**owner, "bidders_in_set": bidders}, names)
    of.receipt()
    quiet()
    shown = of.publish()
    yield Act("report_received", {"bidders": bidders}, (*names, "94.50", "27.31"))
    of.to(shown.until_at)
    publicity.publicities_end(at=of.now)
    of.draft()
    quiet()
    award = of.sign_award()
    yield Act("award_made", {"bidder": {award.winner_id}}, (*names[1:], "39.00"))
    quiet()
    of.fall(1)
    yield Act("candidate_fell", {"bidder": {award.winner_id}}, names[1:])
    of.draft(2)
    quiet()
    award = of.sign_award()
    yield Act("award_not_made", {"bidder": bidders - {award.winner_id}}, (names[0], *names[2:], "27.31"))
    quiet()
    send(of)
    yield Act("written_report_sent", {"supervisor": {of.hall.one.supervisor.organisation.pk}}, names)
