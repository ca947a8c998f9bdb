"""法22 in messages: what goes out about lots with 0, 1, 7 and 12 takers and bids, by site, mail, SMS and voice.

Whoever is no taker gets the same messages whatever the number; takers get the same words, each alone; nothing that
shows on a lock screen names a tender; and no message holds another's name, code, event or price.
"""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail

from accounts.actors import SYSTEM, Actor
from accounts.gateways import MailGateway, WebhookGateway
from accounts.models import Outbox
from accounts.services import follow_begin, outbox_drain
from accounts.services.notifications import rendered
from accounts.states import Channel
from bidding import services
from bidding.services.calls import calls_make
from tests import builders_accounts as people
from tests.accounts.notice_worlds import amend
from tests.bidding.conftest import own_installation  # noqa: F401 - keys, witness and store of each test's own
from tests.web.test_leak_walk import halls, masked, names  # noqa: F401 - the same four lots
from trading.services.reminders import lot_remind

pytestmark = pytest.mark.django_db
PRICE = ("9000000", "9,000,000")


@pytest.fixture
def provider():
    """A provider of short messages and calls, on loopback; what it was asked to say."""
    said = []

    class Provider(BaseHTTPRequestHandler):
        def do_POST(self):
            said.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            answer = json.dumps({"receipt": "1"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            """Quietly."""

    server = HTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", said
    server.shutdown()
    server.server_close()


def live(hall):
    """An addendum, the stale bids, and every reminder before the deadline."""
    amend(hall)
    services.bids_stale(lot_id=hall.lot.pk, at=hall.clock.now)
    close_at = hall.one.close_at
    for ahead in (timedelta(hours=24), timedelta(hours=2), timedelta(minutes=30)):
        lot_remind(lot_id=hall.lot.pk, at=close_at - ahead)
        calls_make(at=close_at - ahead)


def taker_ids(halls):  # noqa: F811 - the four lots
    """Organisations and people of everybody who took documents or bid anywhere."""
    parties = [handed.party for hall in halls for handed in hall.handed]
    return {party.id for party in parties} | {party.actor.person for party in parties}


def words(row):
    """All a message says."""
    text = rendered(row)
    return f"{text.subject} {text.body} {text.phone}"


def to_others(takers):
    """The messages to whoever is no taker, comparable between lots."""
    rows = Outbox.objects.all()
    return sorted(
        (row.event, row.channel, str(row.organisation_id or row.person_id), masked(words(row)))
        for row in rows
        if not {row.organisation_id, row.person_id} & takers
    )


def test_messages_before_the_deadline_tell_nobody_who_or_how_many(halls, provider):  # noqa: F811
    url, said = provider
    gateways = {
        Channel.MAIL: MailGateway(),
        Channel.SMS: WebhookGateway(Channel.SMS, url, ""),
        Channel.VOICE: WebhookGateway(Channel.VOICE, url, ""),
    }
    takers, secrets = taker_ids(halls), names(halls)
    reader = people.person(880, at=halls[0].clock.now)
    for hall in halls:
        follow_begin(topic=hall.lot.tender.number, actor=Actor(person=reader.pk), at=hall.clock.now)
    told = []
    for hall in halls:
        Outbox.objects.all().delete()
        mail.outbox.clear()
        said.clear()
        live(hall)
        own = {handed.party.id: handed.party.organisation.name for handed in hall.handed}
        told.append(to_others(takers))
        for row in Outbox.objects.all():
            mine = {own.get(row.organisation_id, "")}
            leaked = [word for word in (secrets - mine) | set(PRICE) if word in words(row)]
            assert not leaked, (row.event, leaked[:2])
        drained = outbox_drain(gateways=gateways, at=hall.one.close_at, limit=2000)
        assert drained.failed == drained.retried == 0
        number, title = hall.lot.tender.number, hall.lot.tender.title
        assert said
        assert not [one for one in said if number in one["text"] or title in one["text"]]
        assert not [one for one in mail.outbox if any(word in one.body + one.subject for word in secrets)]
        reminded = Outbox.objects.filter(event="receipt_reminder").values_list("data", flat=True)
        assert len({str(data) for data in reminded}) <= 1
        assert reminded.count() == 2 * 2 * len(own)  # two reminders, by site and SMS, to each taker

    assert told[0]
    assert all(one == told[0] for one in told[1:])


def test_messages_at_the_deadline_are_the_same_for_any_number_too_few_and_for_any_number_enough(halls):  # noqa: F811
    takers, secrets = taker_ids(halls), names(halls)
    halls[0].deadline()
    told = []
    for hall in halls:
        Outbox.objects.all().delete()
        services.lot_close(lot_id=hall.lot.pk, actor=SYSTEM, at=halls[0].clock.now)
        told.append(to_others(takers))
        assert not [row for row in Outbox.objects.all() if any(word in words(row) for word in secrets)]

    few, enough = told[:2], told[2:]
    assert few[0] == few[1]
    assert enough[0] == enough[1]
