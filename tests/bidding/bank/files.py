"""Bank files as tests write them."""

SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.{message}.001.{version:02}"
ROOTS = {
    "052": ("BkToCstmrAcctRpt", "Rpt"),
    "053": ("BkToCstmrStmt", "Stmt"),
    "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
CODE = "<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd>"
OPENING = (
    '<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">0</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    "<Dt><Dt>2026-11-27</Dt></Dt></Bal>"
)


def payment(
    number=1,
    *,
    amount="20000.00",
    version=8,
    sub="V0001",
    name="某建设有限公司",
    account="6222021001",
    extra="",
):
    """One ``TxDtls`` of a credit."""
    named = f"<Nm>{name}</Nm>" if version < 7 else f"<Pty><Nm>{name}</Nm></Pty>"
    stated = f'<Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>' if version > 2 and amount else ""
    return (
        f"<TxDtls><Refs><EndToEndId>E2E-{number}</EndToEndId></Refs>{stated}{extra}"
        f"<RltdPties><Dbtr>{named}</Dbtr><DbtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></DbtrAcct>"
        f"<CdtrAcct><Id><Othr><Id>{sub}</Id></Othr></Id></CdtrAcct></RltdPties>"
        f"<RmtInf><Ustrd>投标保证金 {number}</Ustrd></RmtInf></TxDtls>"
    )


def entry(
    details="",
    *,
    amount="20000.00",
    sign="CRDT",
    version=8,
    status="BOOK",
    booked="<DtTm>2026-11-27T15:30:00+08:00</DtTm>",
    reference="REF-1",
    reversal="",
    currency="CNY",
):
    """One ``Ntry``."""
    state = f"<Sts>{status}</Sts>" if version < 7 else f"<Sts><Cd>{status}</Cd></Sts>"
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{reversal}{state}'
        + (f"<BookgDt>{booked}</BookgDt>" if booked else "")
        + (f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else "")
        + CODE
        + (f"<NtryDtls>{details}</NtryDtls>" if details else "")
        + "</Ntry>"
    )


def camt(entries, *, message="053", version=8, space=None, prefix="", head=""):
    """A whole file as text."""
    root, one = ROOTS[message]
    space = SPACE.format(message=message, version=version) if space is None else space
    declared = f' xmlns="{space}"' if space else ""
    balance = OPENING if message == "053" else ""
    return (
        f"{prefix}{head}<Document{declared}><{root}><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-27T20:00:00+08:00</CreDtTm>"
        f"</GrpHdr><{one}><Id>S1</Id><CreDtTm>2026-11-27T20:00:00+08:00</CreDtTm>"
        f"<Acct><Id><Othr><Id>31001</Id></Othr></Id><Ccy>CNY</Ccy></Acct>{balance}{entries}</{one}></{root}></Document>"
    )
