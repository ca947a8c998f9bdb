"""What an officer's machine gets over HTTP and may hand in: nothing secret, nothing without its own signature."""

import json
from uuid import uuid4

import pytest

from experts.selectors.draws import DrawChain
from experts.states.draw import DrawState
from kernel import clock
from protocol.draw import objects
from protocol.events import ZERO, link_of, parse_event
from tests.experts.draws import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(monkeypatch, kept):
    made = kept(world.play)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


def address(draw_id, i, what):
    return f"/api/v1/experts/draws/{draw_id}/officers/{i}/{what}"


def pack(client, play, i=1):
    return client.get(address(play.draw_id, i, "pack"))


def hand(client, play, i, what, signed):
    return client.post(address(play.draw_id, i, what), json.dumps(signed), content_type="application/json")


def test_a_pack_proves_what_it_says(client, play):
    """A22: the head stands in a stated checkpoint, and the chain to the officer's own commit has no gap."""
    play.ready()
    play.contributed()
    commit, _ = play.pair(play.devices[0])
    assert hand(client, play, 1, "commit", commit).status_code == 204
    play.hall.cut()

    given = pack(client, play).json()

    events = [parse_event(name, text.encode(), objects.FORMS) for name, text in given["events"]]
    assert [event.kind for event in events] == ["draw-header", *["contribution"] * 4, "draw-commit"]
    assert events[0].ev == given["t_d"] == given["round"]["head"] == play.draw.t_d
    previous = ZERO
    for event in events:
        assert event.link == link_of(event.k, previous)
        previous = event.value
    assert given["round"] | {"leaf": 0} == {
        "j": 0,
        "head": play.draw.t_d,
        "leaf": 0,
        "asked": True,
        "committed": [1],
        "released": [],
        "enough": False,
    }
    assert given["own"] == {"committed": True, "released": False}
    assert pack(client, play, 2).json()["own"] == {"committed": False, "released": False}


def test_a_pack_tells_no_secret(client, play):
    """Whoever has the address learns neither a panel nor an answer, nor what the gateway can open."""
    play.ready()
    play.contributed()
    play.decided()
    play.answered(declines=1)
    drawn = set(DrawChain(play.draw).of("draw-result")[0].body)

    text = pack(client, play).content.decode()

    assert {"panel", "seats"} <= drawn
    assert not any(kind in text for kind in ("draw-result", "draw-event", "draw-release"))
    assert json.loads(text)["round"]["j"] == 1


def test_a_machine_commits_and_releases_without_a_login(client, play):
    play.ready()
    play.contributed()
    pairs = [(one, play.pair(one)) for one in play.devices[:4]]
    for one, (commit, release) in pairs[:3]:
        assert hand(client, play, one.seat.i, "commit", commit).status_code == 204
        assert hand(client, play, one.seat.i, "release", release).json()["code"] in {"no_commit", "too_early"}
    assert hand(client, play, 4, "commit", pairs[3][1][0]).status_code == 204
    play.hall.cut()
    for one, (_, release) in pairs * 2:
        assert hand(client, play, one.seat.i, "release", release).status_code == 204
    play.hall.cut()
    play.drive()

    assert DrawState(play.draw.state) is DrawState.DRAWN


def test_nobody_acts_with_the_signature_of_another(client, play):
    play.ready()
    play.contributed()
    commit, _ = play.pair(play.devices[0])

    assert hand(client, play, 2, "commit", commit).status_code == 403
    forged = {
        "body": commit["body"],
        "signatures": [play.devices[1].signer.sign("draw-commit", commit["body"])],
    }
    assert hand(client, play, 1, "commit", forged).json()["code"] == "signature_unknown"
    assert hand(client, play, 1, "commit", {"body": commit["body"], "signatures": []}).status_code == 422


def test_unknown_unsigned_and_ended_draws_are_refused_in_problem_documents(client, play):
    assert client.get(address(uuid4(), 1, "pack")).status_code == 404
    play.asked()
    play.begun()
    play.prepared()
    assert pack(client, play).json()["code"] == "draw_unsigned"
    play.signed()
    assert pack(client, play).status_code == 200
    assert pack(client, play, 6).status_code == 404
    play.contributed()
    play.decided()
    play.answered()
    play.revealed()

    refused = pack(client, play)

    assert (refused.status_code, refused.json()["code"]) == (409, "draw_ended")
    assert refused["Content-Type"] == "application/problem+json"
