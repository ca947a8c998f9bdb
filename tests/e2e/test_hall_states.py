"""States of the hall's pages which neither the market nor a whole tender shows, each held to the look in both languages."""

import pytest

from accounts.models import Person
from bidding.models import Figure, SupervisorNote
from bidding.rules.notes import NoteAbout
from bidding.services import note_enter
from tests import builders_bidding as build
from tests import builders_trading as trade
from tests.bidding.test_coefficient import hall_of
from tests.bidding.test_set_check import FACTOR, member
from tests.e2e.test_rare_pages import reader  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_browser]


@pytest.fixture
def begun(monkeypatch, settings, tmp_path):
    """``begun(hall)``: pages live in its time."""
    settings.KEYS_DIR, settings.STORE_DIR = tmp_path / "keys", tmp_path / "store"
    settings.RUSH_CHECKPOINT_SECONDS = 60

    def follow(hall):
        monkeypatch.setattr("kernel.clock.now", lambda: hall.clock.now)
        return hall, (hall.lot.tender.number, hall.lot.no)

    return follow


def enter(reader, party):  # noqa: F811
    reader.enter(Person.objects.get(email=party.email).pk)


@pytest.mark.parametrize("way", ["derived", "physical"])
def test_the_recorders_table_where_a_coefficient_is_declared(reader, begun, way):  # noqa: F811
    hall, place = begun(hall_of(way))
    hall.opened()
    enter(reader, hall.one.owner)
    reader.sees("bidding:hall-roll", *place)
    page = reader.page
    if way == "derived":
        page.click("form[action$='/draw/'] button")
    else:
        page.select_option("#id_kind", "coefficient")
        page.fill("#id_value", "0.5")
        page.fill("#id_how", "五球抽一")
        page.click("form[action$='/figure/'] button")
        page.wait_for_selector(".sl-errors")
        reader.look(page, "a figure refused")
        page.fill("#id_value", "0.97")
        page.fill("#id_watched", "见证员")
        page.fill("#id_recording", "LX-42")
        page.click("form[action$='/figure/'] button")
    page.wait_for_url("**/roll/")
    reader.sees("bidding:hall-roll", *place)
    enter(reader, hall.one.supervisor)
    reader.sees("bidding:hall", *place)
    assert Figure.objects.get().kind == "coefficient"


def test_the_lots_form_where_a_coefficient_is_declared_and_refused(reader, monkeypatch):  # noqa: F811
    monkeypatch.setattr("kernel.clock.now", lambda: trade.START)
    made = trade.draft_tender(officers=0)
    reader.enter(made.owner.person)
    reader.sees("trading:lot", made.tender.pk, made.lot.pk)
    reader.page.fill("#id_method_coefficients", "0.95 0.95")
    reader.page.click("main form button[type=submit]")
    reader.page.wait_for_selector(".sl-errors")
    reader.look(reader.page, "a coefficient refused")
    assert reader.page.input_value("#id_method_coefficients") == "0.95 0.95"


def test_the_supervisors_note_in_its_place_and_in_the_public_log(reader, begun):  # noqa: F811
    made = build.hall()
    made.bids(3)
    hall, place = begun(made)
    hall.opened()
    note_enter(
        lot_id=hall.lot.pk,
        about=NoteAbout.OTHER,
        bid_ev="",
        text="现场秩序良好。",
        actor=hall.one.supervisor.actor,
        at=hall.clock.now,
    )
    enter(reader, hall.one.supervisor)
    reader.sees("bidding:hall-notes", *place)
    reader.page.context.clear_cookies()
    reader.sees("bidding:hall", *place)
    assert hall.one.supervisor.organisation.name in reader.page.inner_text(".sl-log")
    assert SupervisorNote.objects.get().text not in reader.page.inner_text("main")


def test_a_colleague_who_may_not_seal_while_the_bid_is_to_be_decrypted(reader, begun):  # noqa: F811
    made = build.hall(panel=FACTOR)
    made.bids(3)
    helper = member(made, made.handed[0], 7004)
    hall, _place = begun(made)
    hall.close()
    reader.enter(helper.person)
    reader.sees("bidding:own-opening", hall.lot.number)
    assert "请立即请该人员操作" in reader.page.inner_text("main")
    assert reader.page.locator("#reveal").count() == 0
