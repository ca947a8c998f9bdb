"""A bank statement imported and matched in one pass: 10,000 and 100,000 lines against 50,000 expected payments.

`python -m benchmarks.bank_import` prints JSON: CPU seconds of this process and of its database server for each file,
their ratio (linear is 10), and by how much the process grew while it imported. Each file is taken in by a process of
its own, in a database of its own, against the same 50,000 sub-accounts; half of the lines pay one, the others name no
sub-account there is or pay a second time. What is measured is the whole act: refusal checks, identities, matching,
books with their entries in the ledger, and the messages to bidders.
"""

# ruff: noqa: PLC0415 - Django's modules can be imported only once the settings name the new database

from __future__ import annotations

import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from uuid import uuid4

from benchmarks.ledger_append import backend_seconds, own_database

LOTS, FIRMS = 50, 1000
SIZES = (10_000, 100_000)
NUMBER, PREFIX = "35001616850052501234", "35001616"
AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
AMOUNT = Decimal("20000.00")
KEY = bytes(32)
TAIL = "</Stmt></BkToCstmrStmt></Document>"
HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-03-11T00:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S</Id><CreDtTm>2026-03-11T00:00:00Z</CreDtTm><Acct><Id><Othr><Id>{NUMBER}</Id></Othr></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">0</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-03-10</Dt></Dt></Bal>
"""
ENTRY = (
    '<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><DtTm>{at}</DtTm></BookgDt>'
    "<AcctSvcrRef>{ref}</AcctSvcrRef><BkTxCd/><NtryDtls><TxDtls><Refs><EndToEndId>{e2e}</EndToEndId></Refs>"
    "<RltdPties><Dbtr><Nm>{payer}</Nm></Dbtr><DbtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></DbtrAcct>"
    "<CdtrAcct><Id><Othr><Id>{payee}</Id></Othr></Id></CdtrAcct></RltdPties>"
    "<RmtInf><Ustrd>投标保证金</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
)


def basic_account(place: int) -> str:
    """The basic account of the firm in this place."""
    return f"62{place:014d}"


def firms() -> list[Any]:
    """Registered firms with a basic account each, as rows: registration is not what is measured."""
    from accounts.models import BasicAccount, Organisation, OrganisationName
    from accounts.rules import uscc_check_character
    from accounts.rules.names import name_key

    rows = []
    for place in range(FIRMS):
        code = f"91350200R{place:08d}"
        name = f"投标单位 {place}"
        rows.append(
            Organisation(
                code=code + uscc_check_character(code),
                name=name,
                name_key=name_key(name),
                kinds=["bidder"],
                state="accepted",
                registered_at=AT,
                submitted_at=AT,
                accepted_at=AT,
            )
        )
    Organisation.objects.bulk_create(rows)
    OrganisationName.objects.bulk_create(
        OrganisationName(
            organisation=row,
            name=row.name,
            name_key=row.name_key,
            valid_from=date(2020, 1, 1),
            recorded_at=AT,
        )
        for row in rows
    )
    BasicAccount.objects.bulk_create(
        BasicAccount(
            organisation=row,
            holder=row.name,
            number=basic_account(place),
            bank="某银行",
            cnaps="1" * 12,
            since=AT - timedelta(days=365),
        )
        for place, row in enumerate(rows)
    )
    return rows


def lots() -> list[Any]:
    """Lots of one published tender which ask for a deposit; all but the first are its copies."""
    from bidding.rehearsal.clock import china
    from bidding.rehearsal.parties import Registry
    from bidding.rehearsal.tenders import Panel, Plan, publish
    from trading.models import Lot

    plan = Plan(
        id="bank",
        title="某工程",
        title_en="Works",
        scope="道路",
        ceiling=Decimal(9_500_000),
        offers=[],
        deposit=AMOUNT,
    )
    close_at = china(AT + timedelta(days=25), 9, 30)
    first = publish(plan, Panel(t=2, n=3), Registry(), at=AT, close_at=close_at).lot
    facts = Lot.objects.filter(pk=first.pk).values().get()
    copies = [Lot(**(facts | {"id": uuid4(), "no": number})) for number in range(2, LOTS + 1)]
    return [first, *Lot.objects.bulk_create(copies)]


def sub_accounts(account: Any, rows: list[Any]) -> list[str]:
    """The numbers of the expected payments, firm by firm and lot by lot, as rows with an entry of the ledger each."""
    from bidding.models.security import SubAccount
    from bidding.rules.sub_accounts import sub_account_number
    from ledger import store
    from ledger.models import Entry
    from ledger.services import record_append

    like = record_append(name="sub-account-issued", subject=str(uuid4()), data={}, actor="system", at=AT)
    found = []
    for lot in lots():
        entries = [
            Entry(
                id=uuid4(),
                seq=number,
                kind=like.kind,
                body_text=like.body_text,
                signatures_text=like.signatures_text,
                data_text=like.data_text,
                ev=secrets.token_hex(32),
                r=secrets.token_bytes(32),
                k=secrets.token_bytes(32),
                at=AT,
            )
            for number in store.arrival_numbers(FIRMS)
        ]
        Entry.objects.bulk_create(entries)
        subs = [
            SubAccount(
                account=account,
                number=sub_account_number(PREFIX, secrets.token_bytes),
                lot=lot,
                organisation=row,
                amount=AMOUNT,
                entry=entry,
                issued_at=AT,
            )
            for row, entry in zip(rows, entries, strict=True)
        ]
        SubAccount.objects.bulk_create(subs)
        found += [sub.number for sub in subs]
    return found


def write(path: Path, size: int, numbers: list[str]) -> None:
    """A statement of so many lines in an order of chance: half pay, a tenth pay again, the rest is nobody's."""
    chance = random.Random(20260310)
    order = list(range(len(numbers)))
    chance.shuffle(order)
    paying = order[: size // 2]
    targets: list[int | None] = [*paying, *paying[: size // 10]]
    targets += [None] * (size - len(targets))
    chance.shuffle(targets)
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for line, place in enumerate(targets):
            firm = line % FIRMS if place is None else place % FIRMS
            file.write(
                ENTRY.format(
                    amount=AMOUNT,
                    at=(AT + timedelta(minutes=1, milliseconds=500 * line)).isoformat(),
                    ref=f"B{line:09d}",
                    e2e=f"E{line:09d}",
                    payer=f"投标单位 {firm}",
                    account=basic_account(firm),
                    payee=NUMBER if place is None else numbers[place],
                )
            )
        file.write(TAIL)


def memory(name: str) -> float:
    """A figure of this process's memory in MiB: ``VmRSS`` now, ``VmHWM`` at its highest."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith(name)) / 1024


def measure(size: int) -> dict[str, float]:
    """One import: CPU of client and server, wall-clock, growth of the process, and what became of the lines."""
    from accounts.actors import SYSTEM
    from bidding.models.security import BankLine
    from bidding.selectors.security.books import reconciliation
    from bidding.services import security

    account = security.collecting_account_open(
        code="main",
        holder="某交易中心",
        bank="某银行",
        number=NUMBER,
        currency="CNY",
        columns="",
        prefix=PREFIX,
        opened_on=AT.date(),
        opening_balance=Decimal(0),
        actor=SYSTEM,
        at=AT,
    )
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "statement.xml"
        write(path, size, sub_accounts(account, firms()))
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the highest mark begins anew
        before, server, cpu, wall = memory("VmRSS"), backend_seconds(), process_time(), perf_counter()
        with path.open("rb") as stream:
            done = security.statement_import(
                account_id=account.pk,
                name=path.name,
                stream=stream,
                key=KEY,
                actor=SYSTEM,
                at=AT + timedelta(days=2),
            )
        spent = process_time() - cpu + backend_seconds() - server
        wall = perf_counter() - wall
    found = reconciliation(account)
    assert (done.new, found.by_books, found.balanced) == (size, size * AMOUNT, True)
    matched = BankLine.objects.filter(state="matched").count()
    assert matched == size // 2, matched
    return {"cpu": spent, "wall": wall, "grew": memory("VmHWM") - before, "matched": matched}


def child(size: int) -> dict[str, float]:
    """``measure`` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.bank_import", str(size)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"DEBUG": "0"}
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, float] = json.loads(done.stdout[done.stdout.index("{") :])
    return found


def main() -> None:
    """Both sizes, or the one that is named."""
    if len(sys.argv) > 1:
        with own_database():
            print(json.dumps(measure(int(sys.argv[1]))))
        return
    small, large = (child(size) for size in SIZES)
    print(
        json.dumps(
            {
                "bank: 10,000 lines imported and matched, CPU s": small["cpu"],
                "bank: 100,000 lines imported and matched, CPU s": large["cpu"],
                "bank: CPU of 100,000 lines to 10,000": large["cpu"] / small["cpu"],
                "bank: MiB by which the process grew, 10,000 lines": small["grew"],
                "bank: MiB by which the process grew, 100,000 lines": large["grew"],
            }
        )
    )


if __name__ == "__main__":
    main()
