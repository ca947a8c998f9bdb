"""询标 about a blind part (暗标): asked under its label, joined to its bid once every member has locked."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.services import notify
from bidding.services.signed_events import Signatures
from experts.models import Panel, PanelQuestion
from experts.policies.panel import may_read_bids
from experts.rules.blind import blind_envelopes
from experts.rules.packs import pool_pack
from experts.rules.review import question_findings
from experts.selectors.blind import commitment, labelled
from experts.selectors.evaluated import Evaluation
from experts.services.panel_events import eval_form, panel_in, platform_event, seat_event, seat_locked
from experts.states.panel import MemberState, PanelState
from kernel.errors import Finding, NotFound, RuleBroken
from kernel.policies import require
from ledger.models import Entry


@transaction.atomic
def blind_ask(
    *, seat_id: UUID, label: str, body: Mapping[str, Any], signatures: Signatures, actor: Actor, at: datetime
) -> PanelQuestion:
    """Ask about a blind envelope: ``body`` is the ``blind-question`` event, naming the label's commitment alone.

    The platform delivers it: the bidder learns neither seat nor name, the panel not which bidder was told (条例 52).
    NotFound for a label there is not, or one made before labels were commitments; RuleBroken as for any question.
    """
    seat = seat_locked(seat_id)
    require(may_read_bids(actor, seat.person_id, seated=seat.state == MemberState.SEATED.value))
    panel_in(seat.panel, PanelState.REVIEWING)
    row = labelled(seat.panel, label)
    if row is None:
        raise NotFound("label", _("There is no such label."))
    value = eval_form(seat.panel, "blind-question", body)
    until = datetime.fromtimestamp(value["until"], tz=UTC)
    found = question_findings("clarify", at, until, pool_pack())
    if not value["text"].strip():
        found.append(Finding("empty", _("Fill this in."), "条例52", field="text"))
    open_now = Evaluation(seat.panel.lot).results
    if value["label"] != commitment(row) or value["e"] not in blind_envelopes(seat.panel.lot.method):
        found.append(Finding("label", _("This was made for another label. Open the page again.")))
    elif value["e"] not in open_now:
        found.append(Finding("envelope", _("There is no such envelope.")))
    if found:
        raise RuleBroken("question", found[0].message, found, **found[0].data)
    entry = seat_event(seat, "blind-question", value, signatures, at=at)
    made = PanelQuestion.objects.create(
        panel=seat.panel,
        seat=seat,
        bid=row.bid,
        envelope=value["e"],
        kind="clarify",
        text=value["text"],
        until=until,
        at=at,
        entry=entry,
    )
    _told(made, at)
    return made


def _told(question: PanelQuestion, at: datetime) -> None:
    data = {"number": question.panel.lot.number, "answer_until_at": question.until.isoformat()}
    to = question.bid.organisation_id
    notify(event="panel_question", data={**data, "url": "/panels/"}, to_organisation=to, at=at)


def labels_open(panel: Panel, at: datetime) -> list[Entry]:
    """Log whose each label is, once, in the transaction that shows the sheets: no mark can change for it any more."""
    if _opened(panel):
        return []
    rows = panel.labels.select_related("bid", "salt").filter(salt__isnull=False).order_by("label")
    return [
        platform_event(
            panel,
            "blind-label",
            at=at,
            label=commitment(row),
            bid=row.bid.ev,
            name=row.label,
            nonce=row.salt.nonce,
        )
        for row in rows
    ]


def _opened(panel: Panel) -> bool:
    return Entry.objects.filter(chain=panel.chain, kind="blind-label").exists()
