"""What waits for a second person, and what came back for correction: each decision reached by services, then looked at.

Who proposed sees that another decides; who decides sees the form, refused once; afterwards the decision stands there.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.states import Role
from bidding.models.security import BankLine, Refund, SubAccount
from bidding.services import security as acts
from bidding.services.security.line_propose import Part
from tests import builders_trading as trade
from tests.bidding.security import paying
from tests.e2e import pages
from tests.e2e.test_rare_pages import reader  # noqa: F401 - a fixture
from tests.e2e.whole_look import view_of
from tests.web.security_market import market
from trading import services as trading

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_browser]


@pytest.fixture
def one(monkeypatch, settings, tmp_path):
    """A lot with a deposit, its people; pages live in its time."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.STORE_DIR = tmp_path / "store"
    made = market()
    monkeypatch.setattr("kernel.clock.now", lambda: made.hall.clock.now)
    return made


def decided(reader, decision, answer):  # noqa: F811
    """First without a choice, which is refused and looked at; then for good."""
    page = reader.page
    page.click("main form button[type=submit]")
    page.wait_for_selector(".sl-errors")
    assert page.locator(".sl-errors a[href='#id_decision']").count() == 1  # nothing was chosen for anybody
    reader.look(page, f"{view_of(page.url)} refused")
    page.select_option("#id_decision", decision)
    page.fill("#id_answer", answer)
    with page.expect_navigation():
        page.click("main form button[type=submit]")


def proposed(one, line, parts):
    """A proposal of the first finance person for this line; no ``parts``: back to where it came from."""
    given = {"line_id": line.pk, "parts": parts, "reason": "银行来函说明户名简写"}
    return acts.line_propose(**given, actor=one.maker.actor, at=one.hall.clock.now)


def sub_of(line):
    """The sub-account this money came in by."""
    return SubAccount.objects.get(number=line.payee_account).pk


def test_what_a_second_finance_person_decides(reader, one):  # noqa: F811
    subs = [one.world.sub(1), one.world.sub(2)]
    one.world.take(*[one.world.pay(sub, payer="某公司财务部") for sub in subs])
    first, second = BankLine.objects.order_by("pk")
    maker, checker = one.maker.actor.person, one.checker.actor.person
    reader.enter(maker)
    reader.sees("bidding:security-line", first.pk)
    back = proposed(one, second, [])
    booking = proposed(one, first, [Part(sub_of(first), Decimal(20_000))])
    for person in (maker, checker):
        reader.enter(person)
        reader.sees("bidding:security-desk")
        for proposal in (back, booking):
            reader.sees("bidding:security-decide", proposal.pk)
    decided(reader, "refuse", "来函与户名不符")
    reader.sees("bidding:security-desk")
    booking.refresh_from_db()
    assert booking.checker == checker
    assert reader.seen - pages.FINANCE.views == pages.RARE["second person of finance"]


def test_what_a_second_finance_person_decides_about_a_payee(reader, one):  # noqa: F811
    one.world.take(one.world.pay(one.world.sub(1), payee="35001616000000000000", payer_account=""))
    acts.refunds_due(at=one.hall.clock.now)
    refund = Refund.objects.get()
    acts.payee_propose(
        refund_id=refund.pk,
        name="某公司",
        account="6222000033334444",
        reason="银行来函",
        file_name="letter.pdf",
        content=paying.PDF,
        actor=one.maker.actor,
        at=one.hall.clock.now,
    )
    for party in (one.maker, one.checker):
        reader.enter(party.actor.person)
        reader.sees("bidding:security-payee", refund.pk)
    decided(reader, "confirm", "已核对来函")
    reader.sees("bidding:security-refunds")
    refund.refresh_from_db()
    assert refund.payee_account == "6222000033334444"


def test_what_a_second_person_of_the_owner_decides(reader, one):  # noqa: F811
    one.world.take(*[one.world.pay(one.world.sub(number)) for number in (1, 2, 3)])
    owner = one.hall.one.owner
    second = one.hall.registry.staff(owner, Role.OWNER, "招标人负责人", at=one.hall.clock.now)
    one.opened()
    row = acts.forfeiture_propose(
        lot_id=one.lot.pk,
        organisation_id=one.world.bidder(1).id,
        ground="no_contract",
        reason="拒签合同",
        file_name="decision.pdf",
        content=paying.PDF,
        actor=owner.actor,
        at=one.hall.clock.now,
    )
    place = (one.lot.tender.number, one.lot.no)
    for party in (owner, one.hall.one.supervisor, second):
        reader.enter(party.actor.person)
        reader.sees("bidding:hall-security", *place)
        reader.sees("bidding:hall-keep-decide", *place, row.pk)
    decided(reader, "confirm", "同意")
    reader.sees("bidding:hall-keep-decide", *place, row.pk)
    reader.sees("bidding:hall-security", *place)
    reader.enter(one.world.bidder(1).actor.person)
    reader.sees("bidding:deposit", one.lot.number)
    row.refresh_from_db()
    assert row.state == "confirmed"
    assert (
        reader.seen - {"bidding:hall-security", "bidding:deposit"} == pages.RARE["second person of the owner"]
    )


def test_where_an_owner_corrects_what_came_back(reader, monkeypatch):  # noqa: F811
    now = trade.START + timedelta(hours=1)
    monkeypatch.setattr("kernel.clock.now", lambda: now)
    parties = trade.market()
    project = trading.project_register(
        owner_id=parties.owner.organisation.pk,
        fields=trade.project_fields(parties),
        actor=parties.owner.actor,
        at=trade.START,
    )
    defects = [trading.Defect(name, "missing", f"补充 {name}") for name in ("code", "site", "approvals")]
    trading.project_return(project_id=project.pk, defects=defects, actor=parties.intake, at=trade.START)
    reader.enter(parties.owner.person.pk)

    reader.sees("trading:project", project.pk)
    reader.sees("trading:project-correct", project.pk)
    reader.page.fill("#id_name", "")
    reader.page.click("main form button[type=submit]")
    reader.page.wait_for_selector(".sl-errors")
    reader.look(reader.page, "a corrected project refused")
    assert reader.seen - pages.OWNER.views == pages.RARE["returned"]
