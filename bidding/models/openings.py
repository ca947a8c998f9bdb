"""The opening of a lot, phase by phase; every row stands beside the ledger entry which proves it."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bidding.models.bids import Bid
from bidding.states import Edition, Finding, OpeningState


class Opening(models.Model):
    """Where the opening of one lot stands. ``close`` is the close in force, ``n_close`` its N (6.2)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.OneToOneField("trading.Lot", on_delete=models.PROTECT, related_name="+")
    state = models.TextField(
        _("state"),
        choices=[(state.value, state.value) for state in OpeningState],
        default=OpeningState.WAITING.value,
    )
    paused_from = models.TextField(_("state before the pause"), blank=True, default="")
    close = models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, null=True, related_name="+")
    n_close = models.BigIntegerField(_("leaves in time"), null=True)
    set_root = models.TextField(_("root of the set"), blank=True, default="")
    factor_until = models.DateTimeField(_("factors until"), null=True)
    check_until = models.DateTimeField(_("set check until"), null=True)
    reason = models.TextField(_("reason of failure or cancellation"), blank=True, default="")
    closed_at = models.DateTimeField(_("closed at"), null=True)
    factors_ended_at = models.DateTimeField(_("factor phase ended at"), null=True)
    revealed_at = models.DateTimeField(_("first envelope opened at"), null=True)
    recorded_at = models.DateTimeField(_("record published at"), null=True)
    ended_at = models.DateTimeField(_("failed or cancelled at"), null=True)
    paused_at = models.DateTimeField(_("paused at"), null=True)

    class Meta:
        verbose_name = _("opening")
        verbose_name_plural = _("openings")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "failed", "cancelled"]) | Q(closed_at__isnull=False),
                name="bidding_opening_closed_moment",
                violation_error_code="opening_closed_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["check", "releasing", "revealed", "recorded"])
                | Q(factors_ended_at__isnull=False),
                name="bidding_opening_factor_moment",
                violation_error_code="opening_factor_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["revealed", "recorded"]) | Q(revealed_at__isnull=False),
                name="bidding_opening_revealed_moment",
                violation_error_code="opening_revealed_moment",
            ),
            models.CheckConstraint(
                condition=Q(state="recorded", recorded_at__isnull=False)
                | (~Q(state="recorded") & Q(recorded_at__isnull=True)),
                name="bidding_opening_recorded_moment",
                violation_error_code="opening_recorded_moment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["failed", "cancelled"], ended_at__isnull=False)
                | (~Q(state__in=["failed", "cancelled"]) & Q(ended_at__isnull=True)),
                name="bidding_opening_ended_moment",
                violation_error_code="opening_ended_moment",
            ),
            models.CheckConstraint(
                condition=(Q(state="paused", paused_at__isnull=False) & ~Q(paused_from=""))
                | (~Q(state="paused") & Q(paused_at__isnull=True, paused_from="")),
                name="bidding_opening_paused_moment",
                violation_error_code="opening_paused_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.state}"


class Step(models.Model):
    """What the tables below have in common: the lot, the ledger entry, the moment."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("received at"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.id}"


class FactorReveal(Step):
    """A bidder's factors for all envelopes (解密). ``accepted`` is decided when the phase ends."""

    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="factors")
    factors = models.JSONField(_("factors by envelope"))
    accepted = models.BooleanField(_("accepted"), null=True)

    class Meta:
        verbose_name = _("factor reveal")
        verbose_name_plural = _("factor reveals")
        constraints = [
            models.UniqueConstraint(
                fields=["bid"],
                condition=Q(accepted=True),
                name="bidding_factor_one_accepted",
                violation_error_code="factor_accepted",
            )
        ]


class SetObjection(Step):
    """A bidder's word, with a receipt, that the closed set lacks its bid (A12)."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    receipt_ev = models.TextField(_("event id of the receipt"))
    grounded = models.BooleanField(_("the receipt shows a bid of the set that is missing"))
    answered_by = models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("set objection")
        verbose_name_plural = _("set objections")


class ReleaseCommit(Step):
    """An officer's promise of one release, with the bids whose share is bad in clear (A11)."""

    envelope = models.PositiveSmallIntegerField(_("envelope"))
    officer = models.PositiveSmallIntegerField(_("officer"))
    hash = models.TextField(_("event id of the release to come"))
    fails = models.JSONField(_("bids without a good share"))

    class Meta:
        verbose_name = _("release commit")
        verbose_name_plural = _("release commits")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "envelope", "officer"],
                name="bidding_commit_once",
                violation_error_code="commit_exists",
            )
        ]


class Release(Step):
    """An officer's shares of one envelope of every bid of the set; shown to nobody before t are in."""

    envelope = models.PositiveSmallIntegerField(_("envelope"))
    officer = models.PositiveSmallIntegerField(_("officer"))

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "envelope", "officer"],
                name="bidding_release_once",
                violation_error_code="release_exists",
            )
        ]


class SeedReveal(Step):
    """A bidder's own seed, where so many officers failed that t shares cannot exist."""

    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="seeds")
    envelope = models.PositiveSmallIntegerField(_("envelope"))

    class Meta:
        verbose_name = _("seed reveal")
        verbose_name_plural = _("seed reveals")
        constraints = [
            models.UniqueConstraint(
                fields=["bid", "envelope"], name="bidding_seed_once", violation_error_code="seed_exists"
            )
        ]


class Decision(Step):
    """Owner and supervisor set one bid aside before the first release, by name."""

    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="decisions")
    envelope = models.PositiveSmallIntegerField(_("envelope"))
    reason = models.TextField(_("reason"))
    name = models.TextField(_("decided by"))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.UniqueConstraint(
                fields=["bid", "envelope"],
                name="bidding_decision_once",
                violation_error_code="decision_exists",
            )
        ]


class Absence(Step):
    """An officer who did not release, recorded by the platform."""

    envelope = models.PositiveSmallIntegerField(_("envelope"))
    officer = models.PositiveSmallIntegerField(_("officer"))
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "envelope", "officer"],
                name="bidding_absence_once",
                violation_error_code="absence_exists",
            )
        ]


class Result(Step):
    """The verdicts of one envelope; the rows are in the entry."""

    envelope = models.PositiveSmallIntegerField(_("envelope"))

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "envelope"], name="bidding_result_once", violation_error_code="result_exists"
            )
        ]


class Attribution(models.Model):
    """未解密原因认定: whose fault it is that a bid was not decrypted. A draft until the owner signs."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="+")
    bid = models.OneToOneField(Bid, on_delete=models.PROTECT, related_name="attribution")
    finding = models.TextField(_("finding"), choices=[(item.value, item.value) for item in Finding])
    reason = models.TextField(_("reason"))
    evidence = models.JSONField(_("evidence, SHA-256"))
    drafted_by = models.UUIDField(_("drafted by"), null=True)
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("drafted or recorded at"))

    class Meta:
        verbose_name = _("attribution")
        verbose_name_plural = _("attributions")
        constraints = [
            models.CheckConstraint(
                condition=Q(finding__in=["revoked", "withdrawn", "platform"]),
                name="bidding_attribution_finding",
                violation_error_code="attribution_finding",
            )
        ]

    def __str__(self) -> str:
        return f"{self.bid_id} {self.finding}"


class Incident(Step):
    """Something that stopped or delayed an opening, from when to when, and whether it still lasts."""

    code = models.TextField(_("code"))
    begins_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    note = models.TextField(_("note"))

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gte=models.F("begins_at")),
                name="bidding_incident_order",
                violation_error_code="incident_order",
            )
        ]


class OpeningRecord(models.Model):
    """开标记录: the facts of the page, frozen as JSON when the opening ends."""

    lot = models.OneToOneField("trading.Lot", on_delete=models.PROTECT, primary_key=True, related_name="+")
    facts = models.JSONField(_("facts"))
    digest = models.TextField(_("SHA-256 of the canonical facts"))
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(_("published at"))

    class Meta:
        verbose_name = _("opening record")
        verbose_name_plural = _("opening records")

    def __str__(self) -> str:
        return str(self.lot_id)


class Bundle(models.Model):
    """A bundle file in the store; the public edition may be given to anyone.

    ``rooms`` says what it holds beyond the opening (``draw-1``), "" for the opening alone; the newest is handed out.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="+")
    edition = models.TextField(_("edition"), choices=[(item.value, item.value) for item in Edition])
    rooms = models.TextField(_("rooms beyond the opening"), blank=True, default="")
    path = models.TextField(_("path in the store"))
    sha256 = models.TextField(_("SHA-256"))
    size = models.BigIntegerField(_("bytes"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("bundle")
        verbose_name_plural = _("bundles")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "edition", "rooms"],
                name="bidding_bundle_unique",
                violation_error_code="bundle_exists",
            )
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.edition}"
