"""Hand in a bid: the manifest of a finished upload goes into the ledger. Submitted is it only with a receipt."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import SigningKey
from bidding import policies, store
from bidding.models import Bid, BidEnvelope, Part, Upload
from bidding.rules import door
from bidding.selectors import lots
from bidding.services.signed_events import Signatures, bidder_signed, body_checked, party_event
from bidding.services.store_watch import store_watched
from bidding.services.upload_open import takes_bids
from bidding.states import BID, UPLOAD, BidAction, BidState, UploadAction, UploadState
from kernel.errors import Finding, NotFound, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from protocol import dsse, sealing, setrule
from protocol.hashing import Hasher, sha256


def bid_submit(
    *, upload_id: UUID, body: Mapping[str, Any], signatures: Signatures, actor: Actor, at: datetime
) -> Bid:
    """Check everything a verifier will check of this bid, then log it. The same bid again is the same bid.

    The ciphertext is flushed, read back from the store and hashed before any lock is taken; its parts cannot change
    afterwards. RuleBroken names each fault; StateConflict (``replaced_meanwhile``) says that another device
    of the same organisation was first.
    """
    upload = lots.upload_of(upload_id, actor)
    require(policies.may_seal(actor, upload.organisation_id))
    with store_watched(at=at):
        roots = {} if upload.state == UploadState.COMPLETE.value else _stored_roots(upload)
    return _logged(upload=upload, roots=roots, body=body, signatures=signatures, actor=actor, at=at)


@transaction.atomic
def _logged(
    *,
    upload: Upload,
    roots: Mapping[int, tuple[str, int]],
    body: Mapping[str, Any],
    signatures: Signatures,
    actor: Actor,
    at: datetime,
) -> Bid:
    lots.bidder_locked(upload.lot, upload.organisation_id)
    upload = (
        Upload.objects.select_for_update(of=("self",)).select_related("lot", "organisation").get(pk=upload.pk)
    )
    lot = upload.lot
    require(policies.may_seal(actor, upload.organisation_id))
    manifest = body_checked("bid", body, lot)
    if (known := Bid.objects.filter(upload=upload).select_related("entry").first()) is not None:
        return _same(known, manifest)
    if upload.state != UploadState.UPLOADING.value:
        raise StateConflict(
            "upload_finished", _("This upload is finished; open another one to replace the bid.")
        )
    terms = lots.terms(lot)
    takes_bids(lot, terms)
    spki = bidder_signed(manifest, signatures, organisation=upload.organisation, terms=terms, at=at)
    _check_manifest(upload, manifest, terms, spki, roots)
    before = _stale_set_aside(lots.live_bid(lot, upload.organisation_id, lock=True), lot.policy, at)
    _check_replaces(manifest, before, spki)
    if before is not None:
        before.state = next_state(BID, BidAction.SUPERSEDE, BidState(before.state)).value
        before.ended_at = at
        before.save(update_fields=["state", "ended_at"])
    upload.state = next_state(UPLOAD, UploadAction.COMPLETE, UploadState(upload.state)).value
    upload.completed_at = at
    upload.save(update_fields=["state", "completed_at"])
    entry = party_event(lot, "bid", manifest, signatures, at=at)
    bid = Bid.objects.create(
        lot=lot,
        organisation=upload.organisation,
        entry=entry,
        upload=upload,
        ev=entry.ev,
        policy=lot.policy,
        bid=manifest["bid"],
        signer=manifest["signer"],
        replaces=before,
        received_at=at,
    )
    BidEnvelope.objects.bulk_create(
        BidEnvelope(bid=bid, envelope=row["e"], seed=row["seed"], ct_root=row["ct_root"], size=row["size"])
        for row in manifest["envelopes"]
    )
    return bid


def _same(known: Bid, manifest: Mapping[str, Any]) -> Bid:
    if known.entry.body != dict(manifest):
        raise StateConflict(
            "upload_finished", _("This upload is finished; open another one to replace the bid.")
        )
    return known


def _stored_roots(upload: Upload) -> dict[int, tuple[str, int]]:
    """ct_root and size of each envelope as read back from the store, with every part's digest compared."""
    parts: dict[int, list[Part]] = {int(e): [] for e in upload.sizes}
    for part in upload.parts.order_by("envelope", "number"):
        parts[part.envelope].append(part)
    findings = [
        Finding(
            "parts_missing",
            _("Envelope %(envelope)s is not complete: %(count)s parts are missing."),
            "20号令27",
            field=f"e{e}",
            data={"envelope": e, "count": len(missing)},
        )
        for e, held in parts.items()
        if (missing := door.missing_parts([part.number for part in held], upload.sizes[str(e)]))
    ]
    if findings:
        raise RuleBroken("parts_missing", findings[0].message, findings, **findings[0].data)
    return {e: _read_back(held) for e, held in parts.items()}


def _read_back(parts: list[Part]) -> tuple[str, int]:
    box, hashes, size = store.default(), [], 0
    for part in parts:
        hasher = Hasher()
        try:
            box.flush(part.key)
            for piece in box.read(part.key):
                hasher.update(piece)
        except NotFound as error:
            raise _lost(part) from error
        if hasher.digest().hex() != part.sha256:
            raise _lost(part)
        hashes.append(hasher.digest())
        size += hasher.size
    return sealing.ct_root(hashes).hex(), size


@transaction.atomic
def _lost(part: Part) -> RuleBroken:
    """The refusal for a part the store no longer has; its row goes, so that it can be sent again in its place."""
    held = Upload.objects.select_for_update().get(pk=part.upload_id)
    if held.state == UploadState.UPLOADING.value:
        Part.objects.filter(pk=part.pk).delete()
    return RuleBroken("part_lost", _("The store has lost a part; send the bid again."))


def _check_manifest(
    upload: Upload,
    manifest: Mapping[str, Any],
    terms: lots.Terms,
    spki: str,
    roots: Mapping[int, tuple[str, int]],
) -> None:
    """The bid conforms (6.3), is what was stored, and reuses no seed."""
    signer = sha256(bytes.fromhex(spki)).hex()
    act = setrule.Act("bid", "", 0, manifest, upload.organisation.code, signer, spki)
    if fault := setrule.bid_fault(terms.body, terms.id, act):
        raise RuleBroken("not_conforming", _("The bid does not conform: %(reason)s."), reason=fault)
    for row in manifest["envelopes"]:
        if roots.get(row["e"]) != (row["ct_root"], row["size"]):
            raise RuleBroken(
                "not_as_stored", _("Envelope %(envelope)s is not what was uploaded."), envelope=row["e"]
            )
    seeds = [row["seed"] for row in manifest["envelopes"]]
    if len(set(seeds)) < len(seeds) or BidEnvelope.objects.filter(seed__in=seeds).exists():
        raise RuleBroken("seed_reused", _("A sealing seed was used before; seal the bid again."))


def _stale_set_aside(bid: Bid | None, policy: str, at: datetime) -> Bid | None:
    """The live bid under the policy in force; one sealed under an earlier policy no longer counts."""
    if bid is None or bid.policy == policy:
        return bid
    bid.state = next_state(BID, BidAction.STALE, BidState(bid.state)).value
    bid.ended_at = at
    bid.save(update_fields=["state", "ended_at"])
    return None


def _check_replaces(manifest: Mapping[str, Any], before: Bid | None, spki: str) -> None:
    """``replaces`` names exactly the bid that counts now, signed by the same hand or after a logged key loss."""
    if manifest["replaces"] != (before.ev if before else None):
        raise StateConflict(
            "replaced_meanwhile",
            _("Another bid of your organisation counts now; look at it, and seal again to replace it."),
            counts=before.ev if before else "",
        )
    if before is None or before.signer == sha256(bytes.fromhex(spki)).hex():
        return
    if not same_hand(before, spki):
        raise RuleBroken(
            "other_key", _("A bid signed with another key can be replaced only after a logged key loss.")
        )


def same_hand(bid: Bid, spki: str) -> bool:
    """Whether this key may act on a bid signed by another one: the old one is lost, and this is its successor."""
    old = dsse.signer_spki(bid.entry.signatures[0]).hex()
    if old == spki:
        return True
    lost = (
        SigningKey.objects.filter(spki=old, organisation_id=bid.organisation_id)
        .select_related("successor")
        .first()
    )
    return lost is not None and lost.successor is not None and lost.successor.spki == spki
