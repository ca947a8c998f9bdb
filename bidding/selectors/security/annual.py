"""What of an annual security is free."""

from decimal import Decimal

from django.db.models import Sum

from bidding.models.security import AnnualUse, Refund, SubAccount
from bidding.selectors.security.books import securities
from bidding.selectors.security.dues import COVERING


def annual_balance(sub: SubAccount) -> Decimal:
    """The free part of an annual security: what stands on it, less what stands for lots or is on its way back."""
    stands = securities([sub.pk]).get(sub.pk, Decimal(0))
    used = AnnualUse.objects.filter(sub_account=sub, freed_at__isnull=True).aggregate(total=Sum("amount"))
    back = Refund.objects.filter(sub_account=sub, book="security", state__in=COVERING)
    going = back.aggregate(total=Sum("principal"))
    return stands - (used["total"] or Decimal(0)) - (going["total"] or Decimal(0))
