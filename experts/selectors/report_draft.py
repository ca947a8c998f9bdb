"""The report as the chair would sign it now: its body by the protocol's arithmetic, and what stands in its way."""

from typing import Any

from django.utils.translation import gettext_noop as _

from experts.models import Panel
from experts.rules.evaluated import open_tie, report_body
from experts.selectors.evaluation import PANEL_VOTE, Evaluation
from experts.selectors.second_looks import looks_due
from kernel.errors import Finding, StateConflict
from protocol.evaluation import Result


def settled(evaluation: Evaluation) -> tuple[Result, list[list[str]]]:
    """The result with the panel's votes on ties; StateConflict ``sheets_missing`` before every sheet is shown."""
    votes = evaluation.voted()
    return evaluation.result(votes), votes


def report_findings(evaluation: Evaluation, result: Result) -> list[Finding]:
    """What keeps the report from being made: second looks not yet taken, and a tie that the rules leave open."""
    found = []
    if looks := looks_due(evaluation):
        message = _("Members of seats %(seats)s have not yet taken a second look at their deviations.")
        seats = ", ".join(map(str, sorted(looks)))
        found.append(Finding("second_look", message, field="sheets", data={"seats": seats}))
    if result.status == "tie":
        tie = open_tie(result)
        if tie and tie["rule"] == PANEL_VOTE:
            message = _(
                "Bids are tied. By step %(step)s of the declared rules the panel votes on their order."
            )
            found.append(Finding("tie_vote", message, field="votes", data={"step": tie["step"]}))
        else:
            message = _(
                "Bids are tied, and no rule of the tender documents parts them. Nobody may decide it otherwise."
            )
            found.append(Finding("tie_open", message, field="votes"))
    return found


def draft_body(evaluation: Evaluation, result: Result, votes: list[list[str]]) -> dict[str, Any]:
    """The evaluation-report which the chair signs; StateConflict while the panel or its chair is not in the log."""
    panel = evaluation.panel
    if panel.seated is None or panel.chair is None:
        raise StateConflict("panel_state", _("This is not possible in the present state of the evaluation."))
    counting = evaluation.sheets.values() if evaluation.judged else ()
    return report_body(
        value=evaluation.value(votes),
        result=result,
        policy=panel.lot.policy,
        panel=panel.seated.ev,
        facts=evaluation.facts.entry.ev,
        replaces=last_ev(panel),
        seat=panel.chair.seat,
        sheets=sorted(row.sheet_entry.ev for row in counting if row.sheet_entry is not None),
        rejections=sorted(entry.ev for entry in evaluation.rejections),
    )


def last_ev(panel: Panel) -> str | None:
    """The event of the report before, if there is one."""
    return panel.reports.order_by("-number").values_list("entry__ev", flat=True).first()
