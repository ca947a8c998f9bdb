"""What the record says of the hall itself: persons present, figures made public, signatures and missing ones."""

from typing import Any

from bidding.models import FewOpened, Figure, Presence, RecordSignature, SeatVacancy, SupervisorNote
from trading.models import Lot


def hall_facts(lot: Lot) -> dict[str, Any]:
    """The members of the record's facts that the people in the hall wrote; canonical JSON values only."""
    return {
        "present": [
            {"role": row.role, "name": row.name, "of": row.of, "at": int(row.at.timestamp())}
            for row in Presence.objects.filter(lot=lot)
        ],
        "figures": [
            {
                "kind": row.kind,
                "value": f"{row.value:.6f}",
                "how": row.how,
                **({"proof": row.proof} if row.proof else {}),
                "at": int(row.at.timestamp()),
            }
            for row in Figure.objects.filter(lot=lot).order_by("at")
        ],
        "few": few_facts(lot),
        "notes": note_facts(lot),
        "signatures": signatures(lot),
        "vacancies": [
            {"seat": row.seat, "reason": row.reason, "by": row.by, "at": int(row.at.timestamp())}
            for row in SeatVacancy.objects.filter(lot=lot).order_by("at")
        ],
    }


def few_facts(lot: Lot) -> dict[str, Any] | None:
    """What was confirmed where fewer bids could be opened than the law asks for."""
    row = FewOpened.objects.filter(lot=lot).first()
    if row is None:
        return None
    return {
        "clause": row.clause,
        "goes_on": row.goes_on,
        "reason": row.reason,
        "at": int(row.at.timestamp()),
    }


def note_facts(lot: Lot) -> list[dict[str, Any]]:
    """The notes as the record keeps them; canonical JSON values only."""
    return [
        {
            "about": row.about,
            "bid": row.bid.ev if row.bid else "",
            "text": row.text,
            "by": row.by,
            "of": row.of,
            "at": int(row.at.timestamp()),
        }
        for row in SupervisorNote.objects.filter(lot=lot).select_related("bid")
    ]


def signatures(lot: Lot) -> list[dict[str, Any]]:
    """The newest signature of each seat, whole, so that anybody can check it against the record."""
    rows = RecordSignature.objects.filter(lot=lot).select_related("organisation").order_by("at")
    newest = {row.seat: row for row in rows}
    return [
        {
            "seat": seat,
            "org": row.organisation.name,
            "at": int(row.at.timestamp()),
            "body": row.body,
            "signature": row.signature,
        }
        for seat, row in sorted(newest.items())
    ]
