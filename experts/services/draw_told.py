"""Telling the owner’s people and the centre’s witnesses that a panel is complete, or how much it lacks: no names."""

from datetime import datetime

from accounts.selectors import people_in_role
from accounts.services import notify
from accounts.states import OrganisationKind, Role
from experts.models import Draw


def panel_told(draw: Draw, lacking: int, at: datetime) -> None:
    """Tell them that the panel of a draw, whose row the caller has locked, lacks so many members, or none."""
    event = "panel_short" if lacking else "panel_complete"
    data: dict[str, object] = {"number": draw.lot.number, "url": f"/draws/{draw.pk}/"}
    if lacking:
        data["seats"] = lacking
    notify(event=event, data=data, at=at, to_organisation=draw.lot.tender.project.owner_id)
    for person in people_in_role(Role.WITNESS, OrganisationKind.CENTRE, at):
        notify(event=event, data=data, at=at, to_person=person)
