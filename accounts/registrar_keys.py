"""Which keys this installation trusts as the registrar's: one file of public keys, no private one.

Read at the edge and handed to services. A key is entered by ``manage.py registrar_key`` at the machine, never
through a page: who holds the intake desk's password must not be able to make themselves the registrar.
"""

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_noop as _

from kernel.errors import Unavailable
from ledger.files import write_private

FILE_NAME = "registrar.keys"


def registrar_spkis() -> frozenset[str]:
    """The trusted keys (SPKI, hex; one a line in ``KEYS_DIR/registrar.keys``); none when there is no file."""
    path = Path(settings.KEYS_DIR) / FILE_NAME
    if not path.exists():
        return frozenset()
    try:
        return frozenset(path.read_text(encoding="ascii").split())
    except (OSError, ValueError) as error:
        raise Unavailable("registrar_keys", _("The list of registrar keys cannot be read.")) from error


def registrar_trust(spki: str) -> frozenset[str]:
    """Add a key to the list and return the whole list."""
    keys = registrar_spkis() | {spki}
    write_private(Path(settings.KEYS_DIR) / FILE_NAME, "".join(f"{key}\n" for key in sorted(keys)).encode())
    return keys
