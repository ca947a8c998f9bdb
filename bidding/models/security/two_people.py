"""What every act of two people keeps: who proposed, who decided, when, and where the ledger has it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from bidding.states.security import ProposalState


class TwoPeople(models.Model):
    """An act proposed by one person and decided by another; each table's own constraint says that they are two."""

    state = models.TextField(_("state"), default=ProposalState.PROPOSED.value)
    maker = models.UUIDField(_("proposed by"))
    made_at = models.DateTimeField(_("proposed at"))
    checker = models.UUIDField(_("decided by"), null=True)
    checked_at = models.DateTimeField(_("decided at"), null=True)
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True
