"""法37: until the reveal nobody can read who was drawn - not in a table, a log line, a message or the ledger."""

import json
import logging
from collections import Counter

import pytest
from django.apps import apps
from django.core import mail, serializers

from accounts.actors import SYSTEM, Actor
from accounts.models import Outbox
from accounts.states import Role
from experts.draw_keys import GatewayKey, gateway_key
from experts.models import DrawCall, DrawnSeat, Epoch, EpochMember, Expert
from experts.selectors.draw_seen import draw_seen
from experts.selectors.draws import opened_seat, standing
from experts.selectors.own_draws import own_invitations
from experts.services.answer_record import answer_record, expert_of
from experts.services.call_start import WORDS, experts_by_eid
from experts.services.expert_register import expert_link
from experts.states.draw import SeatAnswer
from kernel.errors import NotPermitted, RuleBroken, Unavailable
from ledger.models import Entry
from tests.experts import worlds
from tests.experts.draws import world

pytestmark = pytest.mark.django_db


class Listening:
    """A gateway that remembers what it was given."""

    def __init__(self):
        self.calls = []

    def call(self, one):
        self.calls.append(one)
        return "ok"


def dump():
    """Every row of every table, as text, by model."""
    found = {}
    for model in apps.get_models():
        rows = list(model._default_manager.all())
        found[model.__name__] = serializers.serialize("json", rows)
    return found


def drawn(play):
    people = experts_by_eid(play.draw.header["pool"]["epoch"], worlds.KEY)
    return {
        row.seat: Expert.objects.get(pk=people[opened_seat(row, play.draw).id])
        for row in DrawnSeat.objects.filter(round__draw=play.draw_id)
    }


def told_apart(text, play, terms):
    """Whether a text names the drawn more often, or others less often, than anybody else of the pool."""
    chosen = {str(terms(one)) for one in drawn(play).values()}
    counts = Counter({str(terms(one)): text.count(str(terms(one))) for one in Expert.objects.all()})
    inside = {counts[one] for one in chosen}
    outside = {number for one, number in counts.items() if one not in chosen}
    return inside != outside or len(outside) != 1


OFFICERS = frozenset(
    {
        *("draw_seat_offered", "draw_seat_ended", "draw_officer_proposed", "draw_officer_refused"),
        *("draw_key_to_certify", "draw_dryrun", "draw_contribute"),
        *("draw_contribution_missing", "draw_waits", "draw_round_waits"),
        *("draw_contribution_late", "draw_round_late", "draw_stands_still"),
    }
)
"""What officers and contributors of a draw are told; their rows name nobody who could be drawn."""


def test_nothing_kept_tells_the_drawn_from_the_others(caplog):
    """Names of the pool are in its tables; what must not be is any row in which the drawn differ from the rest."""
    caplog.set_level(logging.DEBUG)
    play = world.play()
    play.ready()
    play.contributed()
    play.decided()
    gateway = Listening()
    play.called(gateway)
    assert len(gateway.calls) == 4  # somebody was drawn, so there is something to leak

    rows = dump()
    whole = "\n".join(rows.values()) + "\n".join(
        entry.body_text + entry.data_text for entry in Entry.objects.all()
    )
    for terms in (
        lambda one: one.name,
        lambda one: one.code,
        lambda one: one.pk,
        lambda one: one.identity_hash,
    ):
        assert not told_apart(whole, play, terms)
    phones = {worlds.KEY.open_phone(one.phone_sealed) for one in Expert.objects.all()}
    eids = {opened_seat(row, play.draw).id for row in DrawnSeat.objects.all()}
    for text in (whole, caplog.text, json.dumps([message.body for message in mail.outbox])):
        assert not [secret for secret in (*phones, *eids) if secret in text]
    assert not [one.name for one in drawn(play).values() if one.name in caplog.text]
    told = set(Outbox.objects.filter(event__startswith="draw").values_list("event", flat=True))
    assert told <= OFFICERS  # the drawn hear by the gateway alone


def test_the_gateway_hears_of_category_time_city_hours_and_fee_and_of_nothing_else(kept):
    play = kept(world.play)
    play.ready()
    play.contributed()
    play.decided()
    gateway = Listening()
    play.called(gateway)

    hall = play.hall
    secret = (
        hall.one.plan.title,
        hall.lot.number,
        hall.lot.code + "/",
        play.owner.organisation.name,
        "评标室三",
    )
    for call in gateway.calls:
        assert set(call.words) == set(WORDS)
        assert not [one for one in secret if one in json.dumps(call.words, ensure_ascii=False)]
    assert {call.whom.name for call in gateway.calls} == {one.name for one in drawn(play).values()}
    assert {row.receipt for row in DrawCall.objects.all()} == {"ok"}
    play.drive(gateway)
    assert len(gateway.calls) == 4  # handed over once


def test_a_dump_without_the_gateways_file_does_not_give_the_panel(settings, tmp_path, kept):
    """A23: database and store alone, even with the pool's key, open neither a seat nor an invitation."""
    play = kept(world.play)
    play.ready()
    play.contributed()
    play.decided()
    play.called()
    assert len(standing(play.draw).seats) == 4
    call = DrawCall.objects.all()[0]
    both = worlds.KEY.open_call(gateway_key(play.draw_id).open_call(call.sealed))
    assert both.name in Expert.objects.values_list("name", flat=True)
    with pytest.raises(Unavailable):
        worlds.KEY.open_call(call.sealed)

    settings.KEYS_DIR = tmp_path / "elsewhere"
    with pytest.raises(Unavailable):
        gateway_key(play.draw_id)
    with pytest.raises(Unavailable):
        opened_seat(DrawnSeat.objects.all()[0], play.draw, GatewayKey(bytes(range(32))))


def test_an_expert_answers_for_himself_and_for_nobody_else(kept):
    play = kept(world.play)
    play.ready()
    play.contributed()
    play.decided()
    rows = play.called()
    expert = expert_of(rows[0], play.draw, worlds.KEY)
    person = worlds.people.person(790)
    play.pool.now = play.now
    expert_link(expert_id=expert.pk, email=person.email, actor=play.pool.keeper, at=play.now)
    himself = Actor(person=person.pk, roles=frozenset({Role.EXPERT}), name="expert")

    assert [one.seat for one in own_invitations(himself, worlds.KEY, play.now)] == [rows[0].seat]
    assert own_invitations(play.operator, worlds.KEY, play.now) == []
    said = {"answer": SeatAnswer.DECLINE, "actor": himself, "at": play.now, "key": worlds.KEY}
    with pytest.raises(RuleBroken):
        answer_record(seat=rows[0].seat, **said)
    made = answer_record(seat=rows[0].seat, reason="engaged", **said)
    assert (made.own, made.code) == (True, "declined")
    with pytest.raises(NotPermitted):
        answer_record(seat=rows[1].seat, reason="engaged", **said)
    other = answer_record(seat=rows[1].seat, answer=SeatAnswer.ACCEPT, actor=SYSTEM, at=play.now)
    assert (other.own, other.code) == (False, "accepted")
    assert not Entry.objects.filter(seq__gte=made.entry.seq, body_text__contains=str(person.pk)).exists()


def test_who_watches_reads_states_and_numbers_and_no_stranger_reads_them(kept):
    play = kept(world.play)
    play.ready()
    play.contributed()
    play.decided()
    play.called()

    for actor in (play.operator, play.supervisor.actor, play.owner.actor):
        seen = draw_seen(play.draw_id, actor)
        assert (seen.contributions, seen.waiting, seen.rounds[0].answers) == (4, [], {"": 4})
        assert seen.label == "independent"
        assert seen.rounds[0].committed == seen.rounds[0].released == [1, 2, 3, 4]
        assert not [one.name for one in Expert.objects.all() if one.name in repr(seen)]
    for stranger in (play.hall.bidder(1).actor, play.pool.keeper, play.exclusions, play.devices[0].actor):
        with pytest.raises(NotPermitted):
            draw_seen(play.draw_id, stranger)


def test_members_of_the_epoch_are_the_pool_and_nobody_by_eid(kept):
    play = kept(world.play)
    play.ready()
    assert Epoch.objects.count() == 1
    text = serializers.serialize("json", EpochMember.objects.all())
    assert not [eid for eid in experts_by_eid(1, worlds.KEY) if eid in text]
