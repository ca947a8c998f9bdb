"""The backup file of a key made in a browser (static/js/keys/ring.js), opened with its passphrase.

One lock is PBKDF2-HMAC-SHA256 over AES-256-GCM; each private key is PKCS #8 under the additional data
``name algorithm public``, so that no key of a file can take another's place.
"""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import load_der_private_key

from protocol import bodies, canonical, hpke
from protocol.dsse import Signer
from protocol.errors import BadSignature, ProtocolError

VERSION = "sunlit-key/v1"
LIMIT = 1 << 16
MOST_ITERATIONS = 10_000_000
LOOK_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0"})


def passphrase_read(text: str) -> str:
    """A passphrase as the page wrote it: groups of four joined by hyphens, look-alike letters put right."""
    plain = "".join(one for one in text.upper() if one.isalnum()).translate(LOOK_ALIKE)
    return "-".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def unlock(data: bytes, passphrase: str) -> tuple[Signer, bytes | None]:
    """The signing key of a backup file, and an officer's opening key (32 bytes) if it holds one.

    Raises ProtocolError when the file is not a backup, BadSignature when the passphrase does not open it.
    """
    ring = canonical.decode_loose(data, LIMIT)
    try:
        version, halves = ring["v"], ring["halves"]
        [lock] = [lock for lock in ring["locks"] if lock["kind"] == "passphrase"]
        iterations, salt = lock["iterations"], bytes.fromhex(lock["salt"])
        sealed = {name: (lock["keys"][name], half) for name, half in halves.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProtocolError("not the backup file of a key") from error
    known = version == VERSION and "sign" in sealed and set(sealed) <= {"sign", "kem"}
    if not known or not isinstance(iterations, int) or not 0 < iterations <= MOST_ITERATIONS:
        raise ProtocolError("not the backup file of a key")
    derived = PBKDF2HMAC(SHA256(), 32, salt, iterations).derive(passphrase.encode())
    keys = {name: _open(derived, name, *row) for name, row in sealed.items()}
    signer = Signer(keys["sign"])
    if signer.spki.hex() != halves["sign"]["public"]:
        raise BadSignature("the file holds another key than it says")
    return signer, _opening_key(keys["kem"], halves["kem"]["public"]) if "kem" in keys else None


def _open(derived: bytes, name: str, row: dict[str, Any], half: dict[str, Any]) -> Any:
    """One private key out of its lock."""
    try:
        bound = f"{name} {half['algorithm']} {half['public']}".encode()
        iv, sealed = bytes.fromhex(row["iv"]), bytes.fromhex(row["sealed"])
        return load_der_private_key(AESGCM(derived).decrypt(iv, sealed, bound), None)
    except InvalidTag:
        raise BadSignature("the passphrase does not open this file; type it as it was shown") from None
    except (KeyError, TypeError, ValueError) as error:
        raise ProtocolError("not the backup file of a key") from error


def _opening_key(key: Any, public: str) -> bytes:
    """The opening key of a seat, the one whose public half the file names."""
    bodies.HASH(public, "kem")
    secret = key.private_bytes_raw() if isinstance(key, X25519PrivateKey) else b""
    if not secret or hpke.public_key(secret).hex() != public:
        raise BadSignature("the file holds another key than it says")
    return bytes(secret)
