"""The outbox: rows in the same transaction, sent later, tried again, never with more than allowed."""

import json
import smtplib
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction

from accounts import gateways, selectors, tasks
from accounts.models import Outbox, Person
from accounts.rules import Text
from accounts.services import (
    GatewayFailed,
    membership_grant,
    notification_read,
    notify,
    outbox_confirm,
    outbox_drain,
)
from accounts.services.notifications import LONGEST_RETRY, MAX_ATTEMPTS, Drained, rendered
from accounts.states import Channel, OutboxState, Power, Role
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from tests import builders_accounts as build
from tests.builders_accounts import START

pytestmark = pytest.mark.django_db
LATER = START + timedelta(days=1)
RECEIPT = {"title": "Road 7", "number": "350100-GC-2026-00001", "receipt": "7K2M-9QXA", "given_at": START}
ADDENDUM = {"title": "Road 7", "number": "350100-GC-2026-00001", "deadline_at": START, "affects": "yes"}


class Recorder:
    """An outside gateway: keeps what it was given, fails as told."""

    def __init__(self, *failures):
        self.sent = []
        self.failures = list(failures)

    def send(self, *, key, address, language, text):
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((key, address, language, text))
        return f"receipt {len(self.sent)}"


def party_alone(n=1):
    party = build.bidder(n)
    Outbox.objects.all().delete()
    return party


def told(event):
    return {(row.person_id, row.channel) for row in Outbox.objects.filter(event=event)}


def test_notify_tells_the_seal_members_of_the_bidder_and_nobody_else():
    """Receipt given: bidder's seal members. The finance clerk of the same firm need not know."""
    party = party_alone()
    payer = build.staff(party, Role.BIDDER, 2, powers=frozenset({Power.PAY}))
    build.bidder(3)

    notify(event="receipt_given", to_organisation=party.organisation.pk, data=RECEIPT, at=START)

    assert told("receipt_given") == {(party.person.pk, "site"), (party.person.pk, "mail")}
    assert payer.person not in {person for person, _ in told("receipt_given")}


@pytest.mark.parametrize("field", ["price", "bid_count", "bidder", "takers"])
def test_notify_refuses_data_the_matrix_does_not_allow(field):
    party = party_alone()

    with pytest.raises(RuleBroken) as refusal:
        notify(
            event="receipt_given", to_organisation=party.organisation.pk, data=RECEIPT | {field: 1}, at=START
        )

    assert refusal.value.code == "notification_field"
    assert not Outbox.objects.exists()


def test_notify_refuses_an_incomplete_or_unknown_event():
    party = party_alone()
    for event, data, code in (
        ("receipt_given", {}, "notification_incomplete"),
        ("no_such_event", {}, "notification_event"),
    ):
        with pytest.raises(RuleBroken) as refusal:
            notify(event=event, to_organisation=party.organisation.pk, data=data, at=START)
        assert refusal.value.code == code
    with pytest.raises(ValueError, match="a person or an organisation"):
        notify(event="receipt_given", data=RECEIPT, at=START)
    with pytest.raises(NotFound):
        notify(event="receipt_given", to_person=party.organisation.pk, data=RECEIPT, at=START)


def test_notify_adds_a_call_when_the_deadline_is_near():
    """Voice at < 48 h to T."""
    party = party_alone()

    notify(
        event="addendum_published",
        to_organisation=party.organisation.pk,
        data=ADDENDUM,
        at=START,
        urgent=True,
    )

    assert {channel for _, channel in told("addendum_published")} == {"site", "mail", "sms", "voice"}


def test_notify_leaves_out_a_phone_nobody_gave():
    party = party_alone()
    Person.objects.filter(pk=party.person.pk).update(phone="")

    notify(event="addendum_published", to_organisation=party.organisation.pk, data=ADDENDUM, at=START)

    assert {channel for _, channel in told("addendum_published")} == {"site", "mail"}


def test_notify_uses_the_organisations_own_contacts_when_no_member_can_be_told():
    party = party_alone()
    person = build.person(5)
    membership_grant(
        organisation_id=party.organisation.pk,
        person_id=person.pk,
        roles={Role.BIDDER},
        powers={Power.MEMBERS},
        actor=party.actor,
        at=START,
    )
    membership_grant(
        organisation_id=party.organisation.pk,
        person_id=party.person.pk,
        roles={Role.BIDDER},
        powers=(),
        actor=party.actor,
        at=START,
    )
    notify(event="receipt_given", to_organisation=party.organisation.pk, data=RECEIPT, at=START)
    post = Recorder()

    outbox_drain(gateways={Channel.MAIL: post}, at=START)

    assert [address for _, address, _, _ in post.sent] == ["desk-1@example.test"]


@transaction.atomic
def notify_and_fail(party):
    notify(event="receipt_given", to_organisation=party.organisation.pk, data=RECEIPT, at=START)
    raise RuleBroken("x", "x")


def test_notify_rolls_back_with_the_act_it_follows_from():
    party = party_alone()

    with pytest.raises(RuleBroken):
        notify_and_fail(party)

    assert not Outbox.objects.exists()


def test_outbox_drain_sends_each_message_once_in_the_readers_language():
    party = party_alone()
    Person.objects.filter(pk=party.person.pk).update(language="zh-hans")
    notify(event="addendum_published", to_organisation=party.organisation.pk, data=ADDENDUM, at=START)
    post, sms = Recorder(), Recorder()
    ways = {Channel.MAIL: post, Channel.SMS: sms}

    assert outbox_drain(gateways=ways, at=START) == Drained(sent=3)
    assert outbox_drain(gateways=ways, at=LATER) == Drained()

    assert post.sent[0][3].subject == "澄清修改：Road 7（350100-GC-2026-00001）"
    assert sms.sent[0][3].phone == "您关注的项目有变更，请登录平台查看。"
    assert "Road 7" not in sms.sent[0][3].phone


def test_a_path_given_as_address_becomes_one_people_can_open():
    party = party_alone()
    [row, _] = notify(
        event="receipt_given", to_person=party.person.pk, data=RECEIPT | {"url": "/n/1"}, at=START
    )

    assert rendered(row).body.endswith("http://127.0.0.1:8000/n/1")


def test_outbox_drain_waits_until_a_message_is_due():
    party = party_alone()
    notify(event="receipt_given", to_person=party.person.pk, data=RECEIPT, at=START, due_at=LATER)

    assert outbox_drain(gateways={Channel.MAIL: Recorder()}, at=START) == Drained()
    assert outbox_drain(gateways={Channel.MAIL: Recorder()}, at=LATER) == Drained(sent=2)


def test_outbox_drain_tries_again_later_and_gives_up_in_the_end():
    party = party_alone()
    notify(event="receipt_given", to_person=party.person.pk, data=RECEIPT, at=START)
    post, at, gaps = Recorder(*[GatewayFailed("down")] * MAX_ATTEMPTS), START, []
    for _ in range(MAX_ATTEMPTS):
        outbox_drain(gateways={Channel.MAIL: post}, at=at)
        row = Outbox.objects.get(channel="mail")
        gaps.append(row.due_at - at)
        at = row.due_at

    assert (row.state, row.attempts, row.failure) == (OutboxState.FAILED, MAX_ATTEMPTS, "down")
    assert gaps[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert max(gaps) <= LONGEST_RETRY


def test_outbox_drain_goes_on_behind_a_message_that_fails():
    one, two = party_alone(1), build.bidder(2)
    Outbox.objects.all().delete()
    for party in (one, two):
        notify(event="receipt_given", to_person=party.person.pk, data=RECEIPT, at=START)

    drained = outbox_drain(
        gateways={Channel.MAIL: Recorder(GatewayFailed("no such box", final=True))}, at=START
    )

    assert drained == Drained(sent=3, failed=1)


def test_outbox_drain_fails_loudly_without_a_way_or_an_address():
    party = party_alone()
    notify(event="addendum_published", to_person=party.person.pk, data=ADDENDUM, at=START)
    Person.objects.filter(pk=party.person.pk).update(phone="")

    outbox_drain(gateways={Channel.SMS: Recorder()}, at=START)

    failures = dict(Outbox.objects.filter(state="failed").values_list("channel", "failure"))
    assert failures == {"mail": "no gateway for mail", "sms": "no address for sms"}


def test_outbox_confirm_keeps_the_delivery_receipt_and_may_come_twice():
    """Service of addenda: each taker told, with proof."""
    party = party_alone()
    notify(event="receipt_given", to_person=party.person.pk, data=RECEIPT, at=START)
    row = Outbox.objects.get(channel="mail")
    with pytest.raises(StateConflict):
        outbox_confirm(item_id=row.pk, receipt="too early", at=START)
    outbox_drain(gateways={Channel.MAIL: Recorder()}, at=START)

    outbox_confirm(item_id=row.pk, receipt="provider 17", at=LATER)
    outbox_confirm(item_id=row.pk, receipt="provider 18", at=LATER + timedelta(days=1))

    row.refresh_from_db()
    assert (row.state, row.receipt, row.delivered_at) == (OutboxState.DELIVERED, "provider 17", LATER)
    with pytest.raises(NotFound):
        outbox_confirm(item_id=party.person.pk, receipt="", at=START)


def test_notification_read_is_the_addressees_receipt():
    party, stranger = party_alone(), build.bidder(2)
    notify(event="receipt_given", to_person=party.person.pk, data=RECEIPT, at=START)
    row = selectors.inbox(party.person.pk).filter(event="receipt_given").get()
    with pytest.raises(NotPermitted):
        notification_read(item_id=row.pk, actor=stranger.actor, at=START)

    read = notification_read(item_id=row.pk, actor=party.actor, at=LATER)

    assert (read.state, read.delivered_at, read.receipt) == (OutboxState.DELIVERED, LATER, "read")
    assert "7K2M-9QXA" in rendered(read).body
    assert rendered(read).body.endswith("http://127.0.0.1:8000")
    with pytest.raises(NotFound):
        notification_read(item_id=party.person.pk, actor=party.actor, at=START)


def test_the_database_refuses_a_message_to_nobody():
    with pytest.raises(IntegrityError), transaction.atomic():
        Outbox.objects.create(event="x", channel="mail", language="en", created_at=START, due_at=START)


def test_mail_gateway_sends_with_one_id_however_often_it_is_tried():
    text = Text("Line one\nline two", "Body", "")
    for _ in range(2):
        receipt = gateways.MailGateway().send(key="k1", address="a@example.test", language="en", text=text)

    assert receipt == "<k1@127.0.0.1>"
    assert {message.extra_headers["Message-ID"] for message in mail.outbox} == {receipt}
    assert mail.outbox[0].subject == "Line one line two"


class Refusing(BaseEmailBackend):
    """A mail server which knows nobody."""

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({})


class Down(BaseEmailBackend):
    """A mail server which is not there."""

    def send_messages(self, messages):
        raise ConnectionRefusedError


@pytest.mark.parametrize(("backend", "final"), [("Refusing", True), ("Down", False)])
def test_mail_gateway_tells_a_bad_address_from_a_bad_day(settings, backend, final):
    settings.EMAIL_BACKEND = f"{__name__}.{backend}"

    with pytest.raises(GatewayFailed) as failure:
        gateways.MailGateway().send(key="k", address="a@example.test", language="en", text=Text("s", "b"))

    assert failure.value.final is final


class Provider(BaseHTTPRequestHandler):
    """A provider of short messages on the loopback."""

    status, answer, seen = 200, b'{"receipt": "sms 1"}', []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append((self.headers["Idempotency-Key"], self.headers["Authorization"], body))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *args):
        pass


@pytest.fixture
def provider():
    """A running provider; yields its address and the handler class."""
    handler = type("Handler", (Provider,), {"seen": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", handler
    server.shutdown()
    server.server_close()


def send(url, token="secret"):
    hook = gateways.WebhookGateway(Channel.SMS, url, token)
    return hook.send(key="k1", address="+86 1", language="en", text=Text("s", "long words", "short words"))


def test_webhook_gateway_posts_the_short_words_only(provider):
    url, handler = provider

    assert send(url) == "sms 1"
    [(key, token, body)] = handler.seen
    assert (key, token) == ("k1", "Bearer secret")
    assert body == {"channel": "sms", "to": "+86 1", "language": "en", "text": "short words"}


@pytest.mark.parametrize(("status", "final"), [(400, True), (404, True), (429, False), (503, False)])
def test_webhook_gateway_gives_up_on_a_bad_number_and_waits_for_a_bad_day(provider, status, final):
    url, handler = provider
    handler.status = status

    with pytest.raises(GatewayFailed) as failure:
        send(url)

    assert failure.value.final is final


def test_webhook_gateway_survives_an_answer_that_is_none(provider):
    url, handler = provider
    handler.answer = b"<html>"
    with pytest.raises(GatewayFailed):
        send(url)
    handler.answer = b"[]"
    assert send(url, token="") == ""
    with pytest.raises(GatewayFailed):
        send("http://127.0.0.1:9/")
    with pytest.raises(ValueError, match="http"):
        gateways.WebhookGateway(Channel.SMS, "file:///etc/passwd", "")


def test_tasks_drain_with_the_gateways_of_the_installation(settings, provider):
    settings.NOTIFY_SMS_URL, settings.NOTIFY_VOICE_URL = provider[0], ""
    party = party_alone()
    notify(event="addendum_published", to_person=party.person.pk, data=ADDENDUM, at=START)

    for _name, _seconds, task in tasks.DUE:
        task()

    assert set(Outbox.objects.values_list("state", flat=True)) == {"sent"}
    assert len(mail.outbox) == 1
    assert len(provider[1].seen) == 1
