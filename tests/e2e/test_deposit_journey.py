"""A deposit in the browser, from the slip to the refund read back; each page held to the look.

The bidder pays from a personal account, learns of it alone, pays again, is booked; after the opening two people send
the money back, and the bank's statement says that it went.
"""

import os
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from accounts.models import Person
from bidding.models.security import BankLine, Refund, RefundList, SubAccount
from bidding.states.security import RefundState
from tests.bidding.security.worlds import Paid, statement, world
from tests.e2e.test_accounts_keys import sign_in
from tests.web.security_market import Market
from trading.rules.counting import local_day

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_browser, pytest.mark.needs_postgres]
WIDTHS = (1280, 390, 320)
SHOTS = os.environ.get("SUNLIT_TEST_SHOTS", "")
PERSONAL = {"payer": "某个人", "payer_account": "6222000011112222"}
LANGUAGES = {"en": "/en", "zh": ""}


@pytest.fixture
def base(live_server):
    """By name: passkeys know no bare addresses."""
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def market(monkeypatch, settings, tmp_path):
    """A lot with a deposit; pages live in its time."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_KEY_FILE, settings.PLATFORM_KEY_FILE = (
        tmp_path / "keys" / "log.pem",
        tmp_path / "keys" / "platform.pem",
    )
    settings.STORE_DIR = tmp_path / "store"
    settings.RUSH_CHECKPOINT_SECONDS = 60
    made = Market(world())
    monkeypatch.setattr("kernel.clock.now", lambda: made.hall.clock.now)
    return made


@pytest.fixture
def look(axe):
    """Hold the page in view to axe and to narrow screens in both languages; what is wrong is collected."""
    found = []

    def at_it(page, base, path, name):
        for language, prefix in LANGUAGES.items():
            page.goto(f"{base}{prefix}{path}")
            found.extend(f"{name} {language}: {line}" for line in axe(page))
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    found.append(f"{name} {language} scrolls sideways at {width}")
                if SHOTS and width != 320:
                    page.screenshot(path=str(Path(SHOTS) / f"{name}-{language}-{width}.png"), full_page=True)
            page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{base}/en{path}")

    yield at_it
    assert not found, "\n".join(found)


def enter(page, base, party):
    page.context.clear_cookies()
    sign_in(page, base, Person.objects.get(pk=party.actor.person))


def bring(page, base, market, *paid, closing):
    """Finance takes in a statement with these movements."""
    enter(page, base, market.maker)
    page.goto(f"{base}/en/security/files/")
    market.world.files += 1
    made = market.hall.clock.now + timedelta(minutes=market.world.files)
    content = statement(
        *paid, name=f"S{market.world.files}", made=made, closing=closing, closing_on=made.date()
    )
    page.set_input_files("#id_file", {"name": "bank.xml", "mimeType": "text/xml", "buffer": content})
    page.click("text=Take in the statement")
    expect(page.get_by_text("The books follow the bank")).to_be_visible()
    market.hall.clock.after(seconds=60)


def test_a_deposit_from_the_slip_to_the_refund(page, base, market, look):
    party = market.world.bidder(1)
    enter(page, base, party)
    look(page, base, market.deposit, "deposit-due")
    page.click("text=Get the account to pay into")
    look(page, base, market.deposit, "deposit-account")
    look(page, base, f"{market.deposit}slip/", "deposit-slip")
    look(page, base, f"{market.deposit}guarantee/", "deposit-guarantee")
    look(page, base, "/bids/annual-security/", "annual")
    sub = SubAccount.objects.get()

    bring(page, base, market, market.world.pay(sub, at=market.world.now, **PERSONAL), closing="20000.00")
    look(page, base, "/security/", "desk-exception")
    look(page, base, f"/security/lines/{BankLine.objects.get().pk}/", "desk-line")
    assert party.organisation.name not in page.content()

    enter(page, base, party)
    look(page, base, market.deposit, "deposit-wrong-payer")
    expect(page.get_by_text("Pay again from the basic account until")).to_be_visible()
    rival = market.world.bidder(2)
    enter(page, base, rival)
    page.goto(f"{base}/en{market.deposit}")
    assert PERSONAL["payer_account"] not in page.content()

    others = [market.world.pay(market.world.sub(number), at=market.world.now) for number in (2, 3)]
    again = market.world.pay(sub, at=market.world.now)
    bring(page, base, market, again, *others, closing="80000.00")
    enter(page, base, party)
    look(page, base, market.deposit, "deposit-booked")
    expect(page.locator("main .sl-state")).to_have_text("booked")

    market.opened(3)
    market.ended()
    enter(page, base, market.hall.one.supervisor)
    look(page, base, market.at, "opened-supervisor")
    enter(page, base, market.hall.one.owner)
    look(page, base, market.at, "opened-owner")
    look(page, base, f"{market.at}keep/", "keep")

    enter(page, base, market.maker)
    look(page, base, "/security/refunds/", "refunds")
    for box in page.locator("input[name=refunds]").all():
        box.check()
    page.click("text=Make a list of those ticked")
    made = RefundList.objects.get()
    enter(page, base, market.checker)
    look(page, base, f"/security/refunds/{made.pk}/", "list-decide")
    page.select_option("#id_decision", "confirm")
    page.fill("#id_answer", "已核对")
    page.click("text=Record my decision")
    look(page, base, f"/security/refunds/{made.pk}/", "list-approved")
    with page.expect_download() as download:
        page.click("text=Make the file and download it")
    content = Path(download.value.path()).read_bytes()
    orders = list(Refund.objects.filter(state=RefundState.PAYING.value))
    assert len(orders) == 4
    assert all(order.end_to_end_id.encode() in content for order in orders)

    paid = [
        Paid(
            amount=-(order.principal + order.interest),
            at=market.world.now,
            payer=order.payee_name,
            payer_account=order.payee_account,
            ref=f"OUT{n}",
            e2e=order.end_to_end_id,
        )
        for n, order in enumerate(orders)
    ]
    left = Decimal(80_000) + sum((one.amount for one in paid), Decimal(0))
    bring(page, base, market, *paid, closing=str(left))
    look(page, base, f"/security/refunds/{made.pk}/", "list-paid")
    look(page, base, "/security/books/", "books")
    look(page, base, "/security/files/", "files")
    look(page, base, "/security/guarantees/", "guarantees")
    look(page, base, "/security/accounts/", "accounts")
    enter(page, base, party)
    look(page, base, market.deposit, "deposit-returned")
    expect(page.locator("main .sl-state")).to_have_text("paid back")


def test_after_the_opening_validity_award_and_contract(page, base, market, look):
    """What starts the clocks of refunds, and what an auditor reads; a fee of the bank is named by two people."""
    market.world.take(*[market.world.pay(market.world.sub(number)) for number in (1, 2, 3)])
    charge = Paid(amount=Decimal("-15.00"), at=market.world.now, ref="FEE")
    market.world.take(charge)
    market.opened(3)
    market.hall.end()
    hall = f"/hall/{market.lot.tender.number}/{market.lot.no}/outcome/"
    day = local_day(market.hall.clock.now)
    paper = {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 a paper"}

    enter(page, base, market.hall.one.owner)
    look(page, base, hall, "outcome-begin")
    look(page, base, f"{hall}validity/", "outcome-extend")
    page.fill("#id_until", (day + timedelta(days=400)).isoformat())
    page.fill("#id_answer_by", (day + timedelta(days=5)).isoformat())
    page.fill("#id_reason", "投诉处理未完")
    page.click("text=Ask all bidders")
    look(page, base, f"{hall}refusal/", "outcome-refusal")
    enter(page, base, market.hall.bidder(1))
    look(page, base, f"/bids/lot/{market.lot.number}/validity/", "validity-asked")
    page.check("input[value=consent]")
    page.click("text=Answer for good")
    look(page, base, f"/bids/lot/{market.lot.number}/validity/", "validity-answered")

    enter(page, base, market.hall.one.owner)
    look(page, base, f"{hall}award/", "outcome-award")
    page.select_option("#id_winner", label=market.hall.bidder(1).organisation.name)
    page.fill("#id_outside_reason", "委托外部评审")
    page.fill("#id_report_number", "评字 7 号")
    page.fill("#id_report_on", day.isoformat())
    page.set_input_files("#id_report", paper)
    page.fill("#id_notified_on", day.isoformat())
    page.set_input_files("#id_notice", paper)
    page.click("main button:has-text('Record the award notice')")
    look(page, base, hall, "outcome-awarded")
    look(page, base, f"{hall}contract/", "outcome-contract")
    page.fill("#id_signed_on", day.isoformat())
    page.fill("#id_parties", "甲\n乙")
    page.fill("#id_amount", "9000000")
    page.set_input_files("#id_file", paper)
    page.click("main button:has-text('Record the contract')")
    look(page, base, hall, "outcome-contracted")
    assert Refund.objects.filter(cause="contract").count() == 3

    enter(page, base, market.auditor)
    look(page, base, f"{market.at}payers/", "payers")
    enter(page, base, market.maker)
    line = BankLine.objects.get(bank_ref="FEE")
    look(page, base, f"/security/lines/{line.pk}/", "desk-fee")
    page.select_option("#id_what", "fee")
    page.fill("#id_reason", "账户管理费")
    page.click("main button:has-text('Propose')")
    enter(page, base, market.checker)
    look(page, base, f"/security/proposals/{line.proposals.get().pk}/", "decide-fee")
