"""Members of a panel are rated by those who saw it, once its result is fixed; the expert replies; two keepers suspend."""

from datetime import timedelta

import pytest

from accounts.actors import Actor
from bidding.services import outcomes
from experts.models import DrawCall, Expert, ExpertRating, ExpertSuspension, SuspensionProposal
from experts.selectors.left_out import seat_expert
from experts.selectors.members import low_ratings, panel_seen, panels_to_rate, proposals
from experts.selectors.own import as_expert
from experts.services.expert_register import expert_link
from experts.services.member_rate import member_rate
from experts.services.rating_reply import rating_reply
from experts.services.suspension_ask import suspension_ask, suspension_decide
from experts.states import ExpertState
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests.experts import worlds
from tests.experts.draws import world
from tests.experts.draws.test_invitations import at, client_of
from trading.rules.counting import local_day

pytestmark = pytest.mark.django_db
KEY = worlds.KEY
PAPER = ("report.pdf", b"%PDF-1.7 a paper")


def seen():
    made = world.play()
    made.ready()
    made.contributed()
    made.decided()
    made.answered()
    made.revealed()
    return made


@pytest.fixture
def play(kept):
    return kept(seen)


def fixed(play):
    """The result of the lot is fixed: the owner has recorded its award."""
    day = local_day(play.now)
    outcomes.award_record(
        lot_id=play.hall.lot.pk,
        winner_id=play.hall.bidder(1).organisation.pk,
        outside_reason="委托外部评审",
        report_number="评字 7 号",
        report_on=day,
        report=PAPER,
        notified_on=day,
        notice=PAPER,
        actor=play.owner.actor,
        at=play.now,
    )
    return DrawCall.objects.select_related("seat__round").order_by("seat__seat")[0]


def rated(play, call, *, actor=None, found=(), at=None):
    return member_rate(
        seat=call.seat.seat,
        found=found,
        reason="记录见评标档案",
        actor=actor or play.owner.actor,
        at=at or play.now,
        key=KEY,
    )


def herself(play, call):
    expert = Expert.objects.get(pk=seat_expert(call, KEY))
    person = worlds.people.person(731)
    expert_link(expert_id=expert.pk, email=person.email, actor=play.pool.keeper, at=play.now)
    return Expert.objects.get(pk=expert.pk), as_expert(Actor(person=person.pk, name="expert"))


def test_nobody_reads_a_member_before_the_result_is_fixed(play):
    """法37: the list of members is secret until the result is fixed - for the owner and the supervisor, too."""
    call = DrawCall.objects.select_related("seat__round").all()[0]
    for who in (play.owner.actor, play.supervisor.actor, play.operator):
        assert panels_to_rate(who) == []
        with pytest.raises(StateConflict):
            panel_seen(play.draw_id, who, KEY)
        with pytest.raises(StateConflict):
            rated(play, call, actor=who)


def test_three_sides_rate_each_member_once_by_the_table(play):
    call = fixed(play)
    expert = Expert.objects.get(pk=seat_expert(call, KEY))
    for who, found in (
        (play.owner.actor, []),
        (play.supervisor.actor, ["contact"]),
        (play.operator, ["late"]),
    ):
        assert [draw.pk for draw in panels_to_rate(who)] == [play.draw_id]
        assert expert.name in [one.name for one in panel_seen(play.draw_id, who, KEY).members]
        rated(play, call, actor=who, found=found)
        with pytest.raises(RuleBroken):
            rated(play, call, actor=who)
    assert sorted(expert.ratings.values_list("score", flat=True)) == [40, 90, 100]
    for stranger in (play.hall.bidder(1).actor, play.pool.keeper, play.exclusions, play.devices[0].actor):
        with pytest.raises(NotPermitted):
            panel_seen(play.draw_id, stranger, KEY)
        with pytest.raises(NotPermitted):
            rated(play, call, actor=stranger)
    with pytest.raises(NotFound):
        member_rate(seat="ab" * 32, found=[], reason="x", actor=play.owner.actor, at=play.now, key=KEY)
    with pytest.raises(StateConflict):
        rated(
            play,
            DrawCall.objects.select_related("seat__round").order_by("-seat__seat")[0],
            at=play.request.begins_at + timedelta(days=180),
        )
    text = "".join(entry.body_text + entry.data_text for entry in Entry.objects.all())
    assert expert.name not in text


def test_the_expert_replies_once_and_nobody_is_suspended_before(play):
    call = fixed(play)
    rating = rated(play, call, found=["contact"])
    expert, me = herself(play, call)
    keeper, second = play.pool.keeper, play.pool.second
    assert [row.pk for row in low_ratings(keeper)] == [rating.pk]
    asked = suspension_ask(rating_id=rating.pk, reason="私下接触投标人", actor=keeper, at=play.now)
    assert (low_ratings(keeper), [row.pk for row in proposals(second)]) == ([], [asked.pk])
    given = {"proposal_id": asked.pk, "grant": True, "decision_no": "决字 1 号"}
    with pytest.raises(NotPermitted):  # who asked does not decide
        suspension_decide(**given, actor=keeper, at=play.now)
    with pytest.raises(StateConflict) as early:
        suspension_decide(**given, actor=second, at=play.now)
    assert early.value.code == "reply_open"

    for stranger in (keeper, second):
        with pytest.raises(NotFound):
            rating_reply(rating_id=rating.pk, text="x", actor=stranger, at=play.now)
    with pytest.raises(RuleBroken):
        rating_reply(rating_id=rating.pk, text=" ", actor=me, at=play.now)
    with pytest.raises(StateConflict):
        rating_reply(rating_id=rating.pk, text="x", actor=me, at=play.now + timedelta(days=15))
    rating_reply(rating_id=rating.pk, text="系偶遇，已当场报告", actor=me, at=play.now)
    with pytest.raises(StateConflict):
        rating_reply(rating_id=rating.pk, text="再说", actor=me, at=play.now)

    with pytest.raises(RuleBroken):
        suspension_decide(**{**given, "decision_no": ""}, actor=second, at=play.now)
    suspension_decide(**given, actor=second, at=play.now)
    expert.refresh_from_db()
    assert expert.state == ExpertState.SUSPENDED.value
    assert ExpertSuspension.objects.get().decision_no == "决字 1 号"
    assert SuspensionProposal.objects.get().decided_by_id == second.person


def test_silence_of_the_expert_does_not_stop_a_decision_and_a_fair_rating_starts_none(play):
    call = fixed(play)
    rating = rated(play, call, found=["secrecy"])
    keeper, second = play.pool.keeper, play.pool.second
    good = rated(play, DrawCall.objects.select_related("seat__round").order_by("-seat__seat")[0])
    with pytest.raises(RuleBroken):
        suspension_ask(rating_id=good.pk, reason="x", actor=keeper, at=play.now)
    asked = suspension_ask(rating_id=rating.pk, reason="x", actor=keeper, at=play.now)
    with pytest.raises(StateConflict):
        suspension_ask(rating_id=rating.pk, reason="x", actor=second, at=play.now)
    done = suspension_decide(
        proposal_id=asked.pk, grant=False, decision_no="", actor=second, at=play.now + timedelta(days=15)
    )
    assert done.state == "refused"
    assert not ExpertSuspension.objects.exists()
    assert ExpertRating.objects.count() == 2


def test_pages_of_ratings_are_for_their_sides_and_say_so_in_both_languages(play, monkeypatch, settings):
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr("kernel.clock.now", lambda: play.now)
    call = fixed(play)
    rating = rated(play, call, found=["contact"])
    expert, me = herself(play, call)
    owner = client_of(play.owner.actor.person)
    himself, stranger = client_of(me.person), client_of(play.hall.bidder(1).actor.person)
    for path in (at("rate-panel", play.draw_id), at("rate-panels")):
        assert owner.get(path).status_code == 200
    assert stranger.get(at("rate-panel", play.draw_id)).status_code == 403
    assert expert.name not in stranger.get(at("rate-panels")).content.decode()
    assert "The owner" in himself.get(at("own")).content.decode()
    page = himself.get(at("rating-reply", rating.pk)).content.decode()
    assert "Met a tenderer privately" in page
    assert owner.get(at("rating-reply", rating.pk)).status_code == 404
    other = DrawCall.objects.order_by("-seat__seat")[0].seat.seat
    assert owner.post(at("rate-panel", play.draw_id), {"seat": other, "reason": ""}).status_code == 422
    assert owner.post(at("rate-panel", play.draw_id), {"seat": other, "reason": "按时"}).status_code == 302
    assert himself.post(at("rating-reply", rating.pk), {"text": ""}).status_code == 422
    assert himself.post(at("rating-reply", rating.pk), {"text": "系偶遇"}).status_code == 302
    assert owner.get(at("proposals")).status_code == 403
