"""What hides whose a blind document is until the sheets are open."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from experts.models.review import BidLabel


class BlindSalt(models.Model):
    """The nonce of a label's commitment (protocol 16.8): drawn with the label, told when every member has locked."""

    label = models.OneToOneField(BidLabel, on_delete=models.PROTECT, related_name="salt")
    nonce = models.TextField(_("nonce"))

    class Meta:
        verbose_name = _("nonce of a label")
        verbose_name_plural = _("nonces of labels")
        ordering = ("label",)

    def __str__(self) -> str:
        return str(self.label_id)
