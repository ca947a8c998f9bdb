"""Whose sums stand far from the others', and who has not yet looked again (评标 E9)."""

from experts.models import SecondLook
from experts.rules.evaluated import deviating
from experts.selectors.evaluation import Evaluation


def looks_due(evaluation: Evaluation) -> dict[int, list[dict[str, str]]]:
    """By seat, the deviations of members who have neither kept the sheet with a reason nor made another look.

    A further look is its own second look: who has changed his sheet is not asked again about what is left.
    """
    if evaluation.waiting or not evaluation.judged:
        return {}
    kept = set(
        SecondLook.objects.filter(sheet__in=evaluation.sheets.values()).values_list("sheet", flat=True)
    )
    result, found = evaluation.result(), {}
    for seat, sheet in evaluation.sheets.items():
        rows = deviating(result, seat)
        if rows and sheet.pk not in kept and sheet.facts.sheets.filter(seat=sheet.seat).count() == 1:
            found[seat] = rows
    return found
