"""The supervisor's note on an attribution or another exception: written while it watches, read in the record."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import Organisation
from accounts.rules.words import said
from bidding import policies
from bidding.models import SupervisorNote
from bidding.rules.notes import NoteAbout
from bidding.selectors import lots
from bidding.selectors.hall_log import PHASED, phase_of
from bidding.selectors.notes import notable
from bidding.states import OpeningState
from kernel.errors import Finding, NotPermitted, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append

MOST: Final = 2000
"""Characters of a note."""


@transaction.atomic
def note_enter(
    *, lot_id: UUID, about: NoteAbout, bid_ev: str, text: str, actor: Actor, at: datetime
) -> SupervisorNote:
    """Add the supervisor's words to the record of an opening; the same words about the same thing are one note.

    ``bid_ev`` names the bid where the note is about an attribution, else "". StateConflict ``no_note_now`` before
    the decryption phase has ended and after the record is closed; RuleBroken at ``about`` for a bid that has no
    attribution, drafted or signed.
    """
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    require(policies.may_note(actor, lot.tender.project.supervisor_id))
    if actor.organisation is None:
        raise NotPermitted(
            "not_permitted", _("Only the supervisor of this tender notes something in its record.")
        )
    if phase_of(opening) not in PHASED - {OpeningState.RECORDED}:
        message = _(
            "A note stands in the record: it is written between the end of the decryption phase and the closing of the "
            "record. After that, give an order to the owner."
        )
        raise StateConflict("no_note_now", message)
    bid = notable(lot).get(bid_ev) if about is NoteAbout.ATTRIBUTION else None
    if about is NoteAbout.ATTRIBUTION and bid is None:
        message = _(
            "There is no attribution of this bid yet. Choose another matter, or wait for the owner's draft."
        )
        raise RuleBroken("note_about", "", [Finding("note_about", message, field="about")])
    facts = {"about": about.value, "text": said(text, MOST, "text"), "by": actor.name}
    known = SupervisorNote.objects.filter(lot=lot, bid=bid, **facts).first()
    if known is not None:
        return known
    of = Organisation.objects.get(pk=actor.organisation).name
    data = {**facts, "bid": bid.ev if bid else "", "of": of}
    entry = record_append(name="supervisor-note", subject=lot.number, data=data, actor=actor.key, at=at)
    return SupervisorNote.objects.create(lot=lot, bid=bid, of=of, entry=entry, at=at, **facts)
