"""A substitute of the owner's (替补代表) steps in where its own member fell out: the next in the order named before."""

from datetime import datetime

from accounts.services import notify
from experts.models import OwnSubstitution, Panel
from experts.selectors.mandates import mandate_of
from experts.selectors.own_replacements import substitutes_waiting, unfollowed
from experts.services.changes import Entropy
from experts.services.panel_events import panel_recorded
from experts.services.seat_call import MOST, OWN, seat_call


def own_follow(panel: Panel, *, at: datetime, random: Entropy) -> int:
    """Call in a substitute for each of the owner's members who fell out and is not followed yet; how many came.

    Nobody chooses: the order was named before anything was drawn and stands in the ledger by the digests of letters;
    who was named later was agreed to by the supervisor (``own_replacement``).
    Who is tied is called in and out at once, and the next one steps in. The caller has locked the panel. Source:
    法37, 条例 46, 48; the substitute is ours.
    """
    came = 0
    waiting = iter(substitutes_waiting(panel))
    while (
        (gone := unfollowed(panel).first()) and panel.seats.count() < MOST and (member := next(waiting, None))
    ):
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
