"""异议 to the result (条例 54): to the last second of the publicity; it locks the award until the reply."""

import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.services import notify
from kernel.errors import Finding, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append
from trading import policies, selectors
from trading.models import Objection
from trading.rules.numbers import CODE_BYTES, random_code
from trading.selectors import awarding as reads
from trading.services.attachments import Paper, paper_cleaned, paper_keep
from trading.services.questions import clean_text, own_organisation
from trading.states import LotState

Entropy = Callable[[int], bytes]


@transaction.atomic
def result_objection_raise(
    *,
    lot_id: UUID,
    request: str,
    facts: str,
    actor: Actor,
    at: datetime,
    paper: Paper | None = None,
    entropy: Entropy = secrets.token_bytes,
) -> Objection:
    """Object to the result while the candidates are shown; bidders and others concerned, never owner or agency.

    The reply's clock starts at once and the award is locked. RuleBroken ``objection_late`` from the end of the
    publicity on: what is left is a complaint. StateConflict ``no_publicity`` when no candidates are being shown.
    """
    lot = selectors.lot_for_update(lot_id)
    project = lot.tender.project
    require(policies.may_ask(actor, project.owner_id, project.agency_id))
    shown = reads.publicity_now(lot)
    rules = selectors.outcome_rules(lot, at)
    if shown is not None and at >= shown.until_at:
        message = _("The publicity has ended; about the result you may now complain to the supervisor.")
        found = [Finding("objection_late", message, rules["objection_to_result"].article, True, "request")]
        raise RuleBroken("objection_late", message, found)
    if shown is None or lot.state != LotState.PUBLICITY.value:
        raise StateConflict("no_publicity", _("No candidates of this lot are being shown."))
    cleaned = paper_cleaned(paper)
    due = rules["objection_to_result_reply"].count(at, selectors.calendar())
    objection = Objection.objects.create(
        tender=lot.tender,
        lot=lot,
        stage="result",
        objector_id=own_organisation(actor),
        code=random_code(entropy(CODE_BYTES)),
        request=clean_text(request, "request"),
        facts=clean_text(facts, "facts"),
        raised_at=at,
        reply_due_at=due.moment,
    )
    files = paper_keep(cleaned, objection, at)
    data = {"code": objection.code, "stage": "result", **({"files": files} if files else {})}
    record_append(name="objection-raised", subject=lot.number, data=data, actor=actor.key, at=at)
    told = {
        "number": lot.number,
        "reply_until_at": due.moment,
        "url": f"/tenders/{lot.tender_id}/clarifications/",
    }
    notify(event="objection_received", to_organisation=project.owner_id, data=told, at=at)
    return objection
