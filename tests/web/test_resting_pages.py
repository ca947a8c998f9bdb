"""While a panel rests every address of it is shut to its members: walked by the table of addresses, so none is forgotten."""

import re
from http import HTTPStatus
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Person
from experts.urls import urlpatterns
from tests.experts.draws.conftest import own_installation  # noqa: F401 - keys and store of this test alone
from tests.experts.panels import nights
from tests.experts.panels import world as panels

pytestmark = pytest.mark.django_db
RESTS, AGAIN = "The panel rests.", "The panel has resumed. Sign in again"
OPEN = {"panel", "panel-recuse"}
"""What a rest leaves to a member: the page that says that it rests, and falling out of the panel (条例 46)."""
NOT_MEMBERS = {
    *("time", "recall", "panel-door", "panel-process", "panel-seal"),
    *(
        "panel-own",
        "panel-own-replace",
        "panel-own-decide",
        "mandate-file",
        "panel-question",
        "panel-at-door",
    ),
}
"""Pages of owner, supervisor, desk and bidder: a member finds them at no time."""
SIGNED = '{"body": {}, "signatures": []}'
JSON = {
    "sheet-save": '{"changes": [], "reason": ""}',
    "sheet-lock": f'{{"sheet": {SIGNED}, "lock": {SIGNED}}}',
}


@pytest.fixture
def world(monkeypatch, kept):
    made = kept(panels.reviewing)
    monkeypatch.setattr("kernel.clock.now", lambda: made.at)
    return made


def client_of(actor):
    """Somebody logged in, freshly enough for binding acts."""
    client = Client()
    client.force_login(Person.objects.get(pk=actor.person))
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 4_000_000_000}]
    session["organisation"] = str(actor.organisation) if actor.organisation else ""
    session.save()
    return client


def addresses(world):
    """Every address of the pool's table that is about a panel, by name."""
    given = {
        "panel_id": world.panel.pk,
        "seat_id": world.members[0].id,
        "ev": world.bids[0].ev,
        "act": "adjourn",
        "label": "A01",
        "e": 1,
        "n": 0,
        "number": 1,
    }
    for one in urlpatterns:
        route = str(one.pattern)
        if route.startswith(("panel/", "panels/")) and route != "panels/":
            yield (
                one.name,
                "/en/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(given.get(m[1], uuid4())), route),
            )


def answers(client, name, path):
    """What reading and acting find there; an address that takes one of them alone answers the other with 405."""
    if name in JSON:
        found = [client.post(path, JSON[name], content_type="application/json")]
    else:
        found = [client.get(path), client.post(path, {"reason": "x", "way": "out", "place": "x"})]
    return [one for one in found if one.status_code != HTTPStatus.METHOD_NOT_ALLOWED]


def test_every_address_of_a_member_is_shut_while_the_panel_rests_and_until_he_signs_in_again(world):
    member = world.members[1]
    assert member.seat.kind == "expert"
    rest = nights.sealed(world)
    client, walked = client_of(member.actor), set()
    for name, path in addresses(world):
        walked.add(name)
        if name in OPEN:
            continue
        for answer in answers(client, name, path):
            told = answer.content.decode()
            if name in NOT_MEMBERS:
                assert answer.status_code in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND), name
            else:
                assert answer.status_code == HTTPStatus.CONFLICT, (name, answer.status_code)
                assert RESTS in told, name
    assert walked >= OPEN | NOT_MEMBERS | {"sheet", "panel-bid", "panel-file", "report-sign", "panel-rest"}
    page = client.get(f"/en/panels/{world.panel.pk}/").content.decode()
    assert RESTS in page
    assert not [bid for bid in world.bids if bid.organisation.name in page or bid.ev in page]
    assert not [one for one in world.members if one.seat.person.name in page and one is not member]

    nights.morning(world, rest, members=[])
    for name, path in addresses(world):
        if name in OPEN | NOT_MEMBERS | {"panel-passage"}:
            continue
        for answer in answers(client, name, path):
            assert answer.status_code == HTTPStatus.CONFLICT, (name, answer.status_code)
            assert AGAIN in answer.content.decode(), name
    client.post(f"/en/panels/{world.panel.pk}/passage/", {"way": "in", "place": panels.PLACE, "note": ""})
    bid = client.get(f"/en/panels/{world.panel.pk}/bids/{world.bids[0].ev}/")
    assert bid.status_code == HTTPStatus.OK


def test_chair_desk_and_supervisor_go_through_a_night_by_their_pages(world):
    panel = f"/en/panels/{world.panel.pk}/rest/"
    chair, desk, supervisor = map(client_of, (world.chair.actor, world.desk, world.supervisor.actor))
    assert "Adjourn the panel" in chair.get(panel).content.decode()
    assert "Adjourn the panel" not in desk.get(panel).content.decode()
    until = {"until": "2026-01-01T00:00"}
    refused = chair.post(f"{panel}adjourn/", {"cause": "night", **until})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    rest = nights.adjourned(world)

    assert desk.get(f"{panel}unbroken/").status_code == HTTPStatus.NOT_FOUND
    for client in (desk, supervisor):
        assert client.post(f"{panel}seal/", {"seals": nights.SEALS}).status_code == HTTPStatus.FOUND
        assert client.get(f"{panel}seal/").status_code == HTTPStatus.NOT_FOUND
    seen = client_of(world.owner.actor).get(panel).content.decode()
    assert nights.SEALS in seen
    assert not [one for one in world.members if one.seat.person.name in seen]
    assert client_of(world.party(world.bids[0]).actor).get(panel).status_code == HTTPStatus.FORBIDDEN

    world.later(seconds=(rest.until - world.at).total_seconds())
    assert desk.post(f"{panel}broken/", {"reason": "门封条缺失"}).status_code == HTTPStatus.FOUND
    assert desk.get(f"{panel}decide/").status_code == HTTPStatus.NOT_FOUND
    assert "SEAL-" in supervisor.get(panel).content.decode()
    assert supervisor.post(f"{panel}decide/", {"reason": "录像无异常"}).status_code == HTTPStatus.FOUND
    assert "Sign in again" in chair.get(f"/en/panels/{world.panel.pk}/").content.decode()
