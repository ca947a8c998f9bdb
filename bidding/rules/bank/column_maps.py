"""How a bank's table is read, as data: headings, words, formats. One TOML file per kind of table."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from trading.rules.packs import PackError

MAPS_DIR: Final = Path(__file__).resolve().parents[2] / "packs" / "banks"
FIELDS: Final = frozenset(
    {
        "booked",
        "clock",
        "value_on",
        "amount",
        "income",
        "expense",
        "direction",
        "currency",
        "account",
        "bank_ref",
    }
    | {"end_to_end_id", "payer_name", "payer_account", "payee_account", "remittance", "kind"}
    | {"debtor_name", "debtor_account", "creditor_name", "creditor_account"}
)
NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "word": frozenset({"booked", "amount", "direction"}),
    "columns": frozenset({"booked", "income", "expense"}),
    "signed": frozenset({"booked", "amount"}),
}
"""The columns without which a row is no heading, by the way the amount is written."""

WORDS: Final = frozenset({"credit", "debit", "reversal", "footer"})
ENCODINGS: Final = frozenset({"utf-8-sig", "gb18030"})
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")


@dataclass(frozen=True, slots=True)
class BankMap:
    """One kind of table. ``currency`` and ``account`` stand for columns the table lacks; ``day_is_end`` says that a
    day without a time means its end (see ``matching.timing``).
    """

    id: str
    version: str
    title_zh: str
    title_en: str
    encodings: tuple[str, ...]
    delimiters: tuple[str, ...]
    amount: str
    days: tuple[str, ...]
    clocks: tuple[str, ...]
    day_is_end: bool
    currency: str
    account: str
    words: Mapping[str, frozenset[str]]
    columns: Mapping[str, str]

    def headings(self, values: Sequence[object]) -> dict[str, int]:
        """Which column holds what if this row is the heading, else nothing; the first of two equal ones counts."""
        found: dict[str, int] = {}
        for index, value in enumerate(values):
            name = self.columns.get(plain(value)) if isinstance(value, str) else None
            if name and name not in found:
                found[name] = index
        return found if found.keys() >= NEEDED[self.amount] else {}


def plain(value: object) -> str:
    """A heading or word as it is compared: no width, case, space, mark or bracketed remark, such as a unit."""
    text = unicodedata.normalize("NFKC", str(value)).casefold()
    return re.sub(r"[\s_:.*]", "", _BRACKETS.sub("", text))


def read_map(text: str, name: str = "map") -> BankMap:
    """One map from TOML; ``PackError`` names what is wrong."""
    try:
        data: dict[str, Any] = tomllib.loads(text)
        head, words, columns = data["map"], data["words"], data["columns"]
        found = BankMap(
            id=str(head["id"]),
            version=str(head["version"]),
            title_zh=str(head["title_zh"]),
            title_en=str(head["title_en"]),
            encodings=tuple(map(str, head["encodings"])),
            delimiters=tuple(map(str, head["delimiters"])),
            amount=str(head["amount"]),
            days=tuple(map(str, head["days"])),
            clocks=tuple(map(str, head["clocks"])),
            day_is_end=bool(head["day_is_end"]),
            currency=str(head["currency"]),
            account=str(head["account"]),
            words={key: frozenset(map(plain, words.get(key, ()))) for key in WORDS},
            columns={plain(heading): key for key, headings in columns.items() for heading in headings},
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise PackError(f"{name}: {error}") from error
    if found.amount not in NEEDED or not NEEDED[found.amount] <= columns.keys() <= FIELDS:
        raise PackError(f"{name}: columns {sorted(columns)} do not suit amount = {found.amount!r}")
    if not set(words) <= WORDS or not set(found.encodings) <= ENCODINGS or not found.encodings:
        raise PackError(f"{name}: unknown words or encodings")
    if sum(len({plain(heading) for heading in headings}) for headings in columns.values()) != len(
        found.columns
    ):
        raise PackError(f"{name}: a heading names two columns")
    if found.words["credit"] & found.words["debit"]:
        raise PackError(f"{name}: a word is both credit and debit")
    return found


def load_maps(directory: Path = MAPS_DIR) -> dict[str, BankMap]:
    """Every map of a directory by its id; ``PackError`` when two have one id."""
    maps = [
        read_map(path.read_text(encoding="utf-8"), path.name) for path in sorted(directory.glob("*.toml"))
    ]
    by_id = {one.id: one for one in maps}
    if len(by_id) != len(maps):
        raise PackError("two maps have one id")
    return by_id
