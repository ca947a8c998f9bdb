"""What the clock does for panels, and that nothing kept names a member in the clear."""

import json
from datetime import timedelta

import pytest

from experts.models import Panel
from experts.services.panels_drive import panels_drive, panels_wait
from experts.states.panel import AskedState
from ledger.models import Entry
from tests.experts import worlds
from tests.experts.draws import world as drawing
from tests.experts.panels import world as panels

pytestmark = pytest.mark.django_db


def test_the_clock_calls_a_panel_in_once_its_draw_is_open_and_ends_questions(kept):
    world = kept(panels.called, drive=True)
    assert world.panel.seats.count() == 5
    assert panels_drive(at=world.at, key=worlds.KEY) == []  # nobody twice
    assert world.panel.seats.count() == 5
    world.arrived()
    world.seat()
    world.elect()
    question = world.ask(world.members[0], world.bids[0], minutes=30)

    panels_drive(at=question.until - timedelta(seconds=1), key=worlds.KEY)
    question.refresh_from_db()
    assert question.state == AskedState.ASKED.value
    panels_drive(at=question.until, key=worlds.KEY)
    question.refresh_from_db()
    assert question.state == AskedState.EXPIRED.value


def test_nothing_of_the_drawn_stands_in_a_row_before_the_reveal():
    play = drawing.play()
    play.ready()

    assert not panels_wait()
    assert panels_drive(at=play.now, key=worlds.KEY) == []
    assert not Panel.objects.exists()


def test_the_ledger_names_seats_and_never_a_member(kept):
    """法37: names are secret until the award; the ledger is public at once."""
    world = kept(panels.reviewing)
    motion = world.reject(world.bids[0])
    world.answer(world.ask(world.members[1], world.bids[1]))
    world.fact(world.bids[1])
    assert motion.entry

    kept = [
        json.dumps([row.body, row.data_text], ensure_ascii=False)
        for row in Entry.objects.all()
        if "panel" in json.dumps(row.body) or row.chain == world.panel.chain
    ]

    assert len(kept) > 20
    for member in world.members:
        person = member.seat.person
        words = [person.name, person.email, str(person.pk), person.phone]
        found = [word for word in words if word and any(word in text for text in kept)]
        assert found == [], member.number
