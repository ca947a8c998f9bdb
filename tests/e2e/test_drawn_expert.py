"""A drawn expert with a telephone: reads the invitation, accepts, or stands aside; the caller with one name at a time."""

from pathlib import Path

import pytest
from django.urls import reverse

from accounts.actors import Actor
from accounts.states import Role
from experts.models import CallTry, DrawAnswer, DrawCall, Expert, ExpertRating, RatingReply
from experts.pool_keys import FILE_NAME
from experts.selectors.left_out import seat_expert
from experts.selectors.own import as_expert
from experts.selectors.own_chances import own_chances
from experts.services.answer_record import answer_record
from experts.services.expert_register import expert_link
from experts.states.draw import SeatAnswer
from ledger.files import write_private_once
from tests.e2e import pages
from tests.e2e.test_rare_pages import reader  # noqa: F401 - a fixture
from tests.experts import worlds
from tests.experts.draws import world
from tests.experts.draws.test_ratings import fixed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_browser]
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def play(monkeypatch, settings, tmp_path):
    """Four experts are drawn and called; pages live in their time."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_KEY_FILE = tmp_path / "keys" / "log.pem"
    settings.PLATFORM_KEY_FILE = tmp_path / "keys" / "platform.pem"
    settings.STORE_DIR = tmp_path / "store"
    settings.TIME_SOURCES = ["local"]
    settings.WITNESS_URLS = ["local"]
    settings.RUSH_CHECKPOINT_SECONDS = 60
    write_private_once(settings.KEYS_DIR / FILE_NAME, worlds.KEY.secret.hex().encode())
    made = world.play()
    made.ready()
    made.contributed()
    made.decided()
    made.called()
    for number, expert in enumerate(Expert.objects.order_by("code")):
        person = worlds.people.person(700 + number)
        expert_link(expert_id=expert.pk, email=person.email, actor=made.pool.keeper, at=made.now)
    monkeypatch.setattr("kernel.clock.now", lambda: made.now)
    return made


def drawn():
    """The logins of the drawn, by seat."""
    calls = DrawCall.objects.select_related("seat__round").order_by("seat__seat")
    return [(row.seat.seat, Expert.objects.get(pk=seat_expert(row, worlds.KEY)).person_id) for row in calls]


def picture(page, name):
    """What was looked at, kept where SUNLIT_TEST_PICTURES says."""
    import os

    if place := os.environ.get("SUNLIT_TEST_PICTURES"):
        page.screenshot(path=str(Path(place) / f"{name}.png"), full_page=True)


def test_an_expert_accepts_and_another_stands_aside_on_the_telephone(reader, play):  # noqa: F811
    page = reader.page
    page.set_viewport_size(PHONE)
    (seat, one), (other_seat, other), *_ = drawn()

    reader.enter(one)
    page.goto(reader.base + "/en" + "/invitations/")
    picture(page, "invitation-open-en-360")
    reader.look(page, "an invitation")
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="1 · I accept").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=What happens next")
    assert DrawAnswer.objects.get(seat__seat=seat).code == "accepted"
    reader.look(page, "an accepted invitation")
    page.set_viewport_size(PHONE)
    picture(page, "invitation-accepted-en-360")

    reader.enter(other)
    page.goto(reader.base + "/en" + "/invitations/")
    page.get_by_role("button", name="3 · I must stand aside").click()
    page.wait_for_selector(".sl-errors")
    reader.look(page, "an answer without its reason")
    page.set_viewport_size(PHONE)
    picture(page, "invitation-refused-en-360")
    page.get_by_label("I must stand aside, because of").select_option(label="A close relative works there")
    page.get_by_role("button", name="3 · I must stand aside").click()
    page.wait_for_selector("text=Withdrew for a conflict of interest")
    assert DrawAnswer.objects.get(seat__seat=other_seat).reply.reason == "relative"


def test_the_caller_reads_one_name_and_writes_down_the_call(reader, play):  # noqa: F811
    page, who = reader.page, play.staff(Role.CALLER, "专家通知员").actor
    reader.enter(who.person)
    reader.sees("experts:gateway")
    picture(page, "gateway-zh-1280")
    page.goto(reader.base + reverse("experts:gateway"))
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector("blockquote")
    reader.look(page, "whom to call")
    picture(page, "gateway-call-zh-1280")
    page.set_viewport_size(PHONE)
    picture(page, "gateway-call-zh-360")
    with page.expect_navigation():
        page.locator("form:has(input[value='no-answer']) button").click()
    assert CallTry.objects.get().outcome == "no-answer"
    assert reader.seen == pages.RARE["drawn expert"]


def test_a_panel_is_rated_and_its_member_replies_and_checks_his_chance(reader, play):  # noqa: F811
    """After the reveal and the award: the owner rates by the table, the expert answers, his device recomputes."""
    page = reader.page
    for seat, person in drawn():
        herself = as_expert(Actor(person=person, name="expert"))
        given = {"answer": SeatAnswer.ACCEPT, "actor": herself, "at": play.now, "key": worlds.KEY}
        answer_record(seat=seat, **given)
    play.hall.cut()
    play.drive()
    play.revealed()
    fixed(play)
    reader.enter(play.owner.actor.person)
    reader.sees("experts:rate-panel", play.draw_id)
    page.set_viewport_size(PHONE)
    picture(page, "panel-zh-360")
    page.locator("input[value=late]").first.check()
    page.locator("textarea[name=reason]").first.fill("迟到四十分钟")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_selector(".sl-note.is-good")
    rating = ExpertRating.objects.get()
    assert (rating.score, rating.found) == (90, ["late"])

    reader.enter(rating.expert.person_id)
    reader.sees("experts:rating-reply", rating.pk)
    page.locator("#id_text").fill("当日道路封闭，已提前报告")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/pool/me/")
    assert RatingReply.objects.get().rating == rating
    reader.look(page, "my record after a draw")
    page.set_viewport_size(PHONE)
    picture(page, "own-zh-360")
    with page.expect_download() as download:
        page.locator(f"a[href$='/pool/me/draws/{play.draw_id}/']").click()
    page.locator("#pool-file").set_input_files(download.value.path())
    page.wait_for_selector("#pool-told .sl-note.is-good")
    chance = own_chances(rating.expert, as_expert(Actor(person=rating.expert.person_id)), worlds.KEY)[
        0
    ].chance
    assert f"{chance.numerator}/{chance.denominator}" in page.inner_text("#pool-told")
    assert reader.seen == pages.RARE["rated panel"]
