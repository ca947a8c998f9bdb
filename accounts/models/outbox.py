"""The outbox: every notification is a row first, sent later by a task, delivered with a receipt."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.organisations import Organisation
from accounts.models.people import LANGUAGES, Person
from accounts.states import Channel, OutboxState

_STATES = [(state.value, state.value) for state in OutboxState]
_CHANNELS = [(channel.value, channel.value) for channel in Channel]


class Outbox(models.Model):
    """One message to one person (or to an organisation's own address) by one channel.

    ``data`` holds only what the matrix allows for the event. Who is told of what can itself be secret: no
    administrator's page lists these rows.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    event = models.TextField(_("event"))
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="notifications")
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="notifications"
    )
    channel = models.TextField(_("channel"), choices=_CHANNELS)
    language = models.TextField(_("language"), choices=LANGUAGES)
    data = models.JSONField(_("data"), default=dict)
    state = models.TextField(_("state"), choices=_STATES, default=OutboxState.PENDING.value)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created at"))
    due_at = models.DateTimeField(_("not before"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    receipt = models.TextField(_("delivery receipt"), blank=True, default="")
    failure = models.TextField(_("last failure"), blank=True, default="")

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(organisation__isnull=False),
                name="accounts_outbox_recipient",
            ),
            models.CheckConstraint(
                condition=Q(state=OutboxState.PENDING.value, sent_at__isnull=True)
                | Q(state__in=[OutboxState.SENT.value, OutboxState.DELIVERED.value], sent_at__isnull=False)
                | (Q(state=OutboxState.FAILED.value) & ~Q(failure="")),
                name="accounts_outbox_sent_at",
            ),
            models.CheckConstraint(
                condition=Q(state=OutboxState.DELIVERED.value, delivered_at__isnull=False)
                | (~Q(state=OutboxState.DELIVERED.value) & Q(delivered_at__isnull=True)),
                name="accounts_outbox_delivered_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="accounts_outbox_pending",
                condition=Q(state=OutboxState.PENDING.value),
            ),
            models.Index(fields=["person", "channel", "created_at"], name="accounts_outbox_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.channel} {self.state}"
