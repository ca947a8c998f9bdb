"""The committed pool of experts: leaves of one epoch, the table of types, and what an expert checks of his record.

An epoch is a snapshot of who may be drawn. Each expert is a leaf of an RFC 6962 tree; a leaf is made of salted hashes
of single attributes (as in SD-JWT), so that employer and region can be shown without the name. Names of leaves
(``eid``) change with every epoch: strangers cannot follow a person from one to the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from protocol import canonical, merkle
from protocol.errors import BadProof, NotCanonical
from protocol.hashing import PREFIX, mac, sha256, tagged

VERSION = "sunlit-pool/v1"
ATTRIBUTES = ("eid", "employer", "group", "identity", "name", "region", "since", "specialties", "until")
"""What a leaf is made of, in this order; ``since`` and ``until`` are days, ``specialties`` a sorted list of codes."""
HASH = 32
Value = str | Sequence[str]
_ATTRIBUTE = PREFIX + b"expert attribute"
_OPENINGS = {name: f'["{name}",'.encode() for name in ATTRIBUTES}
"""How the canonical JSON of [name, value] begins."""


def eid(secret: bytes, person: bytes) -> bytes:
    """The name of a person in one epoch: HMAC under the epoch's secret, 32 bytes."""
    return mac(secret, b"sealedbid/v1 expert id\x00" + person)[:HASH]


def salts(secret: bytes, name: bytes) -> tuple[bytes, ...]:
    """The salts of a leaf: its own first, then one for each of ``ATTRIBUTES``; one tells nothing of the others."""
    seed = mac(secret, b"sealedbid/v1 expert salts\x00" + name)[:HASH]
    return tuple(tagged("expert salt", seed, bytes([k])) for k in range(len(ATTRIBUTES) + 1))


def attribute_text(name: str, value: Value) -> str:
    """The canonical JSON of an attribute's value; NotCanonical for a value the attribute cannot have."""
    if type(value) is str and name != "specialties":
        return canonical.text(value)
    _value(name, value)
    return canonical.encode(value).decode()


def text_hash(salt: bytes, name: str, text: str) -> bytes:
    """The hash of one attribute whose value is given in canonical JSON; 32 bytes."""
    return sha256(_ATTRIBUTE + salt + _OPENINGS[name] + text.encode() + b"]")


def attribute_hash(salt: bytes, name: str, value: Value) -> bytes:
    """H("sealedbid/v1 expert attribute" || salt || canonical([name, value])); NotCanonical for another value."""
    if len(salt) != HASH:
        raise NotCanonical("a salt has 32 bytes", obj=name)
    return text_hash(salt, name, attribute_text(name, value))


def leaf(salt: bytes, hashes: Sequence[bytes]) -> bytes:
    """The leaf hash: H(0x00 || salt || H(attr_1) || …), every part of 32 bytes, one hash for each attribute."""
    if len(hashes) != len(ATTRIBUTES) or any(len(one) != HASH for one in (salt, *hashes)):
        raise NotCanonical("a leaf has a salt and one hash of 32 bytes for each attribute")
    return merkle.leaf_hash(b"".join((salt, *hashes)))


def leaf_of(secret: bytes, name: bytes, attributes: Mapping[str, Value]) -> bytes:
    """The leaf of an expert whose ``eid`` is ``name``; ``attributes`` holds all of them but the eid."""
    own, *each = salts(secret, name)
    values = {**attributes, "eid": name.hex()}
    if values.keys() != set(ATTRIBUTES):
        raise NotCanonical("an expert has these attributes and no others", evidence=", ".join(sorted(values)))
    return leaf(
        own, [attribute_hash(salt, key, values[key]) for salt, key in zip(each, ATTRIBUTES, strict=True)]
    )


def record(
    secret: bytes, name: bytes, attributes: Mapping[str, Value], shown: Iterable[str] = ATTRIBUTES
) -> dict[str, Any]:
    """What opens a leaf: salt and value of each attribute in ``shown``, of the others the hash alone."""
    own, *each = salts(secret, name)
    values, open_ = {**attributes, "eid": name.hex()}, frozenset(shown)
    opened: dict[str, Any] = {}
    for salt, key in zip(each, ATTRIBUTES, strict=True):
        if key in open_:
            opened[key] = {"salt": salt.hex(), "value": values[key]}
        else:
            opened[key] = {"hash": attribute_hash(salt, key, values[key]).hex()}
    return {"salt": own.hex(), "attributes": opened}


def record_leaf(opened: Mapping[str, Any]) -> tuple[bytes, dict[str, Value]]:
    """The leaf that an opened record belongs to, and what it shows; NotCanonical when it has not the form of one."""
    attributes = opened.get("attributes")
    if not isinstance(attributes, Mapping) or set(attributes) != set(ATTRIBUTES):
        raise NotCanonical("a record opens or hides each attribute, and has no others")
    _bytes(opened.get("salt"), "salt")
    for key, part in attributes.items():
        if not isinstance(part, Mapping) or set(part) not in ({"salt", "value"}, {"hash"}):
            raise NotCanonical("an attribute has salt and value, or a hash", obj=key)
        _bytes(part["hash" if "hash" in part else "salt"], key)
    return formed_leaf(opened)


def formed_leaf(opened: Mapping[str, Any]) -> tuple[bytes, dict[str, Value]]:
    """`record_leaf` for a record whose form was checked: every hash and salt 32 bytes in lowercase hex."""
    attributes, shown = opened["attributes"], {}
    parts = [bytes.fromhex(opened["salt"])]
    for key in ATTRIBUTES:
        part = attributes[key]
        if "hash" in part:
            parts.append(bytes.fromhex(part["hash"]))
        else:
            shown[key] = value = part["value"]
            parts.append(text_hash(bytes.fromhex(part["salt"]), key, attribute_text(key, value)))
    return merkle.leaf_hash(b"".join(parts)), shown


def check_record(statement: Mapping[str, Any], root: bytes, size: int) -> dict[str, Value]:
    """What a statement of the pool shows of one leaf, once it has been found under ``root``; else BadProof.

    ``root`` and ``size`` come from the ledger, never from the statement: a path alone does not bind a size.
    NotCanonical when it is no statement at all.
    """
    if statement.get("v") != VERSION or statement.get("kind") != "record":
        raise NotCanonical("this is no record of an expert pool", evidence=str(statement.get("v")))
    index, path = statement.get("index"), statement.get("path")
    if type(index) is not int or type(statement.get("size")) is not int or not isinstance(path, list):
        raise NotCanonical("a record has its place, the size of the tree, and a path")
    if statement["size"] != size:
        raise BadProof("the record speaks of a tree of another size", evidence=str(statement["size"]))
    found, shown = record_leaf(statement)
    merkle.verify_inclusion(found, index, size, [_bytes(step, "path") for step in path], root)
    return shown


@dataclass(frozen=True, order=True)
class TypeRow:
    """Employers alike: ``cells`` of (region, specialties, heads), the same for each of ``employers`` of them."""

    cells: tuple[tuple[str, tuple[str, ...], int], ...]
    employers: int

    def body(self) -> dict[str, Any]:
        """The row as canonical JSON data."""
        cells = [[region, list(codes), heads] for region, codes, heads in self.cells]
        return {"cells": cells, "employers": self.employers}

    @property
    def heads(self) -> int:
        """How many experts are in it."""
        return self.employers * sum(heads for _region, _codes, heads in self.cells)

    @property
    def smallest(self) -> int:
        """The smallest number of experts alike in it: below the threshold they would be known by it."""
        return min(self.employers * heads for _region, _codes, heads in self.cells)


def type_rows(members: Iterable[Mapping[str, Value]]) -> list[TypeRow]:
    """The types of a pool: employers with the same (region, specialties → head count) are one row (expert-draw 3.3).

    Reads ``employer``, ``region`` and ``specialties`` of each member. Enough to compute every probability.
    """
    employers: dict[str, Counter[tuple[str, tuple[str, ...]]]] = {}
    for one in members:
        cell = (str(one["region"]), tuple(one["specialties"]))
        employers.setdefault(str(one["employer"]), Counter())[cell] += 1
    alike = Counter(
        tuple(sorted((region, codes, heads) for (region, codes), heads in cells.items()))
        for cells in employers.values()
    )
    return sorted(TypeRow(cells, count) for cells, count in alike.items())


def type_leaf(salt: bytes, row: TypeRow) -> bytes:
    """The leaf hash of a row: H(0x00 || salt || canonical(row)), so that a row held back cannot be guessed."""
    return merkle.leaf_hash(salt + canonical.encode(row.body()))


def type_table(secret: bytes, rows: Sequence[TypeRow], threshold: int) -> dict[str, Any]:
    """The table as it is published: rows with a cell below ``threshold`` as a hash alone, sorted by hash."""
    made: list[dict[str, Any]] = []
    for row in rows:
        text = canonical.encode(row.body())
        salt = mac(secret, b"sealedbid/v1 expert type\x00" + text)[:HASH]
        held = row.smallest < threshold
        shown = {"leaf": type_leaf(salt, row).hex()}
        made.append(shown if held else {**shown, "salt": salt.hex(), "row": row.body()})
    made.sort(key=lambda one: str(one["leaf"]))
    return {"v": VERSION, "kind": "types", "threshold": threshold, "rows": made}


def type_root(table: Mapping[str, Any]) -> bytes:
    """The root over the rows of a published table, each shown row recomputed; BadProof when one does not hold."""
    hashes = []
    for row in table["rows"]:
        hashes.append(_bytes(row.get("leaf"), "leaf"))
        if "row" in row:
            text = canonical.encode(row["row"])
            if merkle.leaf_hash(_bytes(row.get("salt"), "salt") + text) != hashes[-1]:
                raise BadProof(
                    "a row of the table of types is not the one under its hash", evidence=row["leaf"]
                )
    if hashes != sorted(set(hashes)):
        raise BadProof("rows of the table of types are sorted by hash and stand once")
    return merkle.root(hashes)


def _value(name: str, value: object) -> None:
    if name == "specialties":
        codes: list[Any] = list(value) if isinstance(value, list | tuple) else []
        if not codes or any(type(code) is not str for code in codes) or codes != sorted(set(codes)):
            raise NotCanonical("specialties are codes, sorted, each once", obj=name)
    elif not isinstance(value, str):
        raise NotCanonical("an attribute is a text", obj=name)


def _bytes(text: object, name: str) -> bytes:
    """32 bytes in lowercase hex."""
    if not isinstance(text, str) or len(text) != 2 * HASH or text != text.lower():
        raise NotCanonical("32 bytes in lowercase hex are needed", obj=name)
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise NotCanonical("32 bytes in lowercase hex are needed", obj=name) from error


def epoch_digest(body: Mapping[str, Any]) -> bytes:
    """What the next epoch names as its ``prev``: H("sealedbid/v1 pool epoch" || canonical(body)), 32 bytes."""
    return tagged("pool epoch", canonical.encode(dict(body)))
