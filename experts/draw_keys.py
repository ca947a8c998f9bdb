"""The gateway's key of each draw: a file of its own, made when the draw is prepared, published at its reveal (A23).

The database, its backups and the log hold what was sealed to it; without this file they do not give the panel. Where
gateway and platform are one process, as in the default installation, the operator of the machine can know the panel.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_noop as _

from kernel.errors import Unavailable
from ledger.files import write_private_once
from protocol import canonical, hashing, hpke
from protocol.draw.problem import Seat
from protocol.errors import BadContent

FOLDER = "gateways"
KEY_BYTES = 32
SEAT_INFO = b"sunlit draw seat/v1"
CALL_INFO = b"sunlit draw gateway call/v1"
NAMED_INFO = b"sunlit named seat/v1"


@dataclass(frozen=True)
class GatewayKey:
    """The secret key of one draw's gateway."""

    secret: bytes

    @property
    def public(self) -> str:
        """The public key, hex, as the header names it."""
        return hpke.public_key(self.secret).hex()

    def seal_seat(self, seat: Seat, draw: bytes, random: bytes) -> str:
        """Specialty and eid of a drawn seat, sealed to this gateway, hex; ``random`` are 32 fresh bytes."""
        within = canonical.encode([seat.specialty, seat.id])
        return hpke.seal_base(hpke.public_key(self.secret), SEAT_INFO + draw, within, random).hex()

    def open_seat(self, sealed: str, draw: bytes) -> Seat:
        """The seat again; ``Unavailable`` (``gateway_key``) under another key."""
        specialty, eid = canonical.decode(_opened(self.secret, SEAT_INFO + draw, sealed))
        return Seat(eid, specialty)

    def seal_call(self, inner: str, random: bytes) -> str:
        """An invitation already sealed to the pool's key, sealed to this gateway: before the reveal both are needed."""
        return hpke.seal_base(hpke.public_key(self.secret), CALL_INFO, bytes.fromhex(inner), random).hex()

    def open_call(self, sealed: str) -> str:
        """The invitation as the pool's key opens it; ``Unavailable`` under another key."""
        return _opened(self.secret, CALL_INFO, sealed).hex()

    def named_seat(self, expert: bytes) -> str:
        """The seat (hex) of an expert named by the owner: a hash under this key, so that the pool cannot be tried."""
        return hashing.mac(self.secret, NAMED_INFO + b"\x00" + expert)[:KEY_BYTES].hex()


def _opened(secret: bytes, info: bytes, sealed: str) -> bytes:
    """What was sealed to this key; ``Unavailable`` under another."""
    try:
        return hpke.open_base(secret, info, bytes.fromhex(sealed))
    except BadContent as error:
        raise missing() from error


def gateway_made(draw: UUID, random: Callable[[int], bytes] = secrets.token_bytes) -> GatewayKey:
    """The key of this draw, made now unless it is there: preparing a draw again keeps its key."""
    write_private_once(_path(draw), random(KEY_BYTES).hex().encode())
    return gateway_key(draw)


def gateway_key(draw: UUID) -> GatewayKey:
    """The key of this draw; ``Unavailable`` (``gateway_key``) when its file is missing or damaged."""
    try:
        key = bytes.fromhex(_path(draw).read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise missing() from error
    if len(key) != KEY_BYTES:
        raise missing()
    return GatewayKey(key)


def missing() -> Unavailable:
    """That the key cannot be had."""
    return Unavailable(
        "gateway_key", _("The gateway’s key of this draw is missing or damaged. Restore its file.")
    )


def _path(draw: UUID) -> Path:
    return Path(settings.KEYS_DIR) / FOLDER / f"{draw}.key"
