"""A lapsed certificate signs no new bid; receipts stand, and the opening does not ask for it (电子签名法13)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext_noop as _

from accounts.rules.notices import BEIJING
from kernel.errors import Finding

CODE: Final = "certificate_lapsed"
SOURCE: Final = "电子签名法13"
_TODAY: Final = _(
    "Your certificate expired at %(time)s today. Bids with a receipt stand; bind a new one to seal again. "
    "%(hours)s h %(minutes)s min are left until the deadline."
)
_YESTERDAY: Final = _(
    "Your certificate expired at %(time)s yesterday. Bids with a receipt stand; bind a new one to seal again. "
    "%(hours)s h %(minutes)s min are left until the deadline."
)
_EARLIER: Final = _(
    "Your certificate expired on %(day)s at %(time)s. Bids with a receipt stand; bind a new one to seal again. "
    "%(hours)s h %(minutes)s min are left until the deadline."
)
_AFTERWARDS: Final = _(
    "Your certificate expired on %(day)s at %(time)s, after your bid was sealed. The bid stands and is opened as usual."
)
_BY_DAYS: Final[Mapping[int, str]] = {0: _TODAY, 1: _YESTERDAY}


def lapsed(ends: datetime, *, at: datetime, close_at: datetime) -> Finding | None:
    """The refusal of a new bid by a key whose certificate ended at ``ends``; None while it is valid.

    Says when it ended, in Beijing, and how long is left until ``close_at``: whole hours and minutes, rounded down.
    """
    if at <= ends:
        return None
    ended, now = ends.astimezone(BEIJING), at.astimezone(BEIJING)
    left = max(close_at - at, timedelta())
    hours, rest = divmod(int(left.total_seconds()), 3600)
    data = {
        "time": f"{ended:%H:%M}",
        "day": f"{ended:%Y-%m-%d}",
        "hours": hours,
        "minutes": rest // 60,
    }
    days = (now.date() - ended.date()).days
    return Finding(CODE, _BY_DAYS.get(days, _EARLIER), SOURCE, data=data)


def lapsed_after(ends: datetime, *, sealed_at: datetime, at: datetime) -> Finding | None:
    """The note beside a bid whose certificate ended between sealing and now; it refuses nothing."""
    if not sealed_at <= ends < at:
        return None
    ended = ends.astimezone(BEIJING)
    data = {"time": f"{ended:%H:%M}", "day": f"{ended:%Y-%m-%d}"}
    return Finding("certificate_lapsed_after", _AFTERWARDS, SOURCE, blocks=False, data=data)
