"""条例46, 47: a panel is asked for without a draw, named, agreed to and opened to everybody on pages; names on no other."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.actors import SYSTEM
from experts.models import DrawRequest, Naming
from experts.services.named_answer import named_answer
from experts.services.panels_drive import panels_drive
from experts.states.draw import SeatAnswer
from tests.experts import worlds
from tests.experts.draws.conftest import own_installation  # noqa: F401 - keys of each test's own
from tests.experts.panels import named, special
from tests.web.test_draw_pages import PAPER, at, client_of, everybody, ok, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(monkeypatch, kept):
    made = kept(special.opened)
    monkeypatch.setattr("kernel.clock.now", lambda: made.now)
    return made


def test_from_the_request_to_the_public_record(play):
    asker, second = client_of(play.asker()), client_of(play.owner.actor)
    ask = at("draw-request", play.hall.lot.pk)
    assert 'name="way"' in ok(asker.get(ask)).text
    ok(asker.post(ask, typed(play, way="named", when="before-opening")), status=422)
    assert asker.post(ask, typed(play, way="named")).status_code == 302
    request = DrawRequest.objects.get()
    assert request.named
    confirm = at("draw-confirm", play.hall.lot.pk)
    assert asker.post(confirm).status_code == 403
    assert second.post(confirm).status_code == 302
    play.request = DrawRequest.objects.get()
    page = at("draw-naming", request.pk)
    assert page in ok(second.get(ask)).text
    clients = everybody(play)
    assert clients["operator"].get(at("draw-begin", request.pk)).status_code == 200
    began = clients["operator"].post(at("draw-begin", request.pk), {"t": 3})
    assert began.status_code in {409, 422}  # nothing is drawn for it
    [one] = special.free(play)
    given = {
        "name_3": one.name,
        "code_3": one.code,
        "feature": "specialised",
    }  # seats 1, 2: the other specialty
    given |= {"reason": named.REASON, "second": str(play.owner.actor.person)}
    ok(asker.post(page, given), status=422)  # the paper is missing
    assert not Naming.objects.exists()
    given["file"] = SimpleUploadedFile("批复.pdf", PAPER)
    assert asker.post(page, given).status_code == 302
    naming = Naming.objects.get()
    assert (naming.ground, naming.state) == ("special", "proposed")

    secret = {one.name, one.code, str(one.pk)}
    places = [page, ask, at("draws"), at("panels"), at("leads"), at("supervised")]
    for name, client in clients.items():
        for place in places:
            text = client.get(place).content.decode()
            known = name in {"owner", "asker"} and place == page
            assert known or not [word for word in secret if word in text], (name, place)

    def act(client, name, **data):
        return client.post(at("draw-naming-decide", request.pk, naming.pk, name), data).status_code

    assert act(second, "confirm") == 302
    assert act(clients["supervisor"], "take") == 302
    assert one.name in ok(clients["supervisor"].get(page)).text
    assert act(clients["supervisor"], "agree") == 302
    assert play.owner.organisation.name in ok(clients["supervisor"].get(at("draws"))).text
    public = reverse("portal:draw", args=[play.hall.lot.tender.number, play.hall.lot.no])
    assert Client().get(public).status_code == 404
    named_answer(seat=naming.seats.get().seat, answer=SeatAnswer.ACCEPT, actor=SYSTEM, at=play.now)
    panels_drive(at=request.begins_at - timedelta(hours=1), key=worlds.KEY)
    text = ok(Client().get(public)).text
    assert "未经抽取" in text
    assert named.REASON in text
    assert one.name not in text
