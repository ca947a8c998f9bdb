"""Take the lines of one bank file into the account's record, batch by batch: known, new, or correcting."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding.models.security import BankFile, BankLine, CollectingAccount
from bidding.rules.bank import dedupe, matching
from bidding.rules.bank.camt_details import plain_reference
from bidding.rules.bank.lines import BOOKED, StatementRefused
from bidding.rules.bank.lines import BankLine as Line
from bidding.rules.bank.names import addressed, mark, normalised_account
from bidding.selectors.security.expected import Expected, expected_on
from bidding.selectors.security.lines import in_force
from bidding.services.security import books, read_back
from bidding.services.security.payers_tell import payers_tell
from bidding.services.security.receipts_decide import apply, decide, place, rebook
from bidding.states.security import BookAccount, LineKind, PaymentState

BATCH = 1000
_WORD = re.compile(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")
_CHANGED = ("state", "reasons")
_DEBITS = frozenset({LineKind.OTHER.value, LineKind.BOUNCE.value})
_OWED = frozenset({BookAccount.BANK, BookAccount.SECURITY, BookAccount.SUSPENSE})
_BY_PEOPLE = {
    LineKind.FEE.value: _OWED | {BookAccount.FEES},
    LineKind.INTEREST.value: _OWED | {BookAccount.INTEREST},
}
"""Books whose sides go when the bank corrects a line: of what two people booked, that book as well."""


@dataclass
class Taking:
    """One import under way, into an account whose row the caller has locked.

    ``key`` marks payers' accounts; ``held_back`` are lines that may correct known ones.
    """

    account: CollectingAccount
    file: BankFile
    key: bytes
    actor: Actor
    at: datetime
    counts: Counter[str] = field(default_factory=Counter)
    held_back: list[tuple[str, Line]] = field(default_factory=list)
    corrected: set[UUID] = field(default_factory=set)
    heads_read: int = 0


def take_batch(taking: Taking, batch: Sequence[tuple[str, Line]]) -> None:
    """Take (identity, line) pairs of a file. StatementRefused when one of them cannot be booked here."""
    taking.counts["read"] += len(batch)
    booked = [(identity, line) for identity, line in batch if line.status == BOOKED]
    taking.counts["pending"] += len(batch) - len(booked)
    for _identity, line in booked:
        _check(taking.account, line)
    known = {
        row.identity: row
        for row in in_force(taking.account.pk)
        .select_related("file")
        .filter(identity__in=[identity for identity, _line in booked])
    }
    _known_again(known.values())
    references = _known_references(taking, [line for identity, line in booked if identity not in known])
    new: list[tuple[str, Line, BankLine | None]] = []
    for identity, line in booked:
        row = known.get(identity)
        if row is None and line.bank_ref in references:
            taking.held_back.append((identity, line))
        elif row is None:
            new.append((identity, line, None))
        elif dedupe.content(line) == row.digest:
            taking.counts["known"] += 1
        elif newer(taking.file, row.file):
            new.append((identity, line, row))
        else:
            taking.counts["outdated"] += 1
    take_new(taking, new)


def newer(one: BankFile, other: BankFile) -> bool:
    """Whether ``one`` is the later word of the bank: by the time the bank made it, else by our taking it in."""
    if one.made_at == other.made_at:
        return one.made_at is None or one.sha256 > other.sha256
    if one.made_at is None or other.made_at is None:
        return other.made_at is None
    return one.made_at > other.made_at


def take_new(taking: Taking, new: Sequence[tuple[str, Line, BankLine | None]]) -> None:
    """Store lines, with the line each corrects (if any), decide their sub-accounts and book everything."""
    if not new:
        return
    named = _named(taking.account, [line for _identity, line, _old in new])
    rows = [_row(taking, identity, line, named.get(at)) for at, (identity, line, _old) in enumerate(new)]
    owners = {row.sub_account_id for row in rows if row.sub_account_id}
    for row, (_identity, _line, old) in zip(rows, new, strict=True):
        if old is not None:
            owners |= supersede(taking, old, row)
    changed = decide(
        taking.account,
        owners,
        [row for row in rows if row.sub_account_id],
        {one.sub_account.pk: one for one in named.values()},
    )
    fresh = {row.pk for row in rows}
    stored = [one.row for one in changed if one.row.pk not in fresh]
    BankLine.objects.bulk_create(rows)
    BankLine.objects.bulk_update(stored, _CHANGED)
    books.post_many(
        account=taking.account,
        acts=[act for row in rows if (act := first_act(row)) is not None],
        actor=taking.actor,
        at=taking.at,
    )
    rebook(taking.account, stored, taking.actor, taking.at)
    payers_tell(changed, taking.at)
    taking.counts["new"] += sum(old is None for _identity, _line, old in new)
    for row in rows:
        if row.kind in _DEBITS and row.amount:
            read_back.line_settle(line=row, actor=taking.actor, at=taking.at)


def first_act(row: BankLine) -> books.Act | None:
    """How a line comes into the books: at the bank, and owed to whom it belongs or to nobody yet."""
    if not row.amount:
        return None
    where = place(row) if row.kind == LineKind.RECEIPT.value else (BookAccount.SUSPENSE, None)
    sides = (books.Side(BookAccount.BANK, row.amount), books.Side(where[0], -row.amount, where[1]))
    return books.Act(row.kind, sides, row.booked_on, row.pk)


def supersede(taking: Taking, old: BankLine, row: BankLine) -> set[UUID]:
    """Put ``row`` (not yet stored) in the place of ``old``, whose postings are all taken back; whose money it was.

    What went on from ``old`` before the bank corrected it (an order paid out) stays open in SUSPENSE for a person.
    """
    held = books.holdings([old.pk]).get(old.pk, {})
    taken = _BY_PEOPLE.get(old.kind, _OWED)
    sides = [books.Side(book, -amount, owner) for (book, owner), amount in held.items() if book in taken]
    rest = -sum((side.amount for side in sides), Decimal(0))
    if rest:
        sides.append(books.Side(BookAccount.SUSPENSE, rest, old.sub_account_id))
    if sides:
        act = books.Act("corrected", tuple(sides), old.booked_on, old.pk)
        books.post_many(account=taking.account, acts=[act], actor=taking.actor, at=taking.at)
    BankLine.objects.filter(reverses=old).update(reverses=None)
    old.reverses, old.corrected_by = None, row
    BankLine.objects.filter(pk=old.pk).update(reverses=None, corrected_by=row.pk)
    taking.corrected.add(old.pk)
    taking.counts["corrected"] += 1
    return {old.sub_account_id} if old.sub_account_id else set()


def _check(account: CollectingAccount, line: Line) -> None:
    if line.currency != account.currency:
        message = _("A line in %(given)s cannot stand in an account kept in %(ours)s.")
        raise StatementRefused(line.at_line, "Amt", message, given=line.currency, ours=account.currency)
    if line.booked_on is None:
        raise StatementRefused(
            line.at_line, "BookgDt", _("A booked line without a booking day cannot be judged.")
        )


def _known_again(rows: Iterable[BankLine]) -> None:
    found = [row.pk for row in rows if row.missing_in_id is not None]
    if found:
        BankLine.objects.filter(pk__in=found).update(missing_in=None)


def _known_references(taking: Taking, lines: Sequence[Line]) -> set[str]:
    """The bank's references of these lines that other files gave before: each may be the same booking, corrected."""
    references = {line.bank_ref for line in lines if line.bank_ref}
    if not references:
        return set()
    rows = in_force(taking.account.pk).filter(bank_ref__in=references).exclude(file_id=taking.file.pk)
    return set(rows.values_list("bank_ref", flat=True))


def _named(account: CollectingAccount, lines: Sequence[Line]) -> dict[int, Expected]:
    """By place in ``lines``, the sub-account each names: the credited account first, else one number in the text.

    A credited account of our prefix that does not exist is a wrong number, whatever the text says.
    """
    words = [_words(account, line) for line in lines]
    expected = expected_on({word for found in words for word in found}, account.pk)
    result = {}
    for at, (line, found) in enumerate(zip(lines, words, strict=True)):
        wrong = found and normalised_account(line.payee_account) == found[0] and found[0] not in expected
        if found and not wrong:
            known = [word for word in found if word in expected]
            number = addressed(own_side(account, line), line.remittance, known)
            if number:
                result[at] = expected[number]
    return result


def own_side(account: CollectingAccount, line: Line) -> str:
    """The sub-account a line may name as ours; of a reversal, some banks name the parties of the first payment."""
    if line.reversal and normalised_account(line.payer_account).startswith(account.prefix):
        return line.payer_account
    return line.payee_account


def _words(account: CollectingAccount, line: Line) -> list[str]:
    """Numbers that may be ours, the credited account before those of the remittance text."""
    text = unicodedata.normalize("NFKC", line.remittance)
    words = [own_side(account, line), *_WORD.findall(text)]
    main = normalised_account(account.number)
    plain = [normalised_account(word) for word in words if word]
    return [
        word for word in plain if word != main and word.startswith(account.prefix) and 16 <= len(word) <= 32
    ]


def _row(taking: Taking, identity: str, line: Line, expected: Expected | None) -> BankLine:
    assert line.booked_on is not None
    amount = line.booked
    kind = kind_of(line)
    row = BankLine(
        id=uuid4(),
        account_id=taking.account.pk,
        file_id=taking.file.pk,
        identity=identity,
        digest=dedupe.content(line),
        amount=amount,
        currency=line.currency,
        booked_on=line.booked_on,
        booked_at=line.booked_at,
        end_to_end_id=plain_reference(line.end_to_end_id),
        bank_ref=line.bank_ref,
        payer_name=line.payer_name,
        payer_account=line.payer_account,
        mark=mark(line.payer_account, taking.key) if normalised_account(line.payer_account) else "",
        payee_account=line.payee_account,
        remittance=line.remittance,
        reversal=line.reversal,
        ordinal=line.ordinal,
        charges=line.charges,
        itemised=line.itemised,
        kind=kind.value,
        sub_account_id=expected.sub_account.pk if expected and kind in _OURS else None,
        imported_at=taking.at,
    )
    if kind is LineKind.RECEIPT and row.sub_account_id is None:
        apply(row, PaymentState.UNMATCHED, unnamed_reasons(taking.account, line))
    return row


_OURS = frozenset({LineKind.RECEIPT, LineKind.REVERSAL})


def kind_of(line: Line) -> LineKind:
    """What a line is by its direction: a credit that reverses is an order of ours come back."""
    if not line.booked:
        return LineKind.OTHER
    if line.booked > 0:
        return LineKind.BOUNCE if line.reversal else LineKind.RECEIPT
    return LineKind.REVERSAL if line.reversal else LineKind.OTHER


def unnamed_reasons(account: CollectingAccount, line: Line) -> list[str]:
    """Why a receipt is nobody's: it names no sub-account at all, or one that does not exist."""
    plain = normalised_account(line.payee_account)
    ours = plain in {"", normalised_account(account.number)}
    decision = matching.decide(line, None)
    reasons = ["no_sub_account"] if ours else list(decision.reasons)
    return reasons if line.itemised else [*reasons, "not_itemised"]
