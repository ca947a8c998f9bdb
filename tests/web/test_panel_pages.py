"""Pages of a panel: each reader finds his own part and nothing else; bids and opinions are the members' alone."""

import json
from dataclasses import replace
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts.models import Person
from tests.builders_files import pdf
from tests.experts.draws.conftest import own_installation  # noqa: F401 - keys and store of this test alone
from tests.experts.panels import world as panels
from tests.experts.panels.test_blind import Blind

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(client):
    """Log somebody in, freshly enough for binding acts."""

    def entered(actor):
        client.logout()
        client.force_login(Person.objects.get(pk=actor.person))
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": 4_000_000_000}]
        session["organisation"] = str(actor.organisation) if actor.organisation else ""
        session.save()
        return client

    return entered


def address(name, *args):
    with translation.override("en"):
        return reverse(f"experts:{name}", args=args)


@pytest.fixture
def world(monkeypatch, kept):
    made = kept(panels.reviewing, plan=replace(panels.PLAN, technical=pdf()))
    monkeypatch.setattr("kernel.clock.now", lambda: made.at)
    return made


def inner(world):
    """Every page that shows bids or opinions, with an address that is really there."""
    panel, bid = world.panel.pk, world.bids[0].ev
    return [
        address("panel", panel),
        address("panel-compare", panel),
        address("panel-bid", panel, bid),
        address("panel-file", panel, bid, 1, 0),
        address("panel-read", panel, bid, 1, 0),
        address("panel-reject", panel, bid),
        address("panel-ask", panel, bid),
        address("panel-chair", panel),
        address("panel-declare", panel),
        address("panel-passage", panel),
    ]


def test_bids_and_opinions_are_for_members_in_their_seats_and_nobody_else(world, enter):
    """法38, 条例48: owner, supervisor, desk and bidders get what a stranger gets: there is no such panel."""
    bidder = world.party(world.bids[0])
    outside = (world.owner.actor, world.supervisor.actor, world.desk, bidder.actor)
    for actor in outside:
        client = enter(actor)
        for path in inner(world):
            assert client.get(path).status_code == HTTPStatus.NOT_FOUND, (actor.name, path)
    client = enter(world.members[0].actor)
    for path in inner(world):
        assert client.get(path).status_code == HTTPStatus.OK, path


def test_names_are_read_at_the_door_and_by_fellow_members_only(world, enter):
    names = [one.seat.person.name for one in world.members]
    for actor in (world.owner.actor, world.supervisor.actor):
        page = enter(actor).get(address("panel-process", world.panel.pk)).content.decode()
        assert not any(name in page for name in names)
        assert enter(actor).get(address("panel-door", world.panel.pk)).status_code == HTTPStatus.FORBIDDEN
    door = enter(world.desk).get(address("panel-door", world.panel.pk)).content.decode()
    assert all(name in door for name in names)
    assert world.bids[0].organisation.name not in door


def test_a_member_sees_his_own_findings_and_not_those_of_others(world, enter):
    world.mark(world.members[0], world.bids[0], fails=("signature",), note="第 4 页无章，仅我可见")
    path = address("panel-bid", world.panel.pk, world.bids[0].ev)

    assert "仅我可见" in enter(world.members[0].actor).get(path).content.decode()
    assert "仅我可见" not in enter(world.members[1].actor).get(path).content.decode()


def test_a_question_is_read_by_its_bidder_alone_and_names_nobody(world, enter):
    question = world.ask(world.members[0], world.bids[0])
    path = address("panel-question", question.pk)
    own = enter(world.party(world.bids[0]).actor).get(path)
    assert own.status_code == HTTPStatus.OK
    assert not any(one.seat.person.name in own.content.decode() for one in world.members)
    for actor in (world.party(world.bids[1]).actor, world.owner.actor, world.desk):
        assert enter(actor).get(path).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("edition", ["en", "zh-hans"])
def test_what_stands_under_a_label_is_for_members_and_names_no_bidder(monkeypatch, enter, edition, kept):
    """暗标: page, question and answer of a label say nothing of whose it is; nobody else has such a page."""
    made = kept(Blind)
    world = made.world
    monkeypatch.setattr("kernel.clock.now", lambda: world.at)
    question = made.ask("A02")
    made.answered(question)
    with translation.override(edition):
        places = [
            reverse("experts:panel-blind", args=(world.panel.pk,)),
            reverse("experts:panel-blind-ask", args=(world.panel.pk, "A02", 1)),
            reverse("experts:panel-blind-answer-file", args=(world.panel.pk, "A02", question.pk, 0)),
        ]
    bidder = world.party(question.bid)
    for actor in (world.owner.actor, world.supervisor.actor, world.desk, bidder.actor):
        client = enter(actor)
        assert [client.get(path).status_code for path in places] == [HTTPStatus.NOT_FOUND] * 3
    client = enter(world.members[0].actor)
    for path in places:
        answer = client.get(path)
        assert answer.status_code == HTTPStatus.OK
        told = answer.content + str(answer.headers).encode()
        for bid in world.bids:
            assert bid.organisation.name.encode() not in told
            assert bid.ev.encode() not in told
            assert str(bid.pk).encode() not in told
    missing = reverse("experts:panel-blind-ask", args=(world.panel.pk, "A09", 1))
    assert client.get(missing).status_code == HTTPStatus.NOT_FOUND


def test_findings_are_kept_by_the_form_and_a_no_asks_for_its_place(world, enter):
    client = enter(world.members[0].actor)
    bid = world.bids[0].ev
    items = [one.code for one in panels.Evaluation(world.lot).items]
    given = {f"item-{one}": "yes" for one in items} | {"item-signature": "no"}
    path = address("panel-review", world.panel.pk, bid)
    refused = client.post(path, given)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "which clause is not met" in refused.content.decode()

    kept = client.post(path, given | {"note-signature": "3.1, p. 4, no seal"})

    assert kept.status_code == HTTPStatus.FOUND
    page = client.get(address("panel-bid", world.panel.pk, bid)).content.decode()
    assert "3.1, p. 4, no seal" in page


def test_a_file_is_handed_out_and_searched(world, enter):
    client = enter(world.members[0].actor)
    bid = world.bids[0].ev
    answer = client.get(address("panel-file", world.panel.pk, bid, 1, 0))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content == world.hall.one.plan.technical
    assert client.get(address("panel-file", world.panel.pk, bid, 1, 9)).status_code == HTTPStatus.NOT_FOUND
    found = client.get(address("panel-bid", world.panel.pk, bid), {"q": "nowhere"}).content.decode()
    assert "Nothing found" in found


def test_a_bidder_answers_in_two_steps_and_the_file_is_the_one_signed(world, enter):
    question = world.ask(world.members[0], world.bids[0])
    party = world.party(world.bids[0])
    client, path = enter(party.actor), address("panel-question", question.pk)
    upload = SimpleUploadedFile("cost.pdf", b"%PDF-1.7 cost")
    first = client.post(path, {"text": "见附件。", "file": upload})
    assert first.status_code == HTTPStatus.OK
    body, kept = first.context["signing"]["body"], dict(first.context["hidden"])
    assert body["files"] == [kept["kept"].split(" ")[0]]
    signed = json.dumps([party.signer.sign("clarification-answer", body)])
    other = {"text": "见附件。改", "kept": kept["kept"], "signatures": signed}
    assert client.post(path, other).status_code == HTTPStatus.FORBIDDEN  # not what was signed

    done = client.post(path, {"text": "见附件。", "kept": kept["kept"], "signatures": signed})

    assert done.status_code == HTTPStatus.FOUND
    question.refresh_from_db()
    assert (question.state, question.answer.files[0]["name"]) == ("answered", "cost.pdf")
    page = enter(world.members[1].actor).get(address("panel-bid", world.panel.pk, world.bids[0].ev))
    assert "见附件。" in page.content.decode()
    place = (world.panel.pk, world.bids[0].ev, question.pk)
    assert client.get(address("panel-answer-file", *place, 0)).content == b"%PDF-1.7 cost"
    assert client.get(address("panel-answer-file", *place, 1)).status_code == HTTPStatus.NOT_FOUND
    outside = enter(world.owner.actor).get(address("panel-answer-file", *place, 0))
    assert outside.status_code == HTTPStatus.NOT_FOUND


def test_owner_and_supervisor_sign_by_their_pages_one_after_the_other(monkeypatch, enter, kept):
    made = kept(panels.called)
    monkeypatch.setattr("kernel.clock.now", lambda: made.at)
    made.arrived()
    path = address("panel-process", made.panel.pk)
    sign = address("panel-seal", made.panel.pk)
    early = enter(made.supervisor.actor).get(path)
    assert "Sign the panel" not in early.content.decode()
    for party in (made.owner, made.supervisor):
        client = enter(party.actor)
        body = client.get(path).context["signing"]["body"]
        signed = json.dumps([party.signer.sign("panel", body)])
        assert client.post(sign, {"signatures": signed}).status_code == HTTPStatus.FOUND

    assert made.panel.state == "seated"
