"""One officer alone: for trials, refused in production, and called self-attested wherever the result is shown."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from experts.models import Expert
from experts.selectors.draw_pages import desk
from experts.selectors.draw_record import lot_record
from experts.selectors.draw_state import draw_page
from experts.services.draw_begin import draw_begin
from experts.services.expert_register import expert_link
from experts.states.draw import DrawState
from kernel.errors import RuleBroken
from ledger.models import Entry
from portal.selectors.anchors import anchors_file
from portal.selectors.opening import bundle_file
from protocol import cli
from protocol.verify import verify
from tests import builders_bidding as build
from tests.experts import worlds
from tests.experts.draws import world

pytestmark = pytest.mark.django_db


def drawn_by_one():
    """A draw with t = n = 1 from the request to the reveal."""
    play = world.play()
    play.asked()
    play.begun(t=1, n=1)
    play.prepared()
    play.signed()
    play.contributed()
    play.decided(play.devices)
    play.answered()
    play.revealed()
    return play


def drawn_from(play):
    """The list of draws on the own page of an expert of the pool."""
    expert = Expert.objects.order_by("code").first()
    person = worlds.people.person(700)
    expert_link(expert_id=expert.pk, email=person.email, actor=play.pool.keeper, at=play.now)
    client = Client()
    client.force_login(person)
    page = client.get(reverse("experts:own")).content.decode()
    return page.split('id="draws"')[1].split("</section>")[0]


def test_production_refuses_one_officer_by_name(settings, kept):
    play = kept(world.play)
    play.asked()
    settings.PRODUCTION = True
    with pytest.raises(RuleBroken) as refused:
        draw_begin(request_id=play.request.pk, t=1, actor=play.operator, at=play.now)
    assert refused.value.code == "draw_trial_only"
    settings.PRODUCTION = False
    play.begun(t=1, n=1)
    settings.PRODUCTION = True

    with pytest.raises(RuleBroken) as refused:
        play.prepared()

    assert "draw_trial_only" in [finding.code for finding in refused.value.findings]


@pytest.mark.parametrize(("t", "n"), [(1, 2), (2, 2)])
def test_a_trial_is_one_officer_or_the_rule(t, n, kept):
    """t = 1 of several would be a single key that looks like several (A9)."""
    play = kept(world.play)
    play.asked()
    play.begun(t=t, n=n)

    with pytest.raises(RuleBroken) as refused:
        play.prepared()

    assert refused.value.code == "officers"


def test_a_trial_is_drawn_verified_and_labelled_everywhere(tmp_path, capsys):
    play = drawn_by_one()
    lot = play.hall.lot
    assert DrawState(play.draw.state) is DrawState.REVEALED
    kept = [
        entry.data for entry in Entry.objects.filter(kind="record") if entry.body["name"] == "draw-prepared"
    ]
    assert [row["label"] for row in kept] == ["self-attested"]
    for actor in (play.operator, play.supervisor.actor):
        assert draw_page(play.draw_id, actor, play.now).alone
        assert [one.alone for row in desk(actor, play.now).rows for one in row.draws] == [True]
    assert [one.alone for one in lot_record(lot).serials] == [True]
    page = Client().get(reverse("portal:draw", args=[lot.tender.number, lot.no])).content.decode()
    assert page.count("自证") >= 3
    assert '<span class="sl-st is-stop">自证（试用）</span>' in drawn_from(play)

    # whoever did not agree to a trial (min_t 2 in the reader's own anchors) is not shown one as verified
    assert [row.check for row in play.judged(tmp_path).checks if row.status != "ok"] == ["V21"]
    name, _row, pieces = bundle_file(lot.tender.number, lot.no)
    (tmp_path / name).write_bytes(b"".join(pieces))
    anchors = anchors_file(lot.policy)
    (tmp_path / "anchors.json").write_bytes(anchors)
    assert json.loads(anchors)["min_t"] == 1
    report = verify(tmp_path / name, anchors, [])

    assert build.faults(report) == []
    assert report.label["draws"] == "self-attested"
    for command in (["verify"], ["draw", "replay"]):
        assert cli.main([*command, str(tmp_path / name), "--anchors", str(tmp_path / "anchors.json")]) == 0
        assert "self-attested" in capsys.readouterr().out.lower()
