"""A guarantee as its own bidder sees it, and as owner and supervisor do after the opening."""

from collections.abc import Iterator
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from bidding import security_files
from bidding.models.security import Guarantee
from bidding.policies.security import may_read_own_security
from bidding.selectors.security_pages.shapes import Bond
from bidding.selectors.security_pages.words import FORM_WORDS, GUARANTEE_SHAPES, defect_words, word_of
from bidding.states.security import GuaranteeState
from kernel.errors import NotFound
from trading.models import Lot
from trading.selectors.law import valid_until
from trading.selectors.public import lot_by_number


def bond(row: Guarantee, lot: Lot) -> Bond:
    """A guarantee as its own bidder sees it."""
    return Bond(
        id=row.pk,
        kind=str(FORM_WORDS[row.form]),
        number=row.number,
        issuer=row.issuer,
        beneficiary=row.beneficiary,
        amount=row.amount,
        currency=row.currency,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        state=word_of(GuaranteeState(row.state), GUARANTEE_SHAPES),
        defects=[*defect_words(row.defects), *_refused(row)],
        ends_early=row.valid_until < valid_until(lot).date() and row.state != GuaranteeState.RELEASED.value,
    )


def own_guarantee(number: str, guarantee_id: UUID, actor: Actor) -> Guarantee:
    """One's own guarantee for a lot; NotFound for everybody else's, as for one there is not."""
    lot = lot_by_number(number)
    row = Guarantee.objects.filter(pk=guarantee_id, lot=lot, organisation=actor.organisation).first()
    if row is None or not may_read_own_security(actor, row.organisation_id).allowed:
        raise NotFound("not_here", _("There is no such thing, or none you may know of."))
    return row


def guarantee_pieces(row: Guarantee) -> Iterator[bytes]:
    """Its bytes, in pieces."""
    return security_files.store().pieces(row.file_sha256)


def _refused(row: Guarantee) -> list[str]:
    """Why a guarantee does not hold, beyond what its own words say."""
    if row.state != GuaranteeState.FAILED.value:
        return []
    return [
        " ".join(
            [_("The issuer did not confirm it. Ask the issuer, then hand in another."), row.reason]
        ).strip()
    ]
