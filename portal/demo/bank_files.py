"""The bank of the demonstration: a small book of its own, and its statements as camt.053, as real banks send them."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from xml.sax.saxutils import escape

from accounts.rules.notices import BEIJING

SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
HOLDER = "预演市公共资源交易中心"


@dataclass(frozen=True)
class Movement:
    """One movement: ``amount`` below zero goes out; ``other`` is who pays or is paid."""

    amount: Decimal
    at: datetime
    other: str
    other_account: str
    credited: str = ""
    end_to_end: str = "NOTPROVIDED"
    text: str = ""


@dataclass
class Bank:
    """One account at the bank of the demonstration, and how many statements it has sent."""

    number: str
    balance: Decimal = Decimal(0)
    sent: int = 0
    booked: int = 0
    waiting: list[Movement] = field(default_factory=list)

    def book(self, movement: Movement) -> None:
        """Book a movement; it stands in the next statement."""
        self.waiting.append(movement)

    def statement(self, at: datetime) -> tuple[str, bytes]:
        """Name and bytes of the statement made at ``at``, with every movement since the last one."""
        opening, rows = self.balance, sorted(self.waiting, key=lambda row: row.at)
        self.waiting = []
        self.sent += 1
        self.balance += sum((row.amount for row in rows), Decimal(0))
        made = at.astimezone(BEIJING).isoformat(timespec="seconds")
        day = at.astimezone(BEIJING).date().isoformat()
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{SPACE}"><BkToCstmrStmt>'
            f"<GrpHdr><MsgId>D{self.sent}</MsgId><CreDtTm>{made}</CreDtTm></GrpHdr>"
            f"<Stmt><Id>D{self.sent}</Id><CreDtTm>{made}</CreDtTm>"
            f"<Acct><Id><Othr><Id>{self.number}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>"
            f"{_balance('OPBD', opening, day)}{_balance('CLBD', self.balance, day)}"
            f"{''.join(self._entry(row) for row in rows)}</Stmt></BkToCstmrStmt></Document>"
        )
        return f"statement-{self.sent}.xml", text.encode()

    def _entry(self, row: Movement) -> str:
        self.booked += 1
        sign, mine, theirs = ("CRDT", "Cdtr", "Dbtr") if row.amount > 0 else ("DBIT", "Dbtr", "Cdtr")
        parties = {
            theirs: _party(theirs, row.other, row.other_account),
            mine: _party(mine, HOLDER, row.credited or self.number),
        }  # the debtor stands first in the file, as the schema wants it
        moment = row.at.astimezone(BEIJING).isoformat(timespec="seconds")
        return (
            f'<Ntry><Amt Ccy="CNY">{abs(row.amount):.2f}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
            f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>{moment}</DtTm></BookgDt>"
            f"<AcctSvcrRef>DEMO{self.booked:06d}</AcctSvcrRef><BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd>"
            f"<NtryDtls><TxDtls><Refs><EndToEndId>{row.end_to_end}</EndToEndId></Refs>"
            f"<RltdPties>{parties['Dbtr']}{parties['Cdtr']}</RltdPties>"
            f"<RmtInf><Ustrd>{escape(row.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )


def _party(tag: str, name: str, account: str) -> str:
    if not name:  # the bank's own fees and interest name nobody
        return ""
    return (
        f"<{tag}><Pty><Nm>{escape(name)}</Nm></Pty></{tag}>"
        f"<{tag}Acct><Id><Othr><Id>{account}</Id></Othr></Id></{tag}Acct>"
    )


def _balance(code: str, amount: Decimal, day: str) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{amount:.2f}</Amt>'
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )
