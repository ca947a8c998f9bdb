"""法22: names and number of those who take documents and bid are secret. One walk over every page, for everybody.

Four lots with 0, 1, 7 and 12 takers, payers of a deposit and bids stand side by side. Every address of the site is visited by every role;
after what is random or names the lot itself is taken out, the answers for all four must be the same text, and no answer,
message or log line may hold a bidder's name, code or event. A new address without a way to visit it fails the walk.
"""

import logging
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

from accounts.models import Outbox, Person
from accounts.states import OrganisationKind, Role
from bidding import services
from bidding.models.security import SubAccount
from bidding.rehearsal import hosts
from portal import formats
from tests import builders_bidding as build
from tests.bidding.security import worlds
from trading.services import documents_take

pytestmark = pytest.mark.django_db
COUNTS = (0, 1, 7, 12)
MASKS = [
    (re.compile(r"[0-9]{6}-GC-[0-9]{4}-[0-9]{5}"), "NUMBER"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"(?:[0-9a-f]{4}[ -]){3,}[0-9a-f]{1,4}|[0-9a-f]{12,}"), "HEX"),
    (re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"'), "CSRF"),
    (re.compile(r"<svg.*?</svg>", re.DOTALL), "SVG"),
    (re.compile(r'(?s)<p class="sl-words".*?</p>'), "WORDS"),
    (re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]+)?"), "TIME"),
    (re.compile(r"[0-9]{10,}"), "MOMENT"),
]
OWN_ADDRESSES = re.compile(r"account|^api/v1/$")
"""Pages of one's own register, keys and sessions, which hold nothing of any tender; walked for names only."""

ELSEWHERE = frozenset(
    "record_id membership_id invitation_id mandate_id key_id request_id loss_id organisation_id "  # noqa: SIM905
    "session_id part sha256 token pk key uidb36 code level upload_id bid_id ev objection_id item_id "
    "question_id proposal_id addendum_id attachment_id proof_id absence_id change_id "
    "line_id list_id refund_id guarantee_id forfeiture_id hold_id account_id "
    "expert_id import_id certificate_id away_id interest_id t_d draw_id origin_id panel_id seat_id motion_id rating_id epoch "
    "lead letter_id replacement_id".split()
)
"""Arguments that name nothing of a lot, or a random id of one’s own bid or question, 404 for others (tests/bidding)."""


def addresses():
    """Every pattern of the site with its converters, as ``(route, names of its arguments)``."""

    def walk(patterns, prefix):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, prefix + str(pattern.pattern))
            else:
                yield prefix + str(pattern.pattern)

    return sorted(set(walk(get_resolver().url_patterns, "")))


def visits(hall, route):
    """Where to go for this route in the world of one lot; [] where it is about no lot."""
    lot, tender = hall.lot, hall.lot.tender
    known = {
        "<str:number>": tender.number,
        "<int:lot>": str(lot.no),
        "<str:seat>": "chair",
        "<uuid:lot_id>": str(lot.pk),
        "<uuidstr:lot_id>": str(lot.pk),
        "<uuid:tender_id>": str(tender.pk),
        "<str:form>": "json",
        "<int:i>": "1",
        "<int:row>": "1",
        "<int:version>": "1",
        "<uuid:seat_id>": str(lot.seats.get(i=1).pk),
        "<uuid:document_id>": str(tender.documents.order_by("name")[0].pk),
        "<uuid:project_id>": str(tender.project_id),
    }
    if "digest" in route:
        known["<str:digest>"] = lot.policy
    for part, value in known.items():
        route = route.replace(part, value)
    return "/" + route if not re.search(r"[<^(]", route) else None


def people(hall):
    """One client of everybody near the lot: public, owner, supervisor, officer, a firm that did not bid."""
    outsider = hall.registry.party("旁观单位", OrganisationKind.BIDDER, at=hall.clock.now)
    emails = {
        "owner": hall.one.owner.email,
        "supervisor": hall.one.supervisor.email,
        "officer": hall.one.seats[0].party.email,
        "outsider": outsider.email,
    }
    centre = hall.registry.party(hosts.CENTRE, OrganisationKind.CENTRE, at=hall.clock.now)
    for role in (Role.FINANCE, Role.WITNESS, Role.INTAKE, Role.SYSADMIN):
        staff = hall.registry.staff(centre, role, f"中心人员 {role.value}", at=hall.clock.now)
        emails[role.value] = staff.email
    found = {"public": Client()}
    for role, email in emails.items():
        found[role] = Client()
        found[role].force_login(Person.objects.get(email=email))
    return found


def masked(text):
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return text


def differing(plain):
    """The first line in which two answers differ, for the message of a failure."""
    for other in plain[1:]:
        for mine, theirs in zip(plain[0][1].splitlines(), other[1].splitlines(), strict=False):
            if mine != theirs:
                return mine.strip()[:300], theirs.strip()[:300]
    return [status for status, _ in plain]


def answer(client, address):
    response = client.get(address, follow=False)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, body.decode("utf-8", "replace")


def side_by_side():
    first = build.hall(plan=worlds.plan())
    made = [first, *(build.hall(plan=worlds.plan(), beside=first) for _ in COUNTS[1:])]
    account = worlds.account()
    banks = [worlds.World(hall, account, files=100 * place) for place, hall in enumerate(made)]
    for number in range(1, 13):
        first.bidder(number)
    people(first)
    first.cut()
    for hall, bank, count in zip(made, banks, COUNTS, strict=True):
        for number in range(1, count + 1):
            documents_take(tender_id=hall.lot.tender_id, actor=hall.bidder(number).actor, at=hall.clock.now)
            stranger = {"payer": "某个人", "payer_account": "6222000011112222"} if number == 1 else {}
            bank.take(bank.pay(bank.sub(number), **stranger))
            hall.bid(number)
        hall.cut()
        services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)
    return made


@pytest.fixture
def halls(settings, kept):
    settings.ALLOWED_HOSTS = ["*"]
    return kept(side_by_side)


def names(halls):
    """What must not be seen: names, codes and events of everybody who took documents or bid."""
    found = set()
    for hall in halls:
        for handed in hall.handed:
            found |= {handed.party.organisation.name, handed.party.organisation.code, handed.bid.ev}
    return found


def money(role):
    """What of the money must not be seen: the numbers paid into, for everybody but the finance desk; who paid."""
    numbers = set(SubAccount.objects.values_list("number", flat=True))
    grouped = {formats.in_fours(number) for number in numbers}
    return {"6222000011112222", "某个人"} | (set() if role == Role.FINANCE.value else numbers | grouped)


@pytest.mark.walk
def test_nobody_learns_who_or_how_many_before_the_opening(halls, caplog, monkeypatch):
    moment = halls[0].clock.now + timedelta(minutes=5)
    monkeypatch.setattr("kernel.clock.now", lambda: moment)
    secrets = names(halls)
    clients = people(halls[0])
    setup = "\n".join(record.getMessage() for record in caplog.get_records("setup"))
    compared = 0
    with caplog.at_level(logging.DEBUG):
        for route in addresses():
            places = [visits(hall, route) for hall in halls]
            if places[0] is None:
                continue
            for role, client in clients.items():
                answers = [answer(client, place) for place in dict.fromkeys(places)]
                for status, text in answers:
                    assert status < 500 or route == "readyz", (role, route)
                    leaked = [secret for secret in secrets | money(role) if secret in text]
                    assert not leaked, (role, route, leaked[:2])
                if places[0] != places[-1] and not OWN_ADDRESSES.search(route):
                    compared += 1
                    plain = [(status, masked(text)) for status, text in answers]
                    assert all(one == plain[0] for one in plain[1:]), (role, route, differing(plain))

    assert compared >= 20
    assert not [secret for secret in secrets | money("") if secret in caplog.text + setup]


def test_messages_to_others_do_not_tell_either(halls):
    takers = {party.organisation.pk for hall in halls for party in (h.party for h in hall.handed)}
    members = {hall_bid.party.actor.person for hall in halls for hall_bid in hall.handed}
    secrets = names(halls)

    for row in Outbox.objects.all():
        mine = row.organisation_id in takers or row.person_id in members
        assert mine or not [secret for secret in secrets if secret in str(row.data)]


def test_the_walk_visits_every_address_about_a_lot(halls):
    """An address with an argument the walk cannot fill must be about something else than a lot."""
    left_out = [
        route
        for route in addresses()
        if visits(halls[0], route) is None
        and not (names := set(re.findall(r"<(?:[a-z]+:)?(\w+)>", route))) & ELSEWHERE
        and not names <= {"number"}
    ]
    assert not left_out
