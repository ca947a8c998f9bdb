"""Begin an upload: a place for the parts of one bid, on this device, for this lot."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Upload
from bidding.rules import door
from bidding.selectors import lots
from bidding.states import UploadState
from kernel.errors import Finding, NotPermitted, RuleBroken, StateConflict
from kernel.policies import require
from protocol.sealing import lawful_size
from trading.models import Lot
from trading.states import TAKES_BIDS, LotState

MOST_OPEN = 8
"""Unfinished uploads one organisation may have at a lot: two devices, several tries."""


MOST_DEVICE = 60
"""Characters kept of a device's name."""


@transaction.atomic
def upload_open(
    *, lot_id: UUID, sizes: Mapping[int, int], actor: Actor, at: datetime, device: str = ""
) -> Upload:
    """Open an upload for a bid whose envelopes have these sizes (bytes of ciphertext by envelope).

    ``device`` is what the machine calls itself; another machine of the organisation is told it.

    RuleBroken when the lot is late (proven), when envelopes or sizes are not those the policy allows, or when
    too many uploads are unfinished; StateConflict when the lot takes no bids. An upload is no act of law: it
    leaves no entry, so that the log's growth does not show who is preparing.
    """
    lot = lots.lot_get(lot_id)
    if actor.organisation is None:
        raise NotPermitted("not_permitted", _("A bid may be touched by its own organisation only."))
    lots.bidder_locked(lot, actor.organisation)
    require(policies.may_seal(actor, actor.organisation))
    terms = lots.terms(lot)
    takes_bids(lot, terms)
    _check_sizes(sizes, terms)
    unfinished = Upload.objects.filter(
        lot=lot, organisation=actor.organisation, state=UploadState.UPLOADING.value
    )
    if unfinished.count() >= MOST_OPEN:
        raise RuleBroken(
            "too_many_uploads", _("Too many unfinished uploads; finish or leave one of them first.")
        )
    return Upload.objects.create(
        lot=lot,
        organisation_id=actor.organisation,
        sizes={str(e): size for e, size in sorted(sizes.items())},
        opened_by=actor.person,
        device=device.strip()[:MOST_DEVICE],
        opened_at=at,
    )


def takes_bids(lot: Lot, terms: lots.Terms) -> None:
    """Refuse what is late by proof, and what the lot's state does not allow.

    A clock never makes anybody late: only a time statement from after the deadline does (A3, 20号令27).
    """
    if LotState(lot.state) not in TAKES_BIDS:
        raise StateConflict("no_bids_now", _("This lot takes no bids now."))
    if terms.closed_by_proof():
        finding = Finding(
            "late", _("The deadline has passed; a late bid must be refused."), "20号令27, 实施条例36"
        )
        raise RuleBroken("late", finding.message, [finding])


def _check_sizes(sizes: Mapping[int, int], terms: lots.Terms) -> None:
    """Envelopes are those of the policy; each has a size some padded file has, within the limit."""
    wanted = [row["e"] for row in terms.body["envelopes"]]
    if sorted(sizes) != wanted:
        raise RuleBroken(
            "envelopes", _("A bid has exactly the envelopes of the tender: %(wanted)s."), wanted=wanted
        )
    findings = list(door.size_findings(sizes, limit=terms.body["max_size"]))
    findings += [
        Finding(
            "size_form", _("Envelope %(envelope)s has a size that no sealed file has."), data={"envelope": e}
        )
        for e, size in sorted(sizes.items())
        if not lawful_size(size, terms.body["pad_floor"])
    ]
    if findings:
        raise RuleBroken("sizes", findings[0].message, findings, **findings[0].data)
