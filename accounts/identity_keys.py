"""The key under which identity numbers are marked: one file, kept apart from the database.

Read at the edge and handed to services as bytes. Whoever has both the table and this key can test a number;
so the file never lies in a backup of the database. Losing it means that old marks compare with nothing.
"""

import secrets
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_noop as _

from accounts.rules.identity import MIN_KEY_BYTES
from kernel.errors import Unavailable
from ledger.files import write_private_once

FILE_NAME = "identity.key"


def identity_key() -> bytes:
    """The installation's key (hex in ``KEYS_DIR/identity.key``); made on first use outside production.

    Raises ``Unavailable`` (``identity_key``) when it is missing in production or cannot be used.
    """
    path = Path(settings.KEYS_DIR) / FILE_NAME
    if not path.exists() and not settings.PRODUCTION:
        write_private_once(path, secrets.token_hex(MIN_KEY_BYTES).encode())
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise Unavailable("identity_key", _("The key for identity numbers is missing or damaged.")) from error
    if len(key) < MIN_KEY_BYTES:
        raise Unavailable("identity_key", _("The key for identity numbers is missing or damaged."))
    return key
