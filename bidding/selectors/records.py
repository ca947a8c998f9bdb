"""The opening record (开标记录): facts as JSON, computed once when the opening ends, then only read."""

from collections.abc import Mapping
from typing import Any

from bidding import opening_line
from bidding.models import (
    Absence,
    Attribution,
    Bid,
    Incident,
    LineConfirmation,
    LineRead,
    Opening,
    OpeningObjection,
    SealCheck,
    SetObjection,
    Statement,
)
from bidding.selectors.causes import evidence_of
from bidding.selectors.chains import LotChain, Placed
from bidding.selectors.contents import Contents
from bidding.selectors.hall_facts import hall_facts
from bidding.selectors.security import readout
from protocol.timerule import Clockwork
from trading.models import Lot

VERSION = "sunlit/opening-record/1"
_LOGGED = frozenset(
    {"close", "factor-end", "release-commit", "release", "result", "absent", "incident", "decision"}
    | {"attribution", "postpone", "set-objection", "factor"}
)
HEARD: Mapping[str, type[SealCheck | LineRead | LineConfirmation]] = {
    "checked": SealCheck,
    "read": LineRead,
    "confirmed": LineConfirmation,
}


def facts_of(lot: Lot, chain: LotChain, opening: Opening) -> dict[str, Any]:
    """Everything the record's page shows, from the ledger; canonical JSON values only."""
    contents = Contents(chain)
    tables = {event.body["e"]: event.body["rows"] for event in chain.of("result")}
    return {
        "v": VERSION,
        "lot": _lot_facts(lot),
        "policy": chain.policy_id,
        "times": _times(chain, opening),
        "set": {
            "root": opening.set_root,
            "close": chain.close.ev if chain.close else "",
            "count": len(chain.set_evs),
        },
        "ceiling": chain.policy["ceiling"],
        "currency": lot.currency,
        "bids": [bid_facts(contents, lot, ev, tables) for ev in chain.set_evs],
        "officers": officer_facts(chain, contents),
        "incidents": _incidents(lot),
        "objections": _objections(lot),
        "spoken": _spoken(lot),
        **hall_facts(lot),
        "events": [event_facts(chain.clock, event) for event in chain.events if event.kind in _LOGGED],
    }


def bid_facts(
    contents: Contents, lot: Lot, ev: str, tables: dict[int, list[dict[str, Any]]]
) -> dict[str, Any]:
    """One row of the read-out: who, each envelope's verdict, the line as written, security, flags, attribution."""
    bid = contents.bids[ev]
    heard = {name: _moment(model, bid) for name, model in HEARD.items()}
    rows = {e: next(row for row in rows if row["bid"] == ev) for e, rows in sorted(tables.items())}
    line, flags = _line(contents, lot, bid, rows.get(0))
    security, more = readout.of_record(lot, bid.organisation_id)
    return {
        "ev": ev,
        "org": bid.organisation.code,
        "tenderer": bid.organisation.name,
        "state": bid.state,
        "verdicts": [{"e": e, "verdict": row["verdict"]} for e, row in rows.items()],
        "line": line,
        "flags": [*flags, *more],
        "security": security,
        "attribution": _attribution(bid),
        **heard,
    }


def _line(
    contents: Contents, lot: Lot, bid: Bid, row: dict[str, Any] | None
) -> tuple[dict[str, Any] | None, list[str]]:
    """The opening line as written, and the codes of what the panel is to look at."""
    if row is None or row["verdict"] != "OPENED":
        return None, []
    line = contents.line(bid.ev, row["seed"])
    if line is None:
        return None, ["not_a_line"]
    found = opening_line.flags(line, org=bid.organisation.code, currency=lot.currency, ceiling=lot.ceiling)
    return {
        "tenderer": line.tenderer,
        "price": f"{line.price:.2f}",
        "price_words": line.price_words,
        "currency": line.currency,
        "duration_days": line.duration_days,
        "quality": line.quality,
        "manager": line.manager,
        "validity_days": line.validity_days,
        "notes": line.notes,
    }, [flag.code for flag in found]


def officer_facts(chain: LotChain, contents: Contents) -> list[dict[str, Any]]:
    """Each officer: when it promised and released what, or its absence, or a share proven wrong."""
    away = {(row.officer, row.envelope): row.reason for row in Absence.objects.filter(lot=chain.lot)}
    rows = []
    for seat in chain.policy["officers"]:
        acts: dict[int, dict[str, Any]] = {}
        for kind in ("release-commit", "release"):
            for event in chain.of(kind):
                if event.body["officer"] == seat["i"]:
                    act = acts.setdefault(event.body["e"], {"e": event.body["e"]})
                    act["committed" if kind == "release-commit" else "released"] = _stated(chain.clock, event)
        rows.append(
            {
                "i": seat["i"],
                "role": seat["role"],
                "org": seat["org"],
                "name": seat["name"],
                "acts": [acts[e] for e in sorted(acts)],
                "absent": [{"e": e, "reason": why} for (i, e), why in sorted(away.items()) if i == seat["i"]],
                "wrong": sorted(ev for ev in chain.set_evs if seat["i"] in _wrong(contents, ev)),
            }
        )
    return rows


def event_facts(clock: Clockwork, event: Placed) -> dict[str, Any]:
    """One line of the log as the record shows it."""
    return {"kind": event.kind, "ev": event.ev, "leaf": event.leaf, "stated": _stated(clock, event)}


def _wrong(contents: Contents, ev: str) -> set[int]:
    envelopes = range(len(contents.chain.policy["envelopes"]))
    return {i for e in envelopes for i in contents.shares(ev, e).wrong}


def _stated(clock: Clockwork, event: Placed) -> int | None:
    """The second at which the event existed at the latest, by the first statement that covers it."""
    covering = [s for s in clock.statements if s.size > event.leaf]
    first = min((s.size for s in covering), default=0)
    return min((s.upper // 1000 for s in covering if s.size == first), default=None)


def _lot_facts(lot: Lot) -> dict[str, Any]:
    project, tender = lot.tender.project, lot.tender
    setup = lot.opening
    parties = {"owner": project.owner, "agency": project.agency, "supervisor": project.supervisor}
    hosts = {"chair": setup.chair, "reader": setup.reader, "recorder": setup.recorder}
    return {
        "number": lot.number,
        "code": lot.code,
        "name": lot.name,
        "tender": str(tender.pk),
        "title": tender.title,
        "hall": setup.hall,
        **{role: party.name if party else "" for role, party in {**parties, **hosts}.items()},
    }


def _moment(model: type[SealCheck | LineRead | LineConfirmation], bid: Bid) -> int | None:
    """When the seal of this bid was checked, its line read, its line confirmed; None where nobody did."""
    at = model.objects.filter(bid=bid).values_list("at", flat=True).first()
    return int(at.timestamp()) if at else None


def _times(chain: LotChain, opening: Opening) -> dict[str, Any]:
    times = chain.times
    return {
        "close_at": times.close_at,
        "n_close": opening.n_close,
        "factor_until": int(opening.factor_until.timestamp()) if opening.factor_until else None,
        "check_until": int(opening.check_until.timestamp()) if opening.check_until else None,
        "open_at": list(times.open_at),
        "closed": int(opening.closed_at.timestamp()) if opening.closed_at else None,
        "revealed": int(opening.revealed_at.timestamp()) if opening.revealed_at else None,
        "recorded": int(opening.recorded_at.timestamp()) if opening.recorded_at else None,
    }


def _attribution(bid: Bid) -> dict[str, Any] | None:
    """未解密原因认定: the finding with the evidence it rests on and the bidder's own words."""
    row = Attribution.objects.filter(bid=bid, entry__isnull=False).select_related("entry").first()
    if row is None or row.entry is None:
        return None
    return {
        "finding": row.finding,
        "reason": row.reason,
        "evidence": row.evidence,
        "by": row.entry.body["by"],
        "window": evidence_of(bid, Opening.objects.select_related("lot").get(lot=bid.lot_id)).facts(),
        "statements": [
            {"at": int(said.at.timestamp()), "text": said.text, "paper": said.paper}
            for said in Statement.objects.filter(bid=bid)
        ],
    }


def _incidents(lot: Lot) -> list[dict[str, Any]]:
    rows = Incident.objects.filter(lot=lot).order_by("begins_at", "at")
    return [
        {
            "code": row.code,
            "from": int(row.begins_at.timestamp()),
            "to": int(row.ends_at.timestamp()),
            "note": row.note,
        }
        for row in rows
    ]


def _objections(lot: Lot) -> list[dict[str, Any]]:
    rows = SetObjection.objects.filter(lot=lot).order_by("at")
    return [
        {
            "at": int(row.at.timestamp()),
            "grounded": row.grounded,
            "corrected": row.answered_by_id is not None,
        }
        for row in rows
    ]


def _spoken(lot: Lot) -> list[dict[str, Any]]:
    """Objections made on the spot with their answers (实施条例44)."""
    rows = OpeningObjection.objects.filter(lot=lot).select_related("organisation").order_by("at")
    return [
        {
            "at": int(row.at.timestamp()),
            "tenderer": row.organisation.name,
            "text": row.text,
            "answer": row.answer,
            "answered": int(row.answered_at.timestamp()) if row.answered_at else None,
        }
        for row in rows
    ]
