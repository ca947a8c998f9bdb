"""The upload protocol: open, ask what is there, put part after part, submit; then fetch the receipt.

For the browser and the offline tool alike. Every call needs a session of a member with the power to seal, and
every change the CSRF token in ``X-CSRFToken``. Refusals are problem documents (RFC 9457). A part is put as a raw
body with its digest in ``Content-Digest`` (RFC 9530); it is hashed and written as it arrives, never held whole.
Putting the same part again is the same as putting it once.

What binds needs a proof of minutes ago (password, code or passkey), as on every page: ``not_proven`` names where to
give it. Who gave it when the upload began, or went on, need not give it again when its last part has arrived hours
later: the proof is kept in this session for this upload.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Router, Schema, Status
from ninja.utils import check_csrf
from pydantic import Field

from accounts.middleware import actor, proven_now
from bidding import arriving, services
from bidding.models import Bid, Upload
from bidding.rules import door
from bidding.selectors import lots, public
from bidding.services.receipt_fetch import NOT_YET
from kernel import clock
from kernel.errors import NotPermitted, RuleBroken, StateConflict, Unavailable

_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")

ASK_AGAIN_S: Final = 2
"""Seconds after which to ask for a receipt again: hundreds ask near a deadline, and the log is cut each second."""
PROOF_CARRIES_S: Final = 12 * 60 * 60
"""Seconds for which a proof given at an upload's beginning carries to its end: one working day."""
_PROVEN: Final = "proven_uploads"


def member(request: HttpRequest) -> bool:
    """Whoever calls is signed in, and what changes something comes from our own pages."""
    if check_csrf(request):
        raise NotPermitted("csrf_failed", _("The page is too old. Load it again and repeat."))
    if request.user.is_anonymous:
        raise NotPermitted(
            "signed_out",
            _("You are signed out. Sign in again; nothing sent is lost."),
            remedy=reverse("account_login"),
        )
    return True


def proven(request: HttpRequest, upload_id: UUID | None = None) -> bool:
    """Whether a binding act may pass: proven minutes ago, or, for this upload, when it was begun."""
    given = request.session.get(_PROVEN, {}).get(str(upload_id), 0)
    return clock.now().timestamp() - given < PROOF_CARRIES_S or proven_now(request)


def prove(request: HttpRequest, upload_id: UUID | None = None) -> None:
    """Refuse a binding act nobody has proved to be theirs; the answer names where to do so, then it passes."""
    if not proven(request, upload_id):
        raise NotPermitted(
            "not_proven",
            _("Prove first that it is you: with password, code or passkey. Nothing sent is lost."),
            remedy=reverse("account_reauthenticate"),
        )


def carry(request: HttpRequest, upload_id: UUID) -> None:
    """Keep a fresh proof for this upload, and forget those which are over."""
    if proven_now(request):
        now = clock.now().timestamp()
        kept = {key: at for key, at in request.session.get(_PROVEN, {}).items() if now - at < PROOF_CARRIES_S}
        request.session[_PROVEN] = {**kept, str(upload_id): now}


router = Router(auth=member, tags=["bids"])


class Sizes(Schema):
    """Bytes of ciphertext by envelope: {"sizes": {"0": 4168, "1": 8396856}}."""

    sizes: dict[int, int] = Field(min_length=1, max_length=8)
    device: str = Field("", max_length=200)


class Signed(Schema):
    """A signed object of docs/protocol.md: its body and the signatures over it."""

    body: dict[str, Any]
    signatures: list[dict[str, Any]] = Field(min_length=1, max_length=4)


class UploadSeen(Schema):
    """Where an upload stands: what was announced, how many parts that makes, which are stored."""

    id: UUID
    lot: UUID
    state: str
    sizes: dict[str, int]
    parts: dict[str, int]
    held: dict[str, list[int]]
    proven: bool


class ProofSeen(Schema):
    """Whether somebody is signed in here, and has proved minutes ago who it is."""

    signed_in: bool
    proven: bool


class PartSeen(Schema):
    """A stored part."""

    envelope: int
    number: int
    sha256: str
    size: int


class BidSeen(Schema):
    """A bid as its own organisation sees it; ``state`` is ``submitted`` only once there is a receipt."""

    id: UUID
    ev: str
    state: str


@router.get("/proof", response=ProofSeen, auth=None)
def proof(request: HttpRequest) -> dict[str, bool]:
    """What a page asks while its reader proves who it is in another tab."""
    signed_in = request.user.is_authenticated
    return {"signed_in": signed_in, "proven": signed_in and proven_now(request)}


@router.post("/lots/{uuid:lot_id}/uploads", response={201: UploadSeen})
def upload_open(request: HttpRequest, lot_id: UUID, given: Sizes) -> Status[dict[str, Any]]:
    """Open an upload for envelopes of these sizes; who begins it proves who it is."""
    prove(request)
    upload = services.upload_open(
        lot_id=lot_id, sizes=given.sizes, device=given.device, actor=actor(request), at=clock.now()
    )
    carry(request, upload.pk)
    return Status(HTTPStatus.CREATED, upload_seen(request, upload, {int(e): [] for e in upload.sizes}))


@router.get("/uploads/{uuid:upload_id}", response=UploadSeen)
def upload_status(request: HttpRequest, upload_id: UUID) -> dict[str, Any]:
    """Which parts are stored: where an interrupted upload goes on."""
    held = services.parts_held(upload_id=upload_id, actor=actor(request))
    carry(request, upload_id)
    return upload_seen(request, lots.upload_of(upload_id, actor(request)), held)


@router.put("/uploads/{uuid:upload_id}/{int:envelope}/{int:number}", response=PartSeen)
def part_put(request: HttpRequest, upload_id: UUID, envelope: int, number: int) -> Any:
    """Store one part; idempotent."""
    return services.part_put(
        upload_id=upload_id,
        envelope=envelope,
        number=number,
        sha256=digest_of(request),
        pieces=pieces_of(request),
        actor=actor(request),
        at=clock.now(),
    )


@router.delete("/uploads/{uuid:upload_id}", response={204: None})
def upload_leave(request: HttpRequest, upload_id: UUID) -> Status[None]:
    """Leave an upload which is no bid; its parts are forgotten."""
    services.upload_leave(upload_id=upload_id, actor=actor(request), at=clock.now())
    return Status(HTTPStatus.NO_CONTENT, None)


@router.post("/uploads/{uuid:upload_id}/bid", response=BidSeen)
def bid_submit(request: HttpRequest, upload_id: UUID, signed: Signed) -> Bid:
    """Hand in the manifest of a finished upload. Nothing is submitted before its receipt."""
    prove(request, upload_id)
    return services.bid_submit(upload_id=upload_id, **signed.dict(), actor=actor(request), at=clock.now())


@router.post("/bids/{uuid:bid_id}/withdrawal", response=BidSeen)
def bid_withdraw(request: HttpRequest, bid_id: UUID, signed: Signed) -> Bid:
    """Withdraw a bid by its signed withdrawal."""
    prove(request)
    return services.bid_withdraw(bid_id=bid_id, **signed.dict(), actor=actor(request), at=clock.now())


@router.post("/bids/{uuid:bid_id}/factor", response={204: None})
def factor_reveal(request: HttpRequest, bid_id: UUID, signed: Signed) -> Status[None]:
    """Reveal the factors of a bid of the closed set."""
    prove(request)
    services.factor_reveal(bid_id=bid_id, **signed.dict(), actor=actor(request), at=clock.now())
    return Status(HTTPStatus.NO_CONTENT, None)


@router.post("/lots/{uuid:lot_id}/set-objection", response={204: None})
def set_object(request: HttpRequest, lot_id: UUID, signed: Signed) -> Status[None]:
    """Object to the closed set with a receipt that is missing in it."""
    prove(request)
    services.set_object(lot_id=lot_id, **signed.dict(), actor=actor(request), at=clock.now())
    return Status(HTTPStatus.NO_CONTENT, None)


@router.get("/lots/{uuid:lot_id}/bids", response=list[dict[str, Any]])
def own_bids(request: HttpRequest, lot_id: UUID) -> list[dict[str, Any]]:
    """One's own bids at a lot, the newest first: what counts, what has a receipt, what is in the closed set."""
    rows = public.own_bids(lot_id, actor(request))
    return [{**vars(row), "received_at": int(row.received_at.timestamp())} for row in rows]


@router.get("/receipts/{str:ev}")
def receipt(request: HttpRequest, ev: str) -> HttpResponse:
    """The signed receipt of one's own event, as it was signed; 202 says why there is none yet, in words, too."""
    try:
        found = services.receipt_fetch(ev=ev, actor=actor(request), at=clock.now())
    except (StateConflict, Unavailable) as reason:
        if reason.code not in NOT_YET:
            raise
        waiting = {"code": reason.code, "detail": gettext(reason.message)}
        return JsonResponse(waiting, status=HTTPStatus.ACCEPTED, headers={"Retry-After": str(ASK_AGAIN_S)})
    answer = HttpResponse(found.signed, content_type="application/json")
    answer["X-Receipt-Code"] = found.code
    return answer


def upload_seen(request: HttpRequest, upload: Upload, held: dict[int, list[int]]) -> dict[str, Any]:
    """An upload as programs see it."""
    return {
        "id": upload.pk,
        "lot": upload.lot_id,
        "state": upload.state,
        "sizes": upload.sizes,
        "parts": {e: door.part_count(size) for e, size in upload.sizes.items()},
        "held": {str(e): numbers for e, numbers in held.items()},
        "proven": proven(request, upload.pk),
    }


def digest_of(request: HttpRequest) -> str:
    """The SHA-256 the client announces, as hex."""
    found = _DIGEST.fullmatch(request.headers.get("Content-Digest", ""))
    try:
        return base64.b64decode(found.group(1), validate=True).hex() if found else ""
    except binascii.Error:
        return ""


def pieces_of(request: HttpRequest) -> Iterator[bytes | memoryview]:
    """The body as it arrives; a line that drops is a part that did not arrive, whatever the server did."""
    try:
        yield from arriving.pieces(request.META, request.read)
    except (UnreadablePostError, OSError):
        raise RuleBroken(
            "part_damaged", _("The part did not arrive as it was sent; send it again.")
        ) from None
