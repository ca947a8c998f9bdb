"""From the report to the contract in the browser, with a real key; each page held to the look in both languages.

The owner confirms the report, shows the candidates, a bidder objects, the owner replies, awards with its own key; winner
and loser read their letters, the supervisor receives the written report. Time is moved by the clock argument.
"""

import pytest
from playwright.sync_api import expect

from accounts.services import signing_key_register
from tests import builders_accounts as people
from tests.bidding.results.world import opened
from tests.e2e.test_accounts_keys import ready
from tests.e2e.test_deposit_journey import base, enter, look  # noqa: F401 - fixtures
from tests.e2e.test_owner_journey import MAKE_KEY, PASSPHRASE
from trading.models import Award, CandidateOut, LotHold, Objection, Publicity, WrittenReport
from trading.services import publicity

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_browser, pytest.mark.needs_postgres]
PAPER = {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 a paper"}


@pytest.fixture
def world(monkeypatch, settings, tmp_path):
    """A lot whose bids are opened; pages live in its time."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_KEY_FILE, settings.PLATFORM_KEY_FILE = (
        tmp_path / "keys" / "log.pem",
        tmp_path / "keys" / "platform.pem",
    )
    settings.STORE_DIR = tmp_path / "store"
    settings.RUSH_CHECKPOINT_SECONDS = 60
    made = opened()
    monkeypatch.setattr("kernel.clock.now", lambda: made.now)
    return made


def own_key(page, world, party):
    """A key of the organisation in this browser, registered as the registrar would."""
    spki = page.evaluate(MAKE_KEY, [party.organisation.code, str(party.actor.person), PASSPHRASE])
    event = people.key_event(party.organisation, spki)
    given = {**event, "registrar": people.REGISTRAR_SPKIS, "actor": people.SYSTEM}
    signing_key_register(**given, at=world.now)


def sign(page, row):
    """Sign what the page asks, and wait until the row is there."""
    ready(page, "sign")
    page.fill("#sign-passphrase", PASSPHRASE)
    page.click("#sign-button")
    page.wait_for_url("**/outcome/")
    return row.objects.get()


def test_from_the_report_to_the_letters(page, base, world, look):  # noqa: F811
    owner, supervisor = world.hall.one.owner, world.hall.one.supervisor
    hall = f"/hall/{world.lot.tender.number}/{world.lot.no}/outcome/"
    result = f"/bids/lot/{world.lot.number}/result/"
    world.receive()

    enter(page, base, owner)
    own_key(page, world, owner)
    look(page, base, hall, "result-begin")
    look(page, base, f"{hall}report/", "result-report")
    page.click("text=Confirm the receipt")
    look(page, base, f"{hall}report/", "result-received")
    look(page, base, f"{hall}publicity/", "result-publicity")
    page.click("text=Read the notice")
    shown = sign(page, Publicity)
    look(page, base, hall, "result-shown")
    look(page, base, f"{hall}recheck/", "result-recheck")

    enter(page, base, world.bidder(2))
    look(page, base, result, "own-shown")
    look(page, base, f"{result}object/", "own-object")
    page.fill("#id_request", "请复核第一名的业绩")
    page.fill("#id_facts", "合同金额不足")
    page.click("main button:has-text('Raise the objection')")
    page.wait_for_url("**/result/")
    objection = Objection.objects.get()
    look(page, base, result, "own-objected")

    world.to(shown.until_at)
    publicity.publicities_end(at=world.now)
    enter(page, base, owner)
    look(page, base, f"{hall}decide/", "result-decide")
    page.click("text=Hand it to the owner for signature")
    look(page, base, f"{hall}decide/sign/", "result-locked")
    expect(page.locator("main")).to_contain_text("no award notice before the reply")
    expect(page.locator("#sign-button")).to_have_count(0)
    look(page, base, f"/tenders/{world.lot.tender_id}/objections/{objection.pk}/", "result-reply")
    page.fill("#id_answer", "经复核，业绩有效。")
    with page.expect_navigation():
        page.click("main button:has-text('Publish the reply')")
    look(page, base, f"{hall}decide/sign/", "result-sign")
    award = sign(page, Award)
    assert award.winner == world.bidder(1).organisation
    look(page, base, hall, "result-awarded")
    look(page, base, f"{hall}out/", "result-out")

    enter(page, base, world.bidder(1))
    look(page, base, result, "own-won")
    enter(page, base, world.bidder(4))
    look(page, base, result, "own-lost")
    expect(page.locator("main")).to_contain_text("71.25")
    page.goto(f"{base}/en/n/{world.lot.tender.number}")
    expect(page.locator("main")).to_contain_text(world.bidder(1).organisation.name)
    look(page, base, f"/n/{world.lot.tender.number}", "public")

    enter(page, base, owner)
    look(page, base, f"{hall}written/", "result-written")
    report = sign(page, WrittenReport)
    enter(page, base, supervisor)
    look(page, base, "/supervised/", "supervised")
    look(page, base, f"{hall}written/", "result-written-received")
    page.click("text=Confirm the receipt")
    page.wait_for_url("**/outcome/")
    report.refresh_from_db()
    assert report.received_at == world.now


def test_a_lot_held_a_candidate_lost_and_a_lot_stopped(page, base, world, look):  # noqa: F811
    hall = f"/hall/{world.lot.tender.number}/{world.lot.no}/outcome/"
    world.ended()
    enter(page, base, world.hall.one.supervisor)
    look(page, base, f"{hall}suspend/", "result-suspend")
    page.fill("#id_text", "投诉处理期间暂停")
    page.click("main button:has-text('Suspend this lot')")
    page.wait_for_url("**/outcome/")
    assert LotHold.objects.get().lifted_at is None
    look(page, base, hall, "result-held")
    with page.expect_navigation():
        page.click("text=Lift the suspension")

    owner = world.hall.one.owner
    enter(page, base, owner)
    own_key(page, world, owner)
    page.goto(f"{base}/en{hall}out/")
    page.fill("#id_reason", "来函放弃中标")
    page.set_input_files("#id_evidence", PAPER)
    page.click("main button:has-text('Go on to the signature')")
    page.wait_for_url("**/out/sign/")
    assert not CandidateOut.objects.exists()
    look(page, base, hall, "result-out-prepared")
    look(page, base, f"{hall}out/", "result-out-again")
    expect(page.locator("main")).to_contain_text("paper.pdf is kept")
    look(page, base, f"{hall}out/sign/", "result-out-sign")
    assert sign(page, CandidateOut).ground == "declined"
    look(page, base, hall, "result-fallen")
    enter(page, base, world.bidder(1))
    look(page, base, f"/bids/lot/{world.lot.number}/result/", "own-fallen")
    expect(page.locator("main")).to_contain_text("cannot win this lot")
    enter(page, base, owner)
    look(page, base, f"{hall}again/", "result-again")
    look(page, base, f"{hall}stop/", "result-stop")
    page.fill("#id_reason", "项目被取消")
    page.set_input_files("#id_decision", PAPER)
    page.click("main button:has-text('Tell the supervisor')")
    look(page, base, f"{hall}stop/", "result-stop-sign")
    ready(page, "sign")
    page.fill("#sign-passphrase", PASSPHRASE)
    page.click("#sign-button")
    page.wait_for_url("**/outcome/")
    assert world.lot.state == "cancelled"
    look(page, base, hall, "result-stopped")
