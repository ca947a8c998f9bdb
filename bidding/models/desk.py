"""What those who conduct an opening write down: who is present, what is made public there, who signs the record."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bidding.models.openings import Step
from bidding.rules.notes import NoteAbout
from bidding.states import FigureKind, HostSeat, PresentAs


class Presence(Step):
    """Somebody in the hall: as what, of whom, since when. Shown to the public with the names of the set."""

    role = models.TextField(_("present as"), choices=[(item.value, item.value) for item in PresentAs])
    name = models.TextField(_("name"))
    of = models.TextField(_("organisation"), blank=True, default="")

    class Meta:
        verbose_name = _("person present")
        verbose_name_plural = _("persons present")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "role", "name", "of"],
                name="bidding_presence_once",
                violation_error_code="presence_exists",
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="bidding_presence_name", violation_error_code="presence_name"
            ),
        ]


class Figure(Step):
    """A number made public in the hall: the reserve price (标底), or a coefficient drawn there, and how."""

    kind = models.TextField(_("what"), choices=[(item.value, item.value) for item in FigureKind])
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=6)
    how = models.TextField(_("how it was drawn or opened, and by whom"))
    proof = models.JSONField(_("computation, or witness and recording"), default=dict)

    class Meta:
        verbose_name = _("figure of the hall")
        verbose_name_plural = _("figures of the hall")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "kind"], name="bidding_figure_once", violation_error_code="figure_exists"
            ),
            models.CheckConstraint(
                condition=Q(value__gt=0) & ~Q(how=""),
                name="bidding_figure_told",
                violation_error_code="figure_told",
            ),
        ]


class FewOpened(Step):
    """Fewer bids could be opened than the law asks for: what the documents say, and that the chair goes on so."""

    clause = models.TextField(_("clause of the tender documents"))
    goes_on = models.BooleanField(_("the bids that were opened are evaluated"))
    reason = models.TextField(_("reason"), blank=True, default="")

    class Meta:
        verbose_name = _("few opened")
        verbose_name_plural = _("few opened")
        constraints = [
            models.UniqueConstraint(
                fields=["lot"], name="bidding_few_once", violation_error_code="few_exists"
            ),
            models.CheckConstraint(
                condition=~Q(clause=""), name="bidding_few_clause", violation_error_code="few_clause"
            ),
        ]


class RecordSignature(Step):
    """The signature of a seat under the record as it then stood; the one with the record's digest counts."""

    seat = models.TextField(_("seat"), choices=[(item.value, item.value) for item in HostSeat])
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    digest = models.TextField(_("SHA-256 of what was signed"))
    body = models.JSONField(_("signed body"))
    signature = models.JSONField(_("signature"))

    class Meta:
        verbose_name = _("signature of the record")
        verbose_name_plural = _("signatures of the record")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "seat", "digest"],
                name="bidding_signature_once",
                violation_error_code="signature_exists",
            )
        ]


class SeatVacancy(Step):
    """Why the record closes without the signature of a seat: absent or refusing, in somebody else's words."""

    seat = models.TextField(_("seat"), choices=[(item.value, item.value) for item in HostSeat])
    reason = models.TextField(_("reason"))
    by = models.TextField(_("recorded by"))

    class Meta:
        verbose_name = _("missing signature")
        verbose_name_plural = _("missing signatures")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "seat"], name="bidding_vacancy_once", violation_error_code="vacancy_exists"
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="bidding_vacancy_reason", violation_error_code="vacancy_reason"
            ),
        ]


class SupervisorNote(Step):
    """What the supervisor remarks on an attribution or another exception of this opening, in the record with its name.

    ``bid`` is the one an attribution is about. A note decides nothing and binds nobody; orders are acts of their own.
    """

    about = models.TextField(_("about"), choices=[(item.value, item.value) for item in NoteAbout])
    bid = models.ForeignKey("bidding.Bid", on_delete=models.PROTECT, null=True, related_name="notes")
    text = models.TextField(_("note"))
    by = models.TextField(_("written by"))
    of = models.TextField(_("supervising body"))

    class Meta:
        verbose_name = _("note of the supervisor")
        verbose_name_plural = _("notes of the supervisor")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""), name="bidding_note_text", violation_error_code="note_text"
            ),
            models.CheckConstraint(
                condition=Q(about=NoteAbout.ATTRIBUTION.value, bid__isnull=False)
                | (~Q(about=NoteAbout.ATTRIBUTION.value) & Q(bid__isnull=True)),
                name="bidding_note_about",
                violation_error_code="note_about",
            ),
        ]
