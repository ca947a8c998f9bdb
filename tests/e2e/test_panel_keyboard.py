"""A member's work with the keyboard alone: findings, a question, marks, the lock, the report; no pointer is ever used."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization

from accounts.models import Person
from bidding.security_files import file_keep
from experts.models import PanelQuestion, ReviewMark, Sheet
from tests.builders_files import pdf
from tests.e2e import pages
from tests.e2e.keyboard import Keyboard, no_pointer
from tests.e2e.test_hall_officers import enter
from tests.e2e.test_rare_pages import Reader
from tests.e2e.test_scoring import KEEP_KEY, PASSPHRASE, at_home, picture
from tests.experts.draws.conftest import own_installation
from tests.experts.panels import scored
from tests.experts.panels import world as panels

__all__ = ["own_installation"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.needs_postgres,
    pytest.mark.needs_browser,
]
QUESTION = "请说明第 3 页的工期如何安排。"


class Seated:
    """A member in front of the browser which holds the seat's key; from here on keys are pressed and nothing else."""

    def __init__(self, world, member, page, base):
        self.world, self.page, self.keys = world, page, Keyboard(page)
        person = Person.objects.get(pk=member.seat.person_id)
        enter(page, base, person.email)
        page.goto(f"{base}/en/panels/")
        pkcs8 = member.signer.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        page.evaluate(KEEP_KEY, [str(person.pk), member.signer.spki.hex(), pkcs8.hex(), PASSPHRASE])
        no_pointer(page)
        page.goto(f"{base}/en/panels/")

    def opens(self):
        """From the list of panels to the own seat."""
        number = self.world.lot.number
        self.keys.to(words=f"My seat: {number}").press("Enter")
        self.page.wait_for_url(f"**/panels/{self.world.panel.pk}/")

    def signs(self, then):
        """What was written is read and signed: the first passphrase is mistyped, and the focus stays where it is."""
        self.page.wait_for_selector("html[data-ready=sign]")
        self.keys.to("sign-passphrase").types("0000-0000-0000-0000").press("Enter")
        self.page.wait_for_selector("#sign-problem .sl-bad")
        self.keys.stands_at("sign-passphrase").types(PASSPHRASE)
        self.keys.to("sign-button").press("Space")
        self.page.wait_for_url(then)

    def ends(self):
        """Nothing was pointed at, and the focus was seen wherever it stood."""
        assert self.page.evaluate("window.pointed") == 0
        assert not self.keys.faults


@pytest.fixture
def clocked(monkeypatch):
    """A world made by its services; the pages live in its time."""

    def keep(world):
        monkeypatch.setattr("kernel.clock.now", lambda: world.at)
        return world

    return keep


def test_a_member_reviews_and_asks_without_a_pointer(clocked, live_server, page):
    world = clocked(panels.reviewing())
    bid, member = world.bids[0], world.members[1]
    one = Seated(world, member, page, at_home(live_server))
    keys, items = one.keys, panels.Evaluation(world.lot).items
    name = bid.organisation.name

    one.opens()
    keys.to(words=f"Review: {name}").press("Enter")
    page.wait_for_url(f"**/bids/{bid.ev}/")
    keys.to(words="Keep my findings").press("Enter")
    page.wait_for_selector(".sl-errors")
    keys.to(words=page.locator(".sl-errors a").first.inner_text()).press("Enter")
    for item in items[:-1]:
        keys.to(f"id_item-{item.code}_0").press("Space")
    last = items[-1].code
    keys.to(f"id_item-{last}_0").press("ArrowDown")
    keys.to(f"id_note-{last}").types("第三章 2.1，第 4 页，未盖章")
    keys.to(words="Keep my findings").press("Enter")
    page.wait_for_url(f"**/panels/{world.panel.pk}/")

    found = ReviewMark.objects.filter(seat=member.id)
    assert {one.item: one.passes for one in found} == {one.code: one.code != last for one in items}

    keys.to(words=f"Review: {name}").press("Enter")
    page.wait_for_url(f"**/bids/{bid.ev}/")
    keys.to(words="Ask the bidder").press("Enter")
    page.wait_for_url("**/ask/")
    keys.to("id_e").press("Home")
    keys.to("id_text").types(QUESTION)
    keys.to("id_minutes").press("ArrowDown")
    keys.to(words="Read and sign").press("Enter")
    one.signs(f"**/bids/{bid.ev}/")

    asked = PanelQuestion.objects.get()
    assert (asked.text, asked.envelope, asked.bid_id, asked.seat_id) == (QUESTION, 0, bid.pk, member.id)
    one.ends()


def test_a_member_asks_about_a_blind_part_without_learning_whose_it_is(clocked, live_server, page):
    world = clocked(panels.reviewing(plan=replace(panels.PLAN, technical=pdf(), blind=[1])))
    reader = Reader(page, at_home(live_server))
    member = world.members[1]
    reader.enter(member.actor.person)
    seen = [("experts:panel-blind",), ("experts:panel-blind-ask", "A02", 1)]
    for name, *args in seen:
        reader.sees(name, world.panel.pk, *args)
    one = Seated(world, member, page, at_home(live_server))
    keys = one.keys
    one.opens()
    keys.to(words="Blind documents").press("Enter")
    page.wait_for_url("**/blind/")
    keys.to(words="Ask about A02").press("Enter")
    page.wait_for_url("**/ask/")
    keys.to("id_text").types(QUESTION)
    keys.to(words="Read and sign").press("Enter")
    page.wait_for_selector("html[data-ready=sign]")
    names = [bid.organisation.name for bid in world.bids]
    assert not any(name in page.content() for name in names)
    one.signs("**/blind/")

    question = PanelQuestion.objects.get()
    world.answer(question, text="在北侧。", files=[file_keep("crane.pdf", pdf())])
    page.reload()
    assert QUESTION in page.inner_text("main")
    assert "在北侧。" in page.inner_text("main")
    assert not any(name in page.content() for name in [*names, "crane"])
    one.ends()
    picture(page, "blind-answered")
    for name, *args in seen:
        reader.sees(name, world.panel.pk, *args)
        picture(page, f"{name.split(':')[1]}-zh")
    assert not any(name in page.content() for name in names)
    reader.enter(world.party(question.bid).actor.person)
    reader.sees("experts:panel-question", question.pk)
    other = next(bid for bid in world.bids if bid.pk != question.bid_id)
    reader.enter(world.party(other).actor.person)
    reader.sees("experts:panels")
    assert page.locator("#asked").count() == 0
    assert {*pages.BLIND} <= reader.seen
    assert not reader.look.faults, reader.faults()


def score(one, bids, criteria):
    """Every cell by typing, Enter and arrows; a reason by Alt+Enter; and out of the table again by Tab."""
    keys, page = one.keys, one.page
    page.wait_for_selector("html[data-ready=sheet]")
    keys.to("sheet-open").press("Enter")
    for position, _bid in enumerate(bids):
        page.keyboard.type("7.5")
        if position == 0:
            keys.press("Alt+Enter").stands_at("sheet-note")
            page.keyboard.type("first of its kind")
            keys.press("Escape")
        keys.press("Enter")
        for mark in criteria[1:]:
            page.keyboard.type(mark)
            keys.press("Enter")
    page.wait_for_selector("#sheet-saved[data-state=saved]")
    whole = len(bids) * len(criteria)
    assert page.inner_text("#sheet-progress") == f"{whole} of {whole} marks"


def lock(one):
    """A wrong passphrase first: the focus stays at the field, and the right one locks."""
    keys, page = one.keys, one.page
    keys.to("sheet-passphrase").types("0000-0000-0000-0000")
    keys.to("sheet-lock-button").press("Space")
    page.wait_for_selector("#sheet-problem .sl-bad")
    keys.stands_at("sheet-passphrase").types(PASSPHRASE)
    keys.to("sheet-lock-button").press("Enter")
    page.wait_for_selector("#sheet-lock", state="detached")
    page.wait_for_load_state()


def test_a_member_scores_locks_and_signs_the_report_without_a_pointer(clocked, live_server, page):
    made = clocked(scored.scoring())
    one = Seated(made, made.chair, page, at_home(live_server))
    keys = one.keys

    one.opens()
    keys.to(words="To my sheet").press("Enter")
    score(one, made.bids, ("7.5", "6"))
    lock(one)
    sheet = Sheet.objects.get(seat=made.chair.id)
    assert sheet.state == "locked"
    assert {tuple(sorted(row.items())) for row in sheet.marks.values()} == {(("plan", "7.5"), ("team", "6"))}
    assert list(sheet.notes.values()) == [{"plan": "first of its kind"}]

    for other in scored.sitting(made):
        if other.id != made.chair.id:
            scored.marked(made, other)
    made.hall.cut()
    keys.to(words=made.lot.number).press("Enter")
    page.wait_for_url(f"**/panels/{made.panel.pk}/")
    keys.to(words="To the open sheets").press("Enter")
    page.wait_for_url("**/looks/")
    keys.to(words="To the report").press("Enter")
    page.wait_for_url("**/report/")
    keys.to("id_matters").types("核对项目经理在建情况")
    keys.to(words="Go on to sign it").press("Enter")
    one.signs("**/report/")
    made.hall.cut()
    keys.to(words="To the signature").press("Enter")
    keys.to("id_stance_0").press("Space")
    keys.to(words="Go on").press("Enter")
    one.signs("**/report/")

    report = made.panel.reports.get()
    assert report.content["matters"] == "核对项目经理在建情况"
    assert [row.seat_id for row in report.stances.all()] == [made.chair.id]
    one.ends()
