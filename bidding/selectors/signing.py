"""Who signs an opening record, what exactly is signed, and whose signature still stands under it.

What is signed is the record without what comes after or beside it: the ledger's own moments, the signatures,
the reasons of missing ones, the supervisor's notes, and the confirmations of lines, each of which is an entry of
its own: the supervisor may note something after everybody has signed, and makes nobody sign again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from accounts.actors import Actor
from accounts.models import Organisation
from bidding.models import Opening, RecordSignature, SeatVacancy
from bidding.selectors.chains import LotChain
from bidding.selectors.records import facts_of
from bidding.states import SIGNING, HostSeat
from protocol import canonical
from protocol.hashing import sha256
from trading.models import Lot

KIND: Final = "record-signature"
VERSION: Final = "sunlit/record-signature/1"
BESIDE: Final = frozenset({"events", "notes", "signatures", "vacancies", "signed"})
"""Members of the record's facts which no signature covers."""


@dataclass(frozen=True)
class SeatState:
    """One seat: whether its signature is asked for, who has signed, whether that still stands, or why not."""

    seat: HostSeat
    needed: bool
    signature: RecordSignature | None
    outdated: bool
    vacancy: SeatVacancy | None

    @property
    def open(self) -> bool:
        """Whether the record still waits for this seat."""
        return self.needed and self.vacancy is None and (self.signature is None or self.outdated)


def signed_part(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the record's facts that the seats sign; anybody computes it from the published record."""
    kept = {name: value for name, value in facts.items() if name not in BESIDE}
    kept["times"] = {name: value for name, value in facts["times"].items() if name != "recorded"}
    kept["bids"] = [{name: row[name] for name in row if name != "confirmed"} for row in facts["bids"]]
    kept["officers"] = [
        {**row, "acts": [{"e": act["e"], "acts": sorted(set(act) - {"e"})} for act in row["acts"]]}
        for row in facts["officers"]
    ]
    return kept


def digest_of(facts: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of the canonical part that is signed."""
    return sha256(canonical.encode(signed_part(facts))).hex()


def record_digest(lot: Lot) -> str:
    """The digest of the record as it stands now."""
    return digest_of(facts_of(lot, LotChain(lot), Opening.objects.get(lot=lot)))


def signature_body(lot: Lot, seat: HostSeat, actor: Actor, digest: str) -> dict[str, Any]:
    """What this person signs from this seat; the caller has asked whether they act for an organisation."""
    assert actor.organisation is not None
    organisation = Organisation.objects.get(pk=actor.organisation)
    return {
        "v": VERSION,
        "lot": lot.number,
        "policy": lot.policy,
        "seat": seat.value,
        "org": organisation.code,
        "name": actor.name,
        "record": digest,
    }


def seats_of(lot: Lot, digest: str) -> list[SeatState]:
    """Every seat with its state under the record of this digest."""
    rows = RecordSignature.objects.filter(lot=lot).select_related("organisation", "person").order_by("at")
    signed = {row.seat: row for row in rows}
    signed |= {row.seat: row for row in rows if row.digest == digest}
    vacancies = {row.seat: row for row in SeatVacancy.objects.filter(lot=lot)}
    return [
        SeatState(
            seat=seat,
            needed=seat in SIGNING,
            signature=signed.get(seat.value),
            outdated=seat.value in signed and signed[seat.value].digest != digest,
            vacancy=vacancies.get(seat.value),
        )
        for seat in HostSeat
    ]
