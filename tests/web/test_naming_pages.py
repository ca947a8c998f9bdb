"""法37: whom a naming names stands on the pages of those who decide it, and on no other page of anybody."""

import pytest

from experts.models import Expert, Naming
from tests.experts.draws import world
from tests.experts.draws.conftest import own_installation  # noqa: F401 - keys of each test's own
from tests.experts.panels import named
from tests.web.test_draw_pages import at, client_of, everybody, ok

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(monkeypatch, kept):
    made = kept(world.play)
    monkeypatch.setattr("kernel.clock.now", lambda: made.now)
    return made


def test_the_name_is_on_no_page_but_of_those_who_decide(play):
    play.ready(max_rounds=0)
    play.contributed()
    play.decided()
    play.answered(declines=1)
    [one] = named.free(play)
    clients = everybody(play)
    page = at("draw-naming", play.draw_id)
    asker, second = client_of(play.asker()), client_of(play.owner.actor)
    given = {"name_1": one.name, "code_1": one.code, "feature": "specialised", "reason": named.REASON}
    given["second"] = str(play.owner.actor.person)
    ok(asker.post(page, given | {"feature": ""}), status=422)
    assert asker.post(page, given).status_code == 302
    naming = Naming.objects.get()

    def act(client, name, **data):
        return client.post(at("draw-naming-decide", play.draw_id, naming.pk, name), data).status_code

    assert act(clients["supervisor"], "take") >= 400  # before it is confirmed
    assert act(asker, "confirm") == 403
    assert act(second, "confirm") == 302
    assert act(second, "nothing") == 404
    secret = {one.name, one.code, str(one.pk)}
    places = [at(name, *args) for name, args in pages(play).items()]
    for client in (*clients.values(), client_of(named.other(play, play.supervisor))):
        known = client in (clients["owner"], clients["asker"])
        for place in places:
            text = client.get(place).content.decode()
            assert not [word for word in secret if word in text] or (known and place == page), place
    assert one.name in ok(asker.get(page)).text
    assert act(clients["supervisor"], "take") == 302
    assert one.name in ok(clients["supervisor"].get(page)).text
    assert one.name not in client_of(named.other(play, play.supervisor)).get(page).content.decode()
    assert act(clients["supervisor"], "refuse", reason="") == 422
    assert act(clients["supervisor"], "refuse", reason="理由不足") == 302
    text = ok(asker.get(page)).text
    assert "理由不足" in text
    assert Expert.objects.filter(pk=one.pk).exists()


def pages(play):
    lot, draw = play.hall.lot.pk, play.draw_id
    return {
        "draws": (),
        "draw-request": (lot,),
        "draw": (draw,),
        "draw-part": (draw,),
        "draw-naming": (draw,),
        "panels": (),
        "leads": (),
        "supervised": (),
    }
