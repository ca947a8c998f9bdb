"""The public record of a draw: nothing before it is opened, then all that law and pack let everybody read."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from bidding.services import outcomes
from experts.models import Draw, DrawnSeat, Expert
from experts.selectors.draw_record import lot_record
from experts.selectors.draws import opened_seat, paper
from experts.services.call_start import experts_by_eid
from experts.states.draw import SeatCode
from portal.selectors.opening import bundle_file
from protocol.draw import pool
from tests.bidding.security.paying import PDF
from tests.experts import worlds
from tests.experts.draws import world
from tests.experts.draws.conftest import own_installation  # noqa: F401 - keys of each test's own
from tests.web.test_pages import LANGUAGES, whole
from trading.models import Lot, Project
from trading.rules.counting import local_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(monkeypatch, settings, kept):
    settings.ALLOWED_HOSTS = ["*"]
    made = kept(world.play)
    monkeypatch.setattr("kernel.clock.now", lambda: made.now)
    return made


def complete(play):
    play.ready()
    play.contributed()
    play.decided()
    play.answered(declines=1)
    play.decided()
    play.answered()
    return play


def awarded(play):
    day = local_day(play.now)
    outcomes.award_record(
        lot_id=play.hall.lot.pk,
        winner_id=play.hall.bidder(1).organisation.pk,
        outside_reason="委托外部评审",
        report_number="评字 7 号",
        report_on=day,
        report=("report.pdf", PDF),
        notified_on=day,
        notice=("notice.pdf", PDF),
        actor=play.owner.actor,
        at=play.now,
    )


def path(play, name="draw", language="zh-hans"):
    lot = play.hall.lot
    with translation.override(language):
        return reverse(f"portal:{name}", args=[lot.tender.number, lot.no])


def sitting(play):
    """Who sits, by name, and who does not."""
    people = experts_by_eid(play.draw.header["pool"]["epoch"], worlds.KEY)
    rows = DrawnSeat.objects.filter(code=SeatCode.ACCEPTED.value).select_related("round__draw")
    inside = {people[opened_seat(row, row.round.draw).id] for row in rows}
    return list(Expert.objects.filter(pk__in=inside)), list(Expert.objects.exclude(pk__in=inside))


def test_there_is_no_record_and_no_link_before_the_reveal(play):
    complete(play)
    client = Client()
    assert client.get(path(play)).status_code == 404
    assert path(play) not in client.get(path(play, "opening")).content.decode()


def test_the_record_says_how_it_was_drawn_and_gives_what_verifies_it(play):
    complete(play).revealed()
    play.hall.cut()
    play.drive()
    client = Client()
    assert path(play) in client.get(path(play, "opening")).content.decode()
    for language in LANGUAGES:
        text = whole(client.get(path(play, language=language)), language).text
    record = lot_record(play.hall.lot)
    assert len(record.panel) == 4
    assert {one.region for one in record.panel} == {"350100"}
    employers = [one.employer for one in record.panel]
    assert len(set(employers)) == 4
    assert all(one in text for one in employers)
    serial = record.serials[0]
    assert [(row.j, row.seats, row.answers) for row in serial.rounds] == [
        (0, 4, [("accepted", 3), ("declined", 1)]),
        (1, 1, [("accepted", 1)]),
    ]
    assert sum(level.people for level in serial.levels) == serial.eligible == 14
    assert [level.fraction for level in serial.levels] == ["2/7"]
    assert bundle_file(play.hall.lot.tender.number, play.hall.lot.no)[1].rooms == "draw-1"
    assert "bundle.zip" in text
    inside, outside = sitting(play)
    assert not [one.name for one in (*inside, *outside) if one.name in text]


def test_names_come_with_the_result_where_the_trade_publishes_them_and_open_the_committed_hash(play):
    """采条例43: procurement publishes names with the result; before it, and in other trades, nobody reads them (法37)."""
    complete(play).revealed()
    play.hall.cut()
    play.drive()
    inside, outside = sitting(play)
    client = Client()

    def named():
        text = client.get(path(play)).content.decode()
        assert not [one.name for one in outside if one.name in text]
        return {one.name for one in inside if one.name in text}

    Project.objects.update(trade="CG")
    assert named() == set()
    awarded(play)
    assert named() == {one.name for one in inside}
    record = lot_record(Lot.objects.get(pk=play.hall.lot.pk), worlds.KEY)
    rows = json.loads(paper_of(play))
    for one in record.panel:
        attributes = next(r["attributes"] for r in rows if r["attributes"]["eid"]["value"] == one.eid)
        opened = pool.attribute_hash(bytes.fromhex(one.salt), "name", one.name).hex()
        assert opened == attributes["name"]["hash"]
    Project.objects.update(trade="GC")
    assert named() == set()


def paper_of(play):
    draw = Draw.objects.get(pk=play.draw_id)
    return paper(draw, draw.header["pool"]["rows"])


def test_a_further_serial_is_told_to_everybody_with_its_cause_once_both_are_opened(play):
    play.ready(max_rounds=0)
    play.contributed()
    play.decided()
    play.answered(declines=2)
    play.begun(cause="short")
    play.prepared()
    play.signed()
    play.contributed()
    assert Client().get(path(play)).status_code == 404
    play.decided()
    play.answered()
    play.revealed()
    play.drive()
    text = whole(Client().get(path(play, language="en")), "en").text
    assert "seats were left open when the rounds were used up" in text
    assert len(lot_record(play.hall.lot).panel) == 4
