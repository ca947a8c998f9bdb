"""What a report says (12号令 42): put together once from the rows of panel, opening and evaluation, then only read.

No name of a member stands in it: seats are named by number, and pages add names for those who may read them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bidding.models import OpeningRecord
from bidding.selectors.public import opening_record
from experts.models import Panel, PanelAnswer, SecondLook, Sheet, TieVote
from experts.selectors.competition import competition_of
from experts.selectors.evaluation import Evaluation
from experts.selectors.fact_changes import changed_facts
from experts.selectors.mandates import followed_seat, mandate_of
from experts.selectors.rest_page import sittings
from experts.states.panel import OUT, MotionState, SheetState
from protocol.evaluation import Result

V = "sunlit-report/1"
_OUT = [one.value for one in OUT]


def report_content(
    evaluation: Evaluation, result: Result, *, number: int, matters: str, at: datetime
) -> dict[str, Any]:
    """Everything the report's page and print show, as canonical JSON values."""
    panel, record = evaluation.panel, _record(evaluation.panel)
    return {
        "v": V,
        "number": number,
        "made": int(at.timestamp()),
        "basic": _basic(panel, record),
        "members": [_member(panel, one) for one in evaluation.seats],
        "replaced": [
            {"seat": one.seat, "kind": one.kind, "state": one.state, "reason": one.reason}
            for one in panel.seats.filter(state__in=_OUT).order_by("seat")
        ],
        "opening": [_opened(row) for row in record["bids"]],
        "compliant": evaluation.bids,
        "rejected": _rejected(panel),
        "method": dict(evaluation.method.data),
        "corrections": [
            {"bid": row["bid"], "price": row["price"], "reason": row["correction"]}
            for row in evaluation.facts.body["bids"]
            if row["correction"]
        ],
        "facts": evaluation.facts.body,
        "changes": changed_facts(panel),
        "result": result.as_json(),
        "competition": _competition(panel, evaluation),
        "matters": matters,
        "clarifications": _clarifications(panel),
        "looks": _looks(evaluation),
        "votes": _votes(evaluation),
        "recalls": [
            {"number": row.number, "ground": row.ground, "reason": row.reason, "at": int(row.at.timestamp())}
            for row in panel.recalls.order_by("number")
        ],
        "rests": sittings(panel),
    }


def _record(panel: Panel) -> Mapping[str, Any]:
    kept = OpeningRecord.objects.filter(lot=panel.lot).first()
    return dict(kept.facts) if kept else opening_record(panel.lot_id)


def _basic(panel: Panel, record: Mapping[str, Any]) -> dict[str, Any]:
    lot = panel.lot
    project = lot.tender.project
    parties = {"owner": project.owner, "agency": project.agency, "supervisor": project.supervisor}
    return {
        "lot": lot.number,
        "name": lot.name,
        "title": lot.tender.title,
        "project": project.name,
        **{role: party.name if party else "" for role, party in parties.items()},
        "policy": lot.policy,
        "ceiling": record["ceiling"],
        "place": panel.place,
        "bids": len(record["bids"]),
        "opened": record["times"]["recorded"] or record["times"]["revealed"],
        "seated": int(panel.seated_at.timestamp()) if panel.seated_at else None,
        "until": int(panel.until.timestamp()) if panel.until else None,
    }


def _member(panel: Panel, one: Any) -> dict[str, Any]:
    return {
        "seat": one.seat,
        "kind": one.kind,
        "specialty": one.specialty,
        "chair": one.pk == panel.chair_id,
        "signed_in": int(one.signed_in_at.timestamp()) if one.signed_in_at else None,
        **_named(one),
        **_mandate(one),
    }


def _named(one: Any) -> dict[str, Any]:
    """On which ground the owner named him instead of a draw; nothing for everybody else."""
    if one.named is None:
        return {}
    naming = one.named.naming
    return {"named": {"ground": naming.ground, "feature": naming.feature, "reason": naming.reason}}


def _mandate(one: Any) -> dict[str, Any]:
    """By which letter the owner sent its own member: the SHA-256, "" for one named before letters were kept.

    Of a substitute also the seat for which he stepped in.
    """
    if one.kind != "owner":
        return {}
    mandate, follows = mandate_of(one), followed_seat(one)
    return {"mandate": mandate.sha256 if mandate else "", **({"follows": follows} if follows else {})}


def _opened(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("ev", "tenderer", "state", "line", "flags")}


def _rejected(panel: Panel) -> list[dict[str, Any]]:
    rows = panel.motions.filter(state=MotionState.CONFIRMED.value).select_related("bid", "mover")
    return [
        {
            "bid": row.bid.ev,
            "ground": row.ground,
            "article": row.article,
            "clause": row.clause,
            "page": row.page,
            "quote": row.quote,
            "reason": row.reason,
            "mover": row.mover.seat,
            "against": [
                {"seat": vote.seat.seat, "note": vote.note}
                for vote in row.votes.filter(agrees=False).select_related("seat")
            ],
        }
        for row in rows.order_by("bid__ev")
    ]


def _competition(panel: Panel, evaluation: Evaluation) -> list[dict[str, Any]]:
    """Why members found that the bids left compete enough (12号令 27); empty where the question did not arise."""
    found = competition_of(panel, [row["bid"] for row in evaluation.facts.body["bids"]])
    return [{"seat": one.seat.seat, "reason": one.reason} for one in found.votes] if found.stated else []


def _clarifications(panel: Panel) -> list[dict[str, Any]]:
    answers = {row.question_id: row for row in PanelAnswer.objects.filter(question__panel=panel)}
    found = []
    for row in panel.questions.select_related("bid", "seat").order_by("at", "id"):
        given = answers.get(row.pk)
        found.append(
            {
                "bid": row.bid.ev,
                "kind": row.kind,
                "asked": int(row.at.timestamp()),
                "until": int(row.until.timestamp()),
                "question": row.text,
                "answer": given.text if given else "",
                "answered": int(given.at.timestamp()) if given else None,
                "files": given.files if given else [],
            }
        )
    return found


def _looks(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Deviations looked at: sheets kept with a reason, and sheets made anew with theirs."""
    rows = Sheet.objects.filter(seat__panel=evaluation.panel, state=SheetState.SHOWN.value)
    kept = {row.sheet_id: row.reason for row in SecondLook.objects.filter(sheet__in=rows)}
    return [
        {
            "seat": row.seat.seat,
            "round": row.round,
            "kept": row.pk in kept,
            "reason": kept.get(row.pk, row.reason),
        }
        for row in rows.select_related("seat").order_by("seat__seat", "round")
        if row.pk in kept or row.round > 1
    ]


def _votes(evaluation: Evaluation) -> list[dict[str, Any]]:
    rows = TieVote.objects.filter(facts=evaluation.facts, seat__in=[one.pk for one in evaluation.seats])
    return [
        {"seat": row.seat.seat, "turn": row.turn, "order": row.order}
        for row in rows.select_related("seat").order_by("turn", "seat__seat")
    ]
