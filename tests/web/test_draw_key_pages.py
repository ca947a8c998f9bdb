"""Pages of a draw's officers and contributors: whole in both languages, closed to others, and no expert's name on them."""

import json

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import Person
from accounts.states import OrganisationKind
from experts.models import Expert
from experts.states.draw import DrawState
from kernel import clock
from tests.experts.draws import world
from tests.experts.draws.conftest import own_installation  # noqa: F401 - keys and a store of its own
from tests.web.test_pages import LANGUAGES, whole

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(monkeypatch, kept):
    translation.activate("zh-hans")
    made = kept(world.play)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


def signed_in(person):
    client = Client()
    client.force_login(person)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 4_000_000_000}]
    session.save()
    return client


def of(party):
    return signed_in(Person.objects.get(email=party.email))


def officer_of(play, i=1):
    return signed_in(play.devices[i - 1].seat.person)


def at(play, rest, language=""):
    return f"{language}/draws/{play.draw_id}/{rest}"


def read(client, play, rest, status=200):
    """The page in both languages: it is there, and it names nobody of the pool."""
    texts = []
    for language, (prefix, _tag) in LANGUAGES.items():
        answer = client.get(at(play, rest, prefix))
        assert answer.status_code == status, answer.content.decode()[:400]
        whole(answer, language)
        texts.append(answer.content.decode())
    names = set(Expert.objects.values_list("name", flat=True))
    assert not [name for name in names for text in texts if name in text]
    return texts[1]


def send(client, play, rest, signed):
    return client.post(at(play, rest), {"signed": json.dumps(signed)}, headers={"accept": "application/json"})


def test_a_contributor_s_page_follows_the_draw(play):
    play.asked()
    play.begun()
    owner = of(play.owner)
    assert "Contributions have not begun" in read(owner, play, "contribute/")
    play.prepared()
    play.signed()
    page = read(owner, play, "contribute/")
    assert "Contribute from this device" in page
    assert "must contribute" in page
    assert "may contribute" in read(of(play.hall.bidder(1)), play, "contribute/")
    made = play.contribution(play.owner)
    assert send(owner, play, "contribute/", made).json() == {"done": True}
    again = send(owner, play, "contribute/", play.contribution(play.owner))
    assert (again.status_code, again.json()["code"]) == (409, "contribution_exists")
    assert owner.get(at(play, "contribute/receipt.json")).status_code == 409
    assert "The receipt follows" in read(owner, play, "contribute/")
    play.hall.cut()
    receipt = owner.get(at(play, "contribute/receipt.json"))
    assert receipt["Content-Disposition"].startswith("attachment")
    assert json.loads(receipt.content)["body"]["kind"] == "contribution"
    page = read(owner, play, "contribute/")
    assert receipt["X-Receipt-Code"] in page
    assert "Your organisation has contributed" in page
    assert Client().get(f"/en/r/{receipt['X-Receipt-Code']}").status_code == 200
    play.contributed(play.supervisor)
    assert DrawState(play.draw.state) is DrawState.CLOSED
    page = read(of(play.hall.bidder(1)), play, "contribute/")
    assert "The draw goes on with the others" in page


def test_the_pack_of_a_contributor_holds_nothing_secret(play):
    play.ready()
    play.contributed()
    given = of(play.supervisor).get(at(play, "contribute/pack.json"))
    kinds = {json.loads(text)["kind"] for _name, text in given.json()["events"]}
    assert kinds == {"draw-header", "contribution"}
    assert not [n for n in Expert.objects.values_list("name", flat=True) if n in given.content.decode()]


def test_nobody_else_contributes_or_sits(play):
    play.ready()
    other = play.hall.registry.party("旁人公司", OrganisationKind.BIDDER, at=play.now)
    for client in (of(other), officer_of(play)):
        assert client.get(at(play, "contribute/")).status_code == 403
        assert client.get(at(play, "contribute/pack.json")).status_code == 403
        assert client.get(at(play, "contribute/receipt.json")).status_code == 403
    for client in (of(other), of(play.owner), signed_in(Person.objects.get(pk=play.operator.person))):
        for rest in ("officer/", "officer/state.json", "officer/key/"):
            assert client.get(at(play, rest)).status_code == 403, rest
        for rest in ("officer/accept/", "officer/ask/", "officer/commit/", "officer/release/"):
            assert client.post(at(play, rest), {"signed": "{}"}).status_code == 403, rest
        assert client.get(at(play, "officer/1/certify/")).status_code == 403
    anonymous = Client().get(at(play, "officer/"))
    assert anonymous.status_code == 302


def test_an_officer_s_page_follows_the_rounds_and_never_names_the_drawn(play):
    play.ready()
    client = officer_of(play)
    assert "Contributions close in" in read(client, play, "officer/")
    play.contributed()
    page = read(client, play, "officer/")
    assert "You are asked to release" in page
    assert "This round waits for its officers until" in page
    assert ">Signed file<" in page
    assert "冻结" not in client.get(at(play, "officer/")).content.decode()  # a check holds; it is no deposit
    one, pairs = play.devices[0], [(device, play.pair(device)) for device in play.devices[:4]]
    state = client.get(at(play, "officer/state.json")).json()
    assert (state["asked"], state["committed"], state["head"]) == (True, False, play.draw.t_d)
    assert send(client, play, "officer/commit/", pairs[0][1][0]).json() == {"done": True}
    early = send(client, play, "officer/release/", pairs[0][1][1])
    assert early.json()["code"] in {"no_commit", "too_early"}
    assert "You have promised" in read(client, play, "officer/")
    for device, (commit, _release) in pairs[1:]:
        play.commit(device, commit)
    play.hall.cut()
    assert client.get(at(play, "officer/state.json")).json()["enough"]
    assert send(client, play, "officer/release/", pairs[0][1][1]).json() == {"done": True}
    for device, (_commit, release) in pairs[1:]:
        play.release(device, release)
    play.hall.cut()
    play.drive()
    assert "This round is done for you" in read(client, play, "officer/")
    play.answered()
    assert "Nothing is asked of you any more" in read(client, play, "officer/")
    assert client.get(at(play, "officer/state.json")).json()["ended"]
    assert one.seat.i == 1


def test_a_file_that_is_no_signed_object_is_refused_in_words(play):
    play.ready()
    play.contributed()
    client = officer_of(play)
    for text in ("", "[]", '{"body": {}}', '{"body": {}, "signatures": [1]}', "{" * 9000):
        answer = client.post(at(play, "officer/commit/", "/en"), {"signed": text})
        assert answer.status_code == 422
        assert "This is not a signed file" in answer.content.decode()


def test_the_account_s_first_page_and_today_s_list_say_that_a_draw_waits(play):
    play.ready()
    assert "A draw of experts waits for you" in of(play.supervisor).get("/en/account/").content.decode()
    client = officer_of(play)
    assert "A draw of experts waits for you" not in client.get("/en/account/").content.decode()
    play.contributed()
    for address in ("/en/account/", "/en/hall/", "/en/draws/mine/"):
        text = client.get(address).content.decode()
        assert "waits for you now" in text or "A draw of experts waits for you" in text, address
