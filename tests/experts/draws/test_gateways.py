"""Ways to a drawn expert: mail that tells nothing, a signed web hook, and a provider that fails."""

import hmac
import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail

from experts import gateways
from experts.models import DrawCall
from experts.pool_keys import Called
from experts.services.call_start import CallOut, OutboxGateway
from kernel.errors import Unavailable
from tests.experts.draws import world

SECRET = "s" * 32
AT = datetime(2026, 3, 24, 2, 5, tzinfo=UTC)
WORDS = {"category": "市政工程", "time": "2026-03-25 09:30", "city": "福州", "hours": 77, "fee": "800 元"}
WHOM = Called("专家一", "0591-00001234", "one@example.test", "record")


def invitation(**changes):
    given = {"key": "k1", "whom": WHOM, "words": WORDS, "until": AT, "at": AT, **changes}
    return CallOut(**given)


class Provider(BaseHTTPRequestHandler):
    """A provider on loopback that keeps what it is sent."""

    status, answer = 200, b'{"receipt": "sms 1"}'

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((dict(self.headers), body))
        self.send_response(self.status)
        if self.status == 302:
            self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_given):
        """Say nothing."""


@pytest.fixture
def provider():
    handler = type("Handler", (Provider,), {"seen": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/call", handler
    server.shutdown()
    server.server_close()


def test_the_web_hook_is_signed_over_moment_and_body_and_told_the_five_words(provider):
    url, handler = provider
    assert gateways.WebhookGateway(url, SECRET).call(invitation()) == "sms 1"

    [(headers, body)] = handler.seen
    moment = headers["X-Sunlit-Timestamp"]
    assert moment == str(int(AT.timestamp()))
    signed = hmac.new(SECRET.encode(), moment.encode() + b"." + body, "sha256").hexdigest()
    assert headers["X-Sunlit-Signature"] == f"v1={signed}"
    assert headers["Idempotency-Key"] == "k1"
    told = json.loads(body)
    assert set(told) == {"v", "to", "name", "words", "text", "until", "reminder"}
    assert (told["to"], told["name"], told["words"]) == (WHOM.phone, WHOM.name, WORDS)
    assert all(str(word) in told["text"] for word in WORDS.values())
    assert "record" not in body.decode()


@pytest.mark.parametrize("status", [302, 400, 429, 503])
def test_what_a_provider_does_not_take_is_tried_again_and_follows_no_redirect(provider, status):
    url, handler = provider
    handler.status = status
    with pytest.raises(Unavailable) as refused:
        gateways.WebhookGateway(url, SECRET).call(invitation())
    assert WHOM.name not in str(refused.value)
    assert WHOM.phone not in str(refused.value)


def test_an_answer_that_is_none_and_a_receipt_that_is_no_text(provider):
    url, handler = provider
    handler.answer = b"<html>"
    with pytest.raises(Unavailable):
        gateways.WebhookGateway(url, SECRET).call(invitation())
    handler.answer = b'{"receipt": "a\\u0000\\nb"}'
    assert gateways.WebhookGateway(url, SECRET).call(invitation()) == "ab"
    with pytest.raises(Unavailable):
        gateways.WebhookGateway("http://127.0.0.1:9/", SECRET).call(invitation())


@pytest.mark.parametrize(
    ("url", "secret"),
    [("http://sms.example/", SECRET), ("file:///etc/passwd", SECRET), ("https://sms.example/", "short")],
)
def test_a_web_hook_in_clear_or_with_a_weak_secret_is_none(url, secret):
    with pytest.raises(ValueError, match="web hook"):
        gateways.WebhookGateway(url, secret)


def test_a_mail_says_that_there_is_an_invitation_and_until_when():
    """Journeys 8: nothing of category, time, city or fee; the mail server's operator reads an address, no more."""
    receipt = gateways.MailGateway().call(invitation())
    gateways.MailGateway().call(invitation(key="k2", reminder=True))

    first, reminder = mail.outbox
    assert first.to == reminder.to == [WHOM.mail]
    assert receipt == first.extra_headers["Message-ID"]
    for message in mail.outbox:
        text = message.subject + message.body
        assert "2026-03-24 10:05" in text
        assert not [word for word in (*map(str, WORDS.values()), WHOM.name, WHOM.phone) if word in text]
    with pytest.raises(Unavailable):
        gateways.MailGateway().call(invitation(whom=Called("专家一", "1", "", "x")))


def test_the_installation_chooses_its_gateway(settings):
    assert isinstance(gateways.configured(), OutboxGateway)
    settings.EXPERT_GATEWAY = "mail"
    assert isinstance(gateways.configured(), gateways.MailGateway)
    settings.EXPERT_GATEWAY = "webhook"
    settings.EXPERT_GATEWAY_URL, settings.EXPERT_GATEWAY_SECRET = "https://sms.example/", SECRET
    assert gateways.configured() == gateways.WebhookGateway("https://sms.example/", SECRET)
    settings.EXPERT_GATEWAY = "other"
    with pytest.raises(ValueError, match="EXPERT_GATEWAY"):
        gateways.configured()


@pytest.mark.django_db
def test_a_whole_round_goes_out_by_the_web_hook_once(provider):
    url, handler = provider
    play = world.play()
    play.ready()
    play.contributed()
    play.decided()
    gateway = gateways.WebhookGateway(url, SECRET)
    play.called(gateway)
    play.drive(gateway)
    assert len(handler.seen) == 4
    assert {row.receipt for row in DrawCall.objects.all()} == {"sms 1"}
    for secret in (play.hall.one.plan.title, play.hall.lot.number, play.owner.organisation.name):
        assert not [body for _headers, body in handler.seen if secret in body.decode()]
