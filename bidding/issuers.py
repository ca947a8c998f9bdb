"""Asking issuers whether a guarantee is theirs: one interface, and a default that reads what the operator was given.

``SUNLIT_GUARANTEE_ANSWERS`` names a directory (or one file) of answers as issuers send them, JSON or CSV (UTF-8):
``issuer, number, amount, beneficiary, valid_until, sha256, status`` with ``status`` genuine or false. An installation
with an issuer's own interface names its class in ``SUNLIT_GUARANTEE_ADAPTER`` (``package.module.Class``).
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from bidding.rules.bank.names import same_name

GENUINE, FALSE = "genuine", "false"


@dataclass(frozen=True)
class Asked:
    """The guarantee that is asked about: what its bidder registered, and the digest of the file."""

    issuer: str
    number: str
    beneficiary: str
    amount: Decimal
    valid_until: date
    sha256: str


@dataclass(frozen=True)
class Answer:
    """What an issuer says: ``status`` genuine or false, ``differs`` the names of fields that are not as registered."""

    status: str
    differs: tuple[str, ...] = ()
    raw: Mapping[str, str] = field(default_factory=dict)

    @property
    def genuine(self) -> bool:
        """Whether the issuer stands for exactly this guarantee."""
        return self.status == GENUINE and not self.differs


class Issuer(Protocol):
    """What every adapter can do."""

    name: str

    def ask(self, asked: Asked) -> Answer | None:
        """The issuer's answer, or None when it has none (yet); Unavailable when it cannot be asked now."""
        ...


class AnswerFiles:
    """The default: answers in files the operator was given. An unreadable row or file is no answer, never a yes."""

    def __init__(self, path: Path | None) -> None:
        """Read ``path``, a file or a directory of ``*.json`` and ``*.csv``; None never answers."""
        self.path = path
        self.name = "files"

    def ask(self, asked: Asked) -> Answer | None:
        """The last answer about this number of this issuer; what it states and is not as registered in ``differs``."""
        found = None
        for row in self._rows():
            if row.get("number", "").strip() != asked.number or not same_name(
                row.get("issuer", ""), asked.issuer
            ):
                continue
            status = GENUINE if row.get("status", "").strip().lower() == GENUINE else FALSE
            found = Answer(status, _differences(row, asked), row)
        return found

    def _rows(self) -> Iterator[dict[str, str]]:
        if self.path is None or not self.path.exists():
            return
        files = [self.path] if self.path.is_file() else sorted(self.path.iterdir())
        for file in files:
            try:
                yield from _read(file)
            except (OSError, ValueError, csv.Error):
                continue


def issuer() -> Issuer:
    """The adapter of this installation."""
    if settings.GUARANTEE_ADAPTER:
        made: Issuer = import_string(settings.GUARANTEE_ADAPTER)()
        return made
    return AnswerFiles(Path(settings.GUARANTEE_ANSWERS) if settings.GUARANTEE_ANSWERS else None)


def _read(file: Path) -> Iterator[dict[str, str]]:
    if file.suffix == ".json":
        data = json.loads(file.read_text(encoding="utf-8-sig"))
        for row in data if isinstance(data, list) else [data]:
            yield {str(name): str(value) for name, value in row.items()}
    elif file.suffix == ".csv":
        with file.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                yield {str(name): str(value or "") for name, value in row.items()}


def _differences(row: Mapping[str, str], asked: Asked) -> tuple[str, ...]:
    """Fields in which the answer is not what was registered; a digest or date the issuer does not give is not one."""
    found = []
    try:
        if Decimal(row.get("amount", "")) != asked.amount:
            found.append("amount")
    except InvalidOperation:
        found.append("amount")
    if not same_name(row.get("beneficiary", ""), asked.beneficiary):
        found.append("beneficiary")
    if row.get("valid_until", "") not in ("", asked.valid_until.isoformat()):
        found.append("valid_until")
    if row.get("sha256", "").lower() not in ("", asked.sha256):
        found.append("sha256")
    return tuple(found)
