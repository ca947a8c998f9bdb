"""The leaves of a whole epoch, made by the platform in a row."""

from collections.abc import Mapping

from protocol import canonical, hashing, merkle
from protocol.draw.pool import ATTRIBUTES, HASH, Value, attribute_hash
from protocol.errors import NotCanonical

ID, SALTS = (hashing.PREFIX + part for part in (b"expert id\x00", b"expert salts\x00"))
SALT, ATTRIBUTE = (hashing.PREFIX + part for part in (b"expert salt", b"expert attribute"))
NAMES = frozenset(ATTRIBUTES)
FORMS = [(bytes([k]), name, f'["{name}",'.encode()) for k, name in enumerate(ATTRIBUTES, start=1)]
"""The byte that tells an attribute's salt from the others, its name, and how its canonical text begins."""


class Leaves:
    """The leaves of one epoch, many in a row: what is the same for every expert is prepared once.

    Byte for byte what `protocol.draw.pool` gives for one expert (``eid`` and ``leaf_of``), in a third of the time.
    """

    def __init__(self, secret: bytes) -> None:
        self._mac = hashing.Mac(secret)

    def eid(self, person: bytes) -> bytes:
        """The name of a person in the epoch, 32 bytes."""
        return self._mac.digest(ID + person)[:HASH]

    def leaf(self, name: bytes, attributes: Mapping[str, Value]) -> bytes:
        """The leaf of an expert whose ``eid`` is ``name``; NotCanonical for other attributes or another value."""
        values = {**attributes, "eid": name.hex()}
        if values.keys() != NAMES:
            raise NotCanonical(
                "an expert has these attributes and no others", evidence=", ".join(sorted(values))
            )
        sha256 = hashing.sha256
        seed = SALT + self._mac.digest(SALTS + name)[:HASH]
        parts = [sha256(seed + b"\x00")]
        for count, key, opening in FORMS:
            salt, value = sha256(seed + count), values[key]
            if type(value) is str and key != "specialties":
                parts.append(sha256(ATTRIBUTE + salt + opening + canonical.text(value).encode() + b"]"))
            else:
                parts.append(attribute_hash(salt, key, value))
        return merkle.leaf_hash(b"".join(parts))
