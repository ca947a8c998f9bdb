"""A trial RFC 3161 authority: its certificates and, without any other program, its answers.

For rehearsals, simulated clocks and machines without openssl. It is run by the platform itself, so it proves
nothing to a stranger; the trust label says so.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ledger import der
from ledger.der import SHA256, accuracy, integer, moment, octets, oid, sequence, set_of, tlv
from ledger.files import write_private_once
from protocol.hashing import sha256

POLICY = "1.3.6.1.4.1.99999.1.1"
SIGNED_DATA = "1.2.840.113549.1.7.2"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
ECDSA_SHA256 = "1.2.840.10045.4.3.2"
BEGINS = datetime(2000, 1, 1, tzinfo=UTC)
"""Rehearsals may stand at any moment of a simulated clock."""
SIGN = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
LASTS = timedelta(days=365 * 60)


@dataclass(frozen=True)
class TrialAuthority:
    """A root, and a signer certified for time-stamping only."""

    root: x509.Certificate
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def kept_in(cls, path: Path) -> "TrialAuthority":
        """The authority kept in the file ``path`` (key, signer, root as PEM); made on first use."""
        if not path.exists():
            write_private_once(path, make())
        pem = path.read_bytes()
        key = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the trial authority signs with a P-256 key")
        certificate, root = x509.load_pem_x509_certificates(pem)
        return cls(root=root, certificate=certificate, key=key)

    def root_der(self) -> bytes:
        """The root as anchors hold it."""
        return self.root.public_bytes(serialization.Encoding.DER)

    def respond(self, digest: bytes, *, at: datetime, serial: int, accuracy_ms: int | None = None) -> bytes:
        """A TimeStampResp (RFC 3161, 2.4.2) over a SHA-256 ``digest``, with ``at`` as genTime."""
        info = sequence(
            integer(1),
            oid(POLICY),
            der.imprint(digest),
            integer(serial),
            moment(at),
            *([accuracy(accuracy_ms)] if accuracy_ms else []),
        )
        signed = sequence(
            integer(3),
            set_of([sequence(oid(SHA256))]),
            sequence(oid(TST_INFO), tlv(0xA0, octets(info))),
            tlv(0xA0, self.certificate.public_bytes(serialization.Encoding.DER)),
            set_of([self._signer(info)]),
        )
        return sequence(sequence(integer(0)), sequence(oid(SIGNED_DATA), tlv(0xA0, signed)))

    def _signer(self, info: bytes) -> bytes:
        """SignerInfo (RFC 5652, 5.3) with the attributes RFC 3161 and RFC 5816 ask for."""
        certificate = self.certificate.public_bytes(serialization.Encoding.DER)
        attributes = sorted(
            [
                sequence(oid(CONTENT_TYPE), set_of([oid(TST_INFO)])),
                sequence(oid(MESSAGE_DIGEST), set_of([octets(sha256(info))])),
                sequence(
                    oid(SIGNING_CERTIFICATE_V2),
                    set_of([sequence(sequence(sequence(octets(sha256(certificate)))))]),
                ),
            ]
        )
        issuer = self.certificate.issuer.public_bytes()
        return sequence(
            integer(1),
            sequence(issuer, integer(self.certificate.serial_number)),
            sequence(oid(SHA256)),
            tlv(0xA0, *attributes),
            sequence(oid(ECDSA_SHA256)),
            octets(self.key.sign(set_of(attributes), SIGN)),
        )


def make() -> bytes:
    """A new key with its certificate and the root, as PEM; the root's key is not kept: it certifies no more."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    root = _certificate("Trial time root", root_key.public_key(), "Trial time root", root_key, leaf=False)
    signer = _certificate("Trial time authority", key.public_key(), "Trial time root", root_key, leaf=True)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private + signer.public_bytes(pem) + root.public_bytes(pem)


def _certificate(
    subject: str,
    public: ec.EllipticCurvePublicKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    leaf: bool,
) -> x509.Certificate:
    """One certificate: a root that certifies, or a leaf for time-stamping only."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINS)
        .not_valid_after(BEGINS + LASTS)
        .add_extension(x509.BasicConstraints(ca=not leaf, path_length=None), critical=True)
        .add_extension(_usage(leaf=leaf), critical=True)
    )
    if leaf:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = builder.add_extension(identifier, critical=False).add_extension(authority, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Sunlit trial"),
            x509.NameAttribute(NameOID.COMMON_NAME, text),
        ]
    )


def _usage(*, leaf: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=leaf,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not leaf,
        crl_sign=not leaf,
        encipher_only=False,
        decipher_only=False,
    )
