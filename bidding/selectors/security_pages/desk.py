"""The finance desk: exceptions, proposals, bank files and collecting accounts. By sub-account alone.

No firm and no tender is read here: the columns that lead to them are not even asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.models import Person
from bidding.models.security import BankFile, BankLine, CollectingAccount, MatchProposal, SubAccount
from bidding.policies.security import may_read_money
from bidding.selectors.security.lines import unknown_kind
from bidding.selectors.security_pages.shapes import DeskLine, Word
from bidding.selectors.security_pages.words import PAYMENT_SHAPES, kind_word, reason_words, word_of
from bidding.states.security import LineKind, PaymentState, ProposalState
from kernel.errors import Finding, NotFound, RuleBroken
from kernel.policies import require

EXCEPTIONS = tuple(
    state.value
    for state in (PaymentState.UNMATCHED, PaymentState.SUSPICIOUS, PaymentState.SHORT, PaymentState.OVER)
)
"""What waits for people; late and double payments go back by the clock and need no proposal."""
NEWEST = 60
TABS = (
    ("security-desk", gettext_noop("Exceptions")),
    ("security-import", gettext_noop("Bank files")),
    ("security-guarantees", gettext_noop("Guarantees")),
    ("security-refunds", gettext_noop("Refunds")),
    ("security-books", gettext_noop("Reconciliation")),
    ("security-accounts", gettext_noop("Collecting accounts")),
)


@dataclass(frozen=True)
class Tab:
    """One page of the desk."""

    word: str
    url: str
    current: bool


@dataclass(frozen=True)
class Part:
    """A part of a proposal: number of the sub-account, sum."""

    number: str
    amount: Decimal


def tabs(path: str) -> list[Tab]:
    """The pages of the desk, the one in view marked."""
    found = [(word, reverse(f"bidding:{name}")) for name, word in TABS]
    place = path.replace("/security/payees/", "/security/refunds/")
    here = max((url for _word, url in found if place.startswith(url)), key=len, default="")
    return [Tab(_(word), url, url == here) for word, url in found]


def exceptions(actor: Actor) -> list[DeskLine]:
    """What no rule could place, and what is proposed for it, the oldest first."""
    require(may_read_money(actor))
    waiting = MatchProposal.objects.filter(state=ProposalState.PROPOSED.value).values("line")
    rows = _lines().filter(Q(state__in=EXCEPTIONS) | Q(pk__in=waiting) | unknown_kind())
    return [_desk_line(row, actor) for row in rows.order_by("booked_on", "id")]


def exception_of(line_id: UUID, actor: Actor) -> DeskLine:
    """One of them; NotFound for every other line."""
    require(may_read_money(actor))
    row = _lines().filter(Q(kind=LineKind.RECEIPT.value) | unknown_kind(), pk=line_id).first()
    if row is None:
        raise _unknown()
    return _desk_line(row, actor)


def proposal_of(proposal_id: UUID, actor: Actor) -> DeskLine:
    """The line of an open proposal; NotFound when there is none."""
    require(may_read_money(actor))
    row = MatchProposal.objects.filter(pk=proposal_id, state=ProposalState.PROPOSED.value).first()
    if row is None:
        raise _unknown()
    return exception_of(row.line_id, actor)


def parts_shown(proposal: MatchProposal) -> list[Part]:
    """The parts of a proposal, by number."""
    numbers = dict(
        SubAccount.objects.filter(pk__in=[part["sub_account"] for part in proposal.parts]).values_list(
            "pk", "number"
        )
    )
    return [
        Part(numbers.get(UUID(part["sub_account"]), "–"), Decimal(part["amount"])) for part in proposal.parts
    ]


def parts_given(line_id: UUID, split: Sequence[tuple[str, Decimal]]) -> list[tuple[UUID, Decimal]]:
    """The parts as the service takes them; RuleBroken ``no_such_sub_account`` with the number nobody has."""
    account = BankLine.objects.values_list("account_id", flat=True).get(pk=line_id)
    found = SubAccount.objects.filter(account=account, number__in=[number for number, _sum in split])
    ids = dict(found.values_list("number", "pk"))
    message = gettext_noop("There is no sub-account %(number)s in this collecting account.")
    missing = [
        Finding("no_such_sub_account", message, field="parts", data={"number": number})
        for number, _sum in split
        if number not in ids
    ]
    if missing:
        raise RuleBroken("no_such_sub_account", message, missing, **missing[0].data)
    return [(ids[number], amount) for number, amount in split]


def accounts_open(actor: Actor) -> list[CollectingAccount]:
    """Accounts whose statements are taken in."""
    return [row for row in accounts_all(actor) if row.closed_at is None]


def accounts_all(actor: Actor) -> list[CollectingAccount]:
    """Every collecting account."""
    require(may_read_money(actor))
    return list(CollectingAccount.objects.order_by("code"))


def files_taken(actor: Actor) -> list[BankFile]:
    """Files taken in, the newest first."""
    require(may_read_money(actor))
    return list(BankFile.objects.select_related("account").order_by("-at")[:NEWEST])


def person_name(person: UUID | None) -> str:
    """The name of a maker or checker."""
    row = Person.objects.filter(pk=person).first() if person else None
    return row.name if row else ""


def _lines() -> Any:
    rows = BankLine.objects.filter(corrected_by__isnull=True)
    return rows.select_related("sub_account").only(
        *("id", "amount", "currency", "booked_on", "booked_at", "kind", "state", "reasons", "payee_account"),
        "sub_account__number",
    )


def _desk_line(row: BankLine, actor: Actor) -> DeskLine:
    last = row.proposals.order_by("-made_at").first()
    waits = last is not None and last.state == ProposalState.PROPOSED.value
    return DeskLine(
        id=row.pk,
        sub_account=row.sub_account.number if row.sub_account else row.payee_account,
        amount=row.amount,
        currency=row.currency,
        booked_on=row.booked_on,
        booked_at=row.booked_at,
        state=word_of(PaymentState(row.state), PAYMENT_SHAPES)
        if row.state
        else Word(kind_word(row.kind), "fail"),
        reasons=reason_words(row.reasons),
        kind=row.kind,
        proposal=last if waits else None,
        maker=person_name(last.maker) if last else "",
        checker=person_name(last.checker) if last else "",
        mine=waits and last is not None and last.maker == actor.person,
    )


def _unknown() -> NotFound:
    return NotFound("not_here", gettext_noop("There is no such thing, or none you may know of."))
