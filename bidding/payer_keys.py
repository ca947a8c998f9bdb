"""The key under which payers' accounts are marked, so that two bidders' payers compare without being read.

One file, kept apart from the database and its backups, read at the edge and handed to services as bytes. Losing it
means that old marks compare with nothing.
"""

import secrets
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_noop as _

from kernel.errors import Unavailable
from ledger.files import write_private_once

FILE_NAME = "payer.key"
MIN_KEY_BYTES = 32


def payer_key() -> bytes:
    """The installation's key (hex in ``KEYS_DIR/payer.key``); made on first use outside production.

    Raises ``Unavailable`` (``payer_key``) when it is missing in production or cannot be used.
    """
    path = payer_key_file()
    if not path.exists() and not settings.PRODUCTION:
        write_private_once(path, secrets.token_hex(MIN_KEY_BYTES).encode())
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise Unavailable("payer_key", _("The key for payers' accounts is missing or damaged.")) from error
    if len(key) < MIN_KEY_BYTES:
        raise Unavailable("payer_key", _("The key for payers' accounts is missing or damaged."))
    return key


def payer_key_file() -> Path:
    """Where the key lies."""
    return Path(settings.KEYS_DIR) / FILE_NAME
