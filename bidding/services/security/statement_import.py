"""Take a bank file in: as a whole or not at all, once, and without losing or doubling a cent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import BinaryIO
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding.models.security import BankFile, BankLine, CollectingAccount
from bidding.planning import tables_analysed
from bidding.policies import security as policies
from bidding.rules import statement_files
from bidding.rules.bank import dedupe
from bidding.rules.bank.lines import BankLine as Line
from bidding.rules.bank.lines import Statement, StatementRefused
from bidding.rules.bank.matching import BEIJING
from bidding.rules.bank.names import same_account
from bidding.selectors.security.accounts import account_locked
from bidding.services.security.corrections import corrections_settle
from bidding.services.security.lines_take import BATCH, Taking, take_batch
from bidding.services.security.payers_tell import payers_tell
from bidding.services.security.reversals_settle import reversals_settle
from kernel.errors import Finding
from kernel.policies import require
from ledger.services import record_append
from protocol import hashing

_PIECE = 1 << 20
LOOKS = frozenset(3 * 4**step for step in range(8))
"""After how many batches the database looks at what it holds by now."""


@dataclass(frozen=True)
class Imported:
    """What an import did. ``repeated``: this very file was taken in before, and nothing has changed.

    ``read`` lines in all, of which ``pending`` are not booked by the bank, ``known`` came before, ``new`` are new,
    ``corrected`` replace a line, ``outdated`` are older than what the bank said later. ``missing`` are lines of an
    earlier edition of this statement that no longer stand in it: kept, for a person to ask the bank about.
    """

    file: BankFile
    repeated: bool = False
    read: int = 0
    pending: int = 0
    known: int = 0
    new: int = 0
    corrected: int = 0
    outdated: int = 0
    missing: tuple[UUID, ...] = ()


@transaction.atomic
def statement_import(
    *,
    account_id: UUID,
    name: str,
    stream: BinaryIO,
    key: bytes,
    actor: Actor,
    at: datetime,
    dry_run: bool = False,
) -> Imported:
    """Import a statement (camt, CSV or XLSX; told apart by content) of one collecting account.

    ``stream`` is seekable; it is read in flat memory. ``key`` marks payers' accounts (``bidding.payer_keys``). With
    ``dry_run`` everything is done and then undone. NotFound for an unknown account. StatementRefused (a RuleBroken
    whose finding names line and reason) refuses the file as a whole: it cannot be read, is of another account, or
    holds a line that cannot be booked.
    """
    require(policies.may_import(actor))
    account = account_locked(account_id)
    digest = file_digest(stream)
    before = BankFile.objects.filter(account=account, sha256=digest).first()
    if before is not None:
        return Imported(file=before, repeated=True)
    file = BankFile(
        id=uuid4(), account=account, sha256=digest, name=name.strip()[:200], by=actor.person, at=at
    )
    taking = Taking(account=account, file=file, key=key, actor=actor, at=at)
    try:
        missing = _taken(taking, stream)
    except StatementRefused as refusal:
        where = f"{refusal.line or ''}"
        refusal.findings = (
            Finding("statement_refused", refusal.message, field=where, data=dict(refusal.data)),
        )
        raise
    payers_tell(reversals_settle(account=account, actor=actor, at=at), at)
    _recorded(taking, missing)
    transaction.set_rollback(dry_run)
    counts = taking.counts
    return Imported(
        file=file,
        read=counts["read"],
        pending=counts["pending"],
        known=counts["known"],
        new=counts["new"],
        corrected=counts["corrected"],
        outdated=counts["outdated"],
        missing=tuple(missing),
    )


def file_digest(stream: BinaryIO) -> str:
    """SHA-256 of a file in hex; the stream is back at its beginning afterwards."""
    stream.seek(0)
    hasher = hashing.Hasher()
    while piece := stream.read(_PIECE):
        hasher.update(piece)
    stream.seek(0)
    return hasher.digest().hex()


def _taken(taking: Taking, stream: BinaryIO) -> list[UUID]:
    heads: list[Statement] = []
    taking.file.format = statement_files.format_of(stream)
    statements = statement_files.read(stream, taking.account.columns, taking.account.number)
    pairs = dedupe.identified(_lines(taking, statements, heads))
    stream_of = _headed(taking, pairs, heads)
    done = 0
    while batch := list(islice(stream_of, BATCH)):
        take_batch(taking, batch)
        done += 1
        if done in LOOKS:
            tables_analysed()
    _head(taking.file, heads)

    def again() -> Iterator[tuple[str, Line]]:
        stream.seek(0)
        return dedupe.identified(
            line
            for one in statement_files.read(stream, taking.account.columns, taking.account.number)
            for line in one.lines
        )

    return corrections_settle(taking, again)


def _headed(
    taking: Taking, pairs: Iterable[tuple[str, Line]], heads: list[Statement]
) -> Iterator[tuple[str, Line]]:
    """The pairs as they come, with what the heads read so far say of the file: which word of the bank is newer."""
    for pair in pairs:
        if taking.heads_read != len(heads):
            _head(taking.file, heads)
            taking.heads_read = len(heads)
        yield pair


def _lines(taking: Taking, statements: Iterable[Statement], heads: list[Statement]) -> Iterator[Line]:
    account: CollectingAccount = taking.account
    for statement in statements:
        if statement.account and not same_account(statement.account, account.number):
            raise StatementRefused(
                None, "Acct", _("This file is of another account than the one it is taken in for.")
            )
        if not statement.account and taking.file.format == statement_files.CAMT:
            raise StatementRefused(None, "Acct", _("This file does not say of which account it is."))
        heads.append(statement)
        yield from statement.lines


def _head(file: BankFile, heads: list[Statement]) -> None:
    """Put what the statements say of themselves into the row of the file."""
    file.statement = "\n".join(one.id for one in heads)
    file.pages = "\n".join(one.page for one in heads) if any(one.page for one in heads) else ""
    file.made_at = max((one.created_at for one in heads if one.created_at), default=None)
    file.period_from = min((_day(one.period_from) for one in heads if one.period_from), default=None)
    file.period_until = max((_day(one.period_until) for one in heads if one.period_until), default=None)
    closings = [balance for one in heads for balance in one.balances if balance.kind == "closing"]
    if closings:
        last = max(closings, key=lambda balance: balance.on)
        file.closing, file.closing_on = last.amount, last.on


def _day(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()


def _recorded(taking: Taking, missing: list[UUID]) -> None:
    file = taking.file
    BankLine.objects.filter(pk__in=missing).update(missing_in=file.pk)
    data = {
        "account": file.account_id,
        "sha256": file.sha256,
        "format": file.format,
        **{name: taking.counts[name] for name in ("read", "known", "new", "corrected", "outdated")},
        "missing": missing,
    }
    file.entry = record_append(
        name="bank-file-imported", subject=str(file.pk), data=data, actor=taking.actor.key, at=taking.at
    )
    file.save(force_insert=True)
