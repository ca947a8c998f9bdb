"""Telling people: rows first (the outbox), sent later by a task, at least once, with a receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_noop as _

from accounts import notices, policies, selectors
from accounts.actors import Actor
from accounts.models import Organisation, Outbox, Person
from accounts.rules import EventRule, Text, text_render
from accounts.states import OUTBOX, Channel, OutboxAction, OutboxState
from kernel.errors import NotFound, RuleBroken
from kernel.policies import require
from kernel.transitions import next_state

MAX_ATTEMPTS = 8
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=4)


class GatewayFailed(Exception):
    """A gateway could not hand a message over; ``final`` when another try cannot help (no such number)."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        """Keep a short reason without any content of the message."""
        super().__init__(why)
        self.why = why
        self.final = final


class Gateway(Protocol):
    """A way out: mail server, SMS or voice provider."""

    def send(self, *, key: str, address: str, language: str, text: Text) -> str:
        """Hand one message over and return the provider's receipt, or raise ``GatewayFailed``.

        ``key`` is the same for every try of one message: whoever can, sends it once.
        """
        ...


@dataclass(frozen=True)
class Drained:
    """What one run of the drain did."""

    sent: int = 0
    retried: int = 0
    failed: int = 0


@transaction.atomic
def notify(
    *,
    event: str,
    data: Mapping[str, object],
    at: datetime,
    to_person: UUID | None = None,
    to_organisation: UUID | None = None,
    urgent: bool = False,
    due_at: datetime | None = None,
) -> list[Outbox]:
    """Write the outbox rows of ``event`` for a person, or for an organisation's members.

    ``data`` may hold only what the matrix allows for the event: anything else is a leak and raises
    ``RuleBroken`` (``notification_field``). Moments are ISO texts under names ending in ``_at``. ``urgent``
    adds the row's urgent channels (voice within 48 h of the deadline). An organisation none of whose
    members may be told gets the message at its own contact address.
    """
    if (to_person is None) == (to_organisation is None):
        raise ValueError("tell a person or an organisation")
    rule = _rule(event)
    _check_data(rule, data)
    sending = _Sending(rule, (*rule.channels, *(rule.urgent_channels if urgent else ())), at, due_at or at)
    if to_person is not None:
        rows = sending.rows([_person(to_person)], None, data)
    else:
        assert to_organisation is not None
        told = selectors.members_told(to_organisation, rule.powers, at)
        rows = sending.rows(told, to_organisation, data)
    return Outbox.objects.bulk_create(rows)


@transaction.atomic
def notify_each(
    *, event: str, told: Sequence[tuple[UUID, Mapping[str, object]]], at: datetime
) -> list[Outbox]:
    """As ``notify`` for many organisations, each with data of its own, in a few queries for all of them."""
    rule = _rule(event)
    for _organisation, data in told:
        _check_data(rule, data)
    members = selectors.members_told_of({organisation for organisation, _data in told}, rule.powers, at)
    sending = _Sending(rule, rule.channels, at, at)
    return Outbox.objects.bulk_create(
        row
        for organisation, data in told
        for row in sending.rows(members.get(organisation, []), organisation, data)
    )


@dataclass(frozen=True)
class _Sending:
    """How the rows of one event are made."""

    rule: EventRule
    channels: tuple[Channel, ...]
    at: datetime
    due_at: datetime

    def rows(
        self, people: Sequence[Person], organisation: UUID | None, data: Mapping[str, object]
    ) -> list[Outbox]:
        """A row by person and way; the organisation's own address where nobody of it can be told."""
        shared = {
            "organisation_id": organisation,
            "event": self.rule.code,
            "data": {name: _stored(value) for name, value in data.items()},
            "created_at": self.at,
            "due_at": self.due_at,
        }
        rows = [
            Outbox(person=person, channel=channel, language=person.language, **shared)
            for person in people
            for channel in self.channels
            if _reachable(person, channel)
        ]
        if not rows and organisation is not None:
            rows = [Outbox(channel=channel, language="zh-hans", **shared) for channel in self.channels]
        return rows


def outbox_drain(*, gateways: Mapping[Channel, Gateway], at: datetime, limit: int = 200) -> Drained:
    """Send what is due, each message in its own transaction, so that one failure holds up no other.

    A message whose channel has no gateway fails at once and loudly; the in-site channel needs none. A try
    that fails is repeated after 1, 2, 4 … minutes, at most 4 hours, 8 times in all. Not atomic as a whole
    on purpose; run by one task at a time or by several, which skip each other's rows.
    """
    counts = {OutboxAction.SEND: 0, OutboxAction.RETRY: 0, OutboxAction.FAIL: 0}
    for pk in selectors.outbox_due(at, limit):
        action = _drain_one(pk, gateways, at)
        if action is not None:
            counts[action] += 1
    return Drained(
        sent=counts[OutboxAction.SEND],
        retried=counts[OutboxAction.RETRY],
        failed=counts[OutboxAction.FAIL],
    )


@transaction.atomic
def outbox_confirm(*, item_id: UUID, receipt: str, at: datetime) -> Outbox:
    """A provider's word that a message arrived; repeated words change nothing."""
    row = Outbox.objects.select_for_update().filter(pk=item_id).first()
    if row is None:
        raise NotFound("notification", _("There is no such message."))
    if row.state != OutboxState.DELIVERED.value:
        row.state = next_state(OUTBOX, OutboxAction.CONFIRM, OutboxState(row.state)).value
        row.delivered_at, row.receipt = at, receipt or row.receipt
        row.save(update_fields=["state", "delivered_at", "receipt"])
    return row


@transaction.atomic
def notification_read(*, item_id: UUID, actor: Actor, at: datetime) -> Outbox:
    """The addressee has read an in-site message; that is its delivery receipt."""
    row = Outbox.objects.filter(pk=item_id, channel=Channel.SITE.value).first()
    if row is None:
        raise NotFound("notification", _("There is no such message."))
    require(policies.may_read_notification(actor, row.person_id))
    if row.state == OutboxState.PENDING.value:
        _drain_one(row.pk, {}, at)
    return outbox_confirm(item_id=item_id, receipt="read", at=at)


def rendered(row: Outbox) -> Text:
    """The words of a message in the recipient's language; a path becomes an address of this installation."""
    data = {"url": "", **row.data}
    data["url"] = urljoin(settings.PUBLIC_URL, str(data["url"]))
    return text_render(notices.texts()[row.event, row.language], data, language=row.language)


@transaction.atomic
def _drain_one(pk: UUID, gateways: Mapping[Channel, Gateway], at: datetime) -> OutboxAction | None:
    rows = Outbox.objects.select_for_update(
        of=("self",), skip_locked=connection.features.has_select_for_update_skip_locked
    )
    row = rows.select_related("person", "organisation").filter(pk=pk, state=OutboxState.PENDING.value).first()
    if row is None:
        return None
    channel = Channel(row.channel)
    row.attempts += 1
    try:
        row.receipt = _handed_over(row, channel, gateways)
        action = OutboxAction.SEND
        row.sent_at = at
    except GatewayFailed as failure:
        row.failure = failure.why[:500]
        action = OutboxAction.FAIL if failure.final or row.attempts >= MAX_ATTEMPTS else OutboxAction.RETRY
        row.due_at = at + min(FIRST_RETRY * 2 ** (row.attempts - 1), LONGEST_RETRY)
    row.state = next_state(OUTBOX, action, OutboxState.PENDING).value
    row.save(update_fields=["attempts", "receipt", "sent_at", "failure", "due_at", "state"])
    return action


def _handed_over(row: Outbox, channel: Channel, gateways: Mapping[Channel, Gateway]) -> str:
    if channel is Channel.SITE:
        return "site"
    gateway = gateways.get(channel)
    if gateway is None:
        raise GatewayFailed(f"no gateway for {channel.value}", final=True)
    address = _address(row, channel)
    if not address:
        raise GatewayFailed(f"no address for {channel.value}", final=True)
    return gateway.send(key=str(row.pk), address=address, language=row.language, text=rendered(row))


def _address(row: Outbox, channel: Channel) -> str:
    if row.person is not None:
        return row.person.email if channel is Channel.MAIL else row.person.phone
    assert row.organisation is not None
    return _contact_address(row.organisation, "email" if channel is Channel.MAIL else "phone")


def _contact_address(organisation: Organisation, kind: str) -> str:
    return next((contact[kind] for contact in organisation.contacts if contact.get(kind)), "")


def _reachable(person: Person, channel: Channel) -> bool:
    return bool(person.phone) if channel in {Channel.SMS, Channel.VOICE} else True


def _rule(event: str) -> EventRule:
    rule = notices.matrix().get(event)
    if rule is None:
        raise RuleBroken(
            "notification_event", _("The notification matrix has no event “%(event)s”."), event=event
        )
    if rule.later:
        raise RuleBroken(
            "notification_later",
            _("The event “%(event)s” cannot happen yet: %(why)s"),
            event=event,
            why=rule.later,
        )
    return rule


def _check_data(rule: EventRule, data: Mapping[str, object]) -> None:
    if beyond := set(data) - rule.fields:
        raise RuleBroken(
            "notification_field",
            _("A message about “%(event)s” must not hold: %(fields)s."),
            event=rule.code,
            fields=", ".join(sorted(beyond)),
        )
    if missing := rule.fields - set(data) - {"url"}:
        raise RuleBroken(
            "notification_incomplete",
            _("A message about “%(event)s” lacks: %(fields)s."),
            event=rule.code,
            fields=", ".join(sorted(missing)),
        )


def _stored(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)


def _person(person_id: UUID) -> Person:
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound("person", _("There is no such person."))
    return person
