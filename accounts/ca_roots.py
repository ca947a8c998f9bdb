"""The certification authorities whose certificates may sign bids here: PEM files the settings name.

They stand in the anchors as ``ca_roots`` (docs/protocol.md, section 8). A root under which a bid was taken must stay
until the bid's record is published; otherwise the bid would be void for whoever takes the anchors from here.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

LARGEST = 4096


def ca_roots() -> tuple[bytes, ...]:
    """Every trusted root in DER, in ascending order; none when the settings name no file."""
    return read_roots(tuple(settings.CA_ROOTS))


@lru_cache(maxsize=8)
def read_roots(files: Sequence[str]) -> tuple[bytes, ...]:
    """The certificates of these files; ``ImproperlyConfigured`` names the file that holds none, or another thing."""
    found: set[bytes] = set()
    for name in files:
        try:
            held = x509.load_pem_x509_certificates(Path(name).read_bytes())
            roots = [root.public_bytes(Encoding.DER) for root in held]
        except (OSError, ValueError) as error:
            raise ImproperlyConfigured(f"SUNLIT_CA_ROOTS: {name} cannot be read ({error}).") from error
        if any(len(root) > LARGEST for root in roots):
            raise ImproperlyConfigured(f"SUNLIT_CA_ROOTS: {name} holds a certificate above {LARGEST} bytes.")
        found |= set(roots)
    return tuple(sorted(found))
