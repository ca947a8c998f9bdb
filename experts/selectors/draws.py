"""A draw as the log tells it: what counts is recomputed by the protocol's rules, never believed from rows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_noop as _

from accounts.models import Organisation
from bidding import store
from bidding.models import Bundle
from bidding.selectors.chains import LotChain, Placed, known_keys, signature_keys
from bidding.selectors.clocks import clock_since, stated_at
from experts.draw_keys import GatewayKey, gateway_key
from experts.models import Draw, DrawAnswer, DrawnSeat, DrawOfficer, DrawPaper, DrawRound, NamedSeat
from experts.states.draw import SeatCode
from kernel.errors import NotFound, StateConflict
from ledger import selectors as ledger
from ledger.models import Entry, Statement
from protocol import canonical, dsse, timerule
from protocol.draw import case, contributing, panels, problem
from protocol.errors import BadSignature
from trading.models import Lot, LotPolicy

BEFORE = 400
"""Seconds before T_close from which on time statements are read one by one."""


class DrawChain:
    """The placed events under one header, and what the time sources say of them."""

    def __init__(self, draw: Draw) -> None:
        """Read the chain once; nothing is judged yet."""
        self.draw, self.header = draw, draw.header
        rows = ledger.chain_entries(draw.chain)
        self.events = [
            Placed(row.kind, row.ev, int(row.leaf_index or 0), row.body, row.signatures, row)
            for row in rows
            if row.ev == draw.t_d or row.body.get("header") == draw.t_d
        ]

    def of(self, kind: str) -> list[Placed]:
        """The events of a kind, by leaf."""
        return [event for event in self.events if event.kind == kind]

    @cached_property
    def policy(self) -> dict[str, Any]:
        """The lot's policy the header names: its time sources count here, too."""
        body: dict[str, Any] = LotPolicy.objects.get(lot=self.draw.lot, t=self.header["policy"]).body
        return body

    @property
    def close_at(self) -> int:
        """T_close in force, in seconds: that of the last postponement in the log, or of the header."""
        moved = self.of("draw-postpone")
        return int(moved[-1].body["close_at"] if moved else self.header["close_at"])

    @property
    def reveal_at(self) -> int:
        """T_reveal, in seconds; a postponement beyond it moves it along."""
        return max(self.close_at, int(self.header["reveal_at"]))

    @cached_property
    def clock(self) -> timerule.Clockwork:
        """What the sources have stated since shortly before T_close."""
        return clock_since(self.policy, (self.close_at - BEFORE) * 1000)

    def closed(self) -> bool:
        """Whether k sources prove that T_close has passed, on a tree that holds the header."""
        return self.passed(self.close_at, self.header_leaf)

    def passed(self, moment: int, after: int) -> bool:
        """Whether k sources prove that a moment (seconds) has passed, on trees that hold the leaf ``after``."""
        past = {s.source for s in self.clock.statements if s.lower >= moment * 1000 and after < s.size}
        return len(past & set(self.clock.sources)) >= self.clock.k

    def round_end(self, j: int, leaf: int) -> int | None:
        """When the time of a round's officers is over, in seconds; None until its head at ``leaf`` is stated (15.4)."""
        stated = self.close_at * 1000 if j == 0 else stated_at(self.policy, leaf)
        return None if stated is None else -(-stated // 1000) + int(self.header["release_s"])

    @property
    def header_leaf(self) -> int:
        """The leaf of the header; StateConflict until the log has it."""
        return placed(self.draw.header_entry)

    @cached_property
    def counting(self) -> dict[str, dict[str, Any]]:
        """The contributions that count, by ev: of each organisation the first one before T_close (15.2)."""
        limit, orgs = self.clock.n(self.close_at), set()
        keys = known_keys(signature_keys(self.of("contribution")))
        found: dict[str, dict[str, Any]] = {}
        for event in self.of("contribution"):
            org = event.body["org"]
            if org in orgs or event.leaf >= limit or self._fault(event, keys):
                continue
            orgs.add(org)
            found[event.ev] = event.body
        return found

    def _fault(self, event: Placed, keys: Mapping[str, tuple[str, int]]) -> str:
        try:
            spki = dsse.verify_one("contribution", canonical.encode(event.body), event.signatures[0])
        except BadSignature as error:
            return error.message
        required = {row["org"]: row["spki"] for row in self.header["required"]}
        org = event.body["org"]
        known, leaf = keys.get(spki.hex(), ("", -1))
        if (org in required and spki.hex() != required[org]) or (
            org not in required and (known != org or leaf >= event.leaf)
        ):
            return "it is not signed by its organisation"
        return contributing.contribution_fault(self.header, event.body, spki)

    def missing(self) -> list[str]:
        """The required organisations whose contribution does not count, by code."""
        given = {body["org"] for body in self.counting.values()}
        return sorted(row["org"] for row in self.header["required"] if row["org"] not in given)

    def of_round(self, kind: str, j: int) -> list[Placed]:
        """The events of a kind for round ``j``."""
        return [event for event in self.of(kind) if event.body["j"] == j]

    def votes(self, j: int) -> list[frozenset[str]]:
        """The FAILs of the commits of a round which stand before its first release (A21)."""
        first = min((event.leaf for event in self.of_round("draw-release", j)), default=None)
        commits = self.of_round("draw-commit", j)
        return [frozenset(e.body["fails"]) for e in commits if first is None or e.leaf < first]

    def stands(self, entry: Entry) -> bool:
        """Whether an entry stands in a checkpoint with k sources and the quorum of witnesses: then it is answered."""
        return entry.leaf_index is not None and any(self.standing_sizes(entry.leaf_index))

    def standing_sizes(self, leaf: int, *, newest: bool = False) -> Iterator[int]:
        """Sizes of checkpoints over this leaf with k sources and the quorum of witnesses, ascending or newest first."""
        names = {row["name"]: row for row in self.policy["time"]["sources"]}
        k, quorum = self.policy["time"]["k"], self.policy["witness_quorum"]
        rows = Statement.objects.filter(source__in=names, checkpoint__size__gt=leaf)
        ordered = rows.order_by("-checkpoint__size" if newest else "checkpoint__size")
        pairs = ordered.values_list("checkpoint__size", "source").iterator(chunk_size=64)
        for size, group in groupby(pairs, key=lambda pair: int(pair[0])):
            seen = {source for _size, source in group}
            if len(seen) >= k and sum(names[one]["kind"] == "witness" for one in seen) >= quorum:
                yield size


def placed(entry: Entry | None) -> int:
    """The leaf of an entry; StateConflict (``not_in_log``) until the next cut has given it its place."""
    if entry is None or entry.leaf_index is None:
        raise StateConflict("not_in_log", _("This is not yet in the log. Try again in a few seconds."))
    return int(entry.leaf_index)


def draw_get(draw_id: UUID) -> Draw:
    """The draw with its lot; NotFound when there is none."""
    rows = Draw.objects.select_related("lot__tender__project", "request", "header_entry", "epoch")
    found = rows.filter(pk=draw_id).first()
    if found is None:
        raise NotFound("draw", _("There is no such draw."))
    return found


def round_now(draw: Draw) -> DrawRound:
    """The last round of a draw whose header is in the log."""
    return DrawRound.objects.select_related("head").filter(draw=draw).order_by("-j")[:1].get()


def round_until(draw: Draw, now: DrawRound) -> datetime | None:
    """Until when a round waits for its officers (A25); None until its head is stated."""
    if now.head.leaf_index is None:
        return None
    end = DrawChain(draw).round_end(now.j, int(now.head.leaf_index))
    return None if end is None else moment(end)


def officer_get(draw: Draw, i: int) -> DrawOfficer:
    """An officer of a draw by number; NotFound when there is none."""
    found = DrawOfficer.objects.select_related("organisation").filter(draw=draw, i=i).first()
    if found is None:
        raise NotFound("officer", _("There is no such officer of this draw."))
    return found


def serials(draw: Draw) -> Iterator[Draw]:
    """This draw and those of the lot before it, by serial, with a header in the log."""
    rows = Draw.objects.filter(lot=draw.lot_id, serial__lte=draw.serial).exclude(t_d="")
    yield from rows.order_by("serial")


def standing(draw: Draw, head: Entry | None = None) -> panels.Standing:
    """Where the lot's panel stands after all rounds so far: the gateway opens every seat with the key of its draw.

    With the ``head`` of a round as it stood then: who gave up his seat since does not change what that round draws.
    """
    found = panels.Standing()
    later = _given_up_since(draw, head) if head is not None else set()
    for one in serials(draw):
        key, name = gateway_key(one.pk), bytes.fromhex(one.t_d)
        for row in DrawnSeat.objects.filter(round__draw=one).order_by("round__j", "seat"):
            seat = bytes.fromhex(row.seat)
            found.seats[seat] = key.open_seat(row.sealed, name)
            found.codes[seat] = SeatCode.ACCEPTED.value if row.pk in later else row.code
    return found


def _given_up_since(draw: Draw, head: Entry) -> set[int]:
    """Seats that were accepted when a head was written and have been given up after it."""
    rows = DrawAnswer.objects.filter(seat__round__draw=draw, entry__seq__gt=head.seq)
    given = set(rows.exclude(code=SeatCode.ACCEPTED.value).values_list("seat", flat=True))
    earlier = DrawAnswer.objects.filter(seat__in=given, entry__seq__lt=head.seq, code=SeatCode.ACCEPTED.value)
    return set(earlier.values_list("seat", flat=True))


def opened_seat(row: DrawnSeat, draw: Draw, key: GatewayKey | None = None) -> problem.Seat:
    """Specialty and eid of one seat, for the gateway."""
    return (key or gateway_key(draw.pk)).open_seat(row.sealed, bytes.fromhex(draw.t_d))


def paper(draw: Draw, digest: str) -> bytes:
    """A paper of the lot's draws by its hash; NotFound when none of them keeps it."""
    row = DrawPaper.objects.filter(draw__lot=draw.lot_id, digest=digest).first()
    if row is None:
        raise NotFound("paper", _("This paper is not kept here."))
    return b"".join(store.default().read(row.path))


def posed(draw: Draw) -> problem.Problem:
    """The problem of a prepared draw."""
    value = canonical.decode(paper(draw, draw.header["problem"]), case.PAPER_LIMIT)
    return problem.of_value(value)


def bidders_of(lot: Lot) -> dict[str, str]:
    """The organisations of the closed set, code to ev of its bid; nobody before the close."""
    chain = LotChain(lot)
    return {chain.manifest(ev)["org"]: ev for ev in chain.set_evs}


def contributors_of(draw: Draw) -> dict[str, UUID]:
    """The organisations that may contribute, id by code; the platform is none of them."""
    project = draw.lot.tender.project
    codes = {row["org"] for row in draw.header.get("required", []) if row["role"] != "platform"}
    if draw.header.get("open") == "bidders":
        codes |= bidders_of(draw.lot).keys()
    found = dict(Organisation.objects.filter(code__in=codes).values_list("code", "pk"))
    return found | {project.owner.code: project.owner_id}


def opened_already(lot: Lot) -> bool:
    """Whether shares of the first envelope stand in the log: then the opening has taken place (V21)."""
    return any(event.body["e"] == 0 for event in LotChain(lot).of("release"))


def moment(seconds: int) -> datetime:
    """A moment of the log as the database keeps it."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def draws_wait() -> bool:
    """Whether a draw, or a naming, has gone far enough for the clock to do something about it."""
    return Draw.objects.exclude(t_d="").exists() or NamedSeat.objects.exists()


def revealed(lots: Sequence[Lot]) -> QuerySet[Draw]:
    """All draws, by serial, of those of these lots whose last draw was opened to everybody."""
    closed = Draw.objects.filter(lot__in=lots, reveal_entry__isnull=True).exclude(t_d="")
    rows = Draw.objects.filter(lot__in=lots).exclude(t_d="").exclude(lot__in=closed.values("lot"))
    return rows.order_by("lot", "serial")


def bundled(lots: Sequence[Lot]) -> QuerySet[Draw]:
    """The draws which the bundles handed out of these lots hold: anchors name these and no others."""
    label = Concat(Value("draw-"), Cast(OuterRef("serial"), TextField()), output_field=TextField())
    beside = Concat(label, Value("+"), output_field=TextField())
    rooms = Bundle.objects.filter(lot=OuterRef("lot")).filter(Q(rooms=label) | Q(rooms__startswith=beside))
    rows = Draw.objects.annotate(out=Exists(rooms)).filter(lot__in=lots)
    last = rows.filter(out=True, lot=OuterRef("lot"), serial__gte=OuterRef("serial"))
    return Draw.objects.annotate(held=Exists(last)).filter(lot__in=lots, held=True).order_by("lot", "serial")


def certifiers_of(lots: Sequence[Lot]) -> list[Organisation]:
    """The organisations that certified officers of these lots' draws."""
    seats = DrawOfficer.objects.filter(draw__in=bundled(lots))
    return list(Organisation.objects.filter(pk__in=seats.values("organisation")).order_by("code"))


def anchors_of(lots: Sequence[Lot]) -> dict[str, str]:
    """``draws`` of the anchors: tender/lot/serial to the header's event, of draws which the lot's bundle holds.

    Before the reveal it cannot hold them; what stands in the log meanwhile is T_d, for those who watch.
    """
    rows = bundled(lots).select_related("lot__tender")
    return {f"{row.lot.tender.reference}/{row.lot.code}/{row.serial}": row.t_d for row in rows}
