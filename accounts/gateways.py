"""The ways out of the outbox: the mail server, and a web hook of the installation for SMS and voice.

An edge like a view: services see only the ``Gateway`` protocol. No line of a message is ever logged.
"""

import json
import smtplib
import urllib.error
import urllib.request
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from accounts.rules import Text
from accounts.services import Gateway, GatewayFailed
from accounts.states import Channel

TIMEOUT_SECONDS = 20
ANSWER_BYTES = 4096
FINAL_STATUSES = frozenset({400, 404, 410, 422})


class MailGateway:
    """Mail through the configured back end; one message keeps one Message-ID however often it is tried."""

    def send(self, *, key: str, address: str, language: str, text: Text) -> str:
        """Send and return the Message-ID; a refused recipient is final, anything else is tried again."""
        message_id = f"<{key}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}>"
        message = EmailMessage(
            subject=" ".join(text.subject.split()),
            body=text.body,
            to=[address],
            headers={
                "Message-ID": message_id,
                "Auto-Submitted": "auto-generated",
                "Content-Language": "zh-Hans" if language == "zh-hans" else language,
            },
        )
        try:
            message.send(fail_silently=False)
        except smtplib.SMTPRecipientsRefused as error:
            raise GatewayFailed("the recipient was refused", final=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise GatewayFailed(type(error).__name__) from error
        return message_id


class WebhookGateway:
    """SMS or voice through a service of the installation: one POST of JSON, answered with ``{"receipt"}``.

    ``key`` goes along as ``Idempotency-Key``, so that a repeated try is not a second call at night.
    """

    def __init__(self, channel: Channel, url: str, token: str) -> None:
        """Post to ``url``, with ``token`` as bearer token when it is not empty."""
        if urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError("the web hook needs an http or https address")
        self.channel = channel
        self.url = url
        self.token = token

    def send(self, *, key: str, address: str, language: str, text: Text) -> str:
        """Post the short words and return the provider's receipt."""
        request = urllib.request.Request(  # noqa: S310 the scheme is checked above
            self.url,
            data=json.dumps(
                {"channel": self.channel.value, "to": address, "language": language, "text": text.phone}
            ).encode(),
            headers={
                "Content-Type": "application/json",
                "Idempotency-Key": key,
                **({"Authorization": f"Bearer {self.token}"} if self.token else {}),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
                answer = json.loads(response.read(ANSWER_BYTES) or b"{}")
        except urllib.error.HTTPError as error:
            raise GatewayFailed(f"status {error.code}", final=error.code in FINAL_STATUSES) from error
        except (OSError, ValueError) as error:
            raise GatewayFailed(type(error).__name__) from error
        return str(answer.get("receipt", "")) if isinstance(answer, dict) else ""


def configured() -> Mapping[Channel, Gateway]:
    """The gateways of this installation; SMS and voice only where a web hook is set."""
    gateways: dict[Channel, Gateway] = {Channel.MAIL: MailGateway()}
    for channel, url in ((Channel.SMS, settings.NOTIFY_SMS_URL), (Channel.VOICE, settings.NOTIFY_VOICE_URL)):
        if url:
            gateways[channel] = WebhookGateway(channel, url, settings.NOTIFY_TOKEN)
    return gateways
