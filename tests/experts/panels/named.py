"""Experts whom the owner names after a draw that ended short: two people of the owner, one of the supervisor."""

from accounts.actors import SYSTEM
from accounts.states import Role
from experts.models import DrawCall, DrawnSeat, Expert, Naming
from experts.rules.naming import Named, NamingAsked
from experts.selectors.draws import opened_seat
from experts.selectors.left_out import seat_expert
from experts.selectors.naming import open_seats
from experts.services.named_answer import named_answer
from experts.services.naming_decide import naming_agree, naming_confirm, naming_take
from experts.services.naming_propose import naming_propose
from experts.states.draw import SeatAnswer
from tests.experts import worlds

REASON = "隧道通风专业性强"


def seated(play):
    """Experts drawn in this lot, by the code of their seat."""
    rows = DrawCall.objects.select_related("seat__round__draw", "named__naming")
    return {seat_expert(row, worlds.KEY): row.code for row in rows}


def free(play, number=1):
    """Experts of the pool, with a login, never asked, whose employers nobody who sits has; each of another one."""
    met = seated(play)
    there = Expert.objects.filter(pk__in=[pk for pk, code in met.items() if code in ("", "accepted")])
    taken, found = set(there.values_list("employer_key", flat=True)), []
    for one in Expert.objects.exclude(pk__in=met).order_by("code"):
        if one.employer_key not in taken:
            taken.add(one.employer_key)
            found.append(one)
    return found[:number]


def specialty_open(play):
    """A specialty with an open seat."""
    return next(iter(open_seats(play.draw)))


def asked(play, *experts, **changes):
    """A naming as the owner writes it down."""
    specialty = changes.pop("specialty", None) or specialty_open(play)
    named = [Named(specialty, one.name, one.code) for one in experts]
    return NamingAsked(
        **({"feature": "specialised", "reason": REASON, "consent": "", "named": named} | changes)
    )


def propose(play, *experts, actor=None, second=None, **changes):
    """One person of the owner names them."""
    return naming_propose(
        origin_id=changes.pop("origin", None) or play.draw_id,
        asked=asked(play, *experts, **changes),
        second=second or play.owner.actor.person,
        actor=actor or play.asker(),
        at=play.now,
        key=worlds.KEY,
    )


def confirm(play, naming, actor=None):
    """The second person of the owner confirms."""
    return naming_confirm(naming_id=naming.pk, actor=actor or play.owner.actor, at=play.now, key=worlds.KEY)


def take(play, naming, actor=None):
    """A person of the supervisor takes it in hand."""
    return naming_take(naming_id=naming.pk, actor=actor or play.supervisor.actor, at=play.now)


def agree(play, naming, actor=None):
    """The same person agrees."""
    return naming_agree(
        naming_id=naming.pk, actor=actor or play.supervisor.actor, at=play.now, key=worlds.KEY
    )


def agreed(play, *experts, **changes):
    """Named, confirmed, read and agreed to: the gateway asks them."""
    naming = propose(play, *experts, **changes)
    assert naming.state == "proposed"
    confirm(play, naming)
    take(play, naming)
    return agree(play, naming)


def accepted(play, *experts):
    """Agreed to, and everybody named accepts by the gateway's call."""
    naming = agreed(play, *(experts or free(play)))
    for row in naming.seats.all():
        named_answer(seat=row.seat, answer=SeatAnswer.ACCEPT, actor=SYSTEM, at=play.now, receipt="call")
    return Naming.objects.get(pk=naming.pk)


def drawn_with(play, code):
    """An expert whose drawn seat has this code."""
    row = DrawnSeat.objects.select_related("round").filter(code=code)[0]
    assert opened_seat(row, play.draw)
    return Expert.objects.get(pk=next(pk for pk, found in seated(play).items() if found == code))


def other(play, of, role=Role.SUPERVISOR, name="监督二"):
    """Another person of a body."""
    return play.hall.registry.staff(of, role, name, at=play.now).actor
