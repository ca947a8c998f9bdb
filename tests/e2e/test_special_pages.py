"""A special project in the browser: a panel asked for without a draw, named from in and outside the pool, and public."""

from datetime import timedelta

import pytest

from accounts.actors import SYSTEM
from accounts.states import Role
from experts.models import DrawRequest, Expert, Naming
from experts.rehearsal.letters import delegate
from experts.services.expert_examine import expert_examine
from experts.services.member_out import member_miss
from experts.services.named_answer import named_answer
from experts.services.panels_drive import panels_drive
from experts.states.draw import SeatAnswer
from tests.e2e import pages
from tests.e2e.test_draw_pages import english, going
from tests.e2e.test_rare_pages import reader  # noqa: F401 - a fixture
from tests.experts import worlds
from tests.experts.draws.conftest import own_installation  # noqa: F401 - keys of each test's own
from tests.experts.panels import named, replaced, special
from tests.experts.panels.test_outside import outsider

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_browser]


@pytest.fixture
def play(monkeypatch):
    made = special.opened()
    monkeypatch.setattr("kernel.clock.now", lambda: made.now)
    return made


def test_a_special_project_is_named_in_the_browser(reader, play, tmp_path):  # noqa: F811
    lot = play.hall.lot
    page = going(reader, play.asker())
    reader.sees("experts:draw-request", lot.pk)
    page.goto(reader.base + english("draw-request", lot.pk))
    assert page.locator("#id_way option").count() == 2

    special.requested(play)
    play.request = DrawRequest.objects.get()
    page = going(reader, play.owner.actor)
    reader.sees("experts:draw-request", lot.pk)
    page.goto(reader.base + english("draw-request", lot.pk))
    page.click("text=Confirm the request")
    page.click("text=Experts named directly")
    page.wait_for_selector("text=No draw of this lot is asked for")

    one = outsider(play)
    other = next(free for free in special.free(play, 99) if free.employer_key != one.employer_key)
    paper = tmp_path / "consent.pdf"
    paper.write_bytes(b"%PDF-1.7 consent")
    page = going(reader, play.asker())
    reader.sees("experts:draw-naming", play.request.pk)
    page.goto(reader.base + english("draw-naming", play.request.pk))
    for place, expert in ((3, one), (4, other)):
        page.fill(f"#id_name_{place}", expert.name)
        page.fill(f"#id_code_{place}", expert.code)
    page.select_option("#id_feature", "specialised")
    page.fill("#id_reason", named.REASON)
    page.select_option("#id_second", str(play.owner.actor.person))
    page.set_input_files("#id_file", str(paper))
    page.click("text=Propose these experts")
    page.wait_for_selector("#pending")

    naming = Naming.objects.get()
    named.confirm(play, naming)
    named.take(play, naming)
    page = going(reader, play.supervisor.actor)
    reader.sees("experts:draw-naming", play.request.pk)
    page.goto(reader.base + english("draw-naming", play.request.pk))
    assert "outside the pool, for this lot alone" in page.inner_text("main")
    page.click("text=Agree to the naming")
    page.wait_for_selector("text=Agreed. The experts are asked")
    reader.sees("experts:draws")
    page.goto(reader.base + english("draws"))
    assert "1 of 1 panels" in page.inner_text("main")

    for row in naming.seats.all():
        named_answer(seat=row.seat, answer=SeatAnswer.ACCEPT, actor=SYSTEM, at=play.now)
    panels_drive(at=play.request.begins_at - timedelta(hours=1), key=worlds.KEY)
    reader.sees("portal:draw", lot.tender.number, lot.no)
    assert one.name not in page.content()
    assert page.locator("#named-1").count() == 1


def test_a_second_keeper_leaves_somebody_outside_the_pool(reader, play):  # noqa: F811
    keeper = play.staff(Role.POOL, "专家库管理员")
    one = play.pool.register(61)
    expert_examine(expert_id=one.pk, reason="同等水平", actor=play.pool.keeper, at=play.now)
    page = going(reader, keeper.actor)
    reader.sees("experts:act", one.pk, "admit")
    page.goto(reader.base + english("act", one.pk, "admit"))
    page.select_option("#id_decision", "outside")
    page.fill("#id_reason", "罕见专业")
    page.click("text=Record the decision")
    page.wait_for_selector("text=Outside the pool, may be named once")
    assert Expert.objects.get(pk=one.pk).state == "outside"


def test_a_panel_that_came_apart_is_named_again_in_the_browser(reader, monkeypatch):  # noqa: F811
    made = special.apart(substitutes=1)
    monkeypatch.setattr("kernel.clock.now", lambda: made.at)
    request, lot = made.play.request.pk, made.lot
    page = going(reader, made.play.asker())
    reader.sees("experts:draw-naming", request)
    page.goto(reader.base + english("draw-naming", request))
    page.get_by_role("link", name="Name again").click()
    reader.sees("experts:draw-further", request)
    page.goto(reader.base + english("draw-further", request))
    page.select_option("#id_cause", "fell-out")
    page.fill("#id_reason", special.AGAIN)
    page.fill("#id_begins_at", (made.at + timedelta(days=1, hours=8)).strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Ask to name again").click()
    page.wait_for_selector("#pending")
    page = going(reader, made.owner.actor)
    page.goto(reader.base + english("draw-further", request))
    page.get_by_role("button", name="Confirm as the second person").click()
    page.wait_for_selector("text=Confirmed. The supervisor decides.")
    page = going(reader, made.supervisor.actor)
    reader.sees("experts:draws")
    reader.sees("experts:draw-further", request)
    page.goto(reader.base + english("draw-further", request))
    page.get_by_role("button", name="Agree that the owner names again").click()
    page.wait_for_selector("text=Agreed. The owner names again")
    own = made.panel.seats.get(kind="owner")
    member_miss(seat_id=own.pk, reason="未到", actor=made.desk, at=made.at)
    reader.sees("experts:panel-process", made.panel.pk)
    reader.sees("portal:draw", lot.tender.number, lot.no)
    assert page.locator("#further-2").count() == 1
    assert page.locator("#stepped-in").count() == 1
    seen = pages.words("experts:draw-naming experts:draws experts:panel-process portal:draw")
    assert reader.seen - seen == pages.RARE["named again"]


def test_a_member_of_the_owners_is_replaced_in_the_browser(reader, monkeypatch, tmp_path):  # noqa: F811
    made = replaced.short()
    monkeypatch.setattr("kernel.clock.now", lambda: made.at)
    who, panel, lot = replaced.other(made), made.panel.pk, made.lot
    paper = tmp_path / "letter.pdf"
    paper.write_bytes(delegate(who, lot).letter.content)
    page = going(reader, made.owner.actor)
    page.goto(reader.base + english("panel-own", made.play.request.pk))
    page.get_by_role("link", name="Replace a member of the owner’s own").click()
    reader.sees("experts:panel-own-replace", panel)
    page.goto(reader.base + english("panel-own-replace", panel))
    page.select_option("#id_cause", "ill")
    page.fill("#id_reason", replaced.REASON)
    page.select_option("#id_person", str(who.person))
    page.set_input_files("#id_letter", str(paper))
    page.get_by_role("button", name="Ask the supervisor").click()
    page.wait_for_selector("#pending")
    page = going(reader, made.supervisor.actor)
    reader.sees("experts:panel-process", panel)
    reader.sees("experts:panel-own-replace", panel)
    page.goto(reader.base + english("panel-own-replace", panel))
    page.get_by_role("button", name="Agree that this person is sent").click()
    page.wait_for_selector("text=Agreed. This person is called in")
    reader.sees("experts:draws")
    reader.sees("portal:draw", lot.tender.number, lot.no)
    assert page.locator("#replaced-1").count() == 1
    assert who.name not in page.content()
    seen = pages.words("experts:draws experts:panel-process portal:draw")
    assert reader.seen - seen == pages.RARE["own member replaced"]
