"""RFC 3161 time-stamp responses, read so strictly that no byte of one can be changed unnoticed.

1. The response is DER with shortest lengths and nothing behind: status granted without text or failure bits,
   and a CMS SignedData (RFC 5652) of version 3 with one digest algorithm D (SHA-256, 384 or 512), a TSTInfo,
   exactly one certificate (the signer's), no revocation lists, one SignerInfo.
2. The SignerInfo has version 1, issuer and serial number byte for byte those of the certificate, D again,
   signed attributes, and no unsigned ones.
3. Signed attributes, in DER order, none twice: contentType = id-ct-TSTInfo, messageDigest = D(TSTInfo), and
   signingCertificate (RFC 2634, SHA-1) or signingCertificateV2 (RFC 5816; SHA-256, 384 or 512): the first hash
   in each that is there is that of the certificate. Others are ignored.
4. The signature over the attributes (as SET OF) is RSA PKCS #1 v1.5, named rsaEncryption, of 2048 to 8192
   bits, or ECDSA on P-256 named with D.
5. The certificate holds by rules 1 to 6 of `x509chain` at genTime, directly under a given self-issued root; its
   extKeyUsage is critical and names timeStamping alone, its keyUsage nothing but digitalSignature and
   contentCommitment.
6. TSTInfo: version 1, an allowed policy, SHA-256 imprint equal to the expected one, genTime in UTC without
   trailing zeros in its fraction, no critical extension.
7. The library rfc3161-client accepts it, too: signature, chain, key usage and imprint a second time.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import NoReturn

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from protocol import der, dsse, x509chain
from protocol.errors import BadSignature, BadToken, NotCanonical
from protocol.hashing import sha1, sha256, sha384, sha512

MAX_RESPONSE = 1 << 16

_GRANTED = bytes.fromhex("3003020100")
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_SIGNING_CERTIFICATE = bytes.fromhex("2a864886f70d010910020c")
_SIGNING_CERTIFICATE_V2 = bytes.fromhex("2a864886f70d010910022f")
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
_ALLOWED_CRITICAL = frozenset({ExtensionOID.EXTENDED_KEY_USAGE})
_GEN_TIME = re.compile(rb"([0-9]{14})(?:\.([0-9]{0,8}[1-9]))?Z")


@dataclass(frozen=True)
class _Digest:
    """A hash algorithm by its object identifier."""

    hash: Callable[[bytes], bytes]
    algorithm: hashes.HashAlgorithm
    ecdsa: bytes


_DIGESTS = {
    bytes.fromhex("608648016503040201"): _Digest(
        sha256, hashes.SHA256(), bytes.fromhex("300a06082a8648ce3d040302")
    ),
    bytes.fromhex("608648016503040202"): _Digest(
        sha384, hashes.SHA384(), bytes.fromhex("300a06082a8648ce3d040303")
    ),
    bytes.fromhex("608648016503040203"): _Digest(
        sha512, hashes.SHA512(), bytes.fromhex("300a06082a8648ce3d040304")
    ),
}
_SHA256 = _DIGESTS[bytes.fromhex("608648016503040201")]


@dataclass(frozen=True)
class Stamp:
    """What a token says: the moment in milliseconds UTC (rounded down) and how exactly it is stated.

    `resolution_ms` is 1000 for a genTime without fraction, else one unit of its last digit, at least 1;
    `accuracy_ms` is rounded up, None where the token states none.
    """

    gen_time_ms: int
    resolution_ms: int
    accuracy_ms: int | None
    serial: int
    policy: str


@dataclass(frozen=True)
class _Token:
    """The parts of a response that have the right form but are not yet verified."""

    info: bytes
    certificate: bytes
    digest: _Digest
    attributes: bytes
    algorithm: bytes
    signature: bytes


def verify(response: bytes, imprint: bytes, roots: Sequence[bytes], policy_oids: Collection[str]) -> Stamp:
    """The time a TimeStampResp (RFC 3161 section 2.4.2) states for a SHA-256 `imprint`, else BadToken.

    `roots` are certificates in DER, one of which issued the signer's; `policy_oids` are the policies allowed,
    in dotted form: with none, no token is accepted.
    """
    if len(response) > MAX_RESPONSE:
        _refuse("time-stamp response is too long")
    try:
        token = _parse(response)
        stamp = _parse_info(token.info, imprint)
    except NotCanonical as error:
        raise BadToken("time-stamp does not have the expected form", evidence=error.message) from error
    if stamp.policy not in policy_oids:
        _refuse("time-stamp policy is not allowed", stamp.policy)
    try:
        if any(dsse.load_certificate(root).issuer != dsse.load_certificate(root).subject for root in roots):
            _refuse("root of a time-stamping authority is not self-issued")
        leaf = x509chain.verify_path([token.certificate], roots, stamp.gen_time_ms // 1000, _ALLOWED_CRITICAL)
        _check_usage(leaf)
        _check_signature(token, leaf)
        _second_opinion(response, imprint, roots)
    except (BadSignature, InvalidSignature, UnsupportedAlgorithm) as error:
        raise BadToken(
            "time-stamp is not signed by an authority under the roots", evidence=str(error)[:120]
        ) from error
    return stamp


def _check_usage(leaf: x509.Certificate) -> None:
    """Rule 5, last part (RFC 3161 section 2.3)."""
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        _refuse("certificate is not for time-stamping alone")
    bits = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    signs = x509.KeyUsage(True, bits.content_commitment, *[False] * 7)
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING] or bits != signs:
        _refuse("certificate is not for time-stamping alone")


def _check_signature(token: _Token, leaf: x509.Certificate) -> None:
    """Rule 4."""
    key, algorithm = leaf.public_key(), token.digest.algorithm
    if isinstance(key, rsa.RSAPublicKey) and 2048 <= key.key_size <= 8192 and token.algorithm == _RSA:
        key.verify(token.signature, token.attributes, padding.PKCS1v15(), algorithm)
    elif (
        isinstance(key, ec.EllipticCurvePublicKey)
        and isinstance(key.curve, ec.SECP256R1)
        and token.algorithm == token.digest.ecdsa
    ):
        key.verify(token.signature, token.attributes, ec.ECDSA(algorithm))
    else:
        _refuse("time-stamp is signed with an algorithm that is not allowed")


def _second_opinion(response: bytes, imprint: bytes, roots: Sequence[bytes]) -> None:
    """Rule 7."""
    import rfc3161_client as rfc3161  # noqa: PLC0415 - most processes that know this module verify no token

    builder = rfc3161.VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(x509.load_der_x509_certificate(root))
    try:
        builder.build().verify(rfc3161.decode_timestamp_response(response), imprint)
    except (rfc3161.VerificationError, ValueError) as error:
        raise BadToken("rfc3161-client refuses the time-stamp", evidence=str(error)[:120]) from error


def _parse(response: bytes) -> _Token:
    """Rules 1 to 3."""
    outer = der.Fields(der.only(response, der.SEQUENCE))
    if outer.take(der.SEQUENCE).full != _GRANTED:
        _refuse("time-stamp was not granted")
    content = der.Fields(outer.last(der.SEQUENCE))
    content.expect(der.OID, _SIGNED_DATA)
    signed = der.Fields(der.only(content.last(0xA0).value, der.SEQUENCE))
    signed.expect(der.INTEGER, b"\x03")
    digest = _digest(der.only(signed.take(der.SET).value, der.SEQUENCE))
    enclosed = der.Fields(signed.take(der.SEQUENCE))
    enclosed.expect(der.OID, _TST_INFO)
    info = der.only(enclosed.last(0xA0).value, der.OCTETS).value
    certificate = der.only(signed.take(0xA0).value, der.SEQUENCE)
    signer = der.Fields(der.only(signed.last(der.SET).value, der.SEQUENCE))
    signer.expect(der.INTEGER, b"\x01")
    signer.expect(der.SEQUENCE, _issuer_and_serial(certificate))
    if _digest(signer.take(der.SEQUENCE)) is not digest:
        _refuse("time-stamp names two digest algorithms")
    attributes = signer.take(0xA0)
    _check_attributes(attributes, digest.hash(info), certificate.full)
    algorithm = signer.take(der.SEQUENCE).full
    signature = signer.last(der.OCTETS).value
    return _Token(info, certificate.full, digest, b"\x31" + attributes.full[1:], algorithm, signature)


def _issuer_and_serial(certificate: der.Value) -> bytes:
    """The content of IssuerAndSerialNumber for a certificate (RFC 5652 section 10.2.4)."""
    body = der.Fields(der.Fields(certificate).take(der.SEQUENCE))
    body.take(0xA0)
    serial = body.take(der.INTEGER).full
    body.take(der.SEQUENCE)
    return body.take(der.SEQUENCE).full + serial


def _check_attributes(attributes: der.Value, message_digest: bytes, certificate: bytes) -> None:
    """Rule 3."""
    found: dict[bytes, der.Value] = {}
    members = der.children(attributes.value)
    if [member.full for member in members] != sorted(member.full for member in members):
        _refuse("signed attributes of a time-stamp are not in DER order")
    for attribute in members:
        fields = der.Fields(attribute)
        kind = fields.take(der.OID).value
        if kind in found:
            _refuse("time-stamp has a signed attribute twice")
        found[kind] = fields.last(der.SET)
    if not {_CONTENT_TYPE, _MESSAGE_DIGEST} <= set(found):
        _refuse("time-stamp lacks contentType or messageDigest")
    if der.only(found[_CONTENT_TYPE].value, der.OID).value != _TST_INFO:
        _refuse("time-stamp signs another kind of content")
    if der.only(found[_MESSAGE_DIGEST].value, der.OCTETS).value != message_digest:
        _refuse("time-stamp signs other content")
    named = [
        _names(found[kind], certificate, plain)
        for kind, plain in ((_SIGNING_CERTIFICATE, sha1), (_SIGNING_CERTIFICATE_V2, sha256))
        if kind in found
    ]
    if not named or not all(named):
        _refuse("time-stamp does not name the certificate it was signed with")


def _names(attribute: der.Value, certificate: bytes, plain: Callable[[bytes], bytes]) -> bool:
    """Whether the first ESSCertID(v2) of an attribute is that of `certificate`; `plain` hashes unless it says."""
    ids = der.Fields(der.Fields(der.only(attribute.value, der.SEQUENCE)).take(der.SEQUENCE))
    first = der.Fields(ids.take(der.SEQUENCE))
    hashed = _digest(first.take(der.SEQUENCE)).hash if first.next_is(der.SEQUENCE) else plain
    return first.take(der.OCTETS).value == hashed(certificate)


def _parse_info(info: bytes, imprint: bytes) -> Stamp:
    """Rule 6 but for the policy (RFC 3161 section 2.4.2)."""
    fields = der.Fields(der.only(info, der.SEQUENCE))
    fields.expect(der.INTEGER, b"\x01")
    policy = der.dotted(fields.take(der.OID).value)
    stamped = der.Fields(fields.take(der.SEQUENCE))
    if _digest(stamped.take(der.SEQUENCE)) is not _SHA256 or stamped.last(der.OCTETS).value != imprint:
        _refuse("time-stamp is for other data")
    serial = der.number(fields.take(der.INTEGER))
    gen_time_ms, resolution_ms = _parse_time(fields.take(der.TIME).value)
    accuracy_ms = _parse_accuracy(fields.take(der.SEQUENCE)) if fields.next_is(der.SEQUENCE) else None
    if fields.next_is(der.BOOLEAN):  # ordering
        fields.expect(der.BOOLEAN, b"\xff")
    if fields.next_is(der.INTEGER):  # nonce
        der.number(fields.take(der.INTEGER))
    if fields.next_is(0xA0):  # tsa
        fields.take(0xA0)
    if fields.next_is(0xA1):
        for extension in der.children(fields.take(0xA1).value):
            parts = der.Fields(extension)
            parts.take(der.OID)
            if parts.next_is(der.BOOLEAN):
                _refuse("time-stamp has a critical extension")
    fields.end()
    return Stamp(gen_time_ms, resolution_ms, accuracy_ms, serial, policy)


def _parse_time(text: bytes) -> tuple[int, int]:
    """GeneralizedTime as milliseconds UTC, rounded down, and its resolution in milliseconds."""
    match = _GEN_TIME.fullmatch(text)
    if not match:
        _refuse("genTime is malformed", text[:40].hex())
    try:
        whole = dt.datetime.strptime(match[1].decode("ascii") + "+0000", "%Y%m%d%H%M%S%z")
    except ValueError as error:
        raise BadToken("genTime is malformed", evidence=text[:40].hex()) from error
    fraction = (match[2] or b"").decode("ascii")
    resolution = 1000 if not fraction else max(1, 1000 // 10 ** len(fraction))
    return int(whole.timestamp()) * 1000 + int((fraction + "000")[:3]), resolution


def _parse_accuracy(value: der.Value) -> int:
    """Accuracy in milliseconds, rounded up: seconds, [0] millis 1..999, [1] micros 1..999, each optional."""
    fields = der.Fields(value)
    micros = 0
    for tag, unit in ((der.INTEGER, 1_000_000), (0x80, 1000), (0x81, 1)):
        if fields.next_is(tag):
            count = der.number(fields.take(tag))
            if not 0 <= count < (10**6 if tag == der.INTEGER else 1000):
                _refuse("accuracy of a time-stamp is out of range", str(count))
            micros += count * unit
    fields.end()
    return -(-micros // 1000)


def _digest(algorithm: der.Value) -> _Digest:
    """A digest's AlgorithmIdentifier, with parameters absent or NULL (RFC 5754 section 2)."""
    fields = der.Fields(algorithm)
    digest = _DIGESTS.get(fields.take(der.OID).value)
    if fields.next_is(der.NULL):
        fields.expect(der.NULL, b"")
    fields.end()
    return digest or _refuse("digest algorithm of a time-stamp is not allowed")


def _refuse(message: str, evidence: str = "") -> NoReturn:
    raise BadToken(message, evidence=evidence)
