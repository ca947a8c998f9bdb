"""The values the rules judge: frozen, without rows, made by the selectors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from accounts.rules import Assignment
from trading.rules.bills import BillFacts


@dataclass(frozen=True)
class Times:
    """The moments of one lot's opening, aware; ``open_at`` by envelope, ``factor_until`` if there is one."""

    close_at: datetime
    open_at: tuple[datetime, ...]
    factor_until: datetime | None
    check_until: datetime
    release_until: datetime

    def in_order(self) -> bool:
        """Whether the moments stand in the order the protocol asks for (docs/protocol.md 4.1)."""
        factor = self.factor_until or self.close_at
        return (
            self.close_at <= factor <= self.check_until <= self.release_until
            and bool(self.open_at)
            and all(moment >= self.close_at for moment in self.open_at)
        )


@dataclass(frozen=True)
class SeatFacts:
    """One officer: ``organisation`` and ``person`` are opaque references, equal when the same."""

    i: int
    organisation: str
    person: str
    sig_key: str = ""
    pk: str = ""
    certified: bool = False
    proven: bool = False


@dataclass(frozen=True)
class LotFacts:
    """One lot as it would be published."""

    code: str
    name: str = ""
    scope: str = ""
    estimate: Decimal | None = None
    ceiling: Decimal | None = None
    ceiling_method: str = ""
    floor_price: Decimal | None = None
    duration_days: int | None = None
    quality: str = ""
    deposit_amount: Decimal = Decimal(0)
    deposit_forms: frozenset[str] = frozenset()
    deposit_validity_days: int | None = None
    validity_days: int | None = None
    bond_percent: Decimal = Decimal(0)
    method: Mapping[str, object] = field(default_factory=dict)
    times: Times | None = None
    factor: str = "none"
    remedy: str = ""
    t: int = 0
    min_bids: int = 0
    seats: tuple[SeatFacts, ...] = ()
    documents: frozenset[str] = frozenset()
    bills: tuple[BillFacts, ...] = ()
    overrides: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TenderFacts:
    """One tender as it would be published; the two flags are None while nobody has set them.

    ``unregistered`` names the parties (``owner``, ``agency``) whose registration is not accepted, ``duties``
    who holds which duty in this tender (bidders are not known and not among them).
    """

    title: str = ""
    title_en: str = ""
    owner_address: str = ""
    place: str = ""
    obtain_documents: str = ""
    mandatory: bool | None = None
    state_funded: bool | None = None
    public_owner: bool = False
    open_tendering: bool = True
    scheme_approved: bool = False
    supervisor_named: bool = False
    project_accepted: bool = False
    unregistered: tuple[str, ...] = ()
    duties: tuple[Assignment, ...] = ()
    consortium_allowed: bool | None = None
    documents_from: datetime | None = None
    documents_until: datetime | None = None
    lots: tuple[LotFacts, ...] = ()
    untendered_sum: Decimal = Decimal(0)
    again: bool = False
    max_lots_won: int | None = None
    subject: str = "works"

    @property
    def flags(self) -> frozenset[str]:
        """The facts on which rules may depend (``applies_if``)."""
        named = {
            "mandatory": bool(self.mandatory),
            "state_funded": bool(self.state_funded),
            "public_owner": self.public_owner or bool(self.state_funded),
            self.subject: True,
        }
        return frozenset(name for name, holds in named.items() if holds)
