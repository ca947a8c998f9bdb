"""What a bidder’s device needs to seal for a lot: T and its words, limits, keys that count, the bid that counts."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Organisation
from accounts.selectors import active_spkis
from bidding import policies
from bidding.models import Bid, Opening, SealCheck
from bidding.models.bids import LIVE
from bidding.selectors import lots
from bidding.selectors.desk import MARGIN, LotDesk, TenderDesk, tender_desk
from bidding.selectors.set_proof import holders, standing_receipts
from bidding.states import OBJECTABLE, BidState, OpeningState
from kernel.errors import NotPermitted
from kernel.policies import require
from protocol.words import words
from trading.models import Lot
from trading.selectors.public import lot_by_number
from trading.selectors.values import lot_values

API = "/api/v1/bidding/"
SEAL_STEPS = (
    ("receipt", gettext_noop("Your receipt is signed by the platform and stands in the log in time")),
    ("log", gettext_noop("The close stands in the log, in a checkpoint the time sources have stated")),
    ("close", gettext_noop("The close is of this lot’s T and signed by the platform")),
    ("continues", gettext_noop("The log continues the one your receipt was given in")),
    ("root", gettext_noop("The root of the closed set is that of the bids it lists")),
    ("own", gettext_noop("Your own bid is in that list")),
)
"""What a bidder's device checks at the seal check, in the order of ``static/js/verify/own_seal.js`` (A12)."""


@dataclass(frozen=True)
class SealPage:
    """One lot for one bidder: the frame of the page, whom one seals to, and what the script works with."""

    tender: TenderDesk
    desk: LotDesk
    organisation: Organisation
    policy: Mapping[str, Any]
    envelopes: Sequence[Mapping[str, Any]]
    factor: bool
    remedy: str
    data: Mapping[str, Any]

    @property
    def lot(self) -> Lot:
        """The lot."""
        return self.desk.lot

    @property
    def fields_link(self) -> str:
        """The fields of the opening line as this lot asks for them, to be saved for the offline tool."""
        data = json.dumps(line_fields(self.lot, self.organisation), ensure_ascii=False, indent=1)
        return "data:application/json;base64," + base64.b64encode(data.encode("utf-8")).decode("ascii")

    @property
    def live(self) -> bool:
        """Whether a bid counts now which this one would replace."""
        return self.desk.has_live


def seal_page(number: str, actor: Actor, at: datetime) -> SealPage:
    """The page of a published lot; NotPermitted for whoever may not seal for their organisation."""
    lot = lot_by_number(number)
    require(policies.may_seal(actor, _organisation(actor)))
    return _page(lot, actor, at)


def _organisation(actor: Actor) -> UUID:
    if actor.organisation is None:
        raise NotPermitted("not_permitted", _("A bid may be touched by its own organisation only."))
    return actor.organisation


def _page(lot: Lot, actor: Actor, at: datetime) -> SealPage:
    terms = lots.terms(lot)
    tender = tender_desk(lot.tender, actor, at)
    desk = next(row for row in tender.lots if row.lot.pk == lot.pk)
    organisation = Organisation.objects.get(pk=_organisation(actor))
    return SealPage(
        tender=tender,
        desk=desk,
        organisation=organisation,
        policy=policy_box(lot),
        envelopes=terms.body["envelopes"],
        factor=terms.body["factor"] == "required",
        remedy=terms.body["remedy"],
        data=_data(lot, terms, organisation, desk, actor),
    )


def policy_box(lot: Lot) -> dict[str, Any]:
    """Officers and T as the component ``policy.html`` draws them."""
    values = lot_values(lot)
    chinese = (get_language() or "zh-hans").startswith("zh")
    officers = values["officers"]
    address = settings.PUBLIC_URL.rstrip("/") + reverse("portal:notice", args=[lot.tender.number])
    return {
        "digest": lot.policy,
        "words": words(bytes.fromhex(lot.policy), "zh" if chinese else "en"),
        "words_lang": "zh-Hans" if chinese else "en",
        "qr_text": f"{address}#T={lot.policy}",
        "n": values["n"],
        "t": values["t"],
        "organisations": len({row["organisation"] for row in officers}),
        "secret": values["offline_secret"],
        "officers": [
            {
                **row,
                "organisation": row["organisation"] if chinese else row["organisation_en"],
                "status": {"word": _("key proven"), "kind": "done"},
            }
            for row in officers
        ],
    }


def _data(
    lot: Lot, terms: lots.Terms, organisation: Organisation, desk: LotDesk, actor: Actor
) -> dict[str, Any]:
    """What the script works with: plain values, nothing secret."""
    live = next((row.bid for row in desk.bids if row.bid.counts and row.bid.state in LIVE), None)
    sealed = lots.moment(terms.close_at)
    return {
        "lot": str(lot.pk),
        "number": lot.number,
        "policy": terms.id,
        "policyUrl": reverse("portal-policy", args=[terms.id]),
        "anchorsUrl": reverse("portal-anchors", args=[terms.id]),
        "api": API,
        "org": organisation.code,
        "tenderer": organisation.name,
        "currency": lot.currency,
        "ceiling": f"{lot.ceiling:.2f}" if lot.ceiling is not None else None,
        "closeAt": int(sealed.timestamp() * 1000),
        "countUntil": int((sealed - MARGIN).timestamp() * 1000),
        "replaces": live.ev if live and live_policy(live.ev, terms) else None,
        "live": {"id": str(live.id), "ev": live.ev} if live else None,
        "waiting": waiting(lot, organisation),
        "spkis": sorted(active_spkis(organisation.pk)),
        "database": str(actor.person),
        "receiptUrl": reverse("bidding:receipt", args=["CODE"]),
        "tenderUrl": reverse("bidding:tender", args=[lot.tender.number]),
    }


def line_fields(lot: Lot, organisation: Organisation) -> dict[str, str | int | None]:
    """What ``python -m protocol line`` takes: the line as the seal page offers it, with the lot and its ceiling."""
    return {
        "lot": lot.number,
        "ceiling": f"{lot.ceiling:.2f}" if lot.ceiling is not None else None,
        "tenderer": organisation.name,
        "org": organisation.code,
        "currency": lot.currency,
        "price": "",
        "price_words": "",
        "duration_days": lot.duration_days,
        "quality": lot.quality,
        "manager": "",
        "validity_days": lot.validity_days,
        "notes": "",
    }


def live_policy(ev: str, terms: lots.Terms) -> bool:
    """Whether a bid was sealed under the policy in force: only such a one is replaced by name."""
    return Bid.objects.filter(ev=ev, policy=terms.id).exists()


def waiting(lot: Lot, organisation: Organisation) -> list[dict[str, str]]:
    """Bids which are stored but have no receipt yet: not submitted. Any device of the organisation may fetch it."""
    rows = Bid.objects.filter(lot=lot, organisation=organisation, state=BidState.LOGGED.value)
    return [{"ev": ev, "bid": bid} for ev, bid in rows.values_list("ev", "bid")]


def own_opening(number: str, actor: Actor, at: datetime) -> dict[str, Any]:
    """A bidder's part in the opening: until when its factor is due, its own bid, what its device checks in the set.

    ``mine`` is the last receipt of a bid or of a withdrawal; ``checks`` whether the closed set may be looked at.
    Whoever acts for the bidder may look and check (法36: 投标人或者其推选的代表); what is signed, the factor and an
    objection to the set, takes the power to seal: ``seals``. NotPermitted for everybody else.
    """
    lot = lot_by_number(number)
    own = _organisation(actor)
    require(policies.may_read_own_bid(actor, own))
    page, seals = _page(lot, actor, at), policies.may_seal(actor, own).allowed
    row = Opening.objects.filter(lot=lot).select_related("close").first()
    bid = next((row for row in page.desk.bids if row.bid.in_set), None)
    receipts = standing_receipts(lot, actor.organisation)
    mine = receipts[-1] if receipts else None
    holds = holders(lot, actor.organisation)
    checks = policies.may_check_set(actor, lots.opening_phase(lot), holds).allowed
    checked = SealCheck.objects.filter(bid__ev=bid.bid.ev).first() if bid else None
    objectable = row is not None and OpeningState(row.state) in OBJECTABLE
    objectable = objectable and bool(holds) and (checks or bid is None)
    due = page.factor and row is not None and row.state == OpeningState.FACTOR.value
    place = [lot.tender.number, lot.no]
    data = {
        **page.data,
        "bid": {"id": str(bid.bid.id), "ev": bid.bid.ev} if bid else None,
        "receipts": [one.code for one in receipts],
        "factor": due and seals,
        "checks": checks,
        "checked": checked is not None,
        "setUrl": reverse("bidding:hall-set", args=place),
        "sealUrl": reverse("bidding:hall-seal", args=place),
    }
    return {
        "page": page,
        "opening": row,
        "bid": bid,
        "mine": mine,
        "holds": bool(holds),
        "checks": checks,
        "checked": checked,
        "seals": seals,
        "due": due,
        "objectable": objectable,
        "objects": objectable and policies.may_object(actor, own).allowed,
        "seal_steps": [(name, _(words)) for name, words in SEAL_STEPS],
        "data": data,
    }
