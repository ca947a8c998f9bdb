"""Every page of the drawing of a panel held to the look, and a panel asked for, confirmed and signed in the browser."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from experts.models import Draw, DrawRequest
from experts.states.draw import DrawState, RequestState
from tests.e2e import pages
from tests.e2e.test_hall_record import PASSPHRASE, bring_key
from tests.e2e.test_rare_pages import reader  # noqa: F401 - a fixture
from tests.experts import worlds
from tests.experts.draws import test_exchanges as exchanges
from tests.experts.draws import world
from tests.experts.draws.conftest import own_installation  # noqa: F401 - keys of each test's own
from tests.web.test_draw_pages import moment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_browser]


@pytest.fixture
def play(monkeypatch):
    made = world.play()
    monkeypatch.setattr("kernel.clock.now", lambda: made.now)
    return made


def english(name, *args):
    with translation.override("en"):
        return reverse(f"experts:{name}", args=args)


def going(reader, actor):  # noqa: F811
    reader.enter(actor.person)
    return reader.page


def test_every_page_of_a_draw_is_held_to_the_look(reader, play):  # noqa: F811
    lot = play.hall.lot.pk
    going(reader, play.owner.actor)
    reader.sees("experts:draws")
    reader.sees("experts:draw-request", lot)
    play.asked()
    reader.sees("experts:draw-request", lot)
    play.exclude(worlds.employer(1)[0])
    going(reader, play.exclusions)
    reader.sees("experts:draw-exclusions", play.request.pk)
    going(reader, play.operator)
    reader.sees("experts:draw-begin", play.request.pk)
    play.begun()
    reader.sees("experts:draw-officers", play.draw_id)
    reader.sees("experts:draw-prepare", play.draw_id)
    reader.sees("experts:draw-exchange", play.draw_id)
    asked = exchanges.propose(play, exchanges.member(play))
    going(reader, play.supervisor.actor)
    reader.sees("experts:draw-exchange", play.draw_id)
    exchanges.refuse(play, asked)
    reader.sees("experts:draw-exchange", play.draw_id)
    play.prepared()
    reader.sees("experts:draws")
    reader.sees("experts:draw-sign", play.draw_id)
    play.signed()
    reader.sees("experts:draw-postpone", play.draw_id)
    play.contributed()
    play.decided()
    play.answered(declines=1)
    reader.sees("experts:draw", play.draw_id)
    reader.sees("experts:draw-stalled", play.draw_id)
    play.decided()
    play.answered()
    play.revealed()
    play.drive()
    reader.sees("portal:draw", play.hall.lot.tender.number, play.hall.lot.no)
    assert reader.seen == pages.RARE["draw"]


def test_a_panel_is_asked_for_confirmed_prepared_and_signed_in_the_browser(reader, play, tmp_path):  # noqa: F811
    """O11 as people do it: four of them, one after the other, each with what stands on the page."""
    lot = play.hall.lot.pk
    page = going(reader, play.asker())
    page.goto(reader.base + english("draw-request", lot))
    page.wait_for_selector("html[data-ready=panel]")
    assert page.locator("[data-row=seat]:visible").count() == 2
    for row, (code, seats) in enumerate((("A0301", "2"), ("A05", "1")), start=1):
        page.select_option(f"#id_seat_{row}", code)
        page.fill(f"#id_count_{row}", seats)
    page.fill("#id_own_members", "2")
    assert "fewer than two thirds" in page.inner_text("#panel-sum")
    page.fill("#id_count_2", "2")
    page.fill("#id_own_members", "1")
    assert page.inner_text("#panel-sum").startswith("Panel of 5: 4 drawn, 1 of your own.")
    page.click("#more-seats")
    assert page.locator("[data-row=seat]:visible").count() == 3
    for name, text in (
        ("category", "市政工程"),
        ("city", "福州"),
        ("hours", "4"),
        ("fee", "800 元"),
        ("place", "三"),
    ):
        page.fill(f"#id_{name}", text)
    page.fill("#id_begins_at", moment(play.now + timedelta(days=1)))
    assert "市政工程" in page.inner_text("#words")
    assert "800 元" in page.inner_text("#words")
    page.get_by_role("button", name="Hand in for confirmation").click()
    page.wait_for_selector("text=You wrote this request yourself.")

    page = going(reader, play.owner.actor)
    page.goto(reader.base + english("draw-request", lot))
    page.select_option("#id_owner_key", play.owner.signer.spki.hex())
    page.get_by_role("button", name="Confirm the request").click()
    page.wait_for_selector("text=Confirmed. The operator")
    play.request = DrawRequest.objects.get()
    assert RequestState(play.request.state) is RequestState.CONFIRMED

    page = going(reader, play.operator)
    page.goto(reader.base + english("draws"))
    page.get_by_role("link", name="Begin a draw").click()
    page.get_by_role("button", name="Begin the draw").click()
    page.wait_for_selector("text=Name officer 1")
    play.draw_id = Draw.objects.get().pk
    play.devices = [play.officer(i) for i in range(1, 6)]
    play.hall.cut()
    page.goto(reader.base + english("draw-prepare", play.draw_id))
    page.select_option("#id_supervisor_key", play.supervisor.signer.spki.hex())
    page.fill("#id_close_at", moment(play.now + timedelta(hours=1)))
    page.fill("#id_reveal_at", moment(play.now + timedelta(days=2)))
    page.get_by_role("button", name="Prepare the header").click()
    page.wait_for_selector("text=The supervisor reads and signs it now.")

    page = going(reader, play.supervisor.actor)
    bring_key(page, reader.base, play.supervisor, tmp_path)
    page.goto(reader.base + english("draw", play.draw_id))
    page.get_by_role("link", name="Read and sign the header").click()
    page.wait_for_selector("#sign-here:not([hidden])")
    assert "28.6 % – 28.6 %" in page.inner_text("main")
    page.fill("#sign-passphrase", PASSPHRASE)
    page.click("#sign-button")
    page.wait_for_selector("text=Contributions come in")
    assert DrawState(Draw.objects.get().state) is DrawState.OPEN

    watching = going(reader, play.operator)
    watching.goto(reader.base + english("draw", play.draw_id))
    watching.wait_for_selector("html[data-ready=draw]")
    assert watching.locator("text=has contributed").count() == 0
    play.hall.cut()
    play.contribute(play.owner)
    watching.wait_for_selector("text=has contributed", timeout=15_000)
