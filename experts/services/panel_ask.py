"""询标: the panel asks one bidder in writing, which answers over its signature; the clock ends it (条例 52)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.services import notify
from bidding.security_files import KeptFile
from bidding.services.signed_events import Signatures, signed_by
from experts.models import PanelAnswer, PanelQuestion
from experts.policies.panel import may_answer_panel, may_form, may_read_bids
from experts.rules.blind import blind_envelopes
from experts.rules.packs import pool_pack
from experts.rules.review import question_findings
from experts.selectors.blind import answer_findings
from experts.selectors.evaluated import Evaluation
from experts.selectors.panels import panel_get
from experts.services.panel_events import (
    eval_form,
    panel_in,
    panel_locked,
    panel_recorded,
    seat_event,
    seat_locked,
)
from experts.states.panel import ASKED, AskedAction, AskedState, MemberState, PanelState
from kernel.errors import Finding, NotFound, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import event_append

FILES: Final = 10


@transaction.atomic
def panel_ask(
    *,
    seat_id: UUID,
    kind: str,
    body: Mapping[str, Any],
    signatures: Signatures,
    actor: Actor,
    at: datetime,
) -> PanelQuestion:
    """Ask a bidder: ``body`` is the ``clarification-question`` event, signed by the member's seat.

    ``kind`` is ``clarify``, or ``low-price``: why the price is not below cost, which must be asked before a bid is
    rejected for it. RuleBroken for a shorter time than the pack's. Only that bidder is told, without a name.
    """
    seat = seat_locked(seat_id)
    require(may_read_bids(actor, seat.person_id, seated=seat.state == MemberState.SEATED.value))
    panel_in(seat.panel, PanelState.REVIEWING)
    value = eval_form(seat.panel, "clarification-question", body)
    until = datetime.fromtimestamp(value["until"], tz=UTC)
    evaluation = Evaluation(seat.panel.lot)
    opened = evaluation.get(value["bid"])
    found = question_findings(kind, at, until, pool_pack())
    if not value["text"].strip():
        found.append(Finding("empty", _("Fill this in."), "条例52", field="text"))
    if value["e"] in blind_envelopes(seat.panel.lot.method):
        found.append(Finding("envelope", _("A blind part is asked about under its label."), field="e"))
    elif value["e"] not in evaluation.results:
        found.append(Finding("envelope", _("There is no such envelope."), field="e"))
    if found:
        raise RuleBroken("question", found[0].message, found, **found[0].data)
    entry = seat_event(seat, "clarification-question", value, signatures, at=at)
    made = PanelQuestion.objects.create(
        panel=seat.panel,
        seat=seat,
        bid=opened.bid,
        envelope=value["e"],
        kind=kind,
        text=value["text"],
        until=until,
        at=at,
        entry=entry,
    )
    notify(
        event="panel_question",
        data={"number": seat.panel.lot.number, "answer_until_at": until.isoformat(), "url": "/panels/"},
        to_organisation=opened.bid.organisation_id,
        at=at,
    )
    return made


@transaction.atomic
def panel_answer(
    *,
    question_id: UUID,
    body: Mapping[str, Any],
    signatures: Signatures,
    files: Sequence[KeptFile],
    actor: Actor,
    at: datetime,
) -> PanelAnswer:
    """Answer as the bidder, over its registered key; ``files`` are kept already, their hashes in the signed body.

    Price and substance of the bid stay what they are, whatever is answered (条例 52). An answer about a blind envelope
    names no bidder, and its files can be cleaned: it is shown under the label (RuleBroken otherwise). StateConflict
    when the time is over; the same answer again is the same one.
    """
    question = question_locked(question_id)
    organisation = question.bid.organisation_id
    require(may_answer_panel(actor, organisation))
    value = eval_form(question.panel, "clarification-answer", body)
    known = PanelAnswer.objects.filter(question=question).first()
    if known is not None and known.entry.body == value:
        return known
    if question.state != AskedState.ASKED.value or at >= question.until:
        raise StateConflict("answer_late", _("The time to answer is over, or you have answered."))
    found = []
    if (value["question"], value["bid"], value["e"]) != (
        question.entry.ev,
        question.bid.ev,
        question.envelope,
    ):
        found.append(Finding("other_question", _("This was made for another question. Open the page again.")))
    if value["files"] != [one.sha256 for one in files] or len(files) > FILES:
        found.append(
            Finding("files", _("Sign again: the files are not those that were signed."), field="files")
        )
    if not value["text"].strip():
        found.append(Finding("empty", _("Fill this in."), "条例52", field="text"))
    if question.envelope in blind_envelopes(question.panel.lot.method):
        found += answer_findings(Evaluation(question.panel.lot), value["text"], files)
    if found:
        raise RuleBroken("answer", found[0].message, found)
    signed_by("clarification-answer", value, signatures, organisations=[organisation])
    entry = event_append(
        kind="clarification-answer", body=value, signatures=signatures, chain=question.panel.chain, at=at
    )
    _moved(question, AskedAction.ANSWER)
    assert actor.person is not None
    rows = [{"sha256": one.sha256, "name": one.name, "size": one.size} for one in files]
    return PanelAnswer.objects.create(
        question=question, text=value["text"], files=rows, by_id=actor.person, at=at, entry=entry
    )


@transaction.atomic
def questions_expire(*, panel_id: UUID, actor: Actor, at: datetime) -> int:
    """End the questions whose time is over without an answer; how many. The bid stays as it is."""
    require(may_form(actor))
    panel = panel_locked(panel_id)
    rows = panel.questions.filter(state=AskedState.ASKED.value, until__lte=at).select_related("entry")
    for question in rows:
        _moved(question, AskedAction.EXPIRE)
        panel_recorded(panel, "panel-question-expired", {"question": question.entry.ev}, actor.key, at)
    return len(rows)


def question_locked(question_id: UUID) -> PanelQuestion:
    """The question, its panel's row locked; NotFound when there is none."""
    found = PanelQuestion.objects.filter(pk=question_id).values_list("panel_id", flat=True).first()
    if found is None:
        raise NotFound("question", _("There is no such question."))
    panel_locked(found)
    row = PanelQuestion.objects.select_related("bid", "entry").get(pk=question_id)
    row.panel = panel_get(found)
    return row


def _moved(question: PanelQuestion, action: AskedAction) -> None:
    question.state = next_state(ASKED, action, AskedState(question.state)).value
    question.save(update_fields=["state"])
