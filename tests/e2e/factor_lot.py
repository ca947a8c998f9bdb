"""Run in the market's installation: publish one tender whose bidders hold a decryption factor; write down who may bid."""

import json
import os
import secrets
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from accounts.states import OrganisationKind  # noqa: E402
from bidding.rehearsal.clock import china  # noqa: E402
from bidding.rehearsal.key_files import backup_of, passphrase_from  # noqa: E402
from bidding.rehearsal.parties import Registry  # noqa: E402
from bidding.rehearsal.tenders import Panel, Plan, publish  # noqa: E402
from kernel import clock  # noqa: E402
from ledger.services import batch_cut  # noqa: E402


class Later(Registry):
    """A registry beside the market's own: other numbers, so other e-mail addresses and codes."""

    def __init__(self, password: str) -> None:
        """Numbers far from the market's, and from those of an earlier run."""
        super().__init__(password)
        first = 1_000 + secrets.randbelow(50_000)
        self._parties.update({f"spare {number}": None for number in range(first)})  # type: ignore[misc]


def main(place: Path) -> None:
    """Publish, and write key and login of one bidder."""
    password, passphrase = secrets.token_urlsafe(9), passphrase_from(secrets.token_bytes(16))
    registry, at = Later(password=password), clock.now()
    plan = Plan("factor", "解密因子工程", "Works with a factor", "道路", Decimal(9_000_000), [])
    one = publish(plan, Panel(factor=True), registry, at=at, close_at=china(at + timedelta(days=25), 9, 30))
    party = registry.party("因子投标单位", OrganisationKind.BIDDER, at=at)
    batch_cut(at=clock.now())
    key = backup_of(
        party.signer,
        org=party.organisation.code,
        label="bidder",
        passphrase=passphrase,
        random=secrets.token_bytes,
    )
    (place / "factor-key.json").write_bytes(key)
    said = {
        "number": one.lot.tender.number,
        "login": party.email,
        "password": password,
        "passphrase": passphrase,
    }
    (place / "factor.json").write_text(json.dumps(said), "utf-8")


main(Path(sys.argv[1]))
