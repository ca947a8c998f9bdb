"""What a payer of bid security is told: booked, from the wrong account, in doubt, paid back, a guarantee about to end."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from bidding.services import security as services
from tests.accounts.notice_worlds import Act, quiet
from tests.bidding.security.paying import due, paid_out, sent
from tests.bidding.security.test_guarantees import given
from tests.bidding.security.worlds import world


def securities_world() -> Iterator[Act]:
    """Each act tells its own payer alone, without tender, lot or anybody else."""
    of = world()
    first, second = of.sub(1), of.sub(2)
    hidden = (
        of.lot.number,
        of.lot.tender.number,
        of.lot.tender.title,
        second.organisation.name,
        second.number,
    )
    payer = {"payer": {first.organisation_id}}
    quiet()
    of.take(of.pay(first, payer="某自然人", payer_account="6222020000000001"))
    yield Act("deposit_wrong_payer", payer, hidden)
    quiet()
    of.take(of.pay(first, at=of.now + timedelta(hours=2)))
    yield Act("deposit_booked", payer, hidden)
    quiet()
    of.take(of.pay(first, at=of.now + timedelta(hours=3), amount=Decimal("20000.00")))
    yield Act("deposit_doubt", payer, hidden)
    refunds = due(of)
    sent(of, refunds)
    quiet()
    of.take(paid_out(refunds[0], of))
    yield Act("deposit_refunded", payer, hidden)
    guarantee = given(of, 1)
    quiet()
    services.guarantees_follow(at=of.now + (guarantee.valid_until - of.now.date()) - timedelta(days=7))
    yield Act("guarantee_expiring", payer, hidden)
