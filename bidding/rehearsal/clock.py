"""A clock that goes when it is told to, and the log's heartbeat on it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ledger import selectors as ledger
from ledger.models import Checkpoint
from ledger.services import batch_cut

CHINA = ZoneInfo("Asia/Shanghai")


class Clock:
    """``now`` is the simulated moment; ``cut`` is the sequencer's beat at that moment, time sources included."""

    def __init__(self, start: datetime) -> None:
        """Begin at ``start``, or just after the last checkpoint of this log if that is later."""
        last = ledger.checkpoint_latest()
        self.now = max(start, last.at + timedelta(seconds=1)) if last else start
        self.cuts = 0

    def to(self, moment: datetime) -> datetime:
        """Go to a later moment; never back."""
        self.now = max(self.now, moment)
        return self.now

    def after(self, **span: int) -> datetime:
        """Go on by a span of time."""
        self.now += timedelta(**span)
        return self.now

    def cut(self) -> Checkpoint:
        """Sign a checkpoint now, which the time sources state now."""
        self.cuts += 1
        return batch_cut(at=self.now)

    def beat(self, until: datetime, *, every: int) -> None:
        """Cut every so many seconds up to and including ``until``."""
        while self.now < until:
            self.to(min(until, self.now + timedelta(seconds=every)))
            self.cut()


def china(day: datetime, hour: int, minute: int = 0) -> datetime:
    """This hour of the day of ``day`` in China, as UTC."""
    local = day.astimezone(CHINA).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return local.astimezone(UTC)
