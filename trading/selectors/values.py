"""Things as plain values, every field the visibility table knows; ``public`` masks them for an audience."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from protocol import hashing
from trading.models import Addendum, Lot, Notice, OfficerSeat, OpeningSetup, Question, Tender
from trading.rules import objection_until
from trading.selectors.files import documents_current
from trading.selectors.gatherings import media_rows
from trading.selectors.law import calendar, first_close, rules_of, times_in_force, valid_until
from trading.states import AddendumState, ObjectionState, QuestionState


def tender_values(tender: Tender, at: datetime) -> dict[str, Any]:
    """Every field of a tender that the visibility table knows."""
    project = tender.project
    names = (
        *("id", "number", "title", "title_en", "summary", "summary_en", "owner_address", "place", "contact"),
        *(
            "obtain_documents",
            "subject",
            "consortium_allowed",
            "max_lots_won",
            "documents_from",
            "documents_until",
            "questions_until",
        ),
        *(
            "media",
            "note",
            "note_en",
            "state",
            "rulepack",
            "published_at",
            "cancelled_at",
            "created_at",
            "ready_at",
        ),
    )
    values = {name: getattr(tender, name) for name in names}
    for role in ("owner", "agency", "supervisor"):
        party = getattr(project, role)
        values[role] = party.name if party else ""
        values[f"{role}_en"] = (party.name_en or party.name) if party else ""
    for name in ("region", "trade", "mandatory", "state_funded", "open_tendering"):
        values[name] = getattr(project, name)
    first = first_close(tender)
    last = objection_until(first, rules_of(tender, at), calendar()).moment if first else None
    return {
        **values,
        "objection_until": last,
        "media_proofs": [
            {"medium": row.medium, "url": row.proof.url, "seen_at": row.proof.seen_at}
            for row in media_rows(tender)
            if row.proof is not None
        ],
        "project": project.name,
        "project_code": project.code,
        "retender_of": tender.retender_of.number if tender.retender_of else "",
        "overrides": list(tender.overrides.values("rule", "article", "reason", "at")),
    }


def lot_values(lot: Lot) -> dict[str, Any]:
    """Every field of a lot that the visibility table knows."""
    names = (
        *(
            "id",
            "code",
            "number",
            "name",
            "name_en",
            "scope",
            "scope_en",
            "ceiling",
            "ceiling_method",
            "currency",
        ),
        *("duration_days", "quality", "qualification", "manager_class", "deposit_amount", "deposit_forms"),
        *(
            "validity_days",
            "bond_percent",
            "method",
            "policy",
            "state",
            "published_at",
            "closed_at",
            "opened_at",
        ),
        *("failed_at", "fixed_sums", "estimate", "created_at"),
    )
    values = {name: getattr(lot, name) for name in names}
    values["estimate_published"] = lot.estimate if lot.estimate_public else None
    setup: OpeningSetup | None = getattr(lot, "opening", None)
    if setup is None:
        return values
    times = times_in_force(lot)
    officers = officers_public(lot)
    plan = ("factor", "remedy", "t", "min_bids", "max_size", "hall", "objection_minutes", "confirm_minutes")
    return {
        **values,
        **{name: getattr(setup, name) for name in plan},
        "envelopes": [row["name"] for row in setup.envelopes],
        "close_at": times.close_at,
        "open_at": list(times.open_at),
        "factor_until": times.factor_until,
        "check_until": times.check_until,
        "release_until": times.release_until,
        "valid_until": valid_until(lot) if lot.validity_days else None,
        "n": len(officers),
        "officers": officers,
        "offline_secret": secret_from_administrators(lot),
    }


def officers_public(lot: Lot) -> list[dict[str, Any]]:
    """Who holds the keys of a lot: organisation, role, fingerprint of the signing key, dry run. No contacts."""
    return [
        {
            "i": seat.i,
            "name": seat.name,
            "organisation": seat.organisation.name,
            "organisation_en": seat.organisation.name_en or seat.organisation.name,
            "role": seat.role,
            "fingerprint": fingerprint(seat),
            "tool": seat.tool,
            "state": seat.state,
        }
        for seat in lot.seats.select_related("organisation").order_by("i")
    ]


def fingerprint(seat: OfficerSeat) -> str:
    """SHA-256 of the officer's signing key (SPKI), as hex; empty while there is none."""
    return hashing.sha256(bytes.fromhex(seat.sig_key)).hex() if seat.sig_key else ""


def secret_from_administrators(lot: Lot) -> bool:
    """Whether at least n-t+1 officers keep their keys in the offline tool (amendment A10)."""
    seats = list(lot.seats.all())
    return sum(seat.tool == "offline" for seat in seats) >= len(seats) - lot.opening.t + 1


def document_values(tender: Tender) -> list[dict[str, Any]]:
    """The documents in force, by name, with the lot's code if they are of one lot."""
    rows = {row.pk: row for lot in tender.lots.all() for row in documents_current(lot).select_related("lot")}
    names = ("id", "kind", "name", "media_type", "size", "sha256", "version")
    return [
        {**{name: getattr(row, name) for name in names}, "lot": row.lot.code if row.lot else ""}
        for row in sorted(rows.values(), key=lambda row: row.name)
    ]


def notice_values(notice: Notice) -> dict[str, Any]:
    """One notice."""
    names = ("id", "number", "version", "kind", "title", "title_en", "content", "sha256", "entry", "at")
    return {**{name: getattr(notice, name) for name in names}, "lot": notice.lot.code if notice.lot else ""}


def question_values(tender: Tender) -> list[dict[str, Any]]:
    """Answered questions as published, never who asked; unanswered ones are not even counted."""
    rows: QuerySet[Question] = tender.questions.filter(state=QuestionState.ANSWERED.value).order_by(
        "answered_at"
    )
    names = ("number", "text", "answer", "answered_at")
    return [{name: getattr(row, name) for name in names} for row in rows]


def objection_values(tender: Tender) -> list[dict[str, Any]]:
    """Answered objections, never whose they were."""
    rows = tender.objections.filter(state=ObjectionState.ANSWERED.value).order_by("answered_at")
    names = ("number", "request", "answer", "answered_at")
    return [{name: getattr(row, name) for name in names} for row in rows]


def addendum_values(tender: Tender) -> list[dict[str, Any]]:
    """Published addenda, in order."""
    rows: QuerySet[Addendum] = tender.addenda.filter(state=AddendumState.PUBLISHED.value).order_by(
        "published_at"
    )
    names = ("id", "number", "changes", "affects", "reason", "published_at")
    return [{name: getattr(row, name) for name in names} for row in rows]


def suspension_values(tender: Tender) -> list[dict[str, Any]]:
    """Suspensions, in order."""
    rows = tender.suspensions.order_by("since")
    names = ("ground", "text", "article", "since", "lifted_at")
    return [{name: getattr(row, name) for name in names} for row in rows]
