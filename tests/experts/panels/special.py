"""A lot whose experts the owner names instead of asking for a draw: ground "special", without a draw of any kind."""

from datetime import timedelta

from accounts.actors import SYSTEM
from accounts.states import Role
from experts.models import Expert, Naming
from experts.rehearsal.letters import delegate
from experts.selectors.naming import rule_of, tries_used
from experts.services.draw_request import draw_confirm, draw_request
from experts.services.expert_register import expert_link
from experts.services.further_naming import further_ask
from experts.services.member_out import member_miss
from experts.services.named_answer import named_answer
from experts.services.own_members import own_members_name
from experts.services.panels_drive import panels_drive
from experts.states.draw import SeatAnswer
from tests import builders_accounts as people
from tests import builders_bidding as build
from tests.experts import worlds
from tests.experts.draws import world as drawing
from tests.experts.panels import named
from tests.experts.panels.world import PLAN, World, substitute

PAPER = "ab" * 32
AGAIN = "一名专家未到场，提名次数已用完"


def opened(experts=14, plan=PLAN, *, bids_open=True):
    """A lot that is opened, nothing asked for; everybody of the pool with a login."""
    pool = worlds.Pool(now=drawing.EARLY)
    for number in range(1, experts + 1):
        one = pool.admitted(number, **drawing.TERM)
        person = people.person(700 + number)
        expert_link(expert_id=one.pk, email=person.email, actor=pool.keeper, at=pool.now)
    hall = build.hall(plan=plan)
    hall.bids(3)
    if bids_open:
        hall.opened()
        hall.end()
    return drawing.Play(hall, pool)


def requested(play, **changes):
    """One person of the owner asks for a panel without a draw."""
    fields = play.fields(**({"named": True} | changes))
    play.request = draw_request(lot_id=play.hall.lot.pk, fields=fields, actor=play.asker(), at=play.now)
    return play.request


def asked(experts=14, **changes):
    """Requested, and confirmed by a second person: the experts may be named."""
    play = opened(experts)
    requested(play, **changes)
    play.request = draw_confirm(request_id=play.request.pk, actor=play.owner.actor, at=play.now)
    return play


def free(play, number=1, specialty="A05"):
    """Experts of a specialty, each of another employer."""
    found, taken = [], set()
    rows = Expert.objects.filter(specialties__code=specialty, specialties__ended_at__isnull=True)
    for one in rows.exclude(pk__in=named.seated(play)).order_by("code"):
        if one.employer_key not in taken:
            taken.add(one.employer_key)
            found.append(one)
    return found[:number]


def propose(play, *experts, **changes):
    """One person of the owner names them, with the paper."""
    given = {"origin": play.request.pk, "consent": PAPER, "specialty": "A05"} | changes
    return named.propose(play, *experts, **given)


def agreed(play, *experts, **changes):
    """Named, confirmed, read and agreed to: the gateway asks them."""
    naming = propose(play, *experts, **changes)
    assert naming.state == "proposed"
    named.confirm(play, naming)
    named.take(play, naming)
    return named.agree(play, naming)


def accepted(play, *experts, **changes):
    """Agreed to, and everybody named accepts by the gateway's call."""
    naming = agreed(play, *experts, **changes)
    for row in naming.seats.all():
        named_answer(seat=row.seat, answer=SeatAnswer.ACCEPT, actor=SYSTEM, at=play.now, receipt="call")
    return Naming.objects.get(pk=naming.pk)


def whole(play):
    """Every seat named for and accepted, each expert of another employer."""
    chosen, taken = {}, set()
    for specialty, number in play.request.seats.items():
        rows = free(play, 99, specialty)
        chosen[specialty] = [one for one in rows if one.employer_key not in taken][:number]
        taken |= {one.employer_key for one in chosen[specialty]}
    for specialty, experts in chosen.items():
        accepted(play, *experts, specialty=specialty)
    return play


def called(substitutes=0, **given):
    """Everybody named and called in, with one member of the owner and so many substitutes; nobody has signed in."""
    play = asked(**given)
    representative = play.hall.registry.staff(play.owner, Role.OWNER, "林代表", at=play.now)
    own_members_name(
        request_id=play.request.pk,
        members=[delegate(representative.actor, play.hall.lot)],
        substitutes=[delegate(substitute(play, n).actor, play.hall.lot) for n in range(1, substitutes + 1)],
        actor=play.owner.actor,
        at=play.now,
    )
    whole(play)
    made = World(play, own=representative)
    play.hall.clock.to(play.request.begins_at - timedelta(hours=1))
    play.hall.cut()
    made.form()
    return made


def apart(**given):
    """Called in, one of them does not come, and the namings of the lot are used up: for him again, which is barred."""
    made = called(**given)
    gone = made.panel.seats.filter(kind="expert").order_by("seat").first()
    member_miss(seat_id=gone.pk, reason="未到", actor=made.desk, at=made.at)
    panels_drive(at=made.at, key=worlds.KEY)
    expert = Expert.objects.get(person=gone.person_id)
    while tries_used(made.lot) < rule_of(made.lot).tries:
        assert propose(made.play, expert, specialty=gone.specialty).state == "barred"
    return made


def further(made, actor=None, **changes):
    """One person of the owner asks to name again."""
    given = {"cause": "fell-out", "reason": AGAIN, "begins_at": made.at + timedelta(days=1)} | changes
    return further_ask(
        request_id=made.play.request.pk,
        actor=actor or made.play.asker(),
        at=made.at,
        key=worlds.KEY,
        **given,
    )
