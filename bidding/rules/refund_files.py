"""The file of a refund list for the bank: pain.001 where it takes one, else a table with the headings banks use."""

from collections.abc import Callable, Mapping, Sequence

from bidding.rules.bank.pain001 import Batch, bank_csv, pain001

COLUMNS: Sequence[tuple[str, str]] = (
    ("业务参考号", "end_to_end_id"),
    ("收款人名称", "payee_name"),
    ("收款人账号", "payee_account"),
    ("收款行名称", "payee_bank"),
    ("联行号", "payee_bank_code"),
    ("金额", "amount"),
    ("币种", "currency"),
    ("附言", "text"),
)
FORMATS: Mapping[str, Callable[[Batch], bytes]] = {
    "pain.001": pain001,
    "csv": lambda batch: bank_csv(batch, COLUMNS),
}
"""By the name a person chooses, how a list is written. ValueError for what no bank would take."""
