"""The receipt of a contribution: the platform's signature under its place in the log (docs/protocol.md, 4.3, V17)."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts.models import Organisation
from accounts.selectors import organisation_by_code
from bidding.models import Receipt
from bidding.selectors.clocks import first_stated
from bidding.services.receipt_issue import Office, not_logged, receipt_written
from experts.models import Contribution, Draw
from experts.selectors.draws import DrawChain, draw_get
from experts.services.changes import Entropy
from kernel.errors import DomainError, NotFound, StateConflict, Unavailable


def contribution_receipt(
    *, draw_id: UUID, organisation: UUID | None, at: datetime, random: Entropy = secrets.token_bytes
) -> Receipt:
    """The receipt of what an organisation contributed; the same one for ever. Whose it is, the caller has asked.

    NotFound for who has not contributed; StateConflict ``not_logged`` before the next cut; Unavailable ``not_stated``
    while the time sources are silent; StateConflict ``late`` when they prove that it came after T_close: such a
    contribution does not count, and has no receipt.
    """
    draw = draw_get(draw_id)
    party = Organisation.objects.filter(pk=organisation).first() if organisation else None
    row = _contribution(draw, party.code) if party is not None else None
    if row is None or party is None:
        raise NotFound("contribution", _("Your organisation has not contributed to this draw."))
    known = Receipt.objects.filter(ev=row.entry.ev).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return _given(draw, row, party, at, random)
    except IntegrityError:  # given at this moment by the platform's own round: the same receipt for ever
        return Receipt.objects.get(ev=row.entry.ev)


def contribution_receipts(*, draw_id: UUID, at: datetime) -> int:
    """Give every receipt of a draw that can be given now; how many. What is refused is asked again at the next tick."""
    draw, given = draw_get(draw_id), 0
    done = Receipt.objects.filter(lot=draw.lot_id, kind="contribution").values("entry")
    for row in Contribution.objects.filter(draw=draw).exclude(entry__in=done):
        party = organisation_by_code(row.org)
        if party is None:
            continue  # the platform keeps no receipt of its own
        try:
            contribution_receipt(draw_id=draw.pk, organisation=party.pk, at=at)
        except DomainError:
            continue
        given += 1
    return given


def _contribution(draw: Draw, org: str) -> Contribution | None:
    return Contribution.objects.select_related("entry").filter(draw=draw, org=org).first()


def _given(draw: Draw, row: Contribution, party: Organisation, at: datetime, random: Entropy) -> Receipt:
    leaf = row.entry.leaf_index
    if leaf is None:
        raise not_logged()
    office, chain = Office(draw.lot, at, random), DrawChain(draw)
    checkpoint = first_stated(leaf, office.terms.names, office.terms.k)
    if checkpoint is None:
        raise Unavailable(
            "not_stated", _("The time sources have not yet confirmed this; the receipt follows.")
        )
    if leaf >= chain.clock.n(chain.close_at):
        raise StateConflict(
            "late", _("The time for contributions had passed when this reached the log; it does not count.")
        )
    return receipt_written(office, row.entry, checkpoint, party, draw.header["policy"])
