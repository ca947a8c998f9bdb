"""Guarantees at the finance desk: number, issuer, sum, days, digest. Whose it is and for which lot is not even read."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop

from accounts.actors import Actor
from bidding.models.security import Guarantee
from bidding.policies.returns import may_check_guarantee
from bidding.policies.security import may_read_money
from bidding.selectors.security_pages.desk import person_name
from bidding.selectors.security_pages.shapes import Word
from bidding.selectors.security_pages.words import FORM_WORDS, GUARANTEE_SHAPES, word_of
from bidding.states.security import GuaranteeState
from kernel.errors import NotFound
from kernel.policies import require

WAITING = (GuaranteeState.REGISTERED.value, GuaranteeState.FAILED.value)
GENUINE = "genuine"


@dataclass(frozen=True)
class Checked:
    """A guarantee as the desk sees it."""

    id: UUID
    kind: str
    number: str
    issuer: str
    amount: Decimal
    currency: str
    valid_from: date
    valid_until: date
    sha256: str
    state: Word
    proposed: bool
    genuine: bool
    reason: str
    maker: str
    mine: bool


def waiting(actor: Actor) -> list[Checked]:
    """Those that wait for people, the oldest first."""
    return [_row(row, actor) for row in _rows(actor).order_by("registered_at")]


def one(guarantee_id: UUID, actor: Actor) -> Checked:
    """One of them; NotFound for every other."""
    row = _rows(actor).filter(pk=guarantee_id).first()
    if row is None:
        raise NotFound("not_here", gettext_noop("There is no such thing, or none you may know of."))
    return _row(row, actor)


def _rows(actor: Actor) -> Any:
    require(may_check_guarantee(actor))
    require(may_read_money(actor))
    return Guarantee.objects.filter(state__in=WAITING).defer("lot", "organisation", "beneficiary", "file_key")


def _row(row: Guarantee, actor: Actor) -> Checked:
    return Checked(
        id=row.pk,
        kind=str(FORM_WORDS[row.form]),
        number=row.number,
        issuer=row.issuer,
        amount=row.amount,
        currency=row.currency,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        sha256=row.file_sha256,
        state=word_of(GuaranteeState(row.state), GUARANTEE_SHAPES),
        proposed=bool(row.verdict) and row.checker is None,
        genuine=row.verdict == GENUINE,
        reason=row.reason,
        maker=person_name(row.maker),
        mine=row.maker is not None and row.maker == actor.person,
    )
