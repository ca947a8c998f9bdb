"""The ways to a drawn expert: the mail server, and a signed web hook of an SMS or voice provider.

An edge like a view: services see only ``CallGateway``. Nothing of an invitation is ever logged, and an error says what
failed, never for whom. Who runs the mail server or the provider reads that this address sits on some panel
(docs/threat-model.md).
"""

import hmac
import json
import smtplib
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from typing import IO
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext_noop

from experts.services.call_start import CallGateway, CallOut, OutboxGateway
from experts.services.call_words import mail_words, script
from kernel.errors import Unavailable

TIMEOUT_SECONDS = 10
ANSWER_BYTES = 4096
RECEIPT_CHARACTERS = 200
LANGUAGE = "zh-hans"
SECRET_CHARACTERS = 32
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def unreached() -> Unavailable:
    """That this invitation cannot be handed over now, with nothing about whom."""
    return Unavailable(
        "gateway", gettext_noop("The invitation cannot be handed over now. It is tried again.")
    )


class MailGateway:
    """Mail to the address the expert signs in with: that there is an invitation and until when, nothing more."""

    def call(self, one: CallOut) -> str:
        """Send it and return the Message-ID; ``Unavailable`` for who has no address, or when the server refuses."""
        if not one.whom.mail:
            raise unreached()
        message_id = f"<{one.key}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}>"
        with translation.override(LANGUAGE):
            page = urljoin(settings.PUBLIC_URL, "/invitations/")
            subject, body = mail_words(one.until, page, reminder=one.reminder)
        headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
        try:
            message = EmailMessage(subject=subject, body=body, to=[one.whom.mail], headers=headers)
            message.send(fail_silently=False)
        except (OSError, smtplib.SMTPException) as error:
            raise unreached() from error
        return message_id


class _Still(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: a number goes to the address that was configured, or nowhere."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        """No request."""


@dataclass(frozen=True)
class WebhookGateway:
    """SMS or voice: one POST of JSON, signed with HMAC-SHA-256 over timestamp and body, answered with ``{"receipt"}``.

    ``Idempotency-Key`` is the same for every try, so that a repeated try is not a second call at night.
    """

    url: str
    secret: str

    def __post_init__(self) -> None:
        """Refuse an address in clear that leaves this machine, and a secret that can be guessed."""
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("the web hook needs an https address (http only on this machine)")
        if len(self.secret) < SECRET_CHARACTERS:
            raise ValueError(f"the secret of the web hook needs {SECRET_CHARACTERS} characters")

    def call(self, one: CallOut) -> str:
        """Post one invitation; ``Unavailable`` when the provider does not take it."""
        with translation.override(LANGUAGE):
            text = script(one.words, one.until, reminder=one.reminder)
        told: dict[str, object] = {
            "to": one.whom.phone,
            "name": one.whom.name,
            "words": dict(one.words),
            "text": text,
        }
        told |= {"v": 1, "reminder": one.reminder, "until": one.until.isoformat()}
        body = json.dumps(told, ensure_ascii=False).encode()
        headers = self._headers(one.key, body, one.at)
        request = urllib.request.Request(self.url, data=body, headers=headers)  # noqa: S310
        try:
            opener = urllib.request.build_opener(_Still)
            with opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                answer = json.loads(response.read(ANSWER_BYTES) or b"{}")
        except (OSError, ValueError) as error:
            raise unreached() from error
        receipt = str(answer.get("receipt", "")) if isinstance(answer, dict) else ""
        return "".join(one for one in receipt if one.isprintable())[:RECEIPT_CHARACTERS]

    def _headers(self, key: str, body: bytes, at: datetime) -> dict[str, str]:
        moment = str(int(at.timestamp()))
        signed = hmac.digest(self.secret.encode(), moment.encode() + b"." + body, "sha256").hex()
        return {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "X-Sunlit-Timestamp": moment,
            "X-Sunlit-Signature": f"v1={signed}",
        }


def configured() -> CallGateway:
    """The gateway of this installation; ``ValueError`` for a setting that names none."""
    if settings.EXPERT_GATEWAY == "mail":
        return MailGateway()
    if settings.EXPERT_GATEWAY == "webhook":
        return WebhookGateway(settings.EXPERT_GATEWAY_URL, settings.EXPERT_GATEWAY_SECRET)
    if settings.EXPERT_GATEWAY == "outbox":
        return OutboxGateway()
    raise ValueError("EXPERT_GATEWAY is outbox, mail or webhook")
