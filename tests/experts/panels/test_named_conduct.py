"""Experts named directly are reminded and rated as the drawn are, and the written consent opens for who reads names."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.actors import SYSTEM
from accounts.states import Role
from bidding.security_files import file_keep
from experts.models import CallReminder, Expert, ExpertRating, NamedRating, NamedReminder, NamedSeat
from experts.selectors.members import panel_seen, panels_to_rate
from experts.selectors.naming import open_seats
from experts.selectors.own import as_expert, own_page
from experts.selectors.own_chances import own_chances
from experts.services.call_remind import named_reminders_hand
from experts.services.draws_drive import draws_drive
from experts.services.member_rate import member_rate
from experts.services.named_answer import named_answer
from experts.services.rating_reply import rating_reply
from experts.states.draw import SeatAnswer, SeatCode
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from tests.experts import worlds
from tests.experts.draws.test_draw_guards import refused
from tests.experts.draws.test_invitations import Deaf, at, client_of
from tests.experts.draws.test_ratings import fixed
from tests.experts.panels import named as acts
from tests.experts.panels import special
from tests.experts.panels.test_naming import ended, people_actor

pytestmark = pytest.mark.django_db
KEY = worlds.KEY


def with_named():
    """A draw that ended short by one seat, for which somebody is named who has accepted."""
    play = ended()
    [one] = acts.free(play)
    play.named = acts.accepted(play, one)
    play.whom = one
    return play


@pytest.fixture
def play(kept):
    return kept(with_named)


def seat_of(play):
    return play.named.seats.get().seat


def rated(play, seat, actor, found=()):
    given = {"seat": seat, "found": found, "reason": "记录见评标档案", "key": KEY}
    return member_rate(**given, actor=actor, at=play.now)


def test_who_was_named_and_accepted_is_reminded_once_by_the_way_that_called_him(play):
    gateway, begins = Deaf(), play.request.begins_at
    given = {"actor": SYSTEM, "key": KEY, "gateway": gateway}
    assert named_reminders_hand(at=begins - timedelta(hours=4), **given) == 0
    assert (
        named_reminders_hand(at=begins - timedelta(hours=2), **given) == 0
    )  # the provider fails: again later
    gateway.deaf = False
    draws_drive(at=begins - timedelta(hours=2), key=KEY, gateway=gateway)
    [call] = [one for one in gateway.heard if one.reminder]
    assert (call.whom.expert, call.until) == (str(play.whom.pk), begins)
    assert set(call.words) == {"category", "time", "city", "hours", "fee"}
    assert named_reminders_hand(at=begins - timedelta(hours=1), **given) == 0
    assert named_reminders_hand(at=begins, **given) == 0
    assert NamedReminder.objects.get().seat.seat == seat_of(play)
    assert not CallReminder.objects.exists()
    refused("DELETE FROM experts_namedreminder")
    refused("UPDATE experts_namedreminder SET receipt = 'x'")


def test_who_declined_is_not_reminded(kept):
    play = kept(ended)
    [one] = acts.free(play)
    naming = acts.agreed(play, one)
    named_answer(
        seat=naming.seats.get().seat, answer=SeatAnswer.DECLINE, actor=SYSTEM, at=play.now, receipt="call"
    )
    gateway = Deaf()
    gateway.deaf = False
    soon = play.request.begins_at - timedelta(hours=1)
    assert named_reminders_hand(actor=SYSTEM, at=soon, key=KEY, gateway=gateway) == 0
    assert sum(open_seats(play.draw).values()) == 1


def test_a_named_member_is_rated_by_the_same_three_sides_once_each_and_reads_it(play):
    """Before the result is fixed he is as secret as the drawn (法37); then the same sides, table and reply."""
    seat = seat_of(play)
    sides = (play.owner.actor, play.supervisor.actor, play.operator)
    play.revealed()
    for who in sides:
        with pytest.raises(StateConflict):
            panel_seen(play.draw_id, who, KEY)
        with pytest.raises(StateConflict):
            rated(play, seat, who)
    fixed(play)
    for who, found in zip(sides, ([], ["contact"], ["late"]), strict=True):
        members = panel_seen(play.draw_id, who, KEY).members
        [mine] = [one for one in members if one.seat == seat]
        assert (mine.name, mine.code, mine.mine) == (play.whom.name, SeatCode.ACCEPTED, None)
        assert "条例" in mine.named
        assert not [one for one in members if one.named and one.seat != seat]
        rated(play, seat, who, found)
        with pytest.raises(RuleBroken):
            rated(play, seat, who)
        [mine] = [one for one in panel_seen(play.draw_id, who, KEY).members if one.seat == seat]
        assert mine.mine is not None
    for stranger in (play.hall.bidder(1).actor, play.pool.keeper, play.exclusions):
        with pytest.raises(NotPermitted):
            rated(play, seat, stranger)
    with pytest.raises(NotFound):
        rated(play, "ab" * 32, play.owner.actor)
    assert sorted(ExpertRating.objects.filter(expert=play.whom).values_list("score", flat=True)) == [
        40,
        90,
        100,
    ]
    assert NamedRating.objects.count() == 3

    me = as_expert(people_actor(play.whom))
    assert sorted(line.row.score for line in own_page(me, play.now, KEY).ratings) == [40, 90, 100]
    [row] = own_chances(Expert.objects.get(pk=play.whom.pk), me, KEY)
    assert (row.code, row.named) == (None, SeatCode.ACCEPTED)
    low = ExpertRating.objects.get(score=40)
    rating_reply(rating_id=low.pk, text="系偶遇，已当场报告", actor=me, at=play.now)
    refused("DELETE FROM experts_namedrating")
    refused("UPDATE experts_namedrating SET side = 'owner'")


def test_pages_of_rating_and_of_the_expert_show_the_named(play, monkeypatch, settings):
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr("kernel.clock.now", lambda: play.now)
    play.revealed()
    fixed(play)
    owner, path = client_of(play.owner.actor.person), at("rate-panel", play.draw_id)
    page = owner.get(path).content.decode()
    assert play.whom.name in page
    assert "Named, not drawn" in page
    assert owner.post(path, {"seat": seat_of(play), "reason": "按时"}).status_code == 302
    own = client_of(people_actor(play.whom).person).get(at("own")).content.decode()
    assert "not drawn; the owner named you" in own
    assert "按时" in own


def test_the_written_consent_opens_for_who_reads_whom_it_names_and_for_nobody_else(monkeypatch, kept):
    """主管预算单位's paper may name the experts: two people of the owner, one of the supervisor, as the names."""
    play = kept(ended)
    monkeypatch.setattr("kernel.clock.now", lambda: play.now)
    [one] = acts.free(play)
    paper = file_keep("同意书.pdf", b"%PDF-1.7 consent")
    naming = acts.propose(play, one, consent=paper.sha256)
    path = at("draw-naming-consent", play.draw_id, naming.pk)
    page = at("draw-naming", play.draw_id)
    supervisor, third = (
        client_of(play.supervisor.actor.person),
        acts.other(play, play.owner, role=Role.OWNER, name="业主三"),
    )
    for who in (play.asker(), play.owner.actor):
        answer = client_of(who.person).get(path)
        assert (answer.status_code, answer.content) == (200, b"%PDF-1.7 consent")
        assert answer["Content-Disposition"] == f'attachment; filename="{paper.sha256[:12]}.pdf"'
        assert path in client_of(who.person).get(page).content.decode()
    assert supervisor.get(path).status_code == 404  # nobody has taken the naming in hand yet
    assert path not in supervisor.get(page).content.decode()
    acts.confirm(play, naming)
    acts.take(play, naming)
    assert supervisor.get(path).status_code == 200
    second = acts.other(play, play.supervisor)
    for who in (third, second, play.operator, play.hall.bidder(1).actor, people_actor(one)):
        assert client_of(who.person).get(path).status_code == 404
    assert Client().get(path).status_code == 302
    other = at("draw-naming-consent", naming.pk, naming.pk)
    assert client_of(play.owner.actor.person).get(other).status_code == 404


def test_a_consent_of_which_only_the_digest_is_known_has_no_download(monkeypatch, kept):
    play = kept(ended)
    monkeypatch.setattr("kernel.clock.now", lambda: play.now)
    [one] = acts.free(play)
    naming = acts.propose(play, one, consent="ab" * 32)
    path = at("draw-naming-consent", play.draw_id, naming.pk)
    owner = client_of(play.owner.actor.person)
    assert owner.get(path).status_code == 404
    assert path not in owner.get(at("draw-naming", play.draw_id)).content.decode()


def test_members_of_a_panel_named_whole_are_reminded_and_rated_as_the_drawn_are(kept):
    """Nothing was drawn for it: it stands under the request that asked for no draw."""
    made, gateway = kept(special.called), Deaf()
    gateway.deaf = False
    play, seats = made.play, set(NamedSeat.objects.filter(code="accepted").values_list("seat", flat=True))
    given = {"actor": SYSTEM, "key": KEY, "gateway": gateway}
    begins = play.request.begins_at
    assert named_reminders_hand(at=begins - timedelta(minutes=30), **given) == len(seats) >= 4
    assert named_reminders_hand(at=begins - timedelta(minutes=20), **given) == 0
    owner, stranger = play.owner.actor, play.hall.bidder(1).actor
    with pytest.raises(StateConflict):
        panel_seen(play.request.pk, owner, KEY)
    assert panels_to_rate(owner) == []
    fixed(play)
    assert panels_to_rate(owner) == [play.request]
    assert panels_to_rate(stranger) == []
    with pytest.raises(NotPermitted):
        panel_seen(play.request.pk, stranger, KEY)
    seen = panel_seen(play.request.pk, owner, KEY)
    assert {one.seat for one in seen.members} == seats
    assert all(one.named for one in seen.members)
    rated(play, min(seats), owner, ["contact"])
    assert NamedRating.objects.get().seat.seat == min(seats)
    assert [one.mine is not None for one in panel_seen(play.request.pk, owner, KEY).members].count(True) == 1
