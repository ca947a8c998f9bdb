"""Trust anchors as this platform can give them, for convenience and labelled so.

`origin` is "same-run": whoever verifies with them learns that everything is consistent, not that anybody
independent stands behind it. Anchors that prove more come from the printed notice and the organisations.
"""

from __future__ import annotations

from bidding.selectors.anchors import SAME_RUN, anchors_export
from experts.selectors.draws import anchors_of, bundled, certifiers_of
from kernel.errors import NotFound
from ledger import selectors as ledger
from protocol import canonical
from trading.models import Lot, LotPolicy


def policy_published(digest: str) -> LotPolicy:
    """The signed policy whose T this is; a policy is logged when its lot is published and public from then on."""
    rows = LotPolicy.objects.select_related("lot__tender__project__owner", "lot__tender__project__supervisor")
    row = rows.filter(t=digest).exclude(lot__tender__number="").first()
    if row is None:
        raise NotFound("policy", "There is no published policy with this digest.")
    return row


def policy_file(digest: str) -> bytes:
    """The signed policy as canonical JSON: body and signatures."""
    row = policy_published(digest)
    return canonical.encode({"body": row.body, "signatures": row.signatures})


def anchors_file(digest: str) -> bytes:
    """The anchors for the lot of a published policy, as the platform knows them.

    ``min_t`` is 1 where the opening or a draw of the bundle has one officer: trials alone have that, and every
    verifier says self-attested.
    """
    row = policy_published(digest)
    held = list(bundled([row.lot]).values_list("t", flat=True))
    min_t = min(2, int(row.body["t"]), *held)
    return anchors_export(
        lots=[row.lot],
        registrar=registrar(row.lot),
        origin=SAME_RUN,
        min_t=min_t,
        draws=anchors_of([row.lot]),
        certifiers=certifiers_of([row.lot]),
    )


def registrar(lot: Lot) -> str:
    """The key that signed the latest registration of a bidder's key up to this lot's deadline.

    An installation may change its registrar; the bids of a lot were signed under the one before its deadline.
    """
    entries = ledger.key_entries(["signer-key"])
    entry = entries.filter(at__lte=lot.close_at).last() if lot.close_at else entries.last()
    if entry is None:
        raise NotFound("registrar", "No signing key has been registered yet.")
    return str(entry.signatures[0]["key"])
