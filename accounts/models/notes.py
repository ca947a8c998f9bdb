"""What people note beside the binding acts: topics they follow, inquiries about secrets, changes of a firm."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.organisations import Organisation
from accounts.models.people import Person
from accounts.states import ChangeKind, InquiryWay


class Follow(models.Model):
    """A person wants to be told what is published about a topic: a tender's number, or a region.

    Who follows what is shown to that person alone: it says who may bid.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="follows")
    topic = models.TextField(_("topic"))
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("followed topic")
        verbose_name_plural = _("followed topics")
        constraints = [
            models.UniqueConstraint(fields=["person", "topic"], name="accounts_follow_once"),
            models.CheckConstraint(condition=~Q(topic=""), name="accounts_follow_topic"),
        ]
        indexes = [models.Index(fields=["topic"], name="accounts_follow_by_topic")]

    def __str__(self) -> str:
        return self.topic


class Inquiry(models.Model):
    """Somebody asked for what the law keeps secret, and was refused: who, how, about what (法22, 条80)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    asked_by = models.TextField(_("who asked"))
    office = models.TextField(_("office of who asked"), blank=True, default="")
    way = models.TextField(_("how"), choices=[(way.value, way.value) for way in InquiryWay])
    about = models.TextField(_("tender or project"), blank=True, default="")
    question = models.TextField(_("what was asked"))
    asked_at = models.DateTimeField(_("asked at"))
    logged_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="inquiries")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="inquiries")
    logged_at = models.DateTimeField(_("logged at"))

    class Meta:
        verbose_name = _("logged inquiry")
        verbose_name_plural = _("logged inquiries")
        constraints = [
            models.CheckConstraint(condition=~Q(asked_by="") & ~Q(question=""), name="accounts_inquiry_said"),
            models.CheckConstraint(
                condition=Q(asked_at__lte=models.F("logged_at")), name="accounts_inquiry_asked_before_logged"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class OrganisationChange(models.Model):
    """主体变更: a bidder tells in writing of a merger, a division, an insolvency or another change (条38)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="changes")
    topic = models.TextField(_("lot concerned"))
    kind = models.TextField(_("kind"), choices=[(kind.value, kind.value) for kind in ChangeKind])
    facts = models.TextField(_("what has changed"))
    name_then = models.TextField(_("registered name when told"))
    new_name = models.TextField(_("name after the change"), blank=True, default="")
    happened_on = models.DateField(_("changed on"))
    told_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="changes_told")
    told_at = models.DateTimeField(_("told at"))

    class Meta:
        verbose_name = _("change of an organisation")
        verbose_name_plural = _("changes of organisations")
        constraints = [
            models.CheckConstraint(condition=~Q(facts="") & ~Q(topic=""), name="accounts_change_said")
        ]
        indexes = [models.Index(fields=["topic", "told_at"], name="accounts_change_by_topic")]

    def __str__(self) -> str:
        return f"{self.kind} {self.topic}"
