"""Which line of one file is which line of another, so that no import counts a payment twice or loses one.

With a bank's reference a line is (account, day, direction, amount, currency, reference, place in its entry). Without,
it is what identifies a payment and no re-send corrects: account, day, time, amount, currency, both accounts, and the
end-to-end id; the name or the free text only where the account or the id is missing. Lines alike in all that are
counted: the second is another payment. So files must give whole days of an account (statements do; a report of the day
so far may come before); two parts of one day without references, each with one of two equal payments, look like one.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from bidding.rules.bank.lines import BankLine
from bidding.rules.bank.names import normalised_account, normalised_name
from protocol import canonical, hashing

_IDENTITY = b"sunlit/v1 bank line\x00"
_CONTENT = b"sunlit/v1 bank line content\x00"


def identities(lines: Iterable[BankLine]) -> list[str]:
    """The identity of each line of one file, in its order: 64 hexadecimal digits, stable over files and formats' order.

    Lines of different status are different: what was pending is booked later as a line of its own.
    """
    return [identity for identity, _line in identified(lines)]


def identified(lines: Iterable[BankLine]) -> Iterator[tuple[str, BankLine]]:
    """Each line with its identity, as a stream; counts equal lines from the stream's beginning."""
    seen: Counter[bytes] = Counter()
    for line in lines:
        key = hashing.sha256(_IDENTITY, _encoded(_facts(line)))
        place = seen[key]
        seen[key] += 1
        yield hashing.sha256(_IDENTITY, key, place.to_bytes(8, "big")).hex(), line


def reference(line: BankLine) -> str:
    """What a bank's reference alone points to, empty without one: a new line with a known reference is a correction or
    the same booking in another file's words (a notification beside the statement), and asks for people.
    """
    if not line.bank_ref:
        return ""
    return "|".join((normalised_account(line.account), line.bank_ref, str(line.ordinal)))


def content(line: BankLine) -> str:
    """A digest of everything a line says but its place in the file: a re-send that differs corrected something."""
    facts = _facts(line) | {
        "payer_name": line.payer_name,
        "remittance": line.remittance,
        "value": line.value_on.isoformat() if line.value_on else "",
        "booked": str(line.booked.normalize()),
    }
    return hashing.sha256(_CONTENT, _encoded(facts)).hex()


def _encoded(facts: dict[str, str]) -> bytes:
    return canonical.encode({name: unicodedata.normalize("NFC", value) for name, value in facts.items()})


def _facts(line: BankLine) -> dict[str, str]:
    facts = {
        "account": normalised_account(line.account),
        "day": line.booked_on.isoformat() if line.booked_on else "",
        "amount": f"{line.amount.normalize():f}",
        "currency": line.currency,
        "reversal": str(line.reversal),
        "status": line.status,
    }
    if line.bank_ref:
        return facts | {"reference": line.bank_ref, "ordinal": str(line.ordinal)}
    payer, payee = normalised_account(line.payer_account), normalised_account(line.payee_account)
    return facts | {
        "time": line.booked_at.isoformat() if line.booked_at else "",
        "payer": payer or normalised_name(line.payer_name),
        "payee": payee,
        "id": line.end_to_end_id or normalised_name(line.remittance),
    }
