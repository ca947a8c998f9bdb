"""Say that something is wrong around the log, once, in the record itself."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from ledger.models import Incident
from ledger.services.append import record_append
from ledger.states import IncidentCode

QUIET = timedelta(hours=1)
"""The same incident of the same source is written again after this long."""

RECENT = 200
"""How many incidents back a source's last one is looked for."""


@transaction.atomic
def incident_record(*, code: IncidentCode, source: str, note: str, at: datetime) -> Incident | None:
    """Write an incident, unless the last one of this source says the same and is less than an hour old."""
    last = Incident.objects.filter(source=source).order_by("-at").first()
    if last is not None and last.code == code.value and at - last.at < QUIET:
        return None
    incident = Incident.objects.create(code=code.value, source=source, note=note[:500], at=at)
    record_append(
        name="ledger.incident",
        subject=source or "log",
        data={"code": code, "note": incident.note},
        actor="system",
        at=at,
    )
    return incident


def silent_sources(names: Collection[str]) -> set[str]:
    """Those of the sources that did not answer when they were asked last."""
    codes = (IncidentCode.SOURCE_SILENT.value, IncidentCode.SOURCE_BACK.value)
    rows = Incident.objects.filter(source__in=names, code__in=codes).order_by("-at")[:RECENT]
    last = dict(reversed(list(rows.values_list("source", "code"))))
    return {source for source, code in last.items() if code == IncidentCode.SOURCE_SILENT.value}
