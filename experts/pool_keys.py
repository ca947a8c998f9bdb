"""The key of the pool: secrets of epochs and the gateway's key for telephone numbers follow from one file.

Kept apart from the database and its backups, read at the edge. Whoever has the tables without it can neither tell which
leaf of an epoch is whose nor read a telephone number. Losing it means that old records can no longer be opened.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_noop as _

from kernel.errors import Unavailable
from ledger.files import write_private_once
from protocol import canonical, hashing, hpke
from protocol.errors import BadContent

FILE_NAME = "pool.key"
KEY_BYTES = 32
PHONE_INFO = b"sunlit pool telephone/v1"
CALL_INFO = b"sunlit draw call/v1"
LEADS_INFO = b"sunlit leads of a draw/v1\x00"


@dataclass(frozen=True)
class Called:
    """Whom the gateway calls: name, number, the mail address of his login if he has one, and which record (id)."""

    name: str
    phone: str
    mail: str
    expert: str


@dataclass(frozen=True)
class PoolKey:
    """The key, and what follows from it."""

    secret: bytes

    def epoch(self, nonce: bytes) -> bytes:
        """The secret of the epoch with this nonce, 32 bytes."""
        return hashing.mac(self.secret, b"sunlit pool epoch\x00" + nonce)[:KEY_BYTES]

    def lead_code(self, expert: bytes) -> str:
        """The code by which leads speak of an expert: it follows from the key alone, and tells no name."""
        return hashing.mac(self.secret, b"sunlit lead code\x00" + expert)[:5].hex().upper()

    def seal_phone(self, phone: str, random: bytes) -> str:
        """A telephone number sealed to the gateway, hex; ``random`` are 32 fresh bytes. Empty stays empty."""
        if not phone:
            return ""
        return hpke.seal_base(hpke.public_key(self._gateway), PHONE_INFO, phone.encode("utf-8"), random).hex()

    def open_phone(self, sealed: str) -> str:
        """The number again: for the gateway, and for the expert himself. ``Unavailable`` under another key."""
        if not sealed:
            return ""
        try:
            return hpke.open_base(self._gateway, PHONE_INFO, bytes.fromhex(sealed)).decode("utf-8")
        except BadContent as error:
            raise Unavailable("pool_key", _("The key of the expert pool is missing or damaged.")) from error

    def seal_call(self, called: "Called", random: bytes) -> str:
        """Whom the gateway calls for a seat, hex; sealed to the draw's gateway key, too, before it is kept."""
        within = canonical.encode([called.name, called.phone, called.mail, called.expert])
        return hpke.seal_base(hpke.public_key(self._gateway), CALL_INFO, within, random).hex()

    def open_call(self, sealed: str) -> "Called":
        """Whom to call, for the gateway. ``Unavailable`` under another key."""
        try:
            found = canonical.decode(hpke.open_base(self._gateway, CALL_INFO, bytes.fromhex(sealed)))
        except BadContent as error:
            raise Unavailable("pool_key", _("The key of the expert pool is missing or damaged.")) from error
        return Called(*map(str, found))

    def seal_leads(self, kept: bytes, about: str, random: bytes) -> bytes:
        """What the leads keep of a draw, sealed to this key; ``about`` says of which draw, under which thresholds."""
        info = LEADS_INFO + about.encode("utf-8")
        return hpke.seal_base(hpke.public_key(self._gateway), info, kept, random)

    def open_leads(self, sealed: bytes, about: str) -> bytes:
        """The same again. ``Unavailable`` under another key, or where it is about something else."""
        try:
            return hpke.open_base(self._gateway, LEADS_INFO + about.encode("utf-8"), sealed)
        except BadContent as error:
            raise Unavailable("pool_key", _("The key of the expert pool is missing or damaged.")) from error

    @property
    def _gateway(self) -> bytes:
        return hpke.derive_key(hashing.mac(self.secret, b"sunlit pool gateway\x00")[:KEY_BYTES])


def pool_key() -> PoolKey:
    """The installation's key (hex in ``KEYS_DIR/pool.key``); made on first use outside production.

    Raises ``Unavailable`` (``pool_key``) when it is missing in production or cannot be used.
    """
    path = Path(settings.KEYS_DIR) / FILE_NAME
    if not path.exists() and not settings.PRODUCTION:
        write_private_once(path, secrets.token_hex(KEY_BYTES).encode())
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise Unavailable("pool_key", _("The key of the expert pool is missing or damaged.")) from error
    if len(key) < KEY_BYTES:
        raise Unavailable("pool_key", _("The key of the expert pool is missing or damaged."))
    return PoolKey(key)
