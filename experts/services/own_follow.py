"""A substitute of the owner's (替补代表) steps in where its own member fell out: the next in the order named before."""

from collections.abc import Iterator
from datetime import datetime

from accounts.services import notify
from experts.models import OwnMember, OwnSubstitution, Panel, PanelSeat
from experts.selectors.mandates import mandate_of, own_request
from experts.services.changes import Entropy
from experts.services.panel_events import panel_recorded
from experts.services.seat_call import MOST, OWN, seat_call
from experts.states.panel import OUT

_OUT = [one.value for one in OUT]


def own_follow(panel: Panel, *, at: datetime, random: Entropy) -> int:
    """Call in a substitute for each of the owner's members who fell out and is not followed yet; how many came.

    Nobody chooses: the order was named before anything was drawn and stands in the ledger by the digests of letters.
    Who is tied is called in and out at once, and the next one steps in. The caller has locked the panel. Source:
    法37, 条例 46, 48; the substitute is ours.
    """
    came = 0
    waiting = _waiting(panel)
    while (gone := _unfollowed(panel)) and panel.seats.count() < MOST and (member := next(waiting, None)):
        made = seat_call(panel, member.person_id, OWN, at=at, random=random)
        mandate = mandate_of(made)
        assert member.rank is not None
        data = {"for": gone.seat, "place": member.rank, "mandate": mandate.sha256 if mandate else ""}
        entry = panel_recorded(panel, "panel-own-follows", data, "system", at, seat=made.seat)
        OwnSubstitution.objects.create(
            seat=made, follows=gone, member=member, rank=member.rank, at=at, entry=entry
        )
        came += 1
        if made.left_at is None:
            told = {"url": f"/panels/{panel.pk}/"}
            notify(event="substitute_called", to_person=member.person_id, data=told, at=at)
    return came


def _unfollowed(panel: Panel) -> PanelSeat | None:
    """The owner's member who fell out first and whom nobody followed."""
    rows = panel.seats.filter(kind="owner", state__in=_OUT, followed__isnull=True)
    return rows.order_by("seat").first()


def _waiting(panel: Panel) -> Iterator[OwnMember]:
    """Substitutes who were never called in, in their order."""
    request = own_request(panel.lot)
    rows = OwnMember.objects.filter(request=request, left_at__isnull=True, rank__isnull=False)
    yield from rows.exclude(person__in=panel.seats.values("person")).order_by("rank", "id")
