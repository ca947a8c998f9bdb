"""Who is told that a panel is complete or short: the owner's people and the centre's witnesses, and no name."""

from collections.abc import Iterator

from accounts.selectors import people_in_role
from accounts.states import OrganisationKind, Role
from experts.models import DrawnSeat, Expert
from experts.services.answer_record import acceptance_end
from experts.states.draw import SeatAnswer
from tests.accounts.notice_worlds import Act, quiet
from tests.experts.draws import world


def draws_world() -> Iterator[Act]:
    """A panel that is complete; then one member does not come, and no round is left."""
    play = world.play()
    play.ready(max_rounds=0)
    play.contributed()
    play.decided()
    hidden = tuple(Expert.objects.values_list("name", flat=True))
    witnesses = set(people_in_role(Role.WITNESS, OrganisationKind.CENTRE, play.now))
    told = {"owner_host": {play.owner.organisation.pk}, "witness": witnesses}
    quiet()
    play.answered()
    yield Act("panel_complete", told, hidden)
    quiet()
    gone = DrawnSeat.objects.order_by("seat")[0]
    acceptance_end(
        seat=gone.seat,
        answer=SeatAnswer.MISS,
        evidence="ab" * 32,
        actor=play.supervisor.actor,
        at=play.now,
    )
    play.hall.cut()
    play.drive()
    yield Act("panel_short", told, hidden)
