"""Reports of a panel: which one is being signed, who has not yet taken a stance, who may read which."""

from django.utils.translation import gettext_noop as _

from experts.models import Panel, PanelSeat, Report
from experts.selectors.panels import seated
from kernel.errors import StateConflict


def report_last(panel: Panel) -> Report | None:
    """The report in force."""
    return panel.reports.select_related("entry", "panel__lot").order_by("-number").first()


def report_handed(panel: Panel) -> Report | None:
    """The last report that reached the owner, every member having spoken to it."""
    return panel.reports.filter(handed_at__isnull=False).order_by("-number").first()


def report_signing(panel: Panel) -> Report:
    """The report in force; StateConflict ``no_report`` before there is one."""
    found = report_last(panel)
    if found is None:
        raise StateConflict("no_report", _("There is no report yet."))
    return found


def standing_missing(report: Report) -> list[PanelSeat]:
    """The members in their seats who have taken no stance to this report, by seat."""
    done = set(report.stances.values_list("seat_id", flat=True))
    return [one for one in seated(report.panel) if one.pk not in done]
