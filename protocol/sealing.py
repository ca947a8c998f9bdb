"""Sealing a bid and opening it again (docs/protocol.md, section 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from protocol import bodies, cobblestone, dsse, gf256, hpke, merkle
from protocol.cobblestone import CHUNK_SIZE, HEADER_SIZE, TAG_SIZE, ciphertext_size
from protocol.errors import BadContent
from protocol.hashing import Hasher, expand, mac, sha256, tagged

PART_SIZE = 512 * 16_400
PIECE = 1 << 20


def bid_id(policy_id: bytes, spki: bytes, nonce: bytes) -> bytes:
    """The 16-byte bid id; it binds policy and signer, so a copied bid fails under another signer."""
    return tagged("bid", policy_id, sha256(spki), nonce)[:16]


def context(policy_id: bytes, bid: bytes, e: int) -> bytes:
    """E = T || bid || u8(e), 49 bytes."""
    return policy_id + bid + bytes([e])


def padme(size: int) -> int:
    """`size` (at least 2) rounded up so that at most log2(log2) bits of it can be seen; adds at most 12 percent."""
    b = size.bit_length() - 1
    low = (1 << (b - (b.bit_length() - 1) - 1)) - 1 if b >= b.bit_length() else 0
    return (size + low) & ~low


def padded_length(size: int, floor: int) -> int:
    """L for a file of `size` bytes: max(floor, Padme(8 + size))."""
    return max(floor, padme(8 + size))


def lawful_size(size: int, floor: int) -> bool:
    """Whether `size` is the ciphertext size of some padded length (section 6.3)."""
    rest = size - HEADER_SIZE
    length = rest - TAG_SIZE * (rest // (CHUNK_SIZE + TAG_SIZE) + 1)
    return length >= floor and ciphertext_size(length) == size and padme(length) == length


@dataclass
class PartTree:
    """ct_root of a stream of ciphertext: header, then parts of 512 chunks; hashes of finished parts are kept."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)
    _part: Hasher = field(default_factory=Hasher)

    def update(self, data: bytes | memoryview) -> None:
        """Add ciphertext bytes in order."""
        view = memoryview(data)
        while view.nbytes:
            limit = PART_SIZE if self.hashes else HEADER_SIZE
            piece = view[: limit - self._part.size]
            self._part.update(piece)
            self.size += len(piece)
            view = view[len(piece) :]
            if self._part.size == limit:
                self._close()

    def _close(self) -> None:
        self.hashes.append(self._part.digest())
        self._part = Hasher()

    def root(self) -> bytes:
        """MTH over the hashes of all parts; call once, at the end."""
        if self._part.size:
            self._close()
        return ct_root(self.hashes)


def ct_root(part_hashes: Iterable[bytes]) -> bytes:
    """MTH(H(part 0), H(part 1), …)."""
    return merkle.root([merkle.leaf_hash(h) for h in part_hashes])


def deal(
    policy: Mapping[str, Any], e_context: bytes, seed: bytes
) -> tuple[dict[int, bytes], list[dict[str, Any]]]:
    """Every share of `seed` and the rows of the manifest for them: a pure function of policy, E and S."""
    prs = mac(e_context, b"\x01" + seed)
    coefficients = [expand(prs, f"coeff {j}", 32) for j in range(1, policy["t"])]
    shares = gf256.deal(seed, coefficients, len(policy["officers"]))
    dealt, table = {}, []
    for officer, share in zip(policy["officers"], shares, strict=True):
        i = bytes([officer["i"]])
        info = b"sealedbid/v1 share" + e_context + i
        sealed = hpke.seal_base(
            bytes.fromhex(officer["pk"]), info, share, expand(prs, f"eph {officer['i']}", 32)
        )
        commit = tagged("sharecommit", e_context, i, share)
        dealt[officer["i"]] = share
        table.append({"i": officer["i"], "c": commit.hex(), "enc": sealed.hex()})
    return dealt, table


def content_key(e_context: bytes, seed: bytes, factor: bytes) -> tuple[bytes, bytes]:
    """Key and salt of the content; `factor` is empty where the policy uses none."""
    prk = mac(e_context, b"\x02" + seed + factor)
    return expand(prk, "content", 32), expand(prk, "salt", 24)


def padded(size: int, pieces: Iterable[bytes], floor: int) -> Iterator[bytes]:
    """The plaintext stream of a file of exactly `size` bytes (else BadContent): length, file, zeros."""
    yield size.to_bytes(8, "big")
    seen = 0
    for piece in pieces:
        seen += len(piece)
        yield piece
    if seen != size:
        raise BadContent("the file changed while it was being sealed", evidence=f"{seen} of {size} bytes")
    rest = padded_length(size, floor) - 8 - size
    for start in range(0, rest, PIECE):
        yield bytes(min(PIECE, rest - start))


@dataclass(frozen=True)
class Secret:
    """What the bidder alone knows of one envelope: S and, where used, B (empty otherwise)."""

    e: int
    s: bytes
    b: bytes


@dataclass(frozen=True)
class SealedBid:
    """A bid as it is handed in (`body`, `signatures`), with what stays with the bidder (`secrets`)."""

    body: dict[str, Any]
    signatures: list[dict[str, Any]]
    secrets: list[Secret]


File = tuple[int, Iterable[bytes]]


def seal_bid(
    *,
    policy: Mapping[str, Any],
    org: str,
    signer: dsse.Signer,
    files: Mapping[int, File],
    sink: Callable[[int, bytes], None],
    replaces: str | None,
    random: Callable[[int], bytes],
    client: str,
) -> SealedBid:
    """Seal one file per envelope and sign the manifest.

    `files` gives (size, pieces) for each envelope of the policy; ciphertext goes to `sink(e, bytes)` in order.
    `random` is a CSPRNG. BadContent if an envelope is missing or larger than the policy allows.
    """
    policy_id = dsse.event_id("policy", policy)
    nonce = random(16)
    bid = bid_id(policy_id, signer.spki, nonce)
    table, secrets = [], []
    for envelope in policy["envelopes"]:
        e = envelope["e"]
        if e not in files:
            raise BadContent(f"envelope {e} ({envelope['name']}) has no file", obj=f"envelope {e}")
        row, secret = _seal_envelope(policy, context(policy_id, bid, e), e, files[e], sink, random)
        table.append(row)
        secrets.append(secret)
    body = bodies.body(
        "bid",
        policy=policy_id.hex(),
        bid=bid.hex(),
        nonce=nonce.hex(),
        org=org,
        signer=sha256(signer.spki).hex(),
        replaces=replaces,
        envelopes=table,
        client=client,
    )
    return SealedBid(body, [signer.sign("bid", body)], secrets)


def _seal_envelope(
    policy: Mapping[str, Any],
    e_context: bytes,
    e: int,
    file: File,
    sink: Callable[[int, bytes], None],
    random: Callable[[int], bytes],
) -> tuple[dict[str, Any], Secret]:
    size, pieces = file
    if ciphertext_size(padded_length(size, policy["pad_floor"])) > policy["max_size"]:
        raise BadContent(
            f"envelope {e} is larger than the tender allows", obj=f"envelope {e}", evidence=str(size)
        )
    seed = mac(random(32), b"sealedbid/v1 seed" + e_context)[:32]
    factor = random(32) if policy["factor"] == "required" else b""
    key, salt = content_key(e_context, seed, factor)
    tree = PartTree()
    for piece in cobblestone.encrypt_stream(key, salt, e_context, padded(size, pieces, policy["pad_floor"])):
        tree.update(piece)
        sink(e, piece)
    row = {
        "e": e,
        "ct_root": tree.root().hex(),
        "size": tree.size,
        "seed": tagged("seedcommit", e_context, seed).hex(),
        "factor": tagged("factorcommit", e_context, factor).hex() if factor else None,
        "shares": deal(policy, e_context, seed)[1],
    }
    return row, Secret(e, seed, factor)


@dataclass(frozen=True)
class Sealed:
    """One envelope of a bid under its policy: what opening needs to know."""

    policy: Mapping[str, Any]
    e_context: bytes
    row: Mapping[str, Any]

    @classmethod
    def of(cls, policy: Mapping[str, Any], manifest: Mapping[str, Any], e: int) -> Sealed:
        """Envelope `e` of a conforming manifest."""
        e_context = context(bytes.fromhex(manifest["policy"]), bytes.fromhex(manifest["bid"]), e)
        return cls(policy, e_context, manifest["envelopes"][e])

    def share_matches(self, i: int, share: bytes) -> bool:
        """Whether officer i's share is the one the bidder committed to (c_i)."""
        return bool(
            tagged("sharecommit", self.e_context, bytes([i]), share).hex() == self.row["shares"][i - 1]["c"]
        )

    def seed_matches(self, seed: bytes) -> bool:
        """Whether S is the seed the bidder committed to (c_S)."""
        return bool(tagged("seedcommit", self.e_context, seed).hex() == self.row["seed"])

    def factor_matches(self, factor: bytes) -> bool:
        """Whether B is the factor the bidder committed to (c_B)."""
        return bool(tagged("factorcommit", self.e_context, factor).hex() == self.row["factor"])

    def honest(self, seed: bytes) -> bool:
        """Whether S, re-dealt, gives exactly the commitments and sealed shares of the manifest, for every officer."""
        return self.seed_matches(seed) and bool(
            deal(self.policy, self.e_context, seed)[1] == self.row["shares"]
        )

    def combine(self, shares: Mapping[int, bytes]) -> bytes:
        """S from the t matching shares of the lowest officer numbers; at least t must be given."""
        chosen = sorted(shares)[: self.policy["t"]]
        return gf256.combine({i: shares[i] for i in chosen})

    def open(self, seed: bytes, factor: bytes, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The file inside, streamed. BadContent (possibly after some pieces) if it does not decrypt or pad rightly."""
        key, salt = content_key(self.e_context, seed, factor)
        plain = cobblestone.decrypt_stream(key, salt, self.e_context, pieces)
        return _unpad(plain, self.policy["pad_floor"])


def _unpad(plain: Iterator[bytes], floor: int) -> Iterator[bytes]:
    head = b""
    for piece in plain:
        head += piece
        if len(head) >= 8:
            break
    if len(head) < 8:
        raise BadContent("the content is shorter than its length")
    size = int.from_bytes(head[:8], "big")
    total, rest = len(head), head[8:]
    while True:
        inside = max(0, min(len(rest), size - (total - len(rest) - 8)))
        if inside:
            yield bytes(rest[:inside])
        if any(rest[inside:]):
            raise BadContent("the padding is not zero")
        following = next(plain, None)
        if following is None:
            break
        rest = following
        total += len(following)
    if size > total - 8 or total != padded_length(size, floor):
        raise BadContent("the content has not the padded length", evidence=f"{size} in {total}")
