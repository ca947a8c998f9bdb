"""What would be published now: the notice in both languages, each lot's policy with its T. Changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from protocol import dsse
from protocol.errors import ProtocolError
from protocol.words import short, words
from trading.models import Lot, Tender
from trading.rules.notices import Content
from trading.services.policy_body import lot_policy_body
from trading.services.tender_publish import notice_content


@dataclass(frozen=True)
class Planned:
    """The policy a lot would have: its body and T in hexadecimal."""

    lot: Lot
    body: dict[str, Any]
    t: str

    @property
    def words_zh(self) -> dict[str, list[str]]:
        """T in Chinese words."""
        return self.said("zh")

    @property
    def words_en(self) -> dict[str, list[str]]:
        """T in English words."""
        return self.said("en")

    def said(self, language: str) -> dict[str, list[str]]:
        """T as 24 words for print and 12 for reading aloud, ``zh`` or ``en``."""
        raw = bytes.fromhex(self.t)
        return {"long": words(raw, language), "short": short(raw, language)}


def planned_lots(tender: Tender) -> list[Lot]:
    """The lots of a draft whose opening is set up: only they can have a policy."""
    lots = list(tender.lots.select_related("opening").order_by("no"))
    for lot in lots:
        lot.tender = tender
    return [lot for lot in lots if hasattr(lot, "opening")]


def policies_planned(tender: Tender, at: datetime) -> list[Planned]:
    """The policies as they would be signed at ``at``; a lot whose facts are not complete yet is left out."""
    found = []
    for lot in planned_lots(tender):
        try:
            body = lot_policy_body(lot, at=at)
            found.append(Planned(lot, body, dsse.event_id("policy", body).hex()))
        except ProtocolError:
            continue
    return found


def notice_preview(tender: Tender) -> Content | None:
    """The tender notice as it would read, but for its number; None while a lot has no opening."""
    lots = planned_lots(tender)
    return notice_content(tender, lots) if lots and len(lots) == tender.lots.count() else None
