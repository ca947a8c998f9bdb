"""The policy of a lot as the owner must sign it, built from rows and never from a form (docs/protocol.md 4.1).

What is signed is compared with this byte for byte at publication, so that the screen, the database and the
seal cannot differ.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from ledger import keys, sources
from protocol import bodies, hashing
from trading import selectors
from trading.models import Addendum, Lot, OfficerSeat, OpeningSetup, Tender
from trading.rules import Times

MIN_CHECKPOINT_S = 60


def seconds(moment: datetime) -> int:
    """A moment as the protocol writes it: whole seconds since 1970, UTC."""
    return int(moment.timestamp())


def times_members(times: Times) -> dict[str, Any]:
    """The moments of a ``postpone`` body, and of a policy but for ``open_at``."""
    return {
        "close_at": seconds(times.close_at),
        "factor_until": seconds(times.factor_until) if times.factor_until else None,
        "check_until": seconds(times.check_until),
        "release_until": seconds(times.release_until),
    }


def trust_members() -> dict[str, Any]:
    """What the installation promises about log, witnesses and time; the anchors may ask for more."""
    configured = sources.configured_sources()
    witnesses = [witness.policy_witness() for witness in sources.configured_witnesses()]
    time_sources = [source.policy_source() for source in configured]
    return {
        "log": {"origin": settings.LOG_ORIGIN, "vkeys": [keys.log_vkey()]},
        "witnesses": witnesses,
        "witness_quorum": len({row["org"] for row in witnesses}),
        "time": {"sources": time_sources, "k": max(1, (len(time_sources) + 1) // 2)},
        "min_checkpoint_s": MIN_CHECKPOINT_S,
        "rush_checkpoint_s": settings.RUSH_CHECKPOINT_SECONDS,
    }


def officer_cert_body(seat: OfficerSeat, sig_key: str = "") -> dict[str, Any]:
    """What an officer's organisation signs: this person, of us, with this key, for this lot."""
    lot = seat.lot
    return bodies.body(
        "officer-cert",
        tender=lot.tender.reference,
        lot=lot.code,
        i=seat.i,
        org=seat.organisation.code,
        name=seat.name,
        person=seat.person_ref,
        role=seat.role,
        sig_key=sig_key or seat.sig_key,
    )


def officer_rows(seats: Sequence[OfficerSeat]) -> list[dict[str, Any]]:
    """The officers of a policy, by number."""
    return [
        {
            "i": seat.i,
            "org": seat.organisation.code,
            "name": seat.name,
            "person": seat.person_ref,
            "role": seat.role,
            "kem": "x25519",
            "pk": seat.opening_key,
            "sig_key": seat.sig_key,
            "cert": seat.certificate,
        }
        for seat in seats
    ]


def lot_policy_body(
    lot: Lot,
    *,
    setup: OpeningSetup | None = None,
    addendum: Addendum | None = None,
    rulepack: str = "",
    at: datetime | None = None,
) -> dict[str, Any]:
    """The ``policy`` body of a lot as it stands, or as it will after ``addendum`` (with its ``setup``).

    ``at`` chooses the rule set while the tender is a draft; a published tender keeps its own. ``prev`` is
    the T in force, null for the first. Raises ``NotCanonical`` when a fact has not the protocol's form.
    """
    plan = setup or lot.opening
    times = selectors.setup_times(plan)
    tender = lot.tender
    method = selectors.method_text(lot)
    seats = lot.seats.select_related("organisation").order_by("i")
    return bodies.body(
        "policy",
        tender=tender.reference,
        lot=lot.code,
        prev=lot.policy or None,
        envelopes=[
            {"e": e, "name": row["name"], "open_at": seconds(moment)}
            for e, (row, moment) in enumerate(zip(plan.envelopes, times.open_at, strict=True))
        ],
        t=plan.t,
        officers=officer_rows(list(seats)),
        factor=plan.factor,
        remedy=plan.remedy,
        commit_s=plan.commit_s,
        pad_floor=plan.pad_floor,
        max_size=plan.max_size,
        docs_root=selectors.docs_root(selectors.files_listed(lot, addendum)),
        method=selectors.method_hash(method),
        rulepack=rulepack or rulepack_of(tender, at),
        ceiling=f"{lot.ceiling:.2f}" if lot.ceiling is not None else None,
        min_bids=plan.min_bids,
        **times_members(times),
        **trust_members(),
    )


def rulepack_of(tender: Tender, at: datetime | None) -> str:
    """The rule set a policy names: the tender's own once published, else that of the day."""
    if tender.rulepack:
        return tender.rulepack
    return selectors.rulepack_id(selectors.rules_of(tender, at or tender.created_at))


def postpone_body(lot: Lot, times: Times, reason: str) -> dict[str, Any]:
    """The ``postpone`` body for new times of the policy in force; owner and supervisor sign it."""
    return bodies.body(
        "postpone",
        policy=lot.policy,
        open_at=[seconds(moment) for moment in times.open_at],
        reason=reason,
        **times_members(times),
    )


def addendum_body(lot: Lot, hashes: Sequence[str], note: str) -> dict[str, Any]:
    """The ``addendum`` body of a change which does not affect bids; the owner signs it."""
    return bodies.body("addendum", policy=lot.policy, docs=list(hashes), note=note)


def cancelled_body(lot: Lot, reason: str) -> dict[str, Any]:
    """The ``cancelled`` body of a lot; the owner signs it."""
    return bodies.body("cancelled", policy=lot.policy, reason=reason)


def person_reference(tender: Tender, identity: str) -> str:
    """32 bytes, as hex, equal for equal persons within one tender; keyed, so that nobody can try names."""
    secret = settings.SECRET_KEY.encode()
    return hashing.mac(secret, b"sunlit officer person" + tender.pk.bytes + identity.encode())[:32].hex()
