"""A request that cannot be drawn is asked anew, with every exclusion kept; an expert hears nothing that tells the tender."""

import pytest

from experts.models import DrawExclusion
from experts.services.draw_request import draw_confirm, draw_request, draw_withdraw
from experts.states.draw import DrawState, RequestState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from tests.experts import worlds
from tests.experts.draws import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(kept):
    return kept(world.play)


def again(play, **changes):
    """Taken back by who may confirm, asked and confirmed anew."""
    draw_withdraw(request_id=play.request.pk, actor=play.owner.actor, at=play.now)
    return play.asked(**changes)


def test_an_impossible_request_is_taken_back_and_its_officers_go_on_with_the_next(play):
    """expert-draw §3.4.6: relaxing a rule is a new request; the officers' keys of the draw stay."""
    play.asked(seats={"A0301": 14, "A05": 2}, own_members=1)
    play.begun()
    with pytest.raises(RuleBroken):
        play.prepared()
    first = play.request
    second = again(play)

    first.refresh_from_db()
    assert RequestState(first.state) is RequestState.WITHDRAWN
    assert (play.draw.request_id, play.draw.serial, play.draw.officers.count()) == (second.pk, 1, 5)
    play.prepared()
    assert DrawState(play.signed().state) is DrawState.OPEN


def test_taking_a_request_back_drops_no_exclusion_and_voids_a_prepared_header(play):
    """An owner who asks anew must not be rid of what the desk has entered."""
    play.asked()
    play.exclude(worlds.employer(1)[0])
    play.begun()
    play.prepared()
    second = again(play)

    assert (DrawState(play.draw.state), play.draw.header) == (DrawState.BEGUN, {})
    kept = DrawExclusion.objects.get(request=second)
    assert (kept.unit, kept.by_id) == (worlds.facts(1).employer_key, play.exclusions.person)
    assert play.prepared().header["exclusions"]["count"] == 2


def test_a_draw_is_not_prepared_for_a_request_that_was_taken_back(play):
    play.asked()
    play.begun()
    draw_withdraw(request_id=play.request.pk, actor=play.owner.actor, at=play.now)
    with pytest.raises(StateConflict) as refused:
        play.prepared()
    assert refused.value.code == "not_confirmed"


def test_a_confirmed_request_is_taken_back_by_who_may_confirm_and_never_under_a_signed_header(play):
    play.asked()
    with pytest.raises(NotPermitted):
        draw_withdraw(request_id=play.request.pk, actor=play.asker(), at=play.now)
    play.begun()
    play.prepared()
    play.signed()
    with pytest.raises(StateConflict) as refused:
        draw_withdraw(request_id=play.request.pk, actor=play.owner.actor, at=play.now)
    assert refused.value.code == "header_signed"


def test_an_expert_is_told_nothing_that_names_the_project(play):
    """journeys 2.7 E1: never project, owner or lot; also not in the owner's own words."""
    tender = play.hall.lot.tender
    for field, text in (
        ("category", f"关于 {tender.title}"),
        ("city", tender.project.owner.name),
        ("fee", f"800 元，{tender.number}"),
    ):
        with pytest.raises(RuleBroken) as refused:
            draw_request(
                lot_id=play.hall.lot.pk,
                fields=play.fields(**{field: text}),
                actor=play.asker(),
                at=play.now,
            )
        assert [(one.code, one.field) for one in refused.value.findings] == [("words_tell", field)]


def test_who_asked_first_cannot_confirm_what_was_asked_again(play):
    play.asked()
    draw_withdraw(request_id=play.request.pk, actor=play.owner.actor, at=play.now)
    second = draw_request(lot_id=play.hall.lot.pk, fields=play.fields(), actor=play.owner.actor, at=play.now)
    with pytest.raises(NotPermitted):
        draw_confirm(
            request_id=second.pk,
            owner_key=play.owner.signer.spki.hex(),
            actor=play.owner.actor,
            at=play.now,
        )
