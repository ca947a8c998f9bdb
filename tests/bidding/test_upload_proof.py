"""What binds is asked of whoever has just proved who they are; nothing sent is lost while they do."""

import pytest
from django.urls import reverse

from accounts.models import Person
from bidding import api
from bidding.models import Bid, Upload
from kernel import clock
from tests import builders_bidding as build
from tests.bidding.test_upload_api import API, Device, code_of

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"
STALE = 700


@pytest.fixture
def hall(monkeypatch, kept):
    made = kept(build.near_close)
    monkeypatch.setattr(clock, "now", lambda: made.clock.now)
    return made


@pytest.fixture
def device(hall, client):
    party = hall.bidder(1)
    person = Person.objects.get(pk=party.actor.person)
    person.set_password(PASSWORD)
    person.save()
    return Device(hall, client, 1)


def prove(client):
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(f"{API}/proof").json() == {"signed_in": True, "proven": True}


def grow_old(client):
    """The proof was given longer ago than it lasts."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= STALE
    session.save()


def signed_withdrawal(device):
    bid = Bid.objects.get()
    handed = type("Handed", (), {"party": device.party, "bid": bid})
    return f"bids/{bid.pk}/withdrawal", build.withdrawal(device.hall.one, handed)


def test_an_upload_is_begun_by_who_proved_it_minutes_ago(device):
    refused = device.open()
    prove(device.client)

    assert code_of(refused) == "not_proven"
    assert refused.status_code == 403
    assert refused.json()["remedy"] == reverse("account_reauthenticate")
    assert not Upload.objects.exists()
    assert device.open().status_code == 201


def test_a_long_upload_ends_by_the_proof_it_began_with(device):
    prove(device.client)
    upload = device.open().json()["id"]
    device.put_all(upload)
    grow_old(device.client)
    device.hall.clock.after(minutes=45)

    assert device.client.get(f"{API}/proof").json()["proven"] is False
    assert device.submit(upload).status_code == 200


def test_another_login_goes_on_with_the_parts_but_proves_itself_before_the_end(device):
    prove(device.client)
    upload = device.open().json()["id"]
    device.put_all(upload)
    device.client.logout()
    device.client.force_login(Person.objects.get(pk=device.party.actor.person))

    seen = device.client.get(f"{API}/uploads/{upload}").json()
    refused = device.submit(upload)
    prove(device.client)
    resumed = device.client.get(f"{API}/uploads/{upload}").json()
    grow_old(device.client)

    assert seen["proven"] is False
    assert code_of(refused) == "not_proven"
    assert seen["held"] == resumed["held"] == {"0": [0, 1], "1": [0, 1]}
    assert resumed["proven"] is True
    assert device.submit(upload).status_code == 200
    assert Bid.objects.get().state == "logged"


def test_the_proof_of_an_upload_is_over_in_time(device, monkeypatch):
    monkeypatch.setattr(api, "PROOF_CARRIES_S", 600)
    prove(device.client)
    upload = device.open().json()["id"]
    device.put_all(upload)
    grow_old(device.client)
    device.hall.clock.after(minutes=11)

    assert code_of(device.submit(upload)) == "not_proven"


def test_a_withdrawal_needs_a_proof_of_its_own(device):
    prove(device.client)
    upload = device.open().json()["id"]
    device.put_all(upload)
    device.submit(upload)
    grow_old(device.client)
    path, signed = signed_withdrawal(device)

    refused = device.post(path, signed)
    untouched = Bid.objects.get().state
    prove(device.client)
    done = device.post(path, signed)

    assert code_of(refused) == "not_proven"
    assert untouched == "logged"
    assert done.json()["state"] == "withdrawn"


@pytest.mark.parametrize("act", ["bids/{bid}/factor", "lots/{lot}/set-objection"])
def test_acts_of_the_opening_need_a_proof(act, device):
    lot = device.hall.lot.pk
    answer = device.post(act.format(bid=lot, lot=lot), {"body": {}, "signatures": [{}]})

    assert code_of(answer) == "not_proven"


def test_who_is_signed_out_is_told_where_to_sign_in(device):
    device.client.logout()

    answer = device.open()

    assert code_of(answer) == "signed_out"
    assert answer.json()["remedy"] == reverse("account_login")
    assert device.client.get(f"{API}/proof").json() == {"signed_in": False, "proven": False}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("en", "Prove first that it is you"),
        ("en-GB,zh;q=0.5", "Prove first that it is you"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "请先"),
        ("", "请先"),
        ("xx, de;q=0.7", "请先"),
    ],
)
def test_a_refusal_is_in_the_language_asked_for(asked, said, device):
    answer = device.post(
        f"lots/{device.hall.lot.pk}/uploads", {"sizes": {0: 1}}, headers={"Accept-Language": asked}
    )

    assert said in answer.json()["detail"]
