"""The leaves of a whole epoch, made by the platform in a row."""

from collections.abc import Mapping

from protocol import hashing, merkle
from protocol.draw import eligible, pool
from protocol.draw.pool import ATTRIBUTES, HASH, Value
from protocol.errors import NotCanonical

ID, SALTS = (hashing.PREFIX + part for part in (b"expert id\x00", b"expert salts\x00"))
SALT = hashing.PREFIX + b"expert salt"
NAMES = frozenset(ATTRIBUTES)
COUNTED = [(bytes([k]), name) for k, name in enumerate(ATTRIBUTES, start=1)]
"""The byte that tells an attribute's salt from the others, and its name."""


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
        return merkle.leaf_hash(b"".join(one for _key, _salt, _text, one in self._parts(name, attributes)))

    def opened(self, name: bytes, attributes: Mapping[str, Value]) -> tuple[bytes, bytes]:
        """The leaf, and the canonical JSON of the record as the pool of a header shows it (docs/protocol.md, 15.3).

        Byte for byte what `protocol.draw.pool.record` gives with the names of ``eligible.SHOWN``.
        """
        (_, _, _, own), *parts = self._parts(name, attributes)
        each = [
            f'"{key}":{{"salt":"{salt.hex()}","value":{text}}}'
            if key in eligible.SHOWN
            else f'"{key}":{{"hash":"{one.hex()}"}}'
            for key, salt, text, one in parts
        ]
        leaf = merkle.leaf_hash(own + b"".join(one for _key, _salt, _text, one in parts))
        return leaf, f'{{"attributes":{{{",".join(each)}}},"salt":"{own.hex()}"}}'.encode()

    def _parts(self, name: bytes, attributes: Mapping[str, Value]) -> list[tuple[str, bytes, str, bytes]]:
        """What a leaf is made of, the salt of the leaf first: name, salt and JSON of an attribute, and its hash."""
        values = {**attributes, "eid": name.hex()}
        if values.keys() != NAMES:
            raise NotCanonical(
                "an expert has these attributes and no others", evidence=", ".join(sorted(values))
            )
        seed = SALT + self._mac.digest(SALTS + name)[:HASH]
        parts = [("", b"", "", hashing.sha256(seed + b"\x00"))]
        for count, key in COUNTED:
            salt, text = hashing.sha256(seed + count), pool.attribute_text(key, values[key])
            parts.append((key, salt, text, pool.text_hash(salt, key, text)))
        return parts
