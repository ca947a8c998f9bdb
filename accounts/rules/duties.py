"""Separation of duties in one tender: who may not be who at once (journeys, section 9).

Each row is data: two sets of duties, how the two holders must be connected for the row to bite, whether
law, a local rule or the platform says so, and where. ``duties_conflicts`` is pure. Proof for a tender
comes from the ledger's assignments, not from the role table.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from django.utils.translation import gettext_noop as _

from accounts.states import Duty
from kernel.errors import Finding


class Match(StrEnum):
    """How two holders of duties can be connected."""

    PERSON = "person"
    UNIT = "unit"
    AFFILIATE = "affiliate"
    SUBORDINATE = "subordinate"


class Origin(StrEnum):
    """Who says so: national law, a local rule, or this platform."""

    LAW = "law"
    LOCAL = "local"
    OURS = "ours"


@dataclass(frozen=True)
class Assignment:
    """Somebody holds a duty in the tender under test.

    ``person`` and ``organisation`` are ids, empty when unknown or without bearing. ``lot`` empty means
    the whole tender. ``affiliates`` are organisations under one head or in a relation of holding or
    management (条34); ``parent`` is the superior authority; ``consortium`` names the joint bid.
    """

    duty: Duty
    person: str = ""
    organisation: str = ""
    lot: str = ""
    affiliates: frozenset[str] = frozenset()
    parent: str = ""
    consortium: str = ""


@dataclass(frozen=True)
class DutyRow:
    """Duties of ``one`` and of ``other`` are forbidden together when any of ``matches`` holds."""

    code: str
    one: frozenset[Duty]
    other: frozenset[Duty]
    matches: frozenset[Match]
    origin: Origin
    source: str
    message: str
    same_lot: bool = False
    blocks: bool = True


_BIDDERS = frozenset({Duty.BIDDER, Duty.CONSORTIUM_MEMBER})
_BID_SIDE = _BIDDERS | {Duty.BID_ADVISER}
_RELATED = frozenset({Match.PERSON, Match.UNIT, Match.AFFILIATE})
_STAFF = frozenset({Match.PERSON, Match.UNIT})
_PERSON = frozenset({Match.PERSON})
_BUSINESS = frozenset(Duty) - {Duty.ADMINISTRATOR}


def _row(
    code: str,
    pair: tuple[Iterable[Duty], Iterable[Duty]],
    matches: frozenset[Match],
    source: tuple[Origin, str],
    message: str,
    *,
    same_lot: bool = False,
    blocks: bool = True,
) -> DutyRow:
    one, other = pair
    return DutyRow(code, frozenset(one), frozenset(other), matches, *source, message, same_lot, blocks)


DUTY_ROWS: tuple[DutyRow, ...] = (
    _row(
        "agency_bidder",
        ({Duty.AGENCY}, _BID_SIDE),
        _RELATED,
        (Origin.LAW, "条13"),
        _("The agency of a tender, or its affiliate, cannot bid in it or advise a bidder."),
    ),
    _row(
        "reserve_price_bidder",
        ({Duty.RESERVE_PRICE_CONSULTANT}, _BID_SIDE),
        _RELATED,
        (Origin.LAW, "条27"),
        _("Whoever drew up the reserve price cannot bid or advise a bidder."),
    ),
    _row(
        "ceiling_price_bidder",
        ({Duty.CEILING_PRICE_CONSULTANT}, _BID_SIDE),
        _RELATED,
        (Origin.OURS, "journeys 9"),
        _("Whoever drew up the ceiling price cannot bid or advise a bidder."),
    ),
    _row(
        "designer_bidder",
        ({Duty.DESIGNER, Duty.SUPERVISION_ENGINEER}, _BIDDERS),
        _RELATED,
        (Origin.LOCAL, "重庆19"),
        _("The designer or supervising engineer of the project cannot bid for its works."),
    ),
    _row(
        "panel_bidder_related",
        ({Duty.PANEL_MEMBER}, {Duty.BIDDER_RELATED}),
        _PERSON,
        (Origin.LAW, "法37, 条46"),
        _("A person with an interest in a bidder cannot sit on the panel."),
    ),
    _row(
        "panel_bidder_staff",
        ({Duty.PANEL_MEMBER}, _BIDDERS),
        _RELATED,
        (Origin.LAW, "法37, 条46"),
        _("Staff of a bidder or of its affiliate cannot sit on the panel."),
    ),
    _row(
        "panel_supervisor",
        ({Duty.PANEL_MEMBER}, {Duty.SUPERVISING_BODY}),
        _STAFF,
        (Origin.LAW, "条46"),
        _("Staff of the supervising body cannot sit on the panel of a tender it supervises."),
    ),
    _row(
        "centre_supervisor",
        ({Duty.CENTRE}, {Duty.SUPERVISING_BODY}),
        frozenset({Match.UNIT, Match.SUBORDINATE}),
        (Origin.LAW, "条5"),
        _("A trading centre cannot be subordinate to the body which supervises it."),
    ),
    _row(
        "related_bidders",
        ({Duty.BIDDER}, {Duty.BIDDER}),
        frozenset({Match.AFFILIATE}),
        (Origin.LAW, "条34"),
        _("Firms under one head, or of which one holds or manages the other, cannot bid for the same lot."),
        same_lot=True,
    ),
    _row(
        "consortium_alone",
        ({Duty.CONSORTIUM_MEMBER}, _BIDDERS),
        frozenset({Match.UNIT}),
        (Origin.LAW, "条37"),
        _("A member of a consortium cannot bid alone or in another consortium; all these bids are void."),
    ),
    _row(
        "officer_bidder",
        ({Duty.OFFICER}, _BID_SIDE),
        _STAFF,
        (Origin.OURS, "journeys 9"),
        _("An officer cannot be staff of a bidder."),
    ),
    _row(
        "officers_one_unit",
        ({Duty.OFFICER}, {Duty.OFFICER}),
        frozenset({Match.UNIT}),
        (Origin.OURS, "journeys 9"),
        _("Two officers of one organisation count as one unit."),
        blocks=False,
    ),
    _row(
        "officer_twice",
        ({Duty.OFFICER}, {Duty.OFFICER}),
        _PERSON,
        (Origin.OURS, "sealedbid/v1 V4"),
        _("One person cannot hold two of the officers' keys."),
    ),
    _row(
        "finance_maker_checker",
        ({Duty.FINANCE_MAKER}, {Duty.FINANCE_CHECKER}),
        _PERSON,
        (Origin.OURS, "journeys 9"),
        _("Whoever makes a payment cannot check it."),
    ),
    _row(
        "draw_exclusions",
        ({Duty.DRAW_OPERATOR}, {Duty.EXCLUSIONS_OPERATOR}),
        _PERSON,
        (Origin.OURS, "journeys 9"),
        _("Whoever runs the draw cannot enter the exclusions."),
    ),
    _row(
        "administrator_business",
        ({Duty.ADMINISTRATOR}, _BUSINESS),
        _PERSON,
        (Origin.OURS, "journeys 9"),
        _("A system administrator cannot hold any part in a tender."),
    ),
    _row(
        "supervisor_officer",
        ({Duty.SUPERVISING_BODY}, {Duty.OFFICER}),
        _STAFF,
        (Origin.OURS, "journeys 9"),
        _("The supervising body cannot hold an officer's key: it would operate what it supervises."),
    ),
    _row(
        "clerk_helper",
        ({Duty.ANSWERING_CLERK}, {Duty.BID_HELPER}),
        _PERSON,
        (Origin.OURS, "journeys 9"),
        _("The clerk who answers for the centre cannot help a bidder with its bid."),
    ),
    _row(
        "adviser_panel",
        ({Duty.DOCUMENT_ADVISER}, {Duty.PANEL_MEMBER}),
        _PERSON,
        (Origin.OURS, "journeys 9"),
        _("An expert who advised on the documents cannot sit on the panel."),
    ),
)


def duties_conflicts(
    assignments: Iterable[Assignment], *, rows: Iterable[DutyRow] = DUTY_ROWS
) -> list[Finding]:
    """Every forbidden pair among ``assignments``: one finding per row and pair, in the order of the rows.

    The answer names holders by id. Before the opening it may be computed only where the bidders are
    known by right: at a bidder's own act, shown to that bidder alone.
    """
    held = tuple(assignments)
    return [
        Finding(
            code=f"duties_{row.code}",
            message=row.message,
            source=row.source,
            blocks=row.blocks,
            field="duties",
            data={
                "origin": row.origin.value,
                "match": match.value,
                "one": f"{a.duty.value}:{a.person or a.organisation}",
                "other": f"{b.duty.value}:{b.person or b.organisation}",
            },
        )
        for row in rows
        for a, b in combinations(held, 2)
        if (match := _bites(row, a, b)) is not None
    ]


def _bites(row: DutyRow, a: Assignment, b: Assignment) -> Match | None:
    """The first connection through which ``row`` forbids this pair, either way round."""
    ordered = (a.duty in row.one and b.duty in row.other) or (b.duty in row.one and a.duty in row.other)
    if not ordered or (row.same_lot and a.lot != b.lot and a.lot and b.lot):
        return None
    if a.consortium and a.consortium == b.consortium and {a.duty, b.duty} <= _BIDDERS:
        return None
    return next((match for match in Match if match in row.matches and _CONNECTED[match](a, b)), None)


_CONNECTED: Mapping[Match, Callable[[Assignment, Assignment], bool]] = {
    Match.PERSON: lambda a, b: bool(a.person) and a.person == b.person,
    Match.UNIT: lambda a, b: bool(a.organisation) and a.organisation == b.organisation,
    Match.AFFILIATE: lambda a, b: (
        bool(a.organisation and b.organisation)
        and a.organisation != b.organisation
        and (a.organisation in b.affiliates or b.organisation in a.affiliates)
    ),
    Match.SUBORDINATE: lambda a, b: (
        bool(a.organisation and b.organisation) and (a.parent == b.organisation or b.parent == a.organisation)
    ),
}
