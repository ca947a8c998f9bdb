"""One's own receipt with the facts a printed page needs."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from bidding.models import Receipt
from bidding.selectors.desk import said
from bidding.selectors.lots import moment
from bidding.selectors.public import own_receipt


@dataclass(frozen=True)
class ReceiptSeen:
    """A receipt as its own organisation sees it."""

    code: str
    digest: str
    issued_at: datetime
    stated_at: datetime
    kind: str
    title: str
    number: str
    tender_number: str
    ev: str
    leaf: int
    size: int
    counts: bool
    signed: str
    policy: str


def receipt_seen(code: str, actor: Actor) -> ReceiptSeen:
    """The receipt of this code, for its own organisation only; NotFound otherwise."""
    row = own_receipt(code, actor)
    row = Receipt.objects.select_related("lot__tender", "entry").get(pk=row.pk)
    body = row.entry.body
    words = {
        "bid": _("Bid submitted"),
        "withdraw": _("Bid withdrawn"),
        "factor": _("Decryption factor given"),
        "seed": _("Seed given"),
        "set-objection": _("Objection to the closed set"),
        "contribution": _("Contribution to the draw of the experts"),
    }
    return ReceiptSeen(
        code=row.code,
        digest=row.digest,
        issued_at=row.issued_at,
        stated_at=moment(int(row.entry.at.timestamp())),
        kind=words.get(row.kind, row.kind),
        title=said(row.lot.tender, "title"),
        number=row.lot.number,
        tender_number=row.lot.tender.number,
        ev=row.ev,
        leaf=int(row.entry.leaf_index or 0),
        size=sum(envelope["size"] for envelope in body.get("envelopes", [])),
        counts=row.kind == "bid",
        signed=row.signed,
        policy=json.loads(row.signed)["body"]["policy"],
    )
