"""After the report: what a bidder sees of its result, and what it can do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from kernel.errors import NotFound
from trading import policies as trading_policies
from trading import selectors as trading
from trading.models import CandidateOut, Lot, Objection, Publicity, ResultLetter
from trading.rules.next_steps import NextStep
from trading.selectors import awarding as reads
from trading.selectors.next_steps import awaited


@dataclass(frozen=True)
class OwnResult:
    """What a bidder sees of the result of a lot: its own letter, standing and remedies, the publicity's exact end.

    ``fallen`` is why it can no longer win, signed by the owner after its letter, if there is one.
    """

    lot: Lot
    number: str
    standing: reads.Standing | None
    publicity: Publicity | None
    letter: ResultLetter | None
    fallen: CandidateOut | None
    open: bool
    own: Sequence[Objection]
    complaint_until: datetime | None
    complaint_article: str
    step: NextStep | None


def own_result(number: str, actor: Actor, at: datetime) -> OwnResult:
    """The page of a bidder: the publicity for every bidder, scores and reasons for the one who handed in the bid.

    Before the publicity nothing is there (NotFound), nor ever for owner and agency. A standing is shown with
    the letter, that is after the award; until then only that the candidates are shown.
    """
    lot = trading.lot_by_number(number)
    project = lot.tender.project
    bidder = trading_policies.may_ask(actor, project.owner_id, project.agency_id).allowed
    shown = reads.publicity_now(lot)
    letters = ResultLetter.objects.filter(award__lot=lot, organisation=actor.organisation)
    letter = letters.select_related("organisation", "award__decision__report").order_by("-at").first()
    if not bidder or (shown is None and letter is None):
        raise NotFound("not_here", _("There is no such thing, or none you may know of."))
    assert actor.organisation is not None
    fell = CandidateOut.objects.filter(
        candidate__report__lot=lot,
        candidate__report__superseded_at__isnull=True,
        candidate__bidder_id=actor.organisation,
    )
    fallen = fell.filter(at__gte=letter.at) if letter else fell
    rule = trading.outcome_rules(lot, at)["complaint_filing"]
    return OwnResult(
        lot=lot,
        number=number,
        standing=reads.standing_of(letter.award.decision.report, actor.organisation) if letter else None,
        publicity=shown,
        letter=letter,
        fallen=fallen.order_by("-at").first(),
        open=shown is not None and shown.from_at <= at < shown.until_at,
        own=list(lot.objections.filter(stage="result", objector=actor.organisation).order_by("raised_at")),
        complaint_until=rule.count(letter.at, trading.calendar()).moment if letter else None,
        complaint_article=rule.article,
        step=awaited(lot, at),
    )
