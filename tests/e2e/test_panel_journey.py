"""A panel at its browsers: two members sign in, declare, elect, reject a bid, ask another, and read the answer."""

from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import translation

from experts.models import PanelQuestion, RejectionMotion
from experts.pool_keys import FILE_NAME
from experts.services.member_out import member_replace
from ledger.files import write_private_once
from tests.e2e import pages
from tests.e2e.test_rare_pages import Reader
from tests.experts import worlds
from tests.experts.panels import world as panels
from tests.experts.panels.test_review import substitute

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_browser]


@pytest.fixture
def reader(page, live_server):
    """Somebody in front of a browser; what is wrong with a page fails the test in the end."""
    found = Reader(page, live_server.url)
    yield found
    assert not found.look.faults, found.faults()


@pytest.fixture(autouse=True)
def own_installation(settings, tmp_path):
    """Keys and a store of this test alone."""
    settings.KEYS_DIR, settings.STORE_DIR = tmp_path / "keys", tmp_path / "store"
    write_private_once(settings.KEYS_DIR / FILE_NAME, worlds.KEY.secret.hex().encode())


class Seat:
    """A member in front of the reader's browser."""

    def __init__(self, reader, world, number):
        self.reader, self.page, self.world = reader, reader.page, world
        self.row = world.panel.seats.get(seat=number)
        self.passphrase = ""

    def comes(self):
        self.reader.enter(self.row.person_id)

    def goes(self, name, *args):
        with translation.override("en"):
            self.page.goto(self.reader.base + reverse(f"experts:{name}", args=(self.world.panel.pk, *args)))

    def signs_in(self):
        self.comes()
        self.goes("panel-sign-in")
        self.page.wait_for_function("() => document.documentElement.dataset.ready === 'sign-in'")
        self.passphrase = self.page.inner_text("#passphrase")
        self.page.get_by_role("button", name="Sign in to the panel", exact=True).click()
        assert "Write the passphrase down" in self.page.inner_text("#sign-problem")
        self.page.set_checked("#written", True)
        self.page.get_by_role("button", name="Sign in to the panel", exact=True).click()
        self.page.wait_for_url("**/declare/")

    def declares(self):
        for radio in self.page.locator("input[type=radio][value=no]").all():
            radio.check()
        self.page.get_by_role("button", name="Read and sign").click()
        self.signs("**/panels/*/")

    def signs(self, then):
        self.page.wait_for_function("() => document.documentElement.dataset.ready === 'sign'")
        self.page.fill("#sign-passphrase", self.passphrase)
        self.page.click("#sign-button")
        self.page.wait_for_url(then)


def test_two_members_work_at_their_browsers(reader, monkeypatch):
    from tests.builders_files import pdf

    plan = replace(panels.PLAN, technical=pdf())
    world = panels.called(plan=plan)
    monkeypatch.setattr("kernel.clock.now", lambda: world.at)
    panel = world.panel.pk
    reader.enter(world.play.asker().person)
    reader.sees("experts:panel-own", world.play.request.pk)
    first, second = Seat(reader, world, 1), Seat(reader, world, 2)

    first.comes()
    reader.sees("experts:panels")
    reader.sees("experts:panel", panel)
    reader.sees("experts:panel-sign-in", panel)
    first.signs_in()
    reader.sees("experts:panel-declare", panel)
    first.goes("panel-declare")
    first.declares()
    reader.sees("experts:panel-recuse", panel)
    reader.sees("experts:panel-passage", panel)
    second.signs_in()
    second.declares()
    for number in (3, 4, 5):
        world.members.append(world.met(world.panel.seats.get(seat=number)))
    for member in world.members:
        world.sign_in(member)
        world.declare(member)
    reader.enter(world.desk.person)
    reader.sees("experts:panel-door", panel)
    for act in ("passage", "out"):
        reader.sees("experts:panel-at-door", first.row.pk, act)
    reader.enter(world.owner.actor.person)
    reader.sees("experts:panel-process", panel)
    assert not any(one.person.name in reader.page.inner_text("main") for one in world.panel.seats.all())
    world.seat()

    for seat in (first, second):
        seat.comes()
        seat.goes("panel-chair")
        seat.page.check("input[name=choice][value='1']")
        seat.page.get_by_role("button", name="Vote").click()
        seat.page.wait_for_url("**/panels/*/")
    first.comes()
    world.elect(choice=1)
    reader.sees("experts:panel-chair", panel) if world.panel.state == "seated" else None
    assert world.panel.state == "reviewing"

    wrong, unclear, *_rest = world.bids
    reader.sees("experts:panel-compare", panel)
    reader.sees("experts:panel-blind", panel)
    reader.sees("experts:panel-bid", panel, wrong.ev)
    reader.sees("experts:panel-read", panel, wrong.ev, 1, 0)
    reader.sees("experts:panel-reject", panel, wrong.ev)
    first.goes("panel-reject", wrong.ev)
    page = reader.page
    page.select_option("#id_ground", "not-responsive")
    for name, text in (
        ("clause", "3.2"),
        ("page", "17"),
        ("quote", "工期 400 天"),
        ("reason", "超过最长工期"),
    ):
        page.fill(f"#id_{name}", text)
    page.get_by_role("button", name="Read and sign").click()
    first.signs("**/bids/*/")
    second.comes()
    second.goes("panel-bid", wrong.ev)
    page.check("input[name=agrees][value=yes]")
    with page.expect_navigation():
        page.get_by_role("button", name="Vote").click()
    motion = RejectionMotion.objects.get()
    world.vote(world.members[0], motion)
    assert RejectionMotion.objects.get().state == "confirmed"
    reader.sees("experts:panel-competition", panel)

    reader.sees("experts:panel-ask", panel, unclear.ev)
    second.goes("panel-ask", unclear.ev)
    page.fill("#id_text", "请说明第 3 页的工期如何安排。")
    page.get_by_role("button", name="Read and sign").click()
    second.signs("**/bids/*/")
    question = PanelQuestion.objects.get()
    reader.enter(world.party(unclear).actor.person)
    reader.sees("experts:panels")
    reader.sees("experts:panel-question", question.pk)
    assert not any(one.person.name in page.inner_text("main") for one in world.panel.seats.all())
    world.answer(question, text="分三个工作面同时施工。")
    second.comes()
    second.goes("panel-bid", unclear.ev)
    assert "分三个工作面同时施工" in page.inner_text("main")

    member_replace(seat_id=world.members[0].id, ground="ill", reason="住院", actor=world.desk, at=world.at)
    substitute(world)
    world.seat("更换一名成员")
    for seat in (first, second):
        seat.comes()
        seat.goes("panel-chair")
        reader.sees("experts:panel-chair", panel)
        seat.goes("panel-chair")
        seat.page.check("input[name=choice][value='1']")
        seat.page.get_by_role("button", name="Vote").click()
        seat.page.wait_for_url("**/panels/*/")
    world.elect(choice=1)
    first.comes()
    reader.sees("experts:panel-take-back", panel, wrong.ev, motion.pk)
    assert reader.seen == pages.PANEL
