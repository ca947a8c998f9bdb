"""Pages which neither the market nor a link of it shows, each brought about and held to the look in both languages."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import Person
from accounts.registrar_keys import registrar_trust
from accounts.services import invitation_send, organisation_submit
from accounts.states import Power, Role
from bidding import services as bidding
from kernel import clock
from tests import builders_accounts as people
from tests import builders_bidding as bids
from tests import builders_trading as trade
from tests.e2e import pages
from tests.e2e.test_hall_officers import enter
from tests.e2e.whole_look import Look
from tests.web.test_accounts_pages import asked_key, reported_loss
from tests.web.test_trading_pages import at, login, moment  # noqa: F401 - a fixture
from trading import services
from trading.models import PostponementProposal
from trading.rules import shifted
from trading.selectors import times_in_force

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_browser]
FACTOR = bids.Panel(t=2, n=3, factor=True)


class Reader:
    """Somebody who goes to one page after the other, and looks."""

    def __init__(self, page, base):
        self.page, self.base, self.look, self.seen, self.visits = page, base, Look(), set(), 0

    def enter(self, person):
        self.page.context.clear_cookies()
        enter(self.page, self.base, Person.objects.get(pk=person).email)

    def sees(self, name, *args):
        """The page of this name in English, then in Chinese; each visit is a look of its own, whoever came before."""
        self.visits += 1
        for language in ("en", "zh-hans"):
            with translation.override(language):
                path = reverse(name, args=args)
            answer = self.page.goto(self.base + path)
            assert answer.status == 200, f"{path}: {answer.status}"
            assert self.page.url == self.base + path, f"{path} leads to {self.page.url}"
            self.look(self.page, f"{name} at visit {self.visits} in {language}")
        self.seen.add(name)

    def faults(self):
        return "\n".join(self.look.faults)


@pytest.fixture
def reader(page, live_server):
    """Somebody in front of a browser; what is wrong with a page fails the test in the end."""
    found = Reader(page, live_server.url)
    yield found
    assert not found.look.faults, found.faults()


def test_what_the_desk_decides(reader):
    now = clock.now() - timedelta(hours=1)
    registrar_trust(people.REGISTRAR.spki.hex())
    intake = people.staff(people.centre(at=now), Role.INTAKE, 950, at=now)
    party, waiting = people.bidder(1, at=now), people.registered(2, at=now)
    organisation_submit(organisation_id=waiting.organisation.pk, actor=waiting.actor, at=now)
    request, loss = asked_key(party, now), reported_loss(party, now)
    reader.enter(intake.person)

    reader.sees("accounts:review", waiting.organisation.pk)
    for name in ("key-certify", "key-refuse"):
        reader.sees(f"accounts:{name}", request.pk)
    for name in ("loss-sign", "loss-refuse"):
        reader.sees(f"accounts:{name}", loss.pk)
    assert reader.seen == pages.RARE["desk"]


def test_what_a_member_is_led_to_by_mail_or_by_the_other_side(reader):
    now = clock.now() - timedelta(hours=1)
    owner, agency = people.owner(at=now), people.agency(at=now)
    offered = people.mandate_offered(owner, agency, "GC-1", until=now + timedelta(days=90), at=now)
    invitation_send(
        organisation_id=agency.organisation.pk,
        email="second@example.test",
        roles=[],
        powers=[Power.SEAL],
        token="token",
        actor=agency.actor,
        at=now,
    )
    reader.enter(agency.person.pk)

    reader.sees("accounts:mandate-accept", offered.pk)
    reader.sees("accounts:join", "token")
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        reader.sees(name)
    reader.enter(owner.person.pk)
    reader.sees("accounts:mandate-end", offered.pk)
    assert reader.seen == pages.RARE["member"]


def drafted(made, client):
    """An addendum that waits for the owner's signature."""
    given = {
        "where_1": "须知 3.2",
        "before_1": "120 日",
        "after_1": "150 日",
        "affects": "yes",
        "reason": "工程量增加",
        "close_at_01": moment(trade.day(trade.START, 40)),
        "duration_01": "150",
    }
    client.post(at("addendum-new", made.tender.pk), given)
    addendum = made.tender.addenda.get()
    client.post(at("addendum-hand", made.tender.pk, addendum.pk))
    return addendum


def proposed(made, client):
    """A postponement the owner has signed."""
    later = made.lot.close_at + timedelta(days=7)
    body = services.postpone_body(made.lot, shifted(times_in_force(made.lot), later), "场地受损")
    signed = {"postpone": [made.market.owner.signer.sign("postpone", body)]}
    fields = {"close_at": moment(later), "reason": "场地受损", "signed": json.dumps(signed)}
    client.post(at("postpone", made.tender.pk, made.lot.pk), fields)
    return PostponementProposal.objects.get()


def test_what_an_owner_signs_and_answers(reader, login, monkeypatch):  # noqa: F811
    now = trade.START + timedelta(hours=1)
    monkeypatch.setattr("kernel.clock.now", lambda: now)
    parties = trade.market()
    ready, made, other = (
        trade.ready_tender(of=parties),
        trade.published_tender(of=parties),
        trade.published_tender(of=parties),
    )
    asked = services.question_ask(tender_id=made.tender.pk, text="范围？", actor=trade.bidder(1), at=now)
    reader.enter(parties.owner.person.pk)

    reader.sees("trading:publish", ready.tender.pk)
    reader.sees("trading:question", made.tender.pk, asked.pk)
    addendum = drafted(made, login(made.owner))
    for name in ("addendum", "addendum-sign"):
        reader.sees(f"trading:{name}", made.tender.pk, addendum.pk)
    proposal = proposed(other, login(other.owner))
    reader.enter(parties.supervisor.person.pk)
    reader.sees("trading:proposal", proposal.pk)
    assert reader.seen == pages.RARE["owner"]


def test_where_the_cause_of_an_unopened_bid_is_decided(reader, monkeypatch, settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.STORE_DIR = tmp_path / "store"
    hall = bids.hall(panel=FACTOR)
    monkeypatch.setattr("kernel.clock.now", lambda: hall.clock.now)
    hall.bids(3)
    hall.close()
    hall.check(factors=False)
    hall.reveal(0)
    hall.reveal(1)
    enter(reader.page, reader.base, hall.one.owner.email)
    number = hall.lot.tender.number

    place = (number, hall.lot.no, hall.handed[0].bid.ev)
    reader.sees("bidding:hall-attribute", *place)
    reader.page.fill("#id_reason", "未在时限内解密")
    reader.page.click("main form button[type=submit]")
    reader.page.wait_for_url("**/sign/")
    reader.sees("bidding:hall-sign", *place)
    bid = hall.handed[0]
    bidding.statement_waive(bid_id=bid.bid.pk, actor=bid.party.actor, at=hall.clock.now)
    reader.page.reload()
    reader.page.wait_for_selector("#sign-body", state="attached")
    reader.look(reader.page, "bidding:hall-sign once the bidder was heard")
    reader.sees("bidding:hall-attribute", *place)
    assert reader.seen == pages.RARE["hall"]
