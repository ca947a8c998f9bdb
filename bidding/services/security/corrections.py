"""A statement sent again with corrections: which line stands in the place of which, and which stand no more."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.db.models import Q

from bidding.models.security import BankFile, BankLine
from bidding.rules.bank.lines import BankLine as Line
from bidding.rules.bank.lines import replaces
from bidding.selectors.security.lines import in_force
from bidding.services.security.lines_take import BATCH, Taking, newer, take_new


def corrections_settle(taking: Taking, again: Callable[[], Iterable[tuple[str, Line]]]) -> list[UUID]:
    """Take the lines held back because their reference is known; the lines this edition of a statement leaves out.

    A line with a known reference corrects the one line of that reference, place and direction which was in the same
    statement or booked on the same day and which this file does not hold itself; what came from a file the bank made
    later wins. Else it is a payment of its own: banks use references again. ``again`` reads the file a second time.
    """
    editions = _editions(taking)
    earlier = {pk for pk, made_later in editions.items() if not made_later}
    awaited = in_force(taking.account.pk).filter(file__in=earlier) if earlier else BankLine.objects.none()
    olds = _olds(taking)
    asked = {row.identity for rows in olds.values() for row in rows}
    asked |= set(awaited.values_list("identity", flat=True))
    present = {identity for identity, _line in again() if identity in asked} if asked else set()
    _take_held_back(taking, olds, present)
    if later := [pk for pk, made_later in editions.items() if made_later]:
        mine = BankLine.objects.filter(file=taking.file.pk, corrected_by__isnull=True)
        mine.update(missing_in=later[-1])
    rows = awaited.exclude(identity__in=present).exclude(pk__in=taking.corrected)
    return list(rows.order_by("booked_on", "identity").values_list("pk", flat=True))


def _editions(taking: Taking) -> dict[UUID, bool]:
    """Files of the same statement taken in before, the oldest first, and whether the bank made them later.

    Another page of the statement is not another edition of it.
    """
    if not taking.file.statement:
        return {}
    rows = BankFile.objects.filter(account=taking.account, statement=taking.file.statement)
    ordered = sorted(rows, key=lambda row: (row.made_at is not None, row.made_at or row.at, row.sha256))
    found = {}
    for row in ordered:
        later = not newer(taking.file, row)
        one, other = (row, taking.file) if later else (taking.file, row)
        if replaces(one.pages, other.pages):
            found[row.pk] = later
    return found


def _olds(taking: Taking) -> dict[str, list[BankLine]]:
    """By identity of each line held back, the lines it may correct."""
    references = {line.bank_ref for _identity, line in taking.held_back}
    rows = in_force(taking.account.pk).filter(bank_ref__in=references).exclude(file_id=taking.file.pk)
    same = Q(booked_on__in={line.booked_on for _identity, line in taking.held_back})
    if taking.file.statement:
        same |= Q(file__statement=taking.file.statement)
    by_reference: dict[tuple[str, int], list[BankLine]] = {}
    for row in rows.filter(same).select_related("file") if references else ():
        by_reference.setdefault((row.bank_ref, row.ordinal), []).append(row)
    return {
        identity: [
            row
            for row in by_reference.get((line.bank_ref, line.ordinal), ())
            if row.reversal == line.reversal
            and (row.amount > 0) == (line.booked > 0)
            and (row.booked_on == line.booked_on or row.file.statement == taking.file.statement != "")
        ]
        for identity, line in taking.held_back
    }


def _take_held_back(taking: Taking, olds: dict[str, list[BankLine]], present: set[str]) -> None:
    new: list[tuple[str, Line, BankLine | None]] = []
    for identity, line in taking.held_back:
        standing = [
            row
            for row in olds[identity]
            if row.identity not in present and row.pk not in taking.corrected and row.pk not in _claimed(new)
        ]
        if len(standing) != 1:
            new.append((identity, line, None))
        elif newer(taking.file, standing[0].file):
            new.append((identity, line, standing[0]))
        else:
            taking.counts["outdated"] += 1
    taking.held_back = []
    for start in range(0, len(new), BATCH):
        take_new(taking, new[start : start + BATCH])


def _claimed(new: Iterable[tuple[str, Line, BankLine | None]]) -> set[UUID]:
    return {old.pk for _identity, _line, old in new if old is not None}
