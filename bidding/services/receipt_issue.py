"""Give the receipt of a party's event: without it, nothing was handed in (docs/protocol.md 4.3, A4)."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts.models import Organisation
from accounts.services import notify
from bidding.models import Bid, Receipt
from bidding.rules.codes import code_from
from bidding.selectors import evidence, lots
from bidding.selectors.chains import chains_held
from bidding.selectors.clocks import first_stated
from bidding.states import BID, BidAction, BidState
from kernel.errors import NotFound, StateConflict, Unavailable
from kernel.transitions import next_state
from ledger import selectors as ledger
from ledger.keys import platform_signer
from ledger.models import Checkpoint, Entry
from protocol import canonical
from protocol.hashing import sha256
from protocol.receipts import receipt_body
from trading.models import Lot

KINDS: Final = ("bid", "withdraw", "factor", "set-objection", "seed", "release-commit", "release")
"""Events of parties; each gets a receipt."""
BY_CLOSE: Final = frozenset({"bid", "withdraw"})
"""Kinds which count only if they are in time for the deadline."""


@transaction.atomic
def receipt_issue(
    *, lot_id: UUID, ev: str, at: datetime, random: Callable[[int], bytes] = secrets.token_bytes
) -> Receipt:
    """The signed receipt of an event that has its place and its k time statements. The same one for ever.

    StateConflict ``not_logged`` before the next cut; Unavailable ``not_stated`` while sources are silent;
    StateConflict ``late`` when the statements prove that it came after the deadline, and
    ``certificate_lapsed_unstated`` when its certificate had ended by them: then there is no receipt.
    """
    lot = lots.lot_get(lot_id)
    entry = _placed(lot, ev)
    if (known := Receipt.objects.filter(ev=ev).first()) is not None:
        return known
    try:
        with transaction.atomic():
            return _given(Office(lot, at, random), entry)
    except IntegrityError:  # given at this moment by the platform's own round: the same receipt for ever
        return Receipt.objects.get(ev=ev)


class Office:
    """What the receipts of one lot have in common: its terms, N of its deadline, the trees read so far."""

    def __init__(self, lot: Lot, at: datetime, random: Callable[[int], bytes]) -> None:
        """Read the terms once."""
        self.lot, self.at, self.random = lot, at, random
        self.terms = lots.terms(lot)
        self.n_close = self.count()
        self.trees = evidence.Trees()
        self.signer = platform_signer()
        self._seen: tuple[int, Checkpoint] | None = None

    def first_stated(self, leaf: int) -> Checkpoint | None:
        """See ``clocks.first_stated``; what one leaf was covered by first covers those between it and its end, too."""
        if self._seen is not None and self._seen[0] <= leaf < self._seen[1].size:
            return self._seen[1]
        found = first_stated(leaf, self.terms.names, self.terms.k)
        self._seen = (leaf, found) if found else None
        return found

    def count(self) -> int:
        """N of the deadline by what the time sources have stated by now."""
        return ledger.n_close(self.terms.sources, self.terms.close_at * 1000, self.terms.k)

    def late(self, leaf: int) -> bool:
        """Whether a leaf is late: by statements read after those that cover it, never by those read before them."""
        if leaf >= self.n_close:
            self.n_close = self.count()
        return leaf >= self.n_close


def _given(office: Office, entry: Entry) -> Receipt:
    checkpoint = office.first_stated(int(entry.leaf_index or 0))
    if checkpoint is None:
        raise Unavailable(
            "not_stated", _("The time sources have not yet confirmed this; the receipt follows.")
        )
    bid = Bid.objects.select_for_update().filter(lot=office.lot, ev=_bid_meant(entry)).first()
    if entry.kind in BY_CLOSE and office.late(int(entry.leaf_index or 0)):
        raise StateConflict(
            "late", _("The deadline had passed when this reached the log; it does not count.")
        )
    if entry.kind == "bid" and not chains_held(entry, office.terms.body):
        raise StateConflict(
            "certificate_lapsed_unstated",
            _(
                "The certificate ended before the time sources confirmed this bid; it does not count. Seal again."
            ),
        )
    organisation = bid.organisation if bid else None
    receipt = receipt_written(office, entry, checkpoint, organisation, entry.body["policy"])
    _told(receipt, bid, office.lot, office.at)
    return receipt


def receipts_due(*, lot_id: UUID, at: datetime, most: int | None = None) -> list[Receipt]:
    """Issue every receipt of a lot that can be issued now, or ``most``; what is late is marked so. Idempotent."""
    lot = lots.lot_get(lot_id)
    given = set(Receipt.objects.filter(lot=lot).values_list("ev", flat=True))
    late = set(Bid.objects.filter(lot=lot, state=BidState.LATE.value).values_list("ev", flat=True))
    waiting = Entry.objects.filter(chain=lot.chain, kind__in=KINDS, leaf_index__isnull=False)
    entries = [entry for entry in waiting.order_by("leaf_index") if entry.ev not in given | late]
    if not entries:
        return []
    office = Office(lot, at, secrets.token_bytes)
    issued: list[Receipt] = []
    for entry in entries:
        if most is not None and len(issued) >= most:
            break
        try:
            with transaction.atomic():
                issued.append(_given(office, entry))
        except Unavailable:
            break  # not stated yet, and so is nothing that stands behind it in the log
        except IntegrityError:
            continue  # given at this moment by somebody else
        except StateConflict:
            _mark_late(lot, entry.ev)
    return issued


@transaction.atomic
def _mark_late(lot: Lot, ev: str) -> None:
    bid = Bid.objects.select_for_update().filter(lot=lot, ev=ev, state=BidState.LOGGED.value).first()
    if bid is not None:
        bid.state = next_state(BID, BidAction.LATE, BidState(bid.state)).value
        bid.save(update_fields=["state"])


def _placed(lot: Lot, ev: str) -> Entry:
    entries = [entry for entry in ledger.entries_by_event(ev) if entry.chain == lot.chain]
    if not entries or entries[0].kind not in KINDS:
        raise NotFound("event", _("There is no such event."))
    if entries[0].leaf_index is None:
        raise not_logged()
    return entries[0]


def not_logged() -> StateConflict:
    """The refusal of a receipt before the next cut."""
    return StateConflict("not_logged", _("This is stored, but not yet in the log: it is not yet submitted."))


def _bid_meant(entry: Entry) -> str:
    """The event id of the bid an event is about; the event's own for a bid."""
    if entry.kind == "bid":
        return entry.ev
    body = entry.body
    return str(body.get("target") or body.get("bid") or "")


def receipt_written(
    office: Office, entry: Entry, checkpoint: Checkpoint, organisation: Organisation | None, t: str
) -> Receipt:
    """Sign and keep the receipt of an entry which a checkpoint covers with k statements, under the policy ``t``."""
    policy = office.terms.body
    body = receipt_body(
        policy=t,
        kind=entry.kind,
        event=entry.body,
        signatures=entry.signatures,
        r=bytes(entry.r),
        link=bytes(entry.link or b""),
        leaf=int(entry.leaf_index or 0),
        note=evidence.note_under(policy, checkpoint.note),
        path=office.trees.inclusion_path(int(entry.leaf_index or 0), checkpoint.size),
        tokens=evidence.tokens_under(policy, checkpoint),
    )
    signed = canonical.encode({"body": body, "signatures": [office.signer.sign("receipt", body)]})
    return Receipt.objects.create(
        code=code_from(office.random(5)),
        lot=office.lot,
        organisation=organisation,
        entry=entry,
        ev=entry.ev,
        kind=entry.kind,
        signed=signed.decode("utf-8"),
        digest=sha256(signed).hex(),
        issued_at=office.at,
    )


def _told(receipt: Receipt, bid: Bid | None, lot: Lot, at: datetime) -> None:
    """Tell the bidder's seal members; the bid counts as submitted from here on."""
    if bid is None or receipt.kind not in BY_CLOSE:
        return
    event = "bid_withdrawn"
    if receipt.kind == "bid":
        event = "bid_replaced" if bid.replaces_id else "receipt_given"
        if bid.state == BidState.LOGGED.value:
            bid.state = next_state(BID, BidAction.RECEIPT, BidState(bid.state)).value
            bid.save(update_fields=["state"])
    notify(
        event=event,
        to_organisation=bid.organisation_id,
        data={"title": lot.tender.title, "number": lot.number, "receipt": receipt.code, "given_at": at},
        at=at,
    )
