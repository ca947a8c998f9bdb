"""What an addendum did to those who had sealed before it, in one sentence (journeys, day 7)."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from trading.models import Lot
from trading.rules import CHINA
from trading.selectors.law import times_in_force
from trading.states import AddendumState


def stale_sentence(lot: Lot) -> str:
    """Why a bid sealed before no longer counts, with the deadline in force when the addendum moved it."""
    last = (
        lot.tender.addenda.filter(state=AddendumState.PUBLISHED.value, affects=True)
        .order_by("published_at")
        .last()
    )
    if last is None or not last.plan.get(lot.code, {}).get("times"):
        return _("The documents changed after you sealed. The bid must be sealed again or it will not count.")
    close_at = times_in_force(lot).close_at.astimezone(CHINA)
    chinese = (get_language() or "zh").startswith("zh")
    day = f"{close_at.month} 月 {close_at.day} 日" if chinese else f"{close_at.day} {close_at:%b}"
    text = _("The deadline moves to %(when)s. Your sealed bid must be sealed again or it will not count.")
    return text % {"when": f"{day} {close_at.hour}:{close_at:%M}" if chinese else f"{day} {close_at:%H:%M}"}
