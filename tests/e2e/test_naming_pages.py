"""Experts named after a draw that ended short: the owner's two people, the supervisor, the expert, and everybody."""

import pytest
from django.urls import reverse

from accounts.actors import SYSTEM
from accounts.states import Role
from experts.models import Expert, Naming
from experts.services.named_answer import named_answer
from experts.states.draw import SeatAnswer
from tests import builders_accounts as people
from tests.e2e import pages
from tests.e2e.test_draw_pages import english, going
from tests.e2e.test_rare_pages import reader  # noqa: F401 - a fixture
from tests.experts.draws import world
from tests.experts.draws.conftest import own_installation  # noqa: F401 - keys of each test's own
from tests.experts.panels import named

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_browser]


@pytest.fixture
def play(monkeypatch):
    made = world.play()
    monkeypatch.setattr("kernel.clock.now", lambda: made.now)
    return made


def test_experts_are_named_confirmed_read_and_agreed_to_in_the_browser(reader, play):  # noqa: F811
    play.ready(max_rounds=0)
    play.contributed()
    play.decided()
    play.answered(declines=1)
    [one] = named.free(play)
    address = reader.base + english("draw-naming", play.draw_id)

    page = going(reader, play.asker())
    reader.sees("experts:draw", play.draw_id)
    page.goto(reader.base + english("draw", play.draw_id))
    assert "Three ways are open" in page.inner_text("#draw-short")
    page.click(f"a[href='{english('draw-naming', play.draw_id)}']")
    reader.sees("experts:draw-naming", play.draw_id)
    page.goto(address)
    page.fill("#id_name_1", one.name)
    page.fill("#id_code_1", one.code)
    page.select_option("#id_feature", "specialised")
    page.fill("#id_reason", named.REASON)
    page.select_option("#id_second", str(play.owner.actor.person))
    page.click("text=Propose these experts")
    page.wait_for_selector("#pending")
    assert one.name in page.inner_text("main")

    page = going(reader, play.owner.actor)
    reader.sees("experts:draw-naming", play.draw_id)
    page.goto(address)
    page.click("text=Confirm as the second person")
    page.wait_for_selector("text=Confirmed. The supervisor decides.")

    third = named.other(play, play.owner, role=Role.OWNER, name="业主三")
    page = going(reader, third)
    page.goto(address)
    assert one.name not in page.content()

    page = going(reader, play.supervisor.actor)
    page.goto(address)
    assert one.name not in page.content()
    reader.sees("experts:draw-naming", play.draw_id)
    page.goto(address)
    page.click("text=Take it in hand and read")
    page.wait_for_selector("text=Agree to the naming")
    assert one.name in page.inner_text("main")
    reader.sees("experts:draw-naming", play.draw_id)
    page.goto(address)
    page.click("text=Agree to the naming")
    page.wait_for_selector("text=Agreed. The experts are asked")
    assert Naming.objects.get().state == "agreed"

    person = people.person(701)
    Expert.objects.filter(pk=one.pk).update(person=person)
    reader.enter(person.pk)
    reader.sees("experts:invitations")
    reader.page.goto(reader.base + english("invitations"))
    assert "You were named for this seat, not drawn. Two people of the owner" in reader.page.inner_text(
        "main"
    )
    row = Naming.objects.get().seats.get()
    named_answer(seat=row.seat, answer=SeatAnswer.ACCEPT, actor=SYSTEM, at=play.now)
    play.revealed()
    play.drive()
    lot = play.hall.lot
    reader.sees("portal:draw", lot.tender.number, lot.no)
    reader.page.goto(reader.base + reverse("portal:draw", args=[lot.tender.number, lot.no]))
    assert one.name not in reader.page.content()
    assert reader.page.locator("#named-1").count() == 1
    seen = {"experts:draw", "experts:invitations", "portal:draw"}
    assert reader.seen - seen == pages.RARE["naming"]
