"""Alarms to the duty operator: the centre's administrators learn that there is an incident, and its number."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts import selectors
from accounts.selectors.alarms import alarm_raised, incidents_since
from accounts.services.notifications import notify
from accounts.states import OrganisationKind, Role

FRESH = timedelta(hours=1)


@transaction.atomic
def alarm_raise(*, incident: str, at: datetime) -> int:
    """Tell every administrator of the centre of an incident, once; how many were told.

    The message holds the number alone: what a telephone shows must help no attacker and name no tender.
    """
    if alarm_raised(incident):
        return 0
    people = selectors.people_in_role(Role.SYSADMIN, OrganisationKind.CENTRE, at)
    for person in people:
        notify(event="system_alarm", to_person=person, data={"incident": incident}, at=at)
    return len(people)


def alarms_raise(*, at: datetime) -> int:
    """Raise an alarm for each incident of the ledger's own within the last hour; how many people were told."""
    return sum(alarm_raise(incident=number, at=at) for number in incidents_since(at - FRESH))
