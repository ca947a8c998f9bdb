"""What every service of a draw begins and ends with: the row locked, the state moved, an event signed and logged."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.selectors import active_spkis
from bidding import store
from bidding.services.signed_events import verified
from experts.models import Draw, DrawPaper, DrawRequest
from experts.models.draws import Origin
from experts.selectors.draws import DrawChain, draw_get
from experts.states.draw import DRAW, DrawAction, DrawState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from kernel.transitions import next_state
from ledger.keys import platform_signer
from ledger.models import Entry
from ledger.services import event_append
from protocol import canonical, hashing, kinds
from protocol.draw import objects
from protocol.draw.case import PAPER_LIMIT
from protocol.errors import NotCanonical

Signatures = Sequence[Mapping[str, Any]]


def draw_locked(draw_id: UUID) -> Draw:
    """The draw, its row locked until the transaction ends; NotFound when there is none."""
    Draw.objects.select_for_update().filter(pk=draw_id).first()
    return draw_get(draw_id)


def draw_moved(draw: Draw, action: DrawAction) -> DrawState:
    """Put the draw into the state an action leads to (not yet saved); StateConflict when it leads nowhere."""
    state = next_state(DRAW, action, DrawState(draw.state))
    draw.state = state.value
    return state


def state_required(draw: Draw, *states: DrawState) -> None:
    """Refuse (StateConflict ``draw_state``) unless the draw stands in one of these states."""
    if DrawState(draw.state) not in states:
        raise StateConflict("draw_state", _("This is not possible in the present state of the draw."))


def subject_of(origin: Origin) -> str:
    """How records of the ledger call a draw, or a panel asked for without one."""
    if isinstance(origin, DrawRequest):
        return f"{origin.lot.number}/naming"
    return f"{origin.lot.number}/draw/{origin.serial}"


def platform_logged(draw: Draw, kind: str, *, at: datetime, beside: Signatures = (), **members: Any) -> Entry:
    """Sign an event of the draw as the platform, and write it into the chain with the signatures ``beside``."""
    body = objects.body(kind, header=draw.t_d, **members)
    signatures = [platform_signer().sign(kind, body), *beside]
    return event_append(kind=kind, body=body, signatures=signatures, chain=draw.chain, at=at)


def party_logged(
    draw: Draw, kind: str, body: Mapping[str, Any], signatures: Signatures, *, at: datetime
) -> Entry:
    """Write a party's event, whose signatures have been checked, into the draw's chain."""
    return event_append(kind=kind, body=dict(body), signatures=signatures, chain=draw.chain, at=at)


def form_checked(kind: str, body: Mapping[str, Any], draw: Draw) -> dict[str, Any]:
    """The body, if it has the form of its kind and names this draw; RuleBroken names the member at fault."""
    value = dict(body)
    try:
        kinds.check_body(kind, value)
        canonical.encode(value)
    except NotCanonical as error:
        raise RuleBroken(
            "malformed", _("This is not a well-formed object: %(reason)s"), reason=str(error)
        ) from error
    if value["header"] != draw.t_d:
        raise RuleBroken("other_draw", _("This was made for another draw. Make it again for this header."))
    return value


def one_signer(kind: str, body: Mapping[str, Any], signatures: Signatures) -> str:
    """The SPKI (hex) of the one signature of a body; NotPermitted when it does not verify, RuleBroken for more."""
    found = verified(kind, body, signatures)
    if len(found) != 1:
        raise RuleBroken("one_signature", _("This carries exactly one signature."))
    return found[0]


def by_supervisor(draw: Draw, kind: str, body: Mapping[str, Any], signatures: Signatures) -> None:
    """Refuse (NotPermitted) unless every signature of this body is by a registered key of the project's supervisor."""
    supervisor = draw.lot.tender.project.supervisor_id
    assert supervisor is not None
    found = verified(kind, body, signatures)
    if not found or not set(found) <= active_spkis(supervisor):
        raise NotPermitted(
            "signature_unknown", _("This must be signed with a registered key of the supervisor.")
        )


def standing_required(chain: DrawChain, entry: Entry) -> None:
    """Refuse (StateConflict ``not_in_log``) until what is answered stands in a checkpoint, stated and witnessed."""
    if not chain.stands(entry):
        raise StateConflict("not_in_log", _("This is not yet in the log. Try again in a few seconds."))


def paper_kept(draw: Draw, data: bytes) -> DrawPaper:
    """Keep a paper of the draw in the store, once; its row, with its hash.

    RuleBroken ``paper_size`` where it is longer than what a verifier reads (protocol 7.2): no header is signed over it.
    """
    if len(data) > PAPER_LIMIT:
        message = _(
            "So many experts make a paper of %(size)s MiB; a verifier reads %(limit)s. Draw from fewer."
        )
        size, limit = (len(data) >> 20) + 1, PAPER_LIMIT >> 20
        raise RuleBroken("paper_size", message, size=size, limit=limit)
    digest = hashing.sha256(data).hex()
    found = DrawPaper.objects.filter(draw=draw, digest=digest).first()
    if found is None:
        path = f"draws/{draw.pk}/{digest}.json"
        store.default().put(path, [data])
        found = DrawPaper.objects.create(draw=draw, digest=digest, path=path, size=len(data))
    return found
