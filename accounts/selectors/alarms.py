"""Which incidents the duty operator has still to hear of."""

from datetime import datetime

from accounts.models import Outbox
from ledger.models import Incident
from ledger.states import IncidentCode

NUMBER = 8
GOOD_NEWS = frozenset({"source-answers-again", "store-works-again"})
"""Incidents that say that something works again; nobody is woken for them."""


def alarm_raised(incident: str) -> bool:
    """Whether anybody was told of this incident."""
    return Outbox.objects.filter(event="system_alarm", data__incident=incident).exists()


def incidents_since(since: datetime) -> list[str]:
    """The numbers of the ledger's incidents after a moment, the oldest first."""
    codes = [code.value for code in IncidentCode if code.value not in GOOD_NEWS]
    rows = Incident.objects.filter(at__gt=since, code__in=codes).order_by("at", "pk")
    return [str(pk)[:NUMBER].upper() for pk in rows.values_list("pk", flat=True)]
