"""A lot that asks for a deposit, its bidders with their sub-accounts, the centre's money people, and real bank files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO
from uuid import UUID, uuid4
from xml.sax.saxutils import escape

from accounts.actors import SYSTEM, Actor
from accounts.models import BasicAccount
from accounts.states import Role
from bidding.models.security import BankLine, CollectingAccount, SubAccount
from bidding.rehearsal.clock import CHINA
from bidding.rehearsal.parties import Party
from bidding.rehearsal.tenders import Plan
from bidding.services import security as services
from tests import builders_bidding as build
from trading.services.takers import documents_take

KEY = bytes(range(32))
__all__ = ["CHINA"]
NUMBER = "35001616850052501234"
PREFIX = "35001616"
DEPOSIT = Decimal("20000.00")
OPENED_ON = date(2026, 3, 1)

MAKER = Actor(person=UUID(int=101), organisation=UUID(int=100), roles=frozenset({Role.FINANCE}), name="maker")
CHECKER = Actor(
    person=UUID(int=102), organisation=UUID(int=100), roles=frozenset({Role.FINANCE}), name="checker"
)


def plan(**changes: object) -> Plan:
    """A tender which asks for a deposit of 20,000 yuan."""
    facts = {
        "id": "deposit",
        "title": "某道路工程",
        "title_en": "Some road works",
        "scope": "道路",
        "ceiling": Decimal(9_500_000),
        "offers": [],
        "technical_bytes": 1000,
        "deposit": DEPOSIT,
    }
    return Plan(**{**facts, **changes})


def account(opening: str = "0", **changes: object) -> CollectingAccount:
    """The centre's collecting account."""
    facts = {
        "code": "main",
        "holder": "某交易中心",
        "bank": "某银行",
        "number": NUMBER,
        "currency": "CNY",
        "columns": "",
        "prefix": PREFIX,
        "opened_on": OPENED_ON,
        "opening_balance": Decimal(opening),
    }
    return services.collecting_account_open(**{**facts, **changes}, actor=SYSTEM, at=build.START)


@dataclass
class World:
    """A published lot, the centre's account, and what its bank says."""

    hall: build.Hall
    account: CollectingAccount
    files: int = field(default=0)

    @property
    def lot(self):
        """The lot."""
        return self.hall.lot

    @property
    def now(self) -> datetime:
        """The moment of the simulated clock."""
        return self.hall.clock.now

    @property
    def deadline(self) -> datetime:
        """The deadline of the lot."""
        return self.hall.one.close_at

    def bidder(self, number: int) -> Party:
        """A bidder that has taken the documents."""
        party = self.hall.bidder(number)
        documents_take(tender_id=self.lot.tender_id, actor=party.actor, at=self.now)
        return party

    def sub(self, number: int, hall: build.Hall | None = None) -> SubAccount:
        """A bidder's sub-account at this lot, or at that of ``hall``."""
        party = self.bidder(number)
        lot = (hall or self.hall).lot
        documents_take(tender_id=lot.tender_id, actor=party.actor, at=self.now)
        return services.sub_account_issue(lot_id=lot.pk, actor=party.actor, at=self.now)

    def pay(self, sub: SubAccount, **changes: object) -> Paid:
        """A payment as the right payer makes it, an hour from now, exact; ``changes`` say what is wrong with it."""
        basic = BasicAccount.objects.get(organisation=sub.organisation, until__isnull=True)
        facts = {
            "amount": sub.lot.deposit_amount if sub.lot else sub.amount,
            "at": self.now + timedelta(hours=1),
            "payer": sub.organisation.name,
            "payer_account": basic.number,
            "payee": sub.number,
            "ref": f"B{uuid4().hex[:12]}",
            "e2e": f"E{uuid4().hex[:12]}",
        }
        return Paid(**{**facts, **changes})

    def take(self, *paid: Paid, **head: object) -> services.Imported:
        """Import a statement that holds these lines."""
        self.files += 1
        content = statement(
            *paid, **{"name": f"S{self.files}", "made": self.now + timedelta(minutes=self.files), **head}
        )
        return self.take_file(content)

    def take_file(self, content: bytes, name: str = "statement.xml", **changes: object) -> services.Imported:
        """Import a file."""
        self.hall.clock.after(seconds=1)
        facts = {"account_id": self.account.pk, "key": KEY, "actor": SYSTEM, "at": self.now}
        return services.statement_import(**{**facts, **changes}, name=name, stream=BytesIO(content))


def world(opening: str = "0", beside: build.Hall | None = None, **changes: object) -> World:
    """A lot with a deposit and the account to pay it into."""
    return World(build.hall(plan=plan(**changes), beside=beside), account(opening))


@dataclass(frozen=True)
class Paid:
    """One entry of a statement as a bank writes it. ``amount`` below zero is a debit; ``at`` a moment or a day."""

    amount: Decimal
    at: datetime | date
    payer: str = ""
    payer_account: str = ""
    payee: str = ""
    ref: str = ""
    e2e: str = ""
    text: str = ""
    reversal: bool = False
    charges: Decimal = Decimal(0)
    status: str = "BOOK"

    with_ = property(lambda self: partial(replace, self))


def entry(*paid: Paid, total: Decimal | None = None) -> str:
    """One Ntry; several payments of it are a batch with one TxDtls each."""
    one = paid[0]
    number = total if total is not None else sum((each.amount for each in paid), Decimal(0))
    moment = (
        f"<DtTm>{one.at.isoformat()}</DtTm>"
        if isinstance(one.at, datetime)
        else f"<Dt>{one.at.isoformat()}</Dt>"
    )
    reversal = "<RvslInd>true</RvslInd>" if one.reversal else ""
    reference = f"<AcctSvcrRef>{one.ref}</AcctSvcrRef>" if one.ref else ""
    details = "".join(detail(each, several=len(paid) > 1) for each in paid)
    return (
        f'<Ntry><Amt Ccy="CNY">{abs(number)}</Amt><CdtDbtInd>{"CRDT" if number >= 0 else "DBIT"}</CdtDbtInd>'
        f"{reversal}<Sts>{one.status}</Sts><BookgDt>{moment}</BookgDt>{reference}<BkTxCd/>"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def detail(paid: Paid, *, several: bool) -> str:
    """One TxDtls, with its own amount where there are several."""
    refs = f"<Refs><EndToEndId>{paid.e2e or 'NOTPROVIDED'}</EndToEndId></Refs>"
    amount = f'<AmtDtls><TxAmt><Amt Ccy="CNY">{abs(paid.amount)}</Amt></TxAmt></AmtDtls>' if several else ""
    charges = f'<Chrgs><Amt Ccy="CNY">{paid.charges}</Amt></Chrgs>' if paid.charges else ""
    names = [("Dbtr", paid.payer), ("Cdtr", "某交易中心")]
    accounts = [("DbtrAcct", paid.payer_account), ("CdtrAcct", paid.payee)]
    if paid.amount < 0:
        accounts = [("DbtrAcct", paid.payee), ("CdtrAcct", paid.payer_account)]
        names = [("Dbtr", "某交易中心"), ("Cdtr", paid.payer)]
    parts = []
    for (name_tag, name), (account_tag, number) in zip(names, accounts, strict=True):
        if name:
            parts.append(f"<{name_tag}><Nm>{escape(name)}</Nm></{name_tag}>")
        if number:
            parts.append(f"<{account_tag}><Id><Othr><Id>{number}</Id></Othr></Id></{account_tag}>")
    text = f"<RmtInf><Ustrd>{escape(paid.text)}</Ustrd></RmtInf>" if paid.text else ""
    return f"<TxDtls>{refs}{amount}{charges}<RltdPties>{''.join(parts)}</RltdPties>{text}</TxDtls>"


def statement(
    *paid: Paid | tuple[Paid, ...] | str,
    name: str = "S1",
    number: str = NUMBER,
    made: datetime = datetime(2026, 3, 3, tzinfo=UTC),
    closing: str = "0",
    closing_on: date = date(2026, 3, 31),
) -> bytes:
    """A camt.053.001.02 of these entries; a tuple is one batch, a string is taken as it is."""
    entries = "".join(
        one if isinstance(one, str) else entry(*(one if isinstance(one, tuple) else (one,))) for one in paid
    )
    value = Decimal(closing)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>M-{name}</MsgId><CreDtTm>{made.isoformat()}</CreDtTm></GrpHdr>
<Stmt><Id>{name}</Id><CreDtTm>{made.isoformat()}</CreDtTm>
<Acct><Id><Othr><Id>{number}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{abs(value)}</Amt>
<CdtDbtInd>{"CRDT" if value >= 0 else "DBIT"}</CdtDbtInd><Dt><Dt>{closing_on}</Dt></Dt></Bal>
{entries}</Stmt></BkToCstmrStmt></Document>""".encode()


def line_of(paid: Paid) -> BankLine:
    """The line in force of a payment."""
    return BankLine.objects.get(bank_ref=paid.ref, corrected_by__isnull=True)
