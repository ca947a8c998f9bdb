"""Digests of the modules a browser is served, in the ledger: what a stranger reviews is what runs (decision 6)."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.actors import SYSTEM
from ledger.models import Entry
from ledger.services import record_append
from protocol import canonical
from protocol.hashing import sha256

NAME = "client-modules"


def module_digests() -> dict[str, str]:
    """SHA-256 in hex of every module under ``static/js``, by path."""
    root = Path(settings.BASE_DIR) / "static" / "js"
    return {
        path.relative_to(root).as_posix(): sha256(path.read_bytes()).hex()
        for path in sorted(root.rglob("*.js"))
    }


@transaction.atomic
def client_modules_record(*, at: datetime) -> Entry | None:
    """Write the digests of the modules served now, unless the last record holds the same; None then.

    Only the installation itself does this, at an upgrade; no person can ask for it.
    """
    digests = module_digests()
    wanted = sha256(canonical.encode(digests)).hex()
    last = (
        Entry.objects.filter(kind="record", body_text__contains=f'"name":"{NAME}"').order_by("-seq").first()
    )
    if last is not None and last.body["data"] == wanted:
        return None
    return record_append(name=NAME, subject="static/js", data=digests, actor=SYSTEM.key, at=at)
