"""Those who conduct the opening of a rehearsed lot: the owner chairs, the trading centre records and witnesses."""

from datetime import datetime

from accounts.states import OrganisationKind, Role
from bidding import services
from bidding.models import Opening
from bidding.rehearsal.parties import Party, Registry
from bidding.rehearsal.tenders import Published
from bidding.selectors.shortage import few_opened
from bidding.selectors.signing import KIND, record_digest, signature_body
from bidding.states import HostSeat

CENTRE = "预演市公共资源交易中心"
RECORDER = "开标记录员"
WITNESS = "开标见证员"
CLAUSE = "21.3"


def seats(one: Published, registry: Registry, *, at: datetime) -> dict[HostSeat, Party]:
    """Who sits where."""
    centre = registry.party(CENTRE, OrganisationKind.CENTRE, at=at)
    return {
        HostSeat.CHAIR: one.owner,
        HostSeat.RECORDER: registry.staff(centre, Role.WITNESS, RECORDER, at=at),
        HostSeat.WITNESS: registry.staff(centre, Role.WITNESS, WITNESS, at=at),
    }


def sign(one: Published, registry: Registry, *, at: datetime) -> None:
    """Each of them reads the record and signs it with its own key; first the chair says what too few opened means."""
    if few_opened(Opening.objects.select_related("lot", "close").get(lot=one.lot)):
        services.few_confirm(
            lot_id=one.lot.pk, clause=CLAUSE, goes_on=True, reason="", actor=one.owner.actor, at=at
        )
    for seat, party in seats(one, registry, at=at).items():
        body = signature_body(one.lot, seat, party.actor, record_digest(one.lot))
        signature = party.signer.sign(KIND, body)
        services.record_sign(
            lot_id=one.lot.pk, seat=seat, body=body, signatures=[signature], actor=party.actor, at=at
        )
